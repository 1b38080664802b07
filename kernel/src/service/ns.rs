//! Names by message: seed *actor-microkernel*'s namespace actor.
//!
//! Requests and the answer have the layout of the seed's C structures: a path of 128 bytes padded
//! with zeros, and behind it, for registering and mounting, the id of the actor. That can only be
//! the sender itself: nobody names another. An answer is a status i32, four bytes of padding, the
//! id u64, the length u32 and that many bytes; with a looked-up id comes the capability to send to
//! it.

use abi::handle::Handle;
use abi::message::Header;
use abi::message::NS_LIST;
use abi::message::NS_LOOKUP;
use abi::message::NS_MOUNT;
use abi::message::NS_REGISTER;
use abi::message::NS_REPLY;
use abi::message::NS_UNMOUNT;
use abi::refusal::Refusal;
use alloc::boxed::Box;

use crate::call::CallName;
use crate::call::Host;
use crate::limits::PAYLOAD_MAX;
use crate::native::Native;
use crate::service::Caller;
use crate::service::SCRATCH;
use crate::service::scratch;

/// Names, in slot 1: to read, to write and to grant.
const NAMES: Handle = Handle::new(0, 1);

/// Bytes of a path in a request.
const PATH_BYTES: usize = 128;

/// Bytes of an answer before its data.
const HEAD_BYTES: usize = 20;

/// Codes of the seed.
const ENOENT: i32 = -1;
const EEXIST: i32 = -2;
const EFULL: i32 = -3;
const EINVAL: i32 = -4;

/// The service. It is given names with all rights.
#[derive(Clone)]
pub struct Ns {
    memory: Box<[u8; SCRATCH]>,
}

impl Ns {
    /// The service, for a manifest.
    pub fn native() -> Box<dyn Native> {
        Box::new(Ns { memory: scratch() })
    }
}

/// What a request came to.
#[derive(Default)]
struct Found {
    id: u64,
    endpoint: Option<Handle>,
    /// Bytes in the second half of the scratch memory.
    listed: usize,
}

impl Native for Ns {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool {
        let mut caller = Caller { host, memory: &mut self.memory };
        let found = match header.opcode {
            NS_REGISTER | NS_MOUNT => add(&mut caller, header, payload),
            NS_LOOKUP => look_up(&mut caller, payload),
            NS_LIST => list(&mut caller, payload),
            NS_UNMOUNT => unmount(&mut caller, header, payload),
            _ => return true,
        };
        let (status, found) = match found {
            Ok(found) => (0, found),
            Err(refusal) => (code(refusal), Found::default()),
        };
        let mut answer = [0; PAYLOAD_MAX];
        answer[0..4].copy_from_slice(&status.to_le_bytes());
        answer[8..16].copy_from_slice(&found.id.to_le_bytes());
        // At most a payload.
        answer[16..20].copy_from_slice(&(found.listed as u32).to_le_bytes());
        let end = HEAD_BYTES + found.listed;
        answer[HEAD_BYTES..end].copy_from_slice(&caller.memory[PAYLOAD_MAX..][..found.listed]);
        caller.answer(header, NS_REPLY, &answer[..end], found.endpoint);
        if let Some(endpoint) = found.endpoint
            && Some(endpoint) != header.capability
        {
            // Who looks for itself is found by what it came with, and that has been given up.
            let _ = caller.call(CallName::Delete, &[endpoint.word()]);
        }
        true
    }

    fn fork(&self) -> Option<Box<dyn Native>> {
        Some(Box::new(self.clone()))
    }
}

fn add(caller: &mut Caller<'_>, header: &Header, payload: &[u8]) -> Result<Found, Refusal> {
    let id = payload.get(PATH_BYTES..).and_then(|id| id.first_chunk());
    let id = u64::from_le_bytes(*id.ok_or(Refusal::Invalid)?);
    let endpoint = header.capability.filter(|_| id == header.sender).ok_or(Refusal::Invalid)?;
    let is_mount = header.opcode == NS_MOUNT;
    let name = if is_mount { CallName::Mount } else { CallName::Register };
    let (pointer, len) = caller.lay(path(payload)?);
    caller.call(name, &[NAMES.word(), pointer, len, endpoint.word()])?;
    Ok(Found { id, ..Found::default() })
}

fn look_up(caller: &mut Caller<'_>, payload: &[u8]) -> Result<Found, Refusal> {
    let (pointer, len) = caller.lay(path(payload)?);
    let words = [NAMES.word(), pointer, len];
    let id = caller.call(CallName::LookupActor, &words)?;
    let handle = caller.call(CallName::Lookup, &words)?;
    // The service's own endpoint is not given up, whoever looks for it.
    let endpoint = Some(Handle::from_word(handle)).filter(|handle| *handle != Handle::OWN_ENDPOINT);
    Ok(Found { id, endpoint, listed: 0 })
}

fn list(caller: &mut Caller<'_>, payload: &[u8]) -> Result<Found, Refusal> {
    let (pointer, len) = caller.lay(path(payload)?);
    let room = (PAYLOAD_MAX - HEAD_BYTES) as u64;
    // The size is laid where the request was.
    let size = (PAYLOAD_MAX - size_of::<u32>()) as u64;
    caller.call(CallName::ListPaths, &[pointer, len, PAYLOAD_MAX as u64, room, size])?;
    let size = caller.memory[size as usize..].first_chunk().copied().unwrap_or_default();
    Ok(Found { listed: u32::from_le_bytes(size) as usize, ..Found::default() })
}

fn unmount(caller: &mut Caller<'_>, header: &Header, payload: &[u8]) -> Result<Found, Refusal> {
    let found = look_up(caller, payload)?;
    if let Some(endpoint) = found.endpoint {
        let _ = caller.call(CallName::Delete, &[endpoint.word()]);
    }
    if found.id != header.sender {
        return Err(Refusal::NoRight);
    }
    let (pointer, len) = caller.lay(path(payload)?);
    caller.call(CallName::Unmount, &[NAMES.word(), pointer, len])?;
    Ok(Found::default())
}

/// The path at the beginning of a request, up to its first zero.
fn path(payload: &[u8]) -> Result<&[u8], Refusal> {
    let fixed = payload.get(..PATH_BYTES).ok_or(Refusal::Invalid)?;
    let end = fixed.iter().position(|byte| *byte == 0).ok_or(Refusal::Invalid)?;
    Ok(&fixed[..end])
}

fn code(refusal: Refusal) -> i32 {
    match refusal {
        Refusal::NotFound => ENOENT,
        Refusal::Exists => EEXIST,
        Refusal::NoRoom | Refusal::NoSlot => EFULL,
        _ => EINVAL,
    }
}
