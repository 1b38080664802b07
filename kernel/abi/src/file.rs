//! The file protocol: what the kernel asks a file server on behalf of an actor that calls
//! `sp_fs_open`, `mk_read_file` and the like.
//!
//! Each request is a call on a [`crate::object::ObjectKind::Directory`] or
//! [`crate::object::ObjectKind::File`], which are endpoints of the server that carry the server's
//! badge; the answer goes to the reply capability that came along. Nobody but the kernel sends
//! through such a capability, so a server can trust that a request comes from someone who holds it.
//!
//! | opcode | through | request | answer |
//! |---|---|---|---|
//! | [`OPEN`] | directory | path | status; a file or directory as the capability |
//! | [`CREATE`] | directory | path | status; an empty, unpublished file as the capability. Missing directories above it are made |
//! | [`MAKE_DIRECTORY`] | directory | path | status |
//! | [`READ_AT`] | file | offset u32, length u32 | status = bytes, then the bytes |
//! | [`WRITE_AT`] | file | offset u32, then the bytes | status = bytes |
//! | [`COMMIT`] | file | | status: the created file takes the place of the path, at once |
//! | [`SIZE`] | file | | status = bytes |
//!
//! The status is an i32: 0 or more, or the code of a [`crate::refusal::Refusal`]. Paths are relative
//! to the directory; `/` separates components and a leading one is ignored. An answer's capability
//! is minted by the server from its own endpoint; a write or a commit needs one with the right to
//! write.

/// Opens what is there.
pub const OPEN: u32 = 0x4653_0001;
/// Begins a new version of a file; [`COMMIT`] publishes it.
pub const CREATE: u32 = 0x4653_0002;
/// Makes a directory; that it exists is a refusal.
pub const MAKE_DIRECTORY: u32 = 0x4653_0003;
/// Reads bytes; fewer than asked for at the end of the file, at most [`READ_MAX`].
pub const READ_AT: u32 = 0x4653_0004;
/// Writes bytes, at most [`WRITE_MAX`].
pub const WRITE_AT: u32 = 0x4653_0005;
/// Publishes a created file under its path, wholly or not at all.
pub const COMMIT: u32 = 0x4653_0006;
/// How long a file is.
pub const SIZE: u32 = 0x4653_0007;

/// Bytes that one answer to [`READ_AT`] carries: a payload of 1024 less the status.
pub const READ_MAX: usize = 1020;

/// Bytes that one [`WRITE_AT`] carries: a payload of 1024 less the offset.
pub const WRITE_MAX: usize = 1020;

/// Bytes of a path.
pub const PATH_MAX: usize = 255;
