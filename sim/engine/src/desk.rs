//! What a store carries, and the functions that metered modules import.

use kernel::engine::ExternalBounds;
use kernel::engine::ExternalExit;
use kernel::engine::Outside;
use metering::interface;
use wasmtime::Caller;
use wasmtime::Linker;
use wasmtime::Memory;
use wasmtime::ResourceLimiter;
use wasmtime::Result;
use wasmtime::Trap;

use crate::view::View;
use crate::wire::Order;
use crate::wire::Report;
use crate::wire::Wire;

/// What a store carries while its instance runs.
pub(crate) struct Desk {
    /// There while the instance runs.
    pub(crate) outside: Option<Box<dyn Outside>>,
    /// The memory that calls reach, once there is an instance.
    pub(crate) memory: Option<Memory>,
    pub(crate) wire: Wire,
    /// The fuel at the call that waits.
    fuel: u64,
    bounds: ExternalBounds,
    /// From then on the module itself asks before it grows.
    pub(crate) is_made: bool,
}

impl Desk {
    /// The desk of an instance that is being made.
    pub(crate) fn new(wire: Wire, bounds: ExternalBounds) -> Desk {
        Desk { outside: None, memory: None, wire, fuel: 0, bounds, is_made: false }
    }

    fn outside(&mut self) -> &mut dyn Outside {
        &mut **self.outside.as_mut().expect("the outside is there while the instance runs")
    }
}

impl ResourceLimiter for Desk {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.is_made || desired <= self.bounds.memory_max)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(self.is_made || desired <= self.bounds.elements_max)
    }

    fn tables(&self) -> usize {
        self.bounds.tables_max
    }
}

/// Defines what metered modules import.
pub(crate) fn define(linker: &mut Linker<Desk>) -> Result<()> {
    let module = interface::MODULE;
    linker.func_wrap(module, interface::CALL, call)?;
    linker.func_wrap_async(module, interface::WAIT, |mut caller: Caller<'_, Desk>, ()| {
        Box::new(async move {
            let fuel = caller.data().fuel;
            match leave(&mut caller, fuel, ExternalExit::Left).await {
                Order::Answer { outside, fuel, word } => {
                    caller.data_mut().outside = Some(outside);
                    (word, fuel)
                }
                _ => unreachable!("a call that waits is answered"),
            }
        })
    })?;
    linker.func_wrap_async(
        module,
        interface::REFUEL,
        |mut caller: Caller<'_, Desk>, (required, fuel): (u64, u64)| {
            Box::new(async move {
                match leave(&mut caller, fuel, ExternalExit::OutOfFuel(required)).await {
                    Order::Refuel { outside, fuel } => {
                        caller.data_mut().outside = Some(outside);
                        fuel
                    }
                    _ => unreachable!("who is out of fuel is refuelled"),
                }
            })
        },
    )?;
    linker.func_wrap(module, interface::MAY_GROW, |mut caller: Caller<'_, Desk>, bytes: u64| {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        u32::from(caller.data_mut().outside().may_grow(bytes))
    })?;
    linker.func_wrap(
        module,
        interface::MAY_GROW_TABLE,
        |mut caller: Caller<'_, Desk>, elements: u64| {
            u32::from(caller.data_mut().outside().may_grow_table(elements))
        },
    )?;
    linker.func_wrap(module, interface::OVERFLOW, || -> Result<()> {
        Err(Trap::StackOverflow.into())
    })?;
    Ok(())
}

/// A call of the host: answered at once, or told that it must wait.
#[expect(clippy::too_many_arguments, reason = "these are the words of a call")]
fn call(
    mut caller: Caller<'_, Desk>,
    import: u32,
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
    f: u64,
    g: u64,
    mut fuel: u64,
) -> (u64, u64, u32) {
    let (memory, desk): (&mut [u8], &mut Desk) = match caller.data().memory {
        Some(memory) => memory.data_and_store_mut(&mut caller),
        None => (&mut [], caller.data_mut()),
    };
    let words = [a, b, c, d, e, f, g];
    match desk.outside().call(import as usize, words, memory, &mut fuel) {
        Some(word) => (word, fuel, 0),
        None => {
            desk.fuel = fuel;
            (0, 0, 1)
        }
    }
}

/// Hands the outside back and waits for what comes next.
async fn leave(caller: &mut Caller<'_, Desk>, fuel: u64, exit: ExternalExit) -> Order {
    let view = caller.data().memory.map(|memory| View::of(&memory, &*caller));
    let desk = caller.data_mut();
    let outside = desk.outside.take().expect("the outside is there while the instance runs");
    let wire = desk.wire.clone();
    wire.report(Report::Stopped { outside, fuel, exit }, view.unwrap_or_default()).await
}
