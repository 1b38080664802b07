//! A file server of the kernel image that mostly does what it should.

use abi::file;
use abi::handle::Handle;
use abi::message::Header;
use abi::object::ObjectKind;
use abi::rights::Rights;
use kernel::call::Answer;
use kernel::call::Call;
use kernel::call::CallName;
use kernel::call::Host;
use kernel::native::Native;

use crate::fuzz::draw::Draw;

/// Files of made-up bytes.
struct Clerk {
    draw: Draw,
}

/// A clerk.
pub(super) fn clerk() -> Box<dyn Native> {
    Box::new(Clerk { draw: Draw::new(7) })
}

impl Native for Clerk {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool {
        let Some(reply) = header.capability else { return true };
        let (mut status, data) = self.status(header.opcode, payload);
        if self.draw.one_in(12) {
            status = self.draw.pick(&[-1, -17, 0, 1, 1020, i32::MAX, i32::MIN]);
        }
        let mut memory = [0; 1024];
        memory[..4].copy_from_slice(&status.to_le_bytes());
        let is_opened = matches!(header.opcode, file::OPEN | file::CREATE);
        let file =
            if is_opened || self.draw.one_in(20) { self.file(host) } else { Handle::NONE_WORD };
        let name = match self.draw.below(20) {
            // It keeps the caller waiting, or lets it down.
            0 => return !self.draw.one_in(8),
            1 => CallName::Delete,
            _ => CallName::SendMove,
        };
        let len = (4 + data) as u64;
        let call = Call { name, words: [reply.word(), 0, 0, len, file, 0, 0] };
        host.call(call, &mut memory);
        true
    }
}

impl Clerk {
    /// What it says, and how many bytes behind it.
    fn status(&mut self, opcode: u32, payload: &[u8]) -> (i32, usize) {
        match opcode {
            file::READ_AT => {
                let wanted = payload.get(4..).and_then(|len| len.first_chunk());
                let wanted = wanted.map_or(0, |len| u32::from_le_bytes(*len) as usize);
                let len = wanted.min(file::READ_MAX);
                let len = if self.draw.one_in(2) { len } else { len / 2 };
                // At most a kilobyte.
                (len as i32, len)
            }
            // A request is an offset and at most a kilobyte.
            file::WRITE_AT => (payload.len().saturating_sub(4) as i32, 0),
            file::SIZE => (3000, 0),
            _ => (0, 0),
        }
    }

    /// A file: its own endpoint with a badge.
    fn file(&mut self, host: &mut dyn Host) -> u64 {
        let kind = self.draw.pick(&[ObjectKind::File, ObjectKind::File, ObjectKind::Directory]);
        let badge = 1 + self.draw.below(9) as u64;
        let own = Handle::OWN_ENDPOINT.word();
        let rights = u64::from(Rights::ALL.bits());
        let words = [own, u64::from(kind as u32), rights, badge, 0, 0, 0];
        match host.call(Call { name: CallName::Narrow, words }, &mut []).answer {
            Answer::Now(word) if 0 <= word.cast_signed() => word,
            _ => Handle::NONE_WORD,
        }
    }
}
