//! The file protocol: what the kernel asks a file server on behalf of an actor that calls
//! `sp_fs_open`, `mk_read_file` and the like.
//!
//! Each request is a call on a [`crate::object::ObjectKind::Directory`] or
//! [`crate::object::ObjectKind::File`], which are endpoints of the server that carry the server's
//! badge (0 is the root directory). The answer is a message with the opcode [`ANSWER`] to the reply
//! capability that came along. The requests are opcodes of the kernel's own, so nobody but the
//! kernel sends them: whoever holds the server's endpoint can give himself any badge, and with an
//! actor's opcode he could speak for every directory and file there is.
//!
//! | opcode | through | right | request | answer |
//! |---|---|---|---|---|
//! | [`OPEN`] | directory | read | path | status; a file or directory as the capability |
//! | [`CREATE`] | directory | write | path | status; an empty, unpublished file likewise |
//! | [`MAKE_DIRECTORY`] | directory | write | path | status |
//! | [`REMOVE`] | directory | write | path | status |
//! | [`READ_AT`] | file | read | offset u32, length u32 | status = bytes, then the bytes |
//! | [`WRITE_AT`] | file | write | offset u32, then the bytes | status = bytes |
//! | [`COMMIT`] | file | write | | status: the file takes the place of its path, at once |
//! | [`SIZE`] | file | read | | status = bytes |
//!
//! A message does not say which rights its sender has, so the kernel refuses a request without the
//! right before the server hears of it. For the same reason a server gives nothing that could be
//! more than the directory was: what [`OPEN`] gives can be read, what [`CREATE`] gives can be read
//! and written, and none of it can be passed on.
//!
//! The status is an i32: 0 or more, or the code of a [`crate::refusal::Refusal`]. Paths are UTF-8,
//! relative to the directory. `/` separates components, and `/` and `./` at the start are ignored;
//! what is empty then is the directory itself. A component that is empty, `.` or `..`, or that has
//! a control character, is [`crate::refusal::Refusal::Invalid`], so that no path leaves its
//! directory.

use crate::message::KERNEL_OPCODES;

/// Opens what is there.
pub const OPEN: u32 = KERNEL_OPCODES | 0x40;
/// Begins a new version of a file; [`COMMIT`] publishes it.
pub const CREATE: u32 = KERNEL_OPCODES | 0x41;
/// Makes a directory; that it exists is a refusal.
pub const MAKE_DIRECTORY: u32 = KERNEL_OPCODES | 0x42;
/// Removes a file or a directory; that something is in it is
/// [`crate::refusal::Refusal::NotEmpty`].
pub const REMOVE: u32 = KERNEL_OPCODES | 0x43;
/// Reads bytes; fewer than asked for at the end of the file, at most [`READ_MAX`].
pub const READ_AT: u32 = KERNEL_OPCODES | 0x44;
/// Writes bytes, at most [`WRITE_MAX`]: all of them or none.
pub const WRITE_AT: u32 = KERNEL_OPCODES | 0x45;
/// Publishes a created file under its path, wholly or not at all. Afterwards it can only be read.
pub const COMMIT: u32 = KERNEL_OPCODES | 0x46;
/// How long a file is.
pub const SIZE: u32 = KERNEL_OPCODES | 0x47;

/// Every answer: servers are actors and cannot send an opcode of the kernel's.
pub const ANSWER: u32 = 0x4653_0000;

/// Bytes of the status that every answer begins with.
pub const STATUS_BYTES: usize = 4;

/// Bytes that one answer to [`READ_AT`] carries: a payload of 1024 less the status.
pub const READ_MAX: usize = 1020;

/// Bytes that one [`WRITE_AT`] carries: a payload of 1024 less the offset.
pub const WRITE_MAX: usize = 1020;

/// Bytes of a path.
pub const PATH_MAX: usize = 255;

/// Whether this opcode is a request of the file protocol.
pub const fn is_request(opcode: u32) -> bool {
    OPEN <= opcode && opcode <= SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_actor_can_send_a_request_and_every_actor_can_send_an_answer() {
        let requests =
            [OPEN, CREATE, MAKE_DIRECTORY, REMOVE, READ_AT, WRITE_AT, COMMIT, SIZE].into_iter();
        assert!(requests.clone().all(|opcode| KERNEL_OPCODES <= opcode && is_request(opcode)));
        assert!(ANSWER < KERNEL_OPCODES && !is_request(ANSWER));
        let count = (OPEN - 9..SIZE + 9).filter(|opcode| is_request(*opcode)).count();
        assert_eq!(count, requests.count(), "and no other opcode is a request");
    }
}
