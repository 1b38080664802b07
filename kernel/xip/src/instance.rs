//! Running modules: entered, left, refuelled and resumed.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;
use wasmparser::DataKind;
use wasmparser::ElementItems;
use wasmparser::ElementKind;

use crate::activation::Activation;
use crate::activation::BOTTOM;
use crate::activation::StackBounds;
use crate::activation::Stop;
use crate::constant::evaluate;
use crate::execute::run;
use crate::host::Host;
use crate::kind::Limits;
use crate::module::Module;
use crate::store::Store;
use crate::store::Table;
use crate::store::grow_memory;
use crate::trap::Trap;

/// What an instance is given when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Fuel for the start function. What is left of it is the instance's.
    pub fuel: u64,
    /// Calls that may be nested.
    pub calls_max: usize,
    /// Values of 64 bits that its calls may have together.
    pub values_max: usize,
    /// Bytes that a growing stack leaves free in one piece.
    pub spare: usize,
    /// Tables that it may have.
    pub tables_max: usize,
    /// Elements that one of its tables may have.
    pub elements_max: usize,
    /// The values of imported globals, in their order.
    pub globals: &'a [u64],
    /// Bytes of linear memory that are its own from the start, so that growing up to there depends
    /// on nobody else; no more than its type lets it have.
    pub memory_reserved: usize,
    /// The imported memory, which is made for this instance.
    pub memory: Option<Limits>,
    /// The imported tables, in their order, which are made for this instance.
    pub tables: &'a [Limits],
}

/// Why there is no instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// It was not given what it imports.
    NotGiven,
    /// It starts with more memory than it may have, in bytes.
    TooMuchMemory(usize),
    /// There is no memory for what it starts with or has to have reserved, in bytes.
    OutOfMemory(usize),
    /// It has too many tables.
    TooManyTables,
    /// One of its tables is too large.
    TableTooLarge,
    /// A segment of elements lies outside its table.
    ElementsDoNotFit,
    /// Its start function takes more fuel than there is.
    OutOfFuel,
    /// Its start function has called the host.
    StartCalledHost,
    /// Its start function trapped, or its data lie outside its memory.
    Trapped(Trap),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::NotGiven => f.write_str("it imports what it is not given"),
            OpenError::TooMuchMemory(bytes) => write!(f, "it starts with {bytes} bytes of memory"),
            OpenError::OutOfMemory(bytes) => {
                write!(f, "there are no {bytes} bytes of memory for it")
            }
            OpenError::TooManyTables => f.write_str("it has too many tables"),
            OpenError::TableTooLarge => f.write_str("a table is too large"),
            OpenError::ElementsDoNotFit => f.write_str("an element segment does not fit"),
            OpenError::OutOfFuel => f.write_str("its start function takes too long"),
            OpenError::StartCalledHost => f.write_str("its start function calls the host"),
            OpenError::Trapped(trap) => write!(f, "it does not start: {trap}"),
        }
    }
}

impl core::error::Error for OpenError {}

/// Why an instance stopped running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The function returned: [`Instance::results`].
    Finished,
    /// It has called an imported function, of which this is the number among them:
    /// [`Instance::arguments`]. [`Instance::answer`] goes on.
    Called(usize),
    /// The fuel does not suffice for what comes next: [`Instance::refuel`] goes on once there is
    /// this much.
    OutOfFuel(u64),
    /// It can never go on.
    Trapped(Trap),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// What lies at the bottom of the stack is the results of the last function.
    Idle {
        results: usize,
    },
    Called {
        arguments: usize,
        results: usize,
    },
    OutOfFuel,
}

/// A module with its memory and, while it is out, its suspended call. It holds its module as the
/// caller likes: by reference, or counted.
#[derive(Clone, Debug)]
pub struct Instance<M> {
    module: M,
    store: Store,
    call: Activation,
    state: State,
    /// Results of the function that was entered last.
    results: usize,
}

/// A host whose functions may not be called.
struct Silent<'a, H>(&'a mut H);

impl<H: Host> Host for Silent<'_, H> {
    fn call(&mut self, _: usize, _: &[u64], _: &mut [u8], _: &mut u64) -> Option<u64> {
        None
    }

    fn may_grow(&mut self, current: usize, desired: usize) -> bool {
        self.0.may_grow(current, desired)
    }
}

impl<'wasm, M: Deref<Target = Module<'wasm>>> Instance<M> {
    /// Makes an instance and runs the module's start function, if it has one, which may not call
    /// the host.
    pub fn open<H: Host>(
        module: M,
        given: &Given<'_>,
        host: &mut H,
    ) -> Result<Instance<M>, OpenError> {
        let store = make(&module, given, host)?;
        let bounds =
            StackBounds { calls: given.calls_max, values: given.values_max, spare: given.spare };
        let call = Activation::new(bounds);
        let state = State::Idle { results: 0 };
        let mut instance = Instance { module, store, call, state, results: 0 };
        if let Some(start) = instance.module.start {
            match instance.enter(start, &[], &mut Silent(host)) {
                Exit::Finished => (),
                Exit::Called(_) => return Err(OpenError::StartCalledHost),
                Exit::OutOfFuel(_) => return Err(OpenError::OutOfFuel),
                Exit::Trapped(trap) => return Err(OpenError::Trapped(trap)),
            }
        }
        Ok(instance)
    }

    /// From now on its tables keep their size.
    pub fn keep_tables(&mut self) {
        self.store.elements_max = 0;
    }

    /// Calls a function of the module, imported ones first, with arguments of its type. The
    /// instance must not be suspended.
    pub fn enter<H: Host>(&mut self, function: u32, arguments: &[u64], host: &mut H) -> Exit {
        assert!(matches!(self.state, State::Idle { .. }), "one call at a time");
        self.results = usize::from(self.module.signature(function).results);
        match self.call.begin(&self.module, function, arguments) {
            Ok(()) => self.run(host),
            Err(Stop::Called(import)) => {
                let memory = &mut self.store.memory;
                match host.call(import as usize, arguments, memory, &mut self.store.fuel) {
                    Some(value) => {
                        let results = [value];
                        self.call.answer(arguments.len(), &results[..self.results]);
                        self.leave(Stop::Returned)
                    }
                    None => self.leave(Stop::Called(import)),
                }
            }
            Err(stop) => self.leave(stop),
        }
    }

    /// Goes on after [`Exit::Called`] with the results of the imported function.
    pub fn answer<H: Host>(&mut self, results: &[u64], host: &mut H) -> Exit {
        let State::Called { arguments, results: count } = self.state else {
            panic!("only a call of the host is answered");
        };
        assert!(results.len() == count, "the answer has the type of the function");
        match self.call.answer(arguments, results) {
            true => self.run(host),
            false => self.leave(Stop::Returned),
        }
    }

    /// Goes on after [`Exit::OutOfFuel`].
    pub fn refuel<H: Host>(&mut self, host: &mut H) -> Exit {
        assert!(self.state == State::OutOfFuel, "only an instance out of fuel is refuelled");
        self.run(host)
    }

    fn run<H: Host>(&mut self, host: &mut H) -> Exit {
        let stop = run(&self.module, &mut self.store, &mut self.call, host);
        self.leave(stop)
    }

    fn leave(&mut self, stop: Stop) -> Exit {
        let (state, exit) = match stop {
            Stop::Returned => (State::Idle { results: self.results }, Exit::Finished),
            Stop::Trapped(trap) => (State::Idle { results: 0 }, Exit::Trapped(trap)),
            Stop::OutOfFuel(required) => (State::OutOfFuel, Exit::OutOfFuel(required)),
            Stop::Called(import) => {
                let signature = self.module.signature(import);
                let arguments = usize::from(signature.parameters);
                let results = usize::from(signature.results);
                (State::Called { arguments, results }, Exit::Called(import as usize))
            }
        };
        self.state = state;
        exit
    }

    /// What the last function gave.
    pub fn results(&self) -> &[u64] {
        match self.state {
            State::Idle { results } if results != 0 => &self.call.stack[BOTTOM..BOTTOM + results],
            _ => &[],
        }
    }

    /// What the imported function takes that was called last.
    pub fn arguments(&self) -> &[u64] {
        match self.state {
            State::Called { arguments, .. } => {
                &self.call.stack[self.call.place.top - arguments..self.call.place.top]
            }
            _ => &[],
        }
    }

    /// Its module.
    pub fn module(&self) -> &M {
        &self.module
    }

    /// Fuel that is left.
    pub fn fuel(&self) -> u64 {
        self.store.fuel
    }

    /// Sets the fuel that is left.
    pub fn set_fuel(&mut self, fuel: u64) {
        self.store.fuel = fuel;
    }

    /// Linear memory; empty if the module has none.
    pub fn memory(&self) -> &[u8] {
        &self.store.memory
    }

    /// The same, to be written to.
    pub fn memory_mut(&mut self) -> &mut [u8] {
        &mut self.store.memory
    }

    /// Grows the memory by so many pages, without fuel; `None` if it cannot. Returns how many pages
    /// there were.
    pub fn grow_memory<H: Host>(&mut self, pages: u32, host: &mut H) -> Option<u32> {
        let kind = self.store.memory_type?;
        let memory = &mut self.store.memory;
        let mut fuel = u64::MAX;
        grow_memory(memory, kind, pages, &mut fuel, host).ok()?
    }

    /// A global, imported ones first; `None` if there is none.
    pub fn global(&self, index: u32) -> Option<u64> {
        self.store.globals.get(index as usize).copied()
    }

    /// Bytes of heap that it takes, with its memory.
    pub fn heap_bytes(&self) -> usize {
        self.store.heap_bytes() + self.call.heap_bytes()
    }
}

/// Makes what an instance owns: tables first, then memory and globals, then what lies in them.
fn make<H: Host>(module: &Module<'_>, given: &Given<'_>, host: &mut H) -> Result<Store, OpenError> {
    if given.globals.len() < module.imported_globals
        || given.tables.len() < module.imported_tables
        || given.memory.is_none() && module.is_memory_imported
    {
        return Err(OpenError::NotGiven);
    }
    let mut globals = list(module.globals.len())?;
    globals.extend_from_slice(&given.globals[..module.imported_globals]);
    let mut is_data_dropped = list(module.data.len())?;
    is_data_dropped.resize(module.data.len(), false);
    let segments = module.element_section().map_or(0, |section| section.count() as usize);
    let mut store = Store {
        memory: Vec::new(),
        memory_type: module.memory,
        globals,
        tables: tables(module, given)?,
        elements: list(segments)?,
        is_data_dropped,
        elements_max: given.elements_max,
        fuel: given.fuel,
    };
    if let Some(kind) = &mut store.memory_type {
        if let Some(limits) = given.memory.filter(|_| module.is_memory_imported) {
            kind.limits = limits;
        }
        let bytes = kind.limits.minimum.checked_shl(kind.page_bits).unwrap_or(u64::MAX);
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        if !host.may_grow(0, bytes) {
            return Err(OpenError::TooMuchMemory(bytes));
        }
        let reserved = bytes.max(given.memory_reserved.min(kind.bytes_max()));
        let taken = store.memory.try_reserve_exact(reserved);
        taken.map_err(|_| OpenError::OutOfMemory(reserved))?;
        store.memory.resize(bytes, 0);
    }
    for global in module.global_section().into_iter().flatten() {
        let global = global.expect("the module is valid");
        let value = evaluate(&global.init_expr, &store.globals);
        store.globals.push(value.expect("constants name globals before them"));
    }
    fill_tables(module, &mut store)?;
    fill_memory(module, &mut store)?;
    Ok(store)
}

/// A list with place for so many elements.
fn list<T>(count: usize) -> Result<Vec<T>, OpenError> {
    let mut list = Vec::new();
    let taken = list.try_reserve_exact(count);
    taken.map_err(|_| OpenError::OutOfMemory(count.saturating_mul(size_of::<T>())))?;
    Ok(list)
}

fn tables(module: &Module<'_>, given: &Given<'_>) -> Result<Vec<Table>, OpenError> {
    if given.tables_max < module.tables.len() {
        return Err(OpenError::TooManyTables);
    }
    let imported = given.tables[..module.imported_tables].iter();
    let own = module.tables[module.imported_tables..].iter().map(|table| &table.limits);
    imported
        .chain(own)
        .map(|limits| {
            let count = usize::try_from(limits.minimum).unwrap_or(usize::MAX);
            if given.elements_max < count {
                return Err(OpenError::TableTooLarge);
            }
            let mut elements = list(count)?;
            elements.resize(count, 0);
            Ok(Table { elements, maximum: limits.maximum })
        })
        .collect()
}

fn fill_tables(module: &Module<'_>, store: &mut Store) -> Result<(), OpenError> {
    for segment in module.element_section().into_iter().flatten() {
        let segment = segment.expect("the module is valid");
        let items = match segment.kind {
            ElementKind::Declared => Vec::new(),
            _ => items(&segment.items, &store.globals)?,
        };
        let ElementKind::Active { table_index, offset_expr } = segment.kind else {
            store.elements.push(items);
            continue;
        };
        let offset = evaluate(&offset_expr, &store.globals);
        let start = offset.expect("constants name globals before them") as usize;
        let elements = &mut store.tables[table_index.unwrap_or(0) as usize].elements;
        let place = elements.get_mut(start..).and_then(|place| place.get_mut(..items.len()));
        place.ok_or(OpenError::ElementsDoNotFit)?.copy_from_slice(&items);
        // An active segment is empty from then on.
        store.elements.push(Vec::new());
    }
    Ok(())
}

fn items(items: &ElementItems<'_>, globals: &[u64]) -> Result<Vec<u32>, OpenError> {
    match items {
        ElementItems::Functions(functions) => {
            let mut all = list(functions.count() as usize)?;
            for function in functions.clone() {
                all.push(function.expect("the module is valid") + 1);
            }
            Ok(all)
        }
        ElementItems::Expressions(_, expressions) => {
            let mut all = list(expressions.count() as usize)?;
            for expression in expressions.clone() {
                let value = evaluate(&expression.expect("the module is valid"), globals);
                all.push(value.expect("constants name globals before them") as u32);
            }
            Ok(all)
        }
    }
}

fn fill_memory(module: &Module<'_>, store: &mut Store) -> Result<(), OpenError> {
    for segment in module.data_section().into_iter().flatten() {
        let segment = segment.expect("the module is valid");
        let DataKind::Active { offset_expr, .. } = segment.kind else { continue };
        let offset = evaluate(&offset_expr, &store.globals);
        let start = offset.expect("constants name globals before them") as usize;
        let place = store.memory.get_mut(start..);
        let place = place.and_then(|place| place.get_mut(..segment.data.len()));
        place.ok_or(OpenError::Trapped(Trap::MemoryOutOfBounds))?.copy_from_slice(segment.data);
    }
    Ok(())
}
