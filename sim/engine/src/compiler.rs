//! Compiles modules, each once for all that run the same bytes.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::Mutex;

use kernel::engine::ExternalBounds;
use kernel::engine::ExternalEngine;
use kernel::engine::ExternalInstance;
use kernel::engine::ExternalModule;
use kernel::limits::RECURSION_MAX;
use kernel::limits::STACK_MAX;
use metering::Limits;
use metering::meter;
use wasmtime::Config;
use wasmtime::Engine;
use wasmtime::InstancePre;
use wasmtime::Linker;
use wasmtime::Module;

use crate::cache::Cache;
use crate::desk::Desk;
use crate::desk::define;
use crate::instance::Instance;

/// Where wasmi's stack is full.
const LIMITS: Limits =
    Limits { calls: RECURSION_MAX as u64, values: (STACK_MAX / size_of::<u64>()) as u64 };

/// Bytes of native stack that wasm may use: several times what [`STACK_MAX`] of wasmi's comes to.
const NATIVE_STACK: usize = 1 << 20;

/// Bytes of a fiber's stack: beside the wasm there is the host that it calls.
const FIBER_STACK: usize = 2 << 20;

/// Modules that are remembered: worlds that make modules of their own could go on for ever.
const KNOWN_MAX: usize = 1024;

/// Compiles modules for any number of worlds, on any thread.
pub struct Compiler {
    engine: Engine,
    linker: Linker<Desk>,
    cache: Option<Cache>,
    /// What has been compiled, or why not.
    known: Mutex<BTreeMap<Vec<u8>, Compiled>>,
}

type Compiled = Result<Arc<InstancePre<Desk>>, Arc<str>>;

impl core::fmt::Debug for Compiler {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Compiler").field("cache", &self.cache).finish_non_exhaustive()
    }
}

impl Compiler {
    /// A compiler that keeps what it compiles in this directory, if there is one. The error says what
    /// this computer lacks.
    pub fn new(cache: Option<&Path>) -> Result<Compiler, String> {
        let mut config = Config::new();
        config
            .cranelift_nan_canonicalization(true)
            .wasm_custom_page_sizes(true)
            .wasm_tail_call(true)
            .wasm_simd(false)
            .wasm_relaxed_simd(false)
            .max_wasm_stack(NATIVE_STACK)
            .async_stack_size(FIBER_STACK);
        let engine = Engine::new(&config).map_err(|error| format!("{error:#}"))?;
        let mut linker = Linker::new(&engine);
        define(&mut linker).map_err(|error| format!("{error:#}"))?;
        let cache = cache.map(Cache::new);
        Ok(Compiler { engine, linker, cache, known: Mutex::new(BTreeMap::new()) })
    }

    /// Why a module is not taken; nothing if it is.
    pub fn refusal(&self, wasm: &[u8]) -> Option<String> {
        self.compile(wasm).err().map(|reason| reason.to_string())
    }

    fn compile(&self, wasm: &[u8]) -> Compiled {
        let known = |compiler: &Compiler| {
            compiler.known.lock().expect("who holds it does not panic").get(wasm).cloned()
        };
        if let Some(known) = known(self) {
            return known;
        }
        let compiled = self.compile_anew(wasm).map_err(Arc::from);
        let mut all = self.known.lock().expect("who holds it does not panic");
        if KNOWN_MAX <= all.len() {
            // Whoever still runs some of it holds it himself.
            all.clear();
        }
        all.insert(wasm.to_vec(), compiled.clone());
        compiled
    }

    fn compile_anew(&self, wasm: &[u8]) -> Result<Arc<InstancePre<Desk>>, String> {
        let metered = meter(wasm, &LIMITS).map_err(|reason| reason.to_string())?;
        let module = match &self.cache {
            Some(cache) => cache.load(&self.engine, &metered.wasm),
            None => Module::new(&self.engine, &metered.wasm),
        };
        let linked = module.and_then(|module| self.linker.instantiate_pre(&module));
        linked.map(Arc::new).map_err(|error| format!("{error:#}"))
    }
}

/// The engine of one kernel. All kernels may share one compiler.
#[derive(Clone, Debug)]
pub struct External(pub Arc<Compiler>);

impl ExternalEngine for External {
    fn load(&mut self, wasm: &[u8]) -> Result<Rc<dyn ExternalModule>, String> {
        let compiled = self.0.compile(wasm).map_err(|reason| reason.to_string())?;
        Ok(Rc::new(Loaded(compiled)))
    }
}

struct Loaded(Arc<InstancePre<Desk>>);

impl ExternalModule for Loaded {
    fn open(&self, bounds: ExternalBounds) -> Option<Box<dyn ExternalInstance>> {
        Some(Box::new(Instance::open(&self.0, bounds)?))
    }
}
