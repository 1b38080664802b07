//! Calls: their frames, their stack, and where they go on.

use alloc::vec::Vec;
use core::hint::black_box;

use crate::module::Module;
use crate::trap::Trap;

/// The function of a call of which nothing is left but a call of the host.
pub(crate) const NOTHING: u32 = u32::MAX;

/// Where the first frame begins.
pub(crate) const BOTTOM: usize = 1;

/// How deep calls may be nested and how much they may have on the stack together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StackBounds {
    /// Nested calls.
    pub(crate) calls: usize,
    /// Values.
    pub(crate) values: usize,
    /// Bytes that must be free in one piece beside what it grows to.
    pub(crate) spare: usize,
}

impl StackBounds {
    /// Whether the stack of wasmi is full where this one needs so many places. wasmi counts locals
    /// and parameters twice.
    #[inline]
    pub(crate) fn is_full(self, needed: usize, locals: usize) -> bool {
        self.values + BOTTOM < needed + locals
    }
}

/// A call that waits for another one to return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) code: u32,
    pub(crate) entry: u32,
    pub(crate) base: u32,
    pub(crate) function: u32,
}

/// Where a call goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The function that runs, without the imported ones.
    pub(crate) function: u32,
    /// Where its next operator lies.
    pub(crate) code: usize,
    /// Its next entry of the side table.
    pub(crate) entry: usize,
    /// Where its parameters begin.
    pub(crate) base: usize,
    /// Where the next value goes.
    pub(crate) top: usize,
    /// What must be charged before it goes on.
    pub(crate) pending: u64,
}

/// A call of an exported function, running or not.
#[derive(Clone, Debug)]
pub(crate) struct Activation {
    pub(crate) stack: Vec<u64>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) bounds: StackBounds,
    pub(crate) place: Place,
}

/// Why the loop ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    /// The results lie at the bottom of the stack, from [`BOTTOM`].
    Returned,
    /// The arguments lie on top of the stack.
    Called(u32),
    OutOfFuel(u64),
    Trapped(Trap),
}

impl Activation {
    pub(crate) fn new(bounds: StackBounds) -> Activation {
        Activation {
            stack: Vec::new(),
            frames: Vec::new(),
            bounds,
            place: Place { function: NOTHING, code: 0, entry: 0, base: 0, top: 0, pending: 0 },
        }
    }

    /// Begins a call of a function, imported ones first, with these arguments. An error says why
    /// it cannot go on at once.
    pub(crate) fn begin(
        &mut self,
        module: &Module<'_>,
        function: u32,
        arguments: &[u64],
    ) -> Result<(), Stop> {
        let signature = module.signature(function);
        assert!(arguments.len() == usize::from(signature.parameters), "the caller knows the type");
        self.frames.clear();
        self.place.base = BOTTOM;
        self.place.pending = 0;
        self.place.top = BOTTOM + arguments.len();
        if !self.has_values(self.place.top) {
            return Err(Stop::Trapped(Trap::StackOverflow));
        }
        self.stack[BOTTOM..self.place.top].copy_from_slice(arguments);
        let Some(own) = (function as usize).checked_sub(module.imported.len()) else {
            self.place.function = NOTHING;
            return Err(Stop::Called(function));
        };
        let callee = &module.functions[own];
        let locals = self.place.top + usize::from(callee.locals);
        let needed = locals + usize::from(callee.height);
        let is_full = self.bounds.calls == 0 || self.bounds.is_full(needed, locals - BOTTOM);
        if is_full || !self.has_values(needed) {
            return Err(Stop::Trapped(Trap::StackOverflow));
        }
        self.stack[self.place.top..locals].fill(0);
        self.place.top = locals;
        self.place.function = own as u32;
        self.place.code = callee.code as usize;
        self.place.entry = callee.side as usize + 1;
        self.place.pending = module.side.cost(callee.side as usize);
        Ok(())
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.stack.capacity() * size_of::<u64>() + self.frames.capacity() * size_of::<Frame>()
    }

    fn has_values(&mut self, values: usize) -> bool {
        values <= self.stack.len() || grow(&mut self.stack, values, self.bounds.spare)
    }

    /// Puts the results of a call of the host in the place of its arguments. Whether there is
    /// something left that goes on with them.
    pub(crate) fn answer(&mut self, arguments: usize, results: &[u64]) -> bool {
        let start = self.place.top - arguments;
        self.place.top = start + results.len();
        if self.stack.len() < self.place.top {
            // More results than arguments, of a function that the host has entered by itself.
            self.stack.resize(self.place.top, 0);
        }
        self.stack[start..self.place.top].copy_from_slice(results);
        self.place.function != NOTHING
    }
}

/// Makes room for so many values, if there is memory for them and to spare. Where there is not, the
/// stack ends.
#[cold]
pub(crate) fn grow(stack: &mut Vec<u64>, values: usize, spare: usize) -> bool {
    let mut probe: Vec<u8> = Vec::new();
    let is_there = probe.try_reserve_exact(values * size_of::<u64>() + spare).is_ok();
    // Memory that nobody looks at would not have to be taken.
    drop(black_box(probe));
    let has_room = is_there && stack.try_reserve_exact(values - stack.len()).is_ok();
    if has_room {
        stack.resize(values, 0);
    }
    has_room
}

/// Whether one more frame fits.
#[inline]
pub(crate) fn has_frame(frames: &mut Vec<Frame>) -> bool {
    frames.len() < frames.capacity() || frames.try_reserve(1).is_ok()
}
