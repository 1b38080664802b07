//! A running module. Everything of it belongs to a task: a future that owns the store, takes orders
//! and is polled by hand. A call that must wait suspends the wasm in the middle, on a stack of its
//! own, and the future with it. No thread waits for anything.

use core::pin::Pin;
use core::pin::pin;
use core::task::Context;
use core::task::Poll;
use core::task::Waker;

use kernel::engine::ExternalBounds;
use kernel::engine::ExternalEntry;
use kernel::engine::ExternalExit;
use kernel::engine::ExternalInstance;
use kernel::engine::ExternalReturn;
use kernel::engine::Outside;
use kernel::fault::Fault;
use metering::interface;
use wasmtime::Global;
use wasmtime::InstancePre;
use wasmtime::Store;
use wasmtime::Trap;
use wasmtime::TypedFunc;
use wasmtime::Val;

use crate::desk::Desk;
use crate::view::View;
use crate::wire::Order;
use crate::wire::Report;
use crate::wire::Wire;

/// A module with its memory and, between two slices, its suspended call.
pub(crate) struct Instance {
    task: Pin<Box<dyn Future<Output = ()>>>,
    wire: Wire,
    view: View,
    fuel: u64,
}

/// What can be called, and the account.
struct Doors {
    instance: wasmtime::Instance,
    fuel: Global,
    start_section: Option<TypedFunc<(), ()>>,
    initialize: Option<TypedFunc<(), ()>>,
    start: Option<TypedFunc<(), ()>>,
    handler: Option<TypedFunc<(u32, u64, u32, u32), u32>>,
}

impl Instance {
    /// Makes an instance of which nothing has run; `None` if it does not work out.
    pub(crate) fn open(module: &InstancePre<Desk>, bounds: ExternalBounds) -> Option<Instance> {
        let wire = Wire::default();
        let desk = Desk::new(wire.clone(), bounds);
        let mut store = Store::new(module.module().engine(), desk);
        store.limiter(|desk| desk);
        let instance = at_once(module.instantiate_async(&mut store))?.ok()?;
        let memory = instance.get_memory(&mut store, "memory");
        store.data_mut().memory = memory;
        store.data_mut().is_made = true;
        let view = memory.map(|memory| View::of(&memory, &store)).unwrap_or_default();
        let mut function = |name| instance.get_typed_func(&mut store, name).ok();
        let (start_section, initialize) = (function(interface::START), function("_initialize"));
        let start = function("_start");
        let handler = instance.get_typed_func(&mut store, "handle_message").ok();
        let fuel = instance.get_global(&mut store, interface::FUEL)?;
        let doors = Doors { instance, fuel, start_section, initialize, start, handler };
        let task = Box::pin(live(store, doors, wire.clone()));
        Some(Instance { task, wire, view, fuel: 0 })
    }

    /// Gives an order and waits for the report.
    fn order(&mut self, order: Order) -> Report {
        self.wire.order(order);
        let done = self.task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(done.is_pending(), "the task lives as long as its instance");
        let (report, view) = self.wire.take_report().expect("every order is reported on");
        self.view = view;
        report
    }

    fn run(&mut self, order: Order) -> ExternalReturn {
        match self.order(order) {
            Report::Stopped { outside, fuel, exit } => {
                self.fuel = fuel;
                (outside, exit)
            }
            _ => unreachable!("who is told to run says why it stopped"),
        }
    }
}

impl ExternalInstance for Instance {
    fn enter(&mut self, outside: Box<dyn Outside>, entry: ExternalEntry) -> ExternalReturn {
        let fuel = self.fuel;
        self.run(Order::Enter { outside, fuel, entry })
    }

    fn answer(&mut self, outside: Box<dyn Outside>, word: u64) -> ExternalReturn {
        let fuel = self.fuel;
        self.run(Order::Answer { outside, fuel, word })
    }

    fn refuel(&mut self, outside: Box<dyn Outside>) -> ExternalReturn {
        let fuel = self.fuel;
        self.run(Order::Refuel { outside, fuel })
    }

    fn fuel(&self) -> u64 {
        self.fuel
    }

    fn set_fuel(&mut self, fuel: u64) {
        self.fuel = fuel;
    }

    fn memory(&mut self) -> &mut [u8] {
        self.view.bytes(self)
    }

    fn memory_size(&self) -> usize {
        self.view.len()
    }

    fn grow_memory(&mut self, pages: u64) -> bool {
        matches!(self.order(Order::Grow(pages)), Report::Grown(true))
    }

    fn global(&mut self, name: &str) -> Option<u32> {
        match self.order(Order::Global(name.to_string())) {
            Report::Global(value) => value,
            _ => unreachable!("who is asked for a global says what it is"),
        }
    }
}

/// Does what it is ordered to, for ever.
async fn live(mut store: Store<Desk>, doors: Doors, wire: Wire) {
    let mut order = wire.next().await;
    loop {
        let report = match order {
            Order::Enter { outside, fuel, entry } => {
                let (outside, exit) = enter(&mut store, &doors, outside, fuel, entry).await;
                let fuel = doors.fuel.get(&mut store).unwrap_i64().cast_unsigned();
                Report::Stopped { outside, fuel, exit }
            }
            Order::Grow(pages) => {
                let memory = store.data().memory;
                Report::Grown(memory.is_some_and(|memory| memory.grow(&mut store, pages).is_ok()))
            }
            Order::Global(name) => {
                let global = doors.instance.get_global(&mut store, &name);
                let value = global.and_then(|global| global.get(&mut store).i32());
                Report::Global(value.map(i32::cast_unsigned))
            }
            Order::Answer { .. } | Order::Refuel { .. } => {
                unreachable!("only who is suspended goes on")
            }
        };
        let view = store.data().memory.map(|memory| View::of(&memory, &store));
        order = wire.report(report, view.unwrap_or_default()).await;
    }
}

async fn enter(
    store: &mut Store<Desk>,
    doors: &Doors,
    outside: Box<dyn Outside>,
    fuel: u64,
    entry: ExternalEntry,
) -> ExternalReturn {
    store.data_mut().outside = Some(outside);
    let account = doors.fuel.set(&mut *store, Val::I64(fuel.cast_signed()));
    account.expect("the account is a global of 64 bits that changes");
    let plain = match entry {
        ExternalEntry::StartSection => &doors.start_section,
        ExternalEntry::Initialize => &doors.initialize,
        ExternalEntry::Start => &doors.start,
        ExternalEntry::Handler(_) => &None,
    };
    let ended = match (entry, plain, &doors.handler) {
        (ExternalEntry::Handler([opcode, sender, payload, len]), _, Some(handler)) => {
            let inputs = (opcode as u32, sender, payload as u32, len as u32);
            handler.call_async(&mut *store, inputs).await.map(u64::from)
        }
        (_, Some(function), _) => function.call_async(&mut *store, ()).await.map(|()| 0),
        _ => Ok(0),
    };
    let outside = store.data_mut().outside.take();
    let exit = match ended {
        Ok(result) => ExternalExit::Finished(result),
        Err(error) => ExternalExit::Faulted(fault_of(&error)),
    };
    (outside.expect("the outside is there while the instance runs"), exit)
}

/// What a future gives that waits for nothing.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// What a trap of wasmtime is to an actor.
fn fault_of(error: &wasmtime::Error) -> Fault {
    match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => Fault::Unreachable,
        Some(Trap::MemoryOutOfBounds) => Fault::MemoryOutOfBounds,
        Some(Trap::TableOutOfBounds) => Fault::TableOutOfBounds,
        Some(Trap::IndirectCallToNull) => Fault::IndirectCallToNull,
        Some(Trap::IntegerDivisionByZero) => Fault::IntegerDivisionByZero,
        Some(Trap::IntegerOverflow) => Fault::IntegerOverflow,
        Some(Trap::BadConversionToInteger) => Fault::BadConversion,
        Some(Trap::StackOverflow) => Fault::StackOverflow,
        Some(Trap::BadSignature) => Fault::BadSignature,
        _ => Fault::Limit,
    }
}
