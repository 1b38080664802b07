//! A run of a metered module on wasmtime.

use crate::reference::given;
use crate::reference::script::Draw;
use crate::reference::script::Script;
use crate::reference::script::Seen;
use crate::reference::script::hash;
use crate::reference::script::shown;
use metering::interface;
use std::cell::LazyCell;
use std::cell::RefCell;
use wasmtime::Caller;
use wasmtime::Config;
use wasmtime::Engine;
use wasmtime::Extern;
use wasmtime::ExternType;
use wasmtime::Func;
use wasmtime::Global;
use wasmtime::HeapType;
use wasmtime::Instance;
use wasmtime::Memory;
use wasmtime::Module;
use wasmtime::Ref;
use wasmtime::ResourceLimiter;
use wasmtime::Result;
use wasmtime::Store;
use wasmtime::Table;
use wasmtime::Val;
use wasmtime::ValType;
use xip::OpenError;
use xip::Trap;
use xip::ValueType;

thread_local! {
    static ENGINE: LazyCell<Engine> = const { LazyCell::new(engine) };
    static LAST: RefCell<Option<(Vec<u8>, Module)>> = const { RefCell::new(None) };
}

struct Desk {
    script: Script,
    budget: u64,
    types: Vec<xip::FunctionType>,
    memory: Option<Memory>,
    is_made: bool,
    has_start_called: bool,
    denied: Option<usize>,
    /// The answer of the call that waits, and the fuel then.
    answer: (u64, u64),
}

/// How a run ends that nobody has to explain.
#[derive(Debug)]
struct Stop;

impl core::fmt::Display for Stop {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("there is no more to see")
    }
}

impl core::error::Error for Stop {}

impl ResourceLimiter for Desk {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.is_made || desired <= self.script.memory_max)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.is_made || desired <= given::ELEMENTS_MAX)
    }

    fn tables(&self) -> usize {
        2 * given::TABLES_MAX
    }
}

fn engine() -> Engine {
    let mut config = Config::new();
    config
        .cranelift_nan_canonicalization(true)
        .wasm_custom_page_sizes(true)
        .wasm_tail_call(true)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .memory_reservation(1 << 20)
        .memory_guard_size(1 << 16);
    Engine::new(&config).expect("this computer has what it takes")
}

/// Compiles a metered module, unless it is the one that was compiled last.
pub(crate) fn compile(wasm: &[u8]) -> Result<Module> {
    if let Some((_, module)) = LAST.take().filter(|(bytes, _)| bytes == wasm) {
        LAST.set(Some((wasm.to_vec(), module.clone())));
        return Ok(module);
    }
    let module = ENGINE.with(|engine| Module::new(engine, wasm))?;
    LAST.set(Some((wasm.to_vec(), module.clone())));
    Ok(module)
}

fn kind_of(kind: &ValType) -> ValueType {
    match kind {
        ValType::I32 => ValueType::I32,
        ValType::I64 => ValueType::I64,
        ValType::F32 => ValueType::F32,
        ValType::F64 => ValueType::F64,
        ValType::Ref(kind) if matches!(kind.heap_type(), HeapType::Func) => ValueType::FuncRef,
        _ => ValueType::ExternRef,
    }
}

fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(value) => u64::from(*value),
        Val::F64(value) => *value,
        Val::FuncRef(value) => u64::from(value.is_some()),
        Val::ExternRef(value) => u64::from(value.is_some()),
        _ => unreachable!("the profile has no vectors"),
    }
}

fn value(bits: u64, kind: &ValType) -> Val {
    match kind {
        ValType::I32 => Val::I32((bits as u32).cast_signed()),
        ValType::I64 => Val::I64(bits.cast_signed()),
        ValType::F32 => Val::F32(bits as u32),
        ValType::F64 => Val::F64(bits),
        ValType::Ref(kind) => Val::null_ref(kind.heap_type()),
        _ => unreachable!("the profile has no vectors"),
    }
}

fn trap_of(error: &wasmtime::Error) -> Option<Trap> {
    Some(match error.downcast_ref::<wasmtime::Trap>()? {
        wasmtime::Trap::UnreachableCodeReached => Trap::Unreachable,
        wasmtime::Trap::MemoryOutOfBounds => Trap::MemoryOutOfBounds,
        wasmtime::Trap::TableOutOfBounds => Trap::TableOutOfBounds,
        wasmtime::Trap::IndirectCallToNull => Trap::IndirectCallToNull,
        wasmtime::Trap::IntegerDivisionByZero => Trap::IntegerDivisionByZero,
        wasmtime::Trap::IntegerOverflow => Trap::IntegerOverflow,
        wasmtime::Trap::BadConversionToInteger => Trap::BadConversion,
        wasmtime::Trap::StackOverflow => Trap::StackOverflow,
        wasmtime::Trap::BadSignature => Trap::BadSignature,
        trap => panic!("a trap of wasmtime's own: {trap}"),
    })
}

type Words = (u64, u64, u64, u64, u64, u64, u64);

fn call(
    mut caller: Caller<'_, Desk>,
    import: u32,
    words: Words,
    fuel: u64,
) -> Result<(u64, u64, u32)> {
    if !caller.data().is_made {
        caller.data_mut().has_start_called = true;
        return Err(Stop.into());
    }
    let (bytes, desk): (&mut [u8], &mut Desk) = match caller.data().memory {
        Some(memory) => memory.data_and_store_mut(&mut caller),
        None => (&mut [], caller.data_mut()),
    };
    let kind = &desk.types[import as usize];
    let words = [words.0, words.1, words.2, words.3, words.4, words.5, words.6];
    let arguments = words[..kind.parameters.len()].to_vec();
    let reply = desk.script.call(import as usize, arguments, &kind.results, bytes, fuel);
    let word = reply.results.first().copied().unwrap_or(0);
    let fuel = fuel.saturating_sub(reply.fuel);
    if !reply.leaves {
        return Ok((word, fuel, 0));
    }
    desk.answer = (word, fuel);
    Ok((u64::MAX, u64::MAX, 1))
}

fn interface(store: &mut Store<Desk>) -> Vec<Extern> {
    let call = Func::wrap(
        &mut *store,
        |caller: Caller<'_, Desk>,
         import: u32,
         a: u64,
         b: u64,
         c: u64,
         d: u64,
         e: u64,
         f: u64,
         g: u64,
         fuel: u64| call(caller, import, (a, b, c, d, e, f, g), fuel),
    );
    let wait = Func::wrap(&mut *store, |mut caller: Caller<'_, Desk>| {
        look(&mut caller)?;
        Ok(caller.data().answer)
    });
    let refuel =
        Func::wrap(&mut *store, |mut caller: Caller<'_, Desk>, required: u64, fuel: u64| {
            if !caller.data().is_made {
                return Err(OutOfFuel.into());
            }
            let memory = look(&mut caller)?;
            let desk = caller.data_mut();
            desk.script.seen.push(Seen::OutOfFuel { required, fuel, memory });
            Ok(given::refuelled(fuel, required, desk.budget))
        });
    let may_grow = Func::wrap(&mut *store, |mut caller: Caller<'_, Desk>, bytes: u64| {
        let desk = caller.data_mut();
        let allows = bytes as usize <= desk.script.memory_max;
        desk.denied = desk.denied.or((!allows).then_some(bytes as usize));
        u32::from(allows)
    });
    let may_grow_table = Func::wrap(&mut *store, |caller: Caller<'_, Desk>, elements: u64| {
        u32::from(!caller.data().is_made && elements <= given::ELEMENTS_MAX as u64)
    });
    let overflow =
        Func::wrap(&mut *store, || -> Result<()> { Err(wasmtime::Trap::StackOverflow.into()) });
    [call, wait, refuel, may_grow, may_grow_table, overflow].map(Extern::Func).to_vec()
}

/// The start function has used up its fuel.
#[derive(Debug)]
struct OutOfFuel;

impl core::fmt::Display for OutOfFuel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the fuel for the start is used up")
    }
}

impl core::error::Error for OutOfFuel {}

/// What lies in memory, if there was not enough to see yet.
fn look(caller: &mut Caller<'_, Desk>) -> Result<u64> {
    if caller.data().script.is_enough() {
        caller.data_mut().script.seen.push(Seen::Enough);
        return Err(Stop.into());
    }
    let memory = caller.data().memory;
    Ok(memory.map_or(hash(&[]), |memory| hash(memory.data(&*caller))))
}

/// Opens the module and calls what it exports, or the function of this name alone.
pub(crate) fn run(
    original: &xip::Module<'_>,
    module: &Module,
    only: Option<&str>,
    budget: u64,
    script: Script,
) -> Vec<Seen> {
    let types = original.imports().filter_map(|import| match import.kind {
        xip::ExternType::Function(kind) => Some(kind),
        _ => None,
    });
    let desk = Desk {
        script,
        budget,
        types: types.collect(),
        memory: None,
        is_made: false,
        has_start_called: false,
        denied: None,
        answer: (0, 0),
    };
    let mut store = Store::new(module.engine(), desk);
    store.limiter(|desk| desk);
    match open(&mut store, original, module) {
        Ok(instance) => call_all(&mut store, original, instance, only),
        Err(error) => store.data_mut().script.seen.push(Seen::NotOpen(error)),
    }
    store.into_data().script.seen
}

fn open(
    store: &mut Store<Desk>,
    original: &xip::Module<'_>,
    module: &Module,
) -> Result<Instance, OpenError> {
    let (mut externs, mut tables) = (Vec::new(), 0);
    let mut memory = None;
    let mut functions = interface(store).into_iter();
    for import in module.imports() {
        externs.push(match import.ty() {
            ExternType::Func(_) => functions.next().expect("there are as many as it imports"),
            ExternType::Memory(kind) => {
                let wanted = (kind.minimum() * kind.page_size()) as usize;
                let made = Memory::new(&mut *store, kind);
                memory = made.as_ref().ok().copied();
                Extern::Memory(made.map_err(|_| OpenError::TooMuchMemory(wanted))?)
            }
            ExternType::Table(kind) => {
                let nothing = match kind.element() {
                    kind if matches!(kind.heap_type(), HeapType::Func) => Ref::Func(None),
                    _ => Ref::Extern(None),
                };
                let made = Table::new(&mut *store, kind, nothing);
                Extern::Table(made.map_err(|_| OpenError::TableTooLarge)?)
            }
            ExternType::Global(kind) => {
                let first = given::global(kind_of(kind.content()));
                let first = value(first, kind.content());
                Extern::Global(Global::new(&mut *store, kind, first).expect("it is of its type"))
            }
            kind => unreachable!("the profile has no {kind:?}"),
        });
    }
    for export in original.exports() {
        tables += usize::from(matches!(export.kind, xip::ExternType::Table(_)));
    }
    if given::TABLES_MAX < tables {
        return Err(OpenError::TooManyTables);
    }
    let made = Instance::new(&mut *store, module, &externs);
    let instance = made.map_err(|error| match trap_of(&error) {
        Some(Trap::TableOutOfBounds) => OpenError::ElementsDoNotFit,
        Some(trap) => OpenError::Trapped(trap),
        None => panic!("it is not made: {error:#}"),
    })?;
    let fuel = instance.get_global(&mut *store, interface::FUEL).expect("it is metered");
    fuel.set(&mut *store, Val::I64(given::START_FUEL as i64)).expect("it is of 64 bits");
    if let Some(start) = instance.get_func(&mut *store, interface::START) {
        let done = start.call(&mut *store, &[], &mut []);
        done.map_err(|error| match trap_of(&error) {
            Some(trap) => OpenError::Trapped(trap),
            None if error.is::<OutOfFuel>() => OpenError::OutOfFuel,
            None => OpenError::StartCalledHost,
        })?;
    }
    let exported = instance.exports(&mut *store).find_map(|export| export.into_memory());
    store.data_mut().memory = memory.or(exported);
    store.data_mut().is_made = true;
    Ok(instance)
}

fn call_all(
    store: &mut Store<Desk>,
    original: &xip::Module<'_>,
    instance: Instance,
    only: Option<&str>,
) {
    let exports: Vec<xip::Export> = original.exports().collect();
    let globals: Vec<Global> = exports
        .iter()
        .filter(|export| matches!(export.kind, xip::ExternType::Global(_)))
        .map(|export| instance.get_global(&mut *store, &export.name).expect("it is still there"))
        .collect();
    let budget = store.data().budget;
    let mut draw = Draw::new(budget);
    for export in &exports {
        let xip::ExternType::Function(_) = &export.kind else { continue };
        if only.is_some_and(|only| only != export.name) {
            continue;
        }
        let function = instance.get_func(&mut *store, &export.name).expect("it is still there");
        if !call_one(store, instance, function, &globals, &mut draw) {
            return;
        }
    }
}

/// Whether there is more to see.
fn call_one(
    store: &mut Store<Desk>,
    instance: Instance,
    function: Func,
    globals: &[Global],
    draw: &mut Draw,
) -> bool {
    let kind = function.ty(&*store);
    let arguments: Vec<Val> =
        kind.params().map(|kind| value(given::argument(draw, kind_of(&kind)), &kind)).collect();
    let mut results = vec![Val::I32(0); kind.results().len()];
    let account = instance.get_global(&mut *store, interface::FUEL).expect("it is metered");
    let budget = store.data().budget;
    account.set(&mut *store, Val::I64(budget as i64)).expect("it is of 64 bits");
    let ended = function.call(&mut *store, &arguments, &mut results);
    let fuel = bits(&account.get(&mut *store));
    let memory = store.data().memory;
    let memory = memory.map_or(hash(&[]), |memory| hash(memory.data(&*store)));
    if let Err(error) = &ended
        && error.is::<Stop>()
    {
        return false;
    }
    if store.data().script.is_enough() {
        store.data_mut().script.seen.push(Seen::Enough);
        return false;
    }
    if let Err(error) = ended {
        let trap = trap_of(&error).unwrap_or_else(|| panic!("an error of wasmtime's: {error:#}"));
        store.data_mut().script.seen.push(Seen::Trapped { trap, fuel, memory });
        return false;
    }
    let kinds = kind.results().map(|kind| kind_of(&kind));
    let results = results.iter().zip(kinds).map(|(value, kind)| shown(bits(value), kind)).collect();
    let globals = globals.iter().map(|global| bits(&global.get(&mut *store))).collect();
    store.data_mut().script.seen.push(Seen::Finished { results, fuel, memory, globals });
    true
}
