//! A service that ends everybody when it is told so: how a drawn world comes to its end without
//! its power going.

use abi::message::Header;
use abi::message::SERIAL_EVENT;
use kernel::call::Call;
use kernel::call::CallName;
use kernel::call::Host;
use kernel::native::Native;

/// The byte on the serial line by which it ends everybody else.
pub(super) const END_ALL: u8 = b'!';

/// The byte by which it ends itself.
pub(super) const END: u8 = b'.';

/// Bytes of an id.
const ID_BYTES: usize = 8;

/// Ids that it looks at in one turn.
const IDS: usize = 64;

/// Ends everybody else at each [`END_ALL`].
struct Reaper;

/// A reaper.
pub(super) fn reaper() -> Box<dyn Native> {
    Box::new(Reaper)
}

impl Native for Reaper {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool {
        if header.opcode != SERIAL_EVENT {
            return true;
        }
        if payload == [END] {
            return false;
        }
        if payload == [END_ALL] {
            end_all(host);
        }
        true
    }
}

fn end_all(host: &mut dyn Host) {
    let mut memory = [0; IDS * ID_BYTES + 4];
    let count_at = (IDS * ID_BYTES) as u64;
    let mut ask = |name, words: [u64; 3]| {
        let [a, b, c] = words;
        let call = Call { name, words: [a, b, c, 0, 0, 0, 0] };
        host.call(call, &mut memory);
        memory
    };
    let own = ask(CallName::ListActors, [0, IDS as u64, count_at]);
    let ids = own[..IDS * ID_BYTES].as_chunks().0.iter().map(|id| u64::from_le_bytes(*id));
    // It lives in the first place and is the first of the list.
    for id in ids.skip(1).filter(|id| *id != 0) {
        ask(CallName::StopActor, [id, 0, 0]);
    }
}
