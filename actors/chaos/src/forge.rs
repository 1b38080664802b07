//! Calls with addresses that no safe code could make up, and the only unsafe code of this actor.
//!
//! Every address lies at least in part outside the actor's memory, so the kernel can only refuse.

use sdk::Handle;
use sdk::Refusal;

/// An address and a length that do not lie in this actor's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// Begins inside and ends outside.
    OverTheEnd,
    /// Lies outside.
    Outside,
    /// So long that its end is smaller than its beginning.
    Around,
}

impl Range {
    fn words(self) -> (u32, u32) {
        let end = memory_size();
        match self {
            Range::OverTheEnd => (end.saturating_sub(4), 64),
            Range::Outside => (end, 64),
            Range::Around => (64, u32::MAX),
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod import {
    use super::Handle;
    use super::Refusal;

    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        // The kernel only reads at these addresses, or nothing at all.
        safe fn sys_log(address: u32, len: u32);
        safe fn sys_cap_send(handle: u64, opcode: u32, address: u32, len: u32, cap: u64) -> i32;
        // The kernel writes at these.
        fn sys_cap_info(handle: u64, address: u32, len: u32) -> i32;
        fn sys_cap_recv_timeout(handle: u64, address: u32, len: u32, nanoseconds: i64) -> i64;
    }

    fn checked(code: i64) -> Result<(), Refusal> {
        match Refusal::from_code(code) {
            Some(refusal) => Err(refusal),
            None => Ok(()),
        }
    }

    pub(crate) fn log((address, len): (u32, u32)) {
        sys_log(address, len);
    }

    pub(crate) fn send(to: Handle, (address, len): (u32, u32)) -> Result<(), Refusal> {
        let none = Handle::NONE_WORD;
        checked(i64::from(sys_cap_send(to.word(), 9, address, len, none)))
    }

    pub(crate) fn info(of: Handle, (address, len): (u32, u32)) -> Result<(), Refusal> {
        // SAFETY: the range is none of the actor's memory; see `Range`.
        checked(i64::from(unsafe { sys_cap_info(of.word(), address, len) }))
    }

    pub(crate) fn receive(from: Handle, (address, len): (u32, u32)) -> Result<(), Refusal> {
        // SAFETY: as above, and an empty range is no memory at all.
        checked(unsafe { sys_cap_recv_timeout(from.word(), address, len, 1_000_000) })
    }

    pub(crate) fn memory_size() -> u32 {
        core::arch::wasm32::memory_size::<0>() as u32
    }

    pub(crate) fn grow(bytes: u32) -> bool {
        core::arch::wasm32::memory_grow::<0>(bytes as usize) != usize::MAX
    }

    pub(crate) fn touch(address: u32) -> u8 {
        // SAFETY: none. Reading outside its memory is the end of the actor and of nothing else,
        // which is what it is for.
        unsafe { core::ptr::read_volatile(address as *const u8) }
    }

    pub(crate) fn trap() -> ! {
        core::arch::wasm32::unreachable()
    }
}

/// On the host there is no kernel to attack.
#[cfg(not(target_arch = "wasm32"))]
mod import {
    use super::Handle;
    use super::Refusal;

    pub(crate) fn log(_: (u32, u32)) {}

    pub(crate) fn send(_: Handle, _: (u32, u32)) -> Result<(), Refusal> {
        Err(Refusal::NotAvailable)
    }

    pub(crate) fn info(_: Handle, _: (u32, u32)) -> Result<(), Refusal> {
        Err(Refusal::NotAvailable)
    }

    pub(crate) fn receive(_: Handle, _: (u32, u32)) -> Result<(), Refusal> {
        Err(Refusal::NotAvailable)
    }

    pub(crate) fn memory_size() -> u32 {
        0
    }

    pub(crate) fn grow(_: u32) -> bool {
        false
    }

    pub(crate) fn touch(_: u32) -> u8 {
        0
    }

    pub(crate) fn trap() -> ! {
        panic!("a trap without a kernel")
    }
}

/// Logs from a bad range. The kernel says nothing to that, but the trace does.
pub(crate) fn log(range: Range) {
    import::log(range.words());
}

/// Sends a payload from a bad range.
pub(crate) fn send(to: Handle, range: Range) -> Result<(), Refusal> {
    import::send(to, range.words())
}

/// Asks for a capability's description into a bad range.
pub(crate) fn info(of: Handle, range: Range) -> Result<(), Refusal> {
    import::info(of, range.words())
}

/// Receives into a bad range.
pub(crate) fn receive(from: Handle, range: Range) -> Result<(), Refusal> {
    import::receive(from, range.words())
}

/// Receives from somebody else's endpoint, into nothing.
pub(crate) fn eavesdrop(from: Handle) -> Result<(), Refusal> {
    import::receive(from, (0, 0))
}

/// Bytes of this actor's memory, which is measured in bytes.
pub(crate) fn memory_size() -> u32 {
    import::memory_size()
}

/// Asks for more memory; says whether it was given.
pub(crate) fn grow(bytes: u32) -> bool {
    import::grow(bytes)
}

/// Reads behind the end of memory.
pub(crate) fn touch_outside() -> u8 {
    import::touch(memory_size().saturating_add(1 << 20))
}

/// Executes what cannot be executed.
pub(crate) fn trap() -> ! {
    import::trap()
}
