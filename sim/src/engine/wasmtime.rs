//! wasmtime, with one compiler for all worlds of this program.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::OnceLock;

use engine::Compiler;
use engine::External;
use kernel::Foundry;

/// Where kernels get it from, if it runs on this computer.
pub(super) fn foundry() -> Option<Foundry> {
    let compiler = Arc::clone(compiler()?);
    Some(Foundry::external(Rc::new(RefCell::new(External(compiler)))))
}

/// Why a module runs on wasmi; nothing if it does not.
pub(super) fn refusal(wasm: &[u8]) -> Option<String> {
    match compiler() {
        Some(compiler) => compiler.refusal(wasm),
        None => Some("wasmtime does not run on this computer".to_owned()),
    }
}

/// What it compiles stays beside this program's other parts until `cargo clean`.
fn compiler() -> Option<&'static Arc<Compiler>> {
    static COMPILER: OnceLock<Option<Arc<Compiler>>> = OnceLock::new();
    let cache = Path::new(env!("OUT_DIR")).join("compiled");
    let made = COMPILER.get_or_init(|| Compiler::new(Some(&cache)).ok().map(Arc::new));
    made.as_ref()
}
