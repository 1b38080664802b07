//! Attacks on what capabilities forbid.

use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::capability;
use sdk::capability::Owned;
use sdk::clock::Clock;
use sdk::endpoint::Endpoint;
use sdk::memory::Memory;
use sdk::screen::Screen;

use crate::forge;
use crate::forge::Range;
use crate::random::Random;
use crate::report::Report;

/// How many random words are tried as handles.
const GUESSES: u32 = 64;

/// Slots of a cspace, and one that nobody has filled.
const SLOTS: u32 = 64;
const EMPTY_SLOT: u32 = 40;

/// Names capabilities that it does not have.
pub(crate) fn forge_handles(report: &mut Report, held: Endpoint) {
    let send = |handle: Handle| Endpoint::new(handle).send(1, b"");
    report.attack("forged handle", || send(Handle::new(0, SLOTS)));
    report.attack("forged handle of an empty slot", || send(Handle::new(0, EMPTY_SLOT)));
    report.attack("forged generation", || send(Handle::new(7, held.handle().slot())));
    report.attack("no handle", || send(Handle::from_word(Handle::NONE_WORD)));
    report.attack("random handles", || {
        let mut random = Random::default();
        // A generation that no slot can have reached: none of them is right by chance.
        let guesses = (0..GUESSES).map(|_| Handle::from_word(random.word() | 1 << 62));
        guesses.map(send).find(Result::is_ok).unwrap_or(Err(Refusal::NoCapability))
    });
    report.attack("stale handle", || {
        let copied = capability::copy(held.handle())?;
        capability::delete(copied)?;
        send(copied)
    });
    report.attack("second delete", || {
        let copied = capability::copy(held.handle())?;
        capability::delete(copied)?;
        capability::delete(copied)
    });
}

/// Does what the capabilities that it has do not allow.
pub(crate) fn exceed_rights(report: &mut Report, held: Endpoint) {
    let own = Handle::OWN_ENDPOINT;
    report.attack("receiving from another's endpoint", || forge::eavesdrop(held.handle()));
    report.attack("more rights by mint", || capability::mint(held.handle(), Rights::ALL, 0));
    report.attack("passing on what may not be passed", || {
        held.send_with(1, b"", held.handle(), Rights::WRITE)
    });
    report.attack("passing on more than is held", || {
        let lesser = Owned::new(capability::mint(own, Rights::WRITE | Rights::GRANT, 0)?);
        Endpoint::OWN.send_with(1, b"", lesser.handle(), Rights::ALL)
    });
    report.attack("sending with the right to receive", || {
        let lesser = Owned::new(capability::mint(own, Rights::READ, 0)?);
        Endpoint::new(lesser.handle()).send(1, b"")
    });
    report.attack("another badge", || {
        let badged = Owned::new(capability::mint(own, Rights::WRITE, 7)?);
        capability::mint(badged.handle(), Rights::WRITE, 8)
    });
    report.attack("an endpoint as memory", || Memory::new(held.handle()).read(0, &mut [0; 4]));
    report.attack("an endpoint as a clock", || Clock::new(held.handle()).now());
    report.attack("an endpoint as a screen", || Screen::new(held.handle()).write(0, &[0; 4]));
}

/// Sends what no message may be, from where no message can come.
pub(crate) fn break_messages(report: &mut Report, held: Endpoint) {
    let own = Handle::OWN_ENDPOINT;
    let ranges = [
        ("payload over the end of memory", Range::OverTheEnd),
        ("payload outside memory", Range::Outside),
        ("payload around memory", Range::Around),
    ];
    for (name, range) in ranges {
        report.attack(name, || forge::send(held.handle(), range));
        forge::log(range);
    }
    report.attack("answer over the end of memory", || forge::info(own, Range::OverTheEnd));
    report.attack("answer outside memory", || forge::info(own, Range::Outside));
    report.attack("message outside memory", || forge::receive(own, Range::Outside));
    report.attack("message around memory", || forge::receive(own, Range::Around));
    report.attack("message of too many bytes", || held.send(1, &[0; 1025]));
    report.attack("opcode of the kernel", || held.send(0xff00_0010, &[0; 8]));
}

/// Reaches beyond memory that it may read.
pub(crate) fn overreach(report: &mut Report, memory: Memory) {
    let size = memory.size().map_or(0, |size| size as u32);
    report.attack("writing what may be read", || memory.write(0, b"x"));
    report.attack("reading behind the end", || memory.read(size, &mut [0; 1]));
    report.attack("reading over the end", || memory.read(size.saturating_sub(1), &mut [0; 2]));
    report.attack("reading at a negative offset", || memory.read(u32::MAX, &mut [0; 2]));
    let part = |rights, offset, len| memory.part(rights, offset, len);
    report.attack("a part that sticks out", || part(Rights::READ, 1, size));
    report.attack("a part that wraps around", || part(Rights::READ, u32::MAX, u32::MAX));
    report.attack("a part that can be written", || part(Rights::READ | Rights::WRITE, 0, size));
}
