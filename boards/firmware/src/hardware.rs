//! What a board lends to its firmware beside what it lends to the kernel.

use kernel::device::Board;
use kernel::manifest::EngineKind;
use kernel::manifest::Manifest;
use kernel::time::Instant;
use kernel::trace::Capacity;
pub use protocol::message::HeapInfo;

/// A board with a clock.
///
/// In [`Board::event`] it says what its devices have seen, the bytes of its serial line among it. A
/// serial line whose `write_ready` always says yes makes whoever writes wait instead; one that says
/// no must end [`Hardware::wait`] when it has room.
pub trait Hardware: Board {
    /// What the board is called: its folder below `boards/`.
    const NAME: &'static str;

    /// How much the trace keeps until a host takes it; `None` is whatever one turn can write. A
    /// board with little memory keeps less, and says so when it has lost something.
    const TRACE: Option<Capacity> = None;

    /// What runs the actors' modules; `None` is what the image asks for. A board with little memory
    /// runs them where they lie.
    const ENGINE: Option<EngineKind> = None;

    /// What the board makes of an image's manifest: the same population, with what it has for it.
    fn fit(manifest: &Manifest) -> Manifest {
        let mut manifest = manifest.clone();
        manifest.trace = Self::TRACE.unwrap_or(manifest.trace);
        manifest.engine = Self::ENGINE.unwrap_or(manifest.engine);
        manifest
    }

    /// How much memory the board gives out, and what of it is free; `None` if it does not count.
    fn heap(&self) -> Option<HeapInfo> {
        None
    }

    /// Time since power came on. It never goes back.
    fn now(&mut self) -> Instant;

    /// Sleeps until [`Board::event`] may have something to say, and no longer than to this instant.
    /// It may come back early.
    fn wait(&mut self, until: Option<Instant>);
}
