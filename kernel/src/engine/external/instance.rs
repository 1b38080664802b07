//! A running module on an engine from outside.

use abi::message::Header;
use alloc::boxed::Box;
use core::any::Any;

use crate::call::Answer;
use crate::call::Call;
use crate::call::Host;
use crate::engine::external::seam::ExternalBounds;
use crate::engine::external::seam::ExternalEntry;
use crate::engine::external::seam::ExternalExit;
use crate::engine::external::seam::ExternalInstance;
use crate::engine::external::seam::ExternalModule;
use crate::engine::external::seam::ExternalReturn;
use crate::engine::external::seam::Outside;
use crate::engine::import::Import;
use crate::engine::import::Quota;
use crate::engine::in_place;
use crate::engine::instance::Entry;
use crate::engine::instance::Exit;
use crate::engine::module::MESSAGE_BUFFER;
use crate::fault::Fault;
use crate::limits::MESSAGE_MAX;
use crate::limits::START_FUEL;
use crate::limits::TABLE_MAX;
use crate::limits::TABLES_MAX;

/// A module with its memory and, between two slices, its suspended call.
pub(crate) struct Instance<H> {
    instance: Box<dyn ExternalInstance>,
    /// Where the host sits while the instance runs; it is with the instance then.
    seat: Option<Box<Seat<H>>>,
    shape: Shape,
    /// Fuel that its making took.
    start_fuel: u64,
    /// Where messages are put, once the handler can be entered.
    message_buffer: usize,
    /// The entry that was entered last is the handler, which gives an answer.
    is_in_handler: bool,
    suspended: Suspended,
}

/// What the module has.
#[derive(Clone, Copy)]
struct Shape {
    has_start: bool,
    has_handler: bool,
    has_memory: bool,
    has_message_buffer: bool,
    /// Bytes of a page of its memory.
    page: usize,
}

enum Suspended {
    Nothing,
    Left,
    /// With the fuel that it needs.
    OutOfFuel(u64),
}

/// The outside of an instance while it runs.
struct Seat<H> {
    /// `None` while the instance is made.
    host: Option<H>,
    imports: Box<[&'static Import]>,
    quota: Quota,
    /// The import whose answer comes later.
    left: Option<&'static Import>,
}

impl<H: Host + Send + 'static> Outside for Seat<H> {
    fn call(
        &mut self,
        import: usize,
        words: [u64; Call::WORDS],
        memory: &mut [u8],
        fuel: &mut u64,
    ) -> Option<u64> {
        let import = self.imports[import];
        let reply = self.host.as_mut()?.call(import.call(&words), memory);
        *fuel = fuel.saturating_sub(reply.fuel);
        match reply.answer {
            Answer::Now(word) => Some((import.convention.result)(word)),
            Answer::Leave => {
                self.left = Some(import);
                None
            }
        }
    }

    fn may_grow(&mut self, bytes: usize) -> bool {
        self.quota.allows(bytes)
    }

    /// A table keeps the size it has when the instance is made, as on wasmi.
    fn may_grow_table(&mut self, elements: u64) -> bool {
        !self.quota.is_made && elements <= TABLE_MAX as u64
    }
}

impl<H: Host + Send + 'static> Instance<H> {
    /// Makes an instance and runs what runs before anything else; `None` if it does not work out.
    pub(super) fn open(
        compiled: &dyn ExternalModule,
        checked: &in_place::Module,
        memory_max: usize,
    ) -> Option<Instance<H>> {
        let bounds = ExternalBounds { memory_max, tables_max: TABLES_MAX, elements_max: TABLE_MAX };
        let mut instance = compiled.open(bounds)?;
        instance.set_fuel(START_FUEL);
        let seat = Seat {
            host: None,
            imports: checked.imports().into(),
            quota: Quota::new(memory_max),
            left: None,
        };
        let page = checked.memory().map_or(0, |memory| 1 << memory.page_bits);
        let shape = Shape {
            has_start: checked.has_start(),
            has_handler: checked.has_handler(),
            has_memory: checked.has_memory(),
            has_message_buffer: checked.has_message_buffer(),
            page,
        };
        let mut made = Instance {
            instance,
            seat: Some(Box::new(seat)),
            shape,
            start_fuel: 0,
            message_buffer: 0,
            is_in_handler: false,
            suspended: Suspended::Nothing,
        };
        made.run_before(ExternalEntry::StartSection)?;
        made.run_before(ExternalEntry::Initialize)?;
        made.seat().quota.is_made = true;
        if !shape.has_start {
            made.make_message_buffer()?;
        }
        made.start_fuel = START_FUEL - made.fuel();
        made.set_fuel(0);
        Some(made)
    }

    /// Runs a function that may not call the host, if the module has it.
    fn run_before(&mut self, entry: ExternalEntry) -> Option<()> {
        let seat = self.seat.take().expect("the seat is here between two entries");
        let (outside, exit) = self.instance.enter(seat, entry);
        self.seat = Some(seat_of(outside));
        matches!(exit, ExternalExit::Finished(_)).then_some(())
    }

    /// Enters the instance. It must not be suspended.
    pub(crate) fn enter(&mut self, host: H, entry: Entry) -> (H, Exit) {
        assert!(matches!(self.suspended, Suspended::Nothing), "one entry at a time");
        let entry = match entry {
            Entry::Start => {
                self.is_in_handler = false;
                ExternalEntry::Start
            }
            Entry::Message { opcode, sender, len } => {
                self.is_in_handler = true;
                let payload = (self.message_buffer + Header::BYTES) as u64;
                ExternalEntry::Handler([u64::from(opcode), sender, payload, u64::from(len)])
            }
        };
        self.run(host, |instance, seat| instance.enter(seat, entry))
    }

    /// Goes on after [`Exit::Left`] with the result of the call.
    pub(crate) fn answer(&mut self, host: H, word: u64) -> (H, Exit) {
        let Suspended::Left = self.suspended else {
            panic!("only a call that has left is answered");
        };
        let left = self.seat().left.take().expect("a call that leaves says which it is");
        let word = (left.convention.result)(word);
        self.run(host, |instance, seat| instance.answer(seat, word))
    }

    /// Goes on after [`Exit::OutOfFuel`], once [`Instance::fuel`] is at least
    /// [`Instance::fuel_required`].
    pub(crate) fn refuel(&mut self, host: H) -> (H, Exit) {
        let Suspended::OutOfFuel(_) = self.suspended else {
            panic!("only an instance out of fuel is refuelled");
        };
        self.run(host, |instance, seat| instance.refuel(seat))
    }

    /// Whether it is entered once for each message.
    pub(crate) fn is_handler(&self) -> bool {
        self.shape.has_handler
    }

    /// Whether it is entered by its start before anything else.
    pub(crate) fn has_start(&self) -> bool {
        self.shape.has_start
    }

    /// Logical instructions that its making took.
    pub(crate) fn start_fuel(&self) -> u64 {
        self.start_fuel
    }

    /// Fuel that is left.
    pub(crate) fn fuel(&self) -> u64 {
        self.instance.fuel()
    }

    /// Sets the fuel that is left.
    pub(crate) fn set_fuel(&mut self, fuel: u64) {
        self.instance.set_fuel(fuel);
    }

    /// Out of fuel: how much the next step needs.
    pub(crate) fn fuel_required(&self) -> Option<u64> {
        match self.suspended {
            Suspended::OutOfFuel(required) => Some(required),
            _ => None,
        }
    }

    /// Linear memory; empty if the module shows none.
    pub(crate) fn memory(&mut self) -> &mut [u8] {
        self.instance.memory()
    }

    /// Bytes of linear memory.
    pub(crate) fn memory_size(&self) -> usize {
        self.instance.memory_size()
    }

    /// Where a handler's messages are put: header first, payload behind it.
    pub(crate) fn message_buffer(&self) -> usize {
        self.message_buffer
    }

    fn seat(&mut self) -> &mut Seat<H> {
        self.seat.as_mut().expect("the seat is here between two entries")
    }

    /// Lends it the host for as long as it runs.
    fn run(
        &mut self,
        host: H,
        enter: impl FnOnce(&mut dyn ExternalInstance, Box<dyn Outside>) -> ExternalReturn,
    ) -> (H, Exit) {
        self.suspended = Suspended::Nothing;
        let mut seat = self.seat.take().expect("the seat is here between two entries");
        seat.host = Some(host);
        let (outside, exit) = enter(&mut *self.instance, seat);
        let mut seat = seat_of::<H>(outside);
        let host = seat.host.take().expect("the host went in with the entry");
        self.seat = Some(seat);
        let exit = match exit {
            ExternalExit::Finished(answer) => self.finish(answer),
            ExternalExit::Left => {
                self.suspended = Suspended::Left;
                Exit::Left
            }
            ExternalExit::OutOfFuel(required) => {
                self.suspended = Suspended::OutOfFuel(required);
                Exit::OutOfFuel
            }
            ExternalExit::Faulted(fault) => Exit::Faulted(fault),
        };
        (host, exit)
    }

    /// The entry has returned. After a start comes the handler, if there is one.
    fn finish(&mut self, answer: u64) -> Exit {
        if self.is_in_handler || !self.is_handler() {
            return Exit::Finished(answer as i32);
        }
        match self.make_message_buffer() {
            Some(()) => Exit::Finished(1),
            None => Exit::Faulted(Fault::Limit),
        }
    }

    /// Finds the place for messages. What a language's runtime does at its start must not take it for
    /// its own, so it comes after.
    fn make_message_buffer(&mut self) -> Option<()> {
        if !self.shape.has_handler || !self.shape.has_memory {
            return Some(());
        }
        let end = self.memory_size();
        if self.shape.has_message_buffer {
            let address = self.instance.global(MESSAGE_BUFFER)? as usize;
            self.message_buffer = address;
            return address.checked_add(MESSAGE_MAX).filter(|last| *last <= end).map(|_| ());
        }
        // As many steps as wasmi takes: who fails at the second has grown by the first.
        for pages in [1, MESSAGE_MAX.div_ceil(self.shape.page) - 1] {
            let wanted = self.memory_size() + pages * self.shape.page;
            let grows = pages == 0
                || self.seat().quota.allows(wanted) && self.instance.grow_memory(pages as u64);
            grows.then_some(())?;
        }
        self.message_buffer = end;
        Some(())
    }
}

/// The seat that was lent.
fn seat_of<H: 'static>(outside: Box<dyn Outside>) -> Box<Seat<H>> {
    let outside: Box<dyn Any> = outside;
    outside.downcast().expect("what is lent is given back")
}
