//! The same run on wasmi, configured as the kernel does.

use crate::reference::given;
use crate::reference::script::Draw;
use crate::reference::script::Script;
use crate::reference::script::Seen;
use crate::reference::script::hash;
use crate::reference::script::shown;
use wasmi::Caller;
use wasmi::CompilationMode;
use wasmi::Config;
use wasmi::Engine;
use wasmi::Error;
use wasmi::Extern;
use wasmi::ExternType;
use wasmi::Func;
use wasmi::FuncType;
use wasmi::Global;
use wasmi::Instance;
use wasmi::Memory;
use wasmi::Module;
use wasmi::Nullable;
use wasmi::OperatorCost;
use wasmi::Ref;
use wasmi::ResourceLimiter;
use wasmi::ResumableCall;
use wasmi::Store;
use wasmi::Table;
use wasmi::TrapCode;
use wasmi::Val;
use wasmi::ValType;
use wasmi::errors::ErrorKind;
use wasmi::errors::InstantiationError;
use wasmi_core::LimiterError;
use xip::OpenError;
use xip::Trap;
use xip::ValueType;

struct Desk {
    script: Script,
    memory: Option<Memory>,
    quota: Quota,
    is_made: bool,
    /// The results of the call that left.
    left: Option<Vec<u64>>,
    has_start_called: bool,
}

struct Quota {
    memory_max: usize,
    denied: Option<usize>,
    is_made: bool,
}

impl ResourceLimiter for Quota {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        if desired <= self.memory_max {
            return Ok(true);
        }
        self.denied = self.denied.or(Some(desired));
        Ok(false)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        Ok(!self.is_made && desired <= given::ELEMENTS_MAX)
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        2 * given::TABLES_MAX
    }

    fn memories(&self) -> usize {
        2
    }
}

pub(crate) fn engine() -> Engine {
    let costs =
        OperatorCost { table_grow: u8::MAX, memory_grow: u8::MAX, ..OperatorCost::default() };
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .operator_cost(costs)
        .compilation_mode(CompilationMode::Eager)
        .ignore_custom_sections(true)
        .wasm_custom_page_sizes(true)
        .wasm_multi_memory(false)
        .set_max_recursion_depth(given::CALLS_MAX)
        .set_max_stack_height(given::STACK_MAX)
        .set_min_stack_height(256)
        .set_max_cached_stacks(1);
    Engine::new(&config)
}

/// Fills the stack that the engine keeps for its next call with a value.
pub(crate) fn leave_dirt(engine: &Engine, dirt: u64) {
    let locals = "i64 ".repeat(60);
    let sets: String = (2..62).map(|local| format!("(local.set {local} (local.get 0))")).collect();
    let text = format!(
        r#"(module (func $f (export "f") (param i64 i32) (local {locals}) {sets}
        (if (local.get 1)
          (then (call $f (local.get 0) (i32.sub (local.get 1) (i32.const 1)))))))"#
    );
    let module = Module::new(engine, wat::parse_str(text).unwrap()).unwrap();
    let mut store = Store::new(engine, ());
    store.set_fuel(1 << 30).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let function = instance.get_typed_func::<(i64, i32), ()>(&store, "f").unwrap();
    function.call(&mut store, (dirt.cast_signed(), 40)).unwrap();
}

fn kind_of(kind: ValType) -> ValueType {
    match kind {
        ValType::I32 => ValueType::I32,
        ValType::I64 => ValueType::I64,
        ValType::F32 => ValueType::F32,
        ValType::F64 => ValueType::F64,
        ValType::FuncRef => ValueType::FuncRef,
        _ => ValueType::ExternRef,
    }
}

fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(value) => u64::from(value.to_bits()),
        Val::F64(value) => value.to_bits(),
        Val::FuncRef(value) => u64::from(!value.is_null()),
        Val::ExternRef(value) => u64::from(!value.is_null()),
        _ => unreachable!("the profile has no vectors"),
    }
}

fn value(bits: u64, kind: ValType) -> Val {
    match kind {
        ValType::I32 => Val::I32((bits as u32).cast_signed()),
        ValType::I64 => Val::I64(bits.cast_signed()),
        ValType::F32 => Val::F32(wasmi::F32::from_bits(bits as u32)),
        ValType::F64 => Val::F64(wasmi::F64::from_bits(bits)),
        ValType::FuncRef => Val::FuncRef(Nullable::Null),
        _ => Val::ExternRef(Nullable::Null),
    }
}

fn trap_of(error: &Error) -> Trap {
    match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => Trap::Unreachable,
        Some(TrapCode::MemoryOutOfBounds) => Trap::MemoryOutOfBounds,
        Some(TrapCode::TableOutOfBounds) => Trap::TableOutOfBounds,
        Some(TrapCode::IndirectCallToNull) => Trap::IndirectCallToNull,
        Some(TrapCode::IntegerDivisionByZero) => Trap::IntegerDivisionByZero,
        Some(TrapCode::IntegerOverflow) => Trap::IntegerOverflow,
        Some(TrapCode::BadConversionToInteger) => Trap::BadConversion,
        Some(TrapCode::StackOverflow) => Trap::StackOverflow,
        Some(TrapCode::BadSignature) => Trap::BadSignature,
        _ => panic!("an error of wasmi's own: {error}"),
    }
}

fn host_function(store: &mut Store<Desk>, kind: FuncType, import: usize) -> Func {
    let results: Vec<ValueType> = kind.results().iter().copied().map(kind_of).collect();
    let types: Vec<ValType> = kind.results().to_vec();
    Func::new(store, kind, move |mut caller: Caller<'_, Desk>, arguments, outputs| {
        if !caller.data().is_made {
            caller.data_mut().has_start_called = true;
            return Err(Error::i32_exit(0));
        }
        let fuel = caller.get_fuel().unwrap();
        let arguments = arguments.iter().map(bits).collect();
        let memory = caller.data().memory;
        let (bytes, desk): (&mut [u8], &mut Desk) = match memory {
            Some(memory) => memory.data_and_store_mut(&mut caller),
            None => (&mut [], caller.data_mut()),
        };
        let reply = desk.script.call(import, arguments, &results, bytes, fuel);
        caller.set_fuel(fuel.saturating_sub(reply.fuel)).unwrap();
        if reply.leaves {
            caller.data_mut().left = Some(reply.results);
            return Err(Error::i32_exit(0));
        }
        for ((output, word), kind) in outputs.iter_mut().zip(reply.results).zip(&types) {
            *output = value(word, *kind);
        }
        Ok(())
    })
}

/// Opens the module and calls what it exports, or the function of this name alone.
pub(crate) fn run(
    engine: &Engine,
    module: &Module,
    only: Option<&str>,
    budget: u64,
    script: Script,
) -> Vec<Seen> {
    let quota = Quota { memory_max: script.memory_max, denied: None, is_made: false };
    let desk =
        Desk { script, memory: None, quota, is_made: false, left: None, has_start_called: false };
    let mut store = Store::new(engine, desk);
    store.limiter(|desk| &mut desk.quota);
    store.set_fuel(given::START_FUEL).unwrap();
    if let Err(error) = open(&mut store, module) {
        store.data_mut().script.seen.push(Seen::NotOpen(error));
    } else {
        call_all(&mut store, only, budget);
    }
    store.into_data().script.seen
}

thread_local! {
    static MADE: core::cell::Cell<Option<Instance>> = const { core::cell::Cell::new(None) };
}

fn open(store: &mut Store<Desk>, module: &Module) -> Result<(), OpenError> {
    let mut externs = Vec::new();
    let mut functions = 0;
    let mut memory = None;
    for import in module.imports() {
        externs.push(match import.ty() {
            ExternType::Func(kind) => {
                functions += 1;
                Extern::Func(host_function(store, kind.clone(), functions - 1))
            }
            ExternType::Memory(kind) => {
                let made = Memory::new(&mut *store, *kind);
                memory = made.as_ref().ok().copied();
                let denied = store.data().quota.denied.unwrap_or(usize::MAX);
                Extern::Memory(made.map_err(|_| OpenError::TooMuchMemory(denied))?)
            }
            ExternType::Table(kind) => {
                let made = Table::new(&mut *store, *kind, Ref::null(kind.element()));
                Extern::Table(made.map_err(|_| OpenError::TableTooLarge)?)
            }
            ExternType::Global(kind) => {
                let first = value(given::global(kind_of(kind.content())), kind.content());
                Extern::Global(Global::new(&mut *store, first, kind.mutability()))
            }
        });
    }
    let instance = Instance::new(&mut *store, module, &externs).map_err(|error| {
        if store.data().has_start_called {
            return OpenError::StartCalledHost;
        }
        if let Some(denied) = store.data().quota.denied
            && error.as_trap_code().is_none()
        {
            return OpenError::TooMuchMemory(denied);
        }
        match (error.as_trap_code(), error.kind()) {
            (Some(TrapCode::OutOfFuel), _) => OpenError::OutOfFuel,
            (Some(_), _) => OpenError::Trapped(trap_of(&error)),
            (None, ErrorKind::Instantiation(reason)) => match reason {
                InstantiationError::TooManyTables => OpenError::TooManyTables,
                InstantiationError::FailedToInstantiateTable(_) => OpenError::TableTooLarge,
                InstantiationError::ElementSegmentDoesNotFit { .. } => OpenError::ElementsDoNotFit,
                reason => panic!("an error of wasmi's own: {reason}"),
            },
            _ => panic!("an error of wasmi's own: {error}"),
        }
    })?;
    let exported = instance.exports(&*store).find_map(|export| export.into_memory());
    store.data_mut().memory = memory.or(exported);
    store.data_mut().quota.is_made = true;
    store.data_mut().is_made = true;
    MADE.set(Some(instance));
    Ok(())
}

fn call_all(store: &mut Store<Desk>, only: Option<&str>, budget: u64) {
    let instance = MADE.get().unwrap();
    let exports: Vec<(String, Extern)> = instance
        .exports(&*store)
        .map(|export| (export.name().to_string(), export.into_extern()))
        .collect();
    let mut draw = Draw::new(budget);
    // wasmi lists exports by name; ours are in the order of the module.
    let order = given::ORDER.take();
    for name in &order {
        let Some((_, Extern::Func(function))) = exports.iter().find(|(known, _)| known == name)
        else {
            continue;
        };
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let globals: Vec<Global> = order
            .iter()
            .filter_map(|name| exports.iter().find(|(known, _)| known == name))
            .filter_map(|(_, export)| export.into_global())
            .collect();
        if !call(store, *function, &globals, budget, &mut draw) {
            return;
        }
    }
}

/// Whether there is more to see.
fn call(
    store: &mut Store<Desk>,
    function: Func,
    globals: &[Global],
    budget: u64,
    draw: &mut Draw,
) -> bool {
    let kind = function.ty(&*store);
    let arguments: Vec<Val> = kind
        .params()
        .iter()
        .map(|kind| value(given::argument(draw, kind_of(*kind)), *kind))
        .collect();
    let mut results = vec![Val::I32(0); kind.results().len()];
    store.set_fuel(budget).unwrap();
    let mut ended = function.call_resumable(&mut *store, &arguments, &mut results);
    loop {
        let fuel = store.get_fuel().unwrap();
        let memory = store.data().memory;
        let memory = memory.map_or(hash(&[]), |memory| hash(memory.data(&*store)));
        if store.data().script.is_enough() {
            store.data_mut().script.seen.push(Seen::Enough);
            return false;
        }
        ended = match ended {
            Ok(ResumableCall::Finished) => {
                let values = results.iter().map(bits).collect();
                return finish(store, values, fuel, memory, globals);
            }
            Ok(ResumableCall::OutOfFuel(call)) => {
                let required = call.required_fuel();
                store.data_mut().script.seen.push(Seen::OutOfFuel { required, fuel, memory });
                store.set_fuel(given::refuelled(fuel, required, budget)).unwrap();
                call.resume(&mut *store, &mut results)
            }
            Ok(ResumableCall::HostTrap(call)) => {
                let left = store.data_mut().left.take().unwrap();
                let types = call.host_func().ty(&*store).results().to_vec();
                let answer: Vec<Val> =
                    left.iter().zip(&types).map(|(word, kind)| value(*word, *kind)).collect();
                call.resume(&mut *store, &answer, &mut results)
            }
            Err(error) => match store.data_mut().left.take() {
                // The function ended in a tail call of the host, whose answer is its own.
                Some(left) => {
                    let kinds = kind.results().iter().map(|kind| kind_of(*kind));
                    let values = left.iter().zip(kinds);
                    let values = values.map(|(word, kind)| shown(*word, kind)).collect();
                    return finish(store, values, fuel, memory, globals);
                }
                None => {
                    let trap = trap_of(&error);
                    store.data_mut().script.seen.push(Seen::Trapped { trap, fuel, memory });
                    return false;
                }
            },
        };
    }
}

fn finish(
    store: &mut Store<Desk>,
    results: Vec<u64>,
    fuel: u64,
    memory: u64,
    globals: &[Global],
) -> bool {
    let globals = globals.iter().map(|global| bits(&global.get(&*store))).collect();
    store.data_mut().script.seen.push(Seen::Finished { results, fuel, memory, globals });
    true
}
