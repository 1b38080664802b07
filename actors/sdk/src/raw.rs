//! The kernel's calls as safe functions: this file and its folder hold the only unsafe code of the
//! library.
//!
//! What is unsafe about a call is that the kernel reads or writes the caller's memory at an
//! address. Here every address comes from a slice that lives as long as the call. On the host
//! there is no kernel: the same functions answer [`Refusal::NotAvailable`].

use abi::handle::Handle;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use core::cell::UnsafeCell;

/// Declares the imports for wasm and, with the same types, their refusing doubles for the host.
macro_rules! imports {
    ($(fn $name:ident($($parameter:ident: $type:ty),*) $(-> $result:ty)?;)+) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = "env")]
        unsafe extern "C" {
            $(fn $name($($parameter: $type),*) $(-> $result)?;)+
        }

        $(
            /// # Safety
            /// None is asked for: it does nothing. It is unsafe because the import is.
            #[cfg(not(target_arch = "wasm32"))]
            unsafe fn $name($(_: $type),*) $(-> $result)? {
                $(Refusal::NotAvailable as i32 as $result)?
            }
        )+
    };
}

pub(crate) mod flash;
pub(crate) mod node;
pub(crate) mod renewal;

imports! {
    fn sys_log(text: *const u8, len: usize);
    fn sys_exit(code: i32);
    fn sys_cap_send_rights(
        handle: i64, opcode: i32, payload: *const u8, len: usize, capability: i64, rights: i32
    ) -> i32;
    fn sys_cap_reply(
        handle: i64, opcode: i32, payload: *const u8, len: usize, capability: i64, rights: i32
    ) -> i32;
    fn sys_cap_recv(handle: i64, buffer: *mut u8, len: usize) -> i64;
    fn sys_cap_recv_timeout(handle: i64, buffer: *mut u8, len: usize, nanoseconds: i64) -> i64;
    fn sys_cap_mem_read(handle: i64, offset: i32, buffer: *mut u8, len: usize) -> i32;
    fn sys_cap_mem_write(handle: i64, offset: i32, bytes: *const u8, len: usize) -> i32;
    fn sys_fb_layout(handle: i64, buffer: *mut u8, len: usize) -> i32;
    fn sys_fb_flush(handle: i64) -> i32;
    fn sys_cap_info(handle: i64, buffer: *mut u8, len: usize) -> i32;
    fn sys_cap_copy(handle: i64) -> i64;
    fn sys_cap_mint(handle: i64, rights: i32, badge: i64) -> i64;
    fn sys_cap_mint_range(handle: i64, rights: i32, offset: i64, len: i64) -> i64;
    fn sys_cap_delete(handle: i64) -> i32;
    fn sys_cap_revoke(handle: i64) -> i32;
    fn sys_time(handle: i64) -> i64;
    fn sys_sleep(handle: i64, nanoseconds: i64) -> i32;
    fn sys_yield();
    fn sys_self() -> i64;
    fn sys_gpio_read(handle: i64, pin: i32) -> i32;
    fn sys_gpio_write(handle: i64, pin: i32, level: i32) -> i32;
    fn sys_cap_narrow(handle: i64, kind: i32, rights: i32, badge: i64) -> i64;
    fn sys_cap_move(handle: i64) -> i64;
    fn sys_cap_send_move(
        handle: i64, opcode: i32, payload: *const u8, len: usize, capability: i64
    ) -> i32;
    fn sys_cap_call(
        handle: i64, opcode: i32, payload: *const u8, len: usize, buffer: *mut u8,
        buffer_len: usize, nanoseconds: i64
    ) -> i64;
    fn sys_spawn(
        handle: i64, module: *const u8, len: usize, options: *const u8, options_len: usize
    ) -> i64;
    fn sys_stop(handle: i64) -> i32;
    fn sys_link(handle: i64) -> i32;
    fn sys_unlink(handle: i64) -> i32;
    fn sys_trap_exits(on: i32) -> i32;
    fn sys_ns_register(handle: i64, name: *const u8, len: usize, endpoint: i64) -> i32;
    fn sys_ns_unregister(handle: i64, name: *const u8, len: usize) -> i32;
    fn sys_ns_mount(handle: i64, path: *const u8, len: usize, endpoint: i64) -> i32;
    fn sys_ns_unmount(handle: i64, path: *const u8, len: usize) -> i32;
    fn sys_ns_lookup(handle: i64, name: *const u8, len: usize) -> i64;
    fn sys_ns_list(
        handle: i64, prefix: *const u8, len: usize, buffer: *mut u8, buffer_len: usize
    ) -> i32;
    fn sys_proc_caps(handle: i64, id: i64, buffer: *mut u8, len: usize) -> i32;
    fn sys_irq_wait(handle: i64) -> i64;
    fn sys_io_read(handle: i64, offset: i32, size: i32) -> i64;
    fn sys_io_write(handle: i64, offset: i32, size: i32, value: i64) -> i32;
}

/// The handle as the word that crosses.
fn word(handle: Handle) -> i64 {
    handle.word() as i64
}

/// A result word as a number or a refusal.
fn checked(code: i64) -> Result<u64, Refusal> {
    match u64::try_from(code) {
        Ok(number) => Ok(number),
        // A code that this library does not know yet is a refusal all the same.
        Err(_) => Err(Refusal::from_code(code).unwrap_or(Refusal::NotAvailable)),
    }
}

fn done(code: i32) -> Result<(), Refusal> {
    checked(i64::from(code)).map(|_| ())
}

pub(crate) fn log(text: &[u8]) {
    // SAFETY: the kernel reads `text` during the call only.
    unsafe { sys_log(text.as_ptr(), text.len()) }
}

/// Ends the actor.
pub(crate) fn exit(code: i32) -> ! {
    // SAFETY: no memory is handed over.
    unsafe { sys_exit(code) };
    // The kernel does not come back. On the host there is none, and nothing else can be done.
    panic!("exit {code} without a kernel")
}

pub(crate) fn send(
    handle: Handle,
    opcode: u32,
    payload: &[u8],
    capability: Option<(Handle, Rights)>,
) -> Result<(), Refusal> {
    let (pointer, len) = (payload.as_ptr(), payload.len());
    let (passed, rights) = passed_words(capability);
    let (to, opcode) = (word(handle), opcode as i32);
    // SAFETY: the kernel reads `payload` during the call only.
    done(unsafe { sys_cap_send_rights(to, opcode, pointer, len, passed, rights) })
}

/// Sends, and gives the capability up that it was sent through.
pub(crate) fn reply(
    handle: Handle,
    opcode: u32,
    payload: &[u8],
    capability: Option<(Handle, Rights)>,
) -> Result<(), Refusal> {
    let (pointer, len) = (payload.as_ptr(), payload.len());
    let (passed, rights) = passed_words(capability);
    let (to, opcode) = (word(handle), opcode as i32);
    // SAFETY: the kernel reads `payload` during the call only.
    done(unsafe { sys_cap_reply(to, opcode, pointer, len, passed, rights) })
}

/// A capability that goes along, or none, as the words that cross.
fn passed_words(capability: Option<(Handle, Rights)>) -> (i64, i32) {
    match capability {
        Some((passed, rights)) => (word(passed), rights.bits() as i32),
        None => (Handle::NONE_WORD as i64, 0),
    }
}

pub(crate) fn send_moving(
    handle: Handle,
    opcode: u32,
    payload: &[u8],
    capability: Handle,
) -> Result<(), Refusal> {
    let (pointer, len) = (payload.as_ptr(), payload.len());
    let (to, opcode) = (word(handle), opcode as i32);
    // SAFETY: the kernel reads `payload` during the call only.
    done(unsafe { sys_cap_send_move(to, opcode, pointer, len, word(capability)) })
}

/// A negative time is no limit.
pub(crate) fn call(
    handle: Handle,
    opcode: u32,
    payload: &[u8],
    buffer: &mut [u8],
    nanoseconds: i64,
) -> Result<u64, Refusal> {
    let (pointer, len) = (payload.as_ptr(), payload.len());
    let (into, room) = (buffer.as_mut_ptr(), buffer.len());
    let (to, opcode) = (word(handle), opcode as i32);
    // SAFETY: the kernel reads `payload` and writes `buffer` during the call only; one of them is
    // borrowed mutably, so they do not overlap.
    checked(unsafe { sys_cap_call(to, opcode, pointer, len, into, room, nanoseconds) })
}

/// The same with the payload at the beginning of the buffer, where the answer will be.
pub(crate) fn call_in_place(
    handle: Handle,
    opcode: u32,
    len: usize,
    buffer: &mut [u8],
    nanoseconds: i64,
) -> Result<u64, Refusal> {
    let len = len.min(buffer.len());
    let (into, room) = (buffer.as_mut_ptr(), buffer.len());
    let (to, opcode) = (word(handle), opcode as i32);
    // SAFETY: the payload lies inside `buffer`, and the kernel has read it when it writes there.
    checked(unsafe { sys_cap_call(to, opcode, into.cast_const(), len, into, room, nanoseconds) })
}

pub(crate) fn receive(handle: Handle, buffer: &mut [u8]) -> Result<u64, Refusal> {
    let (pointer, len) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: the kernel writes `buffer` during the call only, and it is borrowed mutably.
    checked(unsafe { sys_cap_recv(word(handle), pointer, len) })
}

pub(crate) fn receive_timeout(
    handle: Handle,
    buffer: &mut [u8],
    nanoseconds: i64,
) -> Result<u64, Refusal> {
    let (pointer, len) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: as in `receive`.
    checked(unsafe { sys_cap_recv_timeout(word(handle), pointer, len, nanoseconds) })
}

pub(crate) fn read(handle: Handle, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
    let (pointer, len) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: as in `receive`.
    let code = unsafe { sys_cap_mem_read(word(handle), offset as i32, pointer, len) };
    checked(i64::from(code)).map(|count| count as usize)
}

pub(crate) fn write(handle: Handle, offset: u32, bytes: &[u8]) -> Result<usize, Refusal> {
    let (pointer, len) = (bytes.as_ptr(), bytes.len());
    // SAFETY: the kernel reads `bytes` during the call only.
    let code = unsafe { sys_cap_mem_write(word(handle), offset as i32, pointer, len) };
    checked(i64::from(code)).map(|count| count as usize)
}

pub(crate) fn screen_layout(handle: Handle, buffer: &mut [u8]) -> Result<(), Refusal> {
    // SAFETY: as in `receive`.
    done(unsafe { sys_fb_layout(word(handle), buffer.as_mut_ptr(), buffer.len()) })
}

pub(crate) fn screen_flush(handle: Handle) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_fb_flush(word(handle)) })
}

pub(crate) fn info(handle: Handle, buffer: &mut [u8]) -> Result<(), Refusal> {
    // SAFETY: as in `receive`.
    done(unsafe { sys_cap_info(word(handle), buffer.as_mut_ptr(), buffer.len()) })
}

pub(crate) fn copy(handle: Handle) -> Result<Handle, Refusal> {
    // SAFETY: no memory is handed over.
    checked(unsafe { sys_cap_copy(word(handle)) }).map(Handle::from_word)
}

pub(crate) fn mint(handle: Handle, rights: Rights, badge: u64) -> Result<Handle, Refusal> {
    // SAFETY: no memory is handed over.
    let code = unsafe { sys_cap_mint(word(handle), rights.bits() as i32, badge as i64) };
    checked(code).map(Handle::from_word)
}

pub(crate) fn mint_range(
    handle: Handle,
    rights: Rights,
    offset: u32,
    len: u32,
) -> Result<Handle, Refusal> {
    let (offset, len) = (i64::from(offset), i64::from(len));
    // SAFETY: no memory is handed over.
    let code = unsafe { sys_cap_mint_range(word(handle), rights.bits() as i32, offset, len) };
    checked(code).map(Handle::from_word)
}

pub(crate) fn narrow(
    handle: Handle,
    kind: ObjectKind,
    rights: Rights,
    badge: u64,
) -> Result<Handle, Refusal> {
    let (kind, rights) = (kind as i32, rights.bits() as i32);
    // SAFETY: no memory is handed over.
    checked(unsafe { sys_cap_narrow(word(handle), kind, rights, badge as i64) })
        .map(Handle::from_word)
}

pub(crate) fn move_slot(handle: Handle) -> Result<Handle, Refusal> {
    // SAFETY: no memory is handed over.
    checked(unsafe { sys_cap_move(word(handle)) }).map(Handle::from_word)
}

pub(crate) fn delete(handle: Handle) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_cap_delete(word(handle)) })
}

pub(crate) fn revoke(handle: Handle) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_cap_revoke(word(handle)) })
}

pub(crate) fn time(handle: Handle) -> Result<u64, Refusal> {
    // SAFETY: no memory is handed over.
    checked(unsafe { sys_time(word(handle)) })
}

pub(crate) fn sleep(handle: Handle, nanoseconds: i64) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_sleep(word(handle), nanoseconds) })
}

pub(crate) fn pass_turn() {
    // SAFETY: no memory is handed over.
    unsafe { sys_yield() }
}

pub(crate) fn identity() -> Result<u64, Refusal> {
    // SAFETY: no memory is handed over.
    checked(unsafe { sys_self() })
}

pub(crate) fn pin_read(handle: Handle, pin: u8) -> Result<bool, Refusal> {
    // SAFETY: no memory is handed over.
    let code = unsafe { sys_gpio_read(word(handle), i32::from(pin)) };
    checked(i64::from(code)).map(|level| level != 0)
}

pub(crate) fn pin_write(handle: Handle, pin: u8, high: bool) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_gpio_write(word(handle), i32::from(pin), i32::from(high)) })
}

pub(crate) fn spawn(handle: Handle, module: &[u8], options: &[u8]) -> Result<Handle, Refusal> {
    let (code, code_len) = (module.as_ptr(), module.len());
    let (pointer, len) = (options.as_ptr(), options.len());
    // SAFETY: the kernel reads `module` and `options` during the call only.
    checked(unsafe { sys_spawn(word(handle), code, code_len, pointer, len) }).map(Handle::from_word)
}

pub(crate) fn stop(handle: Handle) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_stop(word(handle)) })
}

pub(crate) fn link(handle: Handle) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_link(word(handle)) })
}

pub(crate) fn unlink(handle: Handle) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_unlink(word(handle)) })
}

pub(crate) fn trap_exits(is_on: bool) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_trap_exits(i32::from(is_on)) })
}

pub(crate) fn register(handle: Handle, name: &[u8], endpoint: Handle) -> Result<(), Refusal> {
    // SAFETY: the kernel reads `name` during the call only.
    done(unsafe { sys_ns_register(word(handle), name.as_ptr(), name.len(), word(endpoint)) })
}

pub(crate) fn unregister(handle: Handle, name: &[u8]) -> Result<(), Refusal> {
    // SAFETY: the kernel reads `name` during the call only.
    done(unsafe { sys_ns_unregister(word(handle), name.as_ptr(), name.len()) })
}

pub(crate) fn mount(handle: Handle, path: &[u8], endpoint: Handle) -> Result<(), Refusal> {
    // SAFETY: the kernel reads `path` during the call only.
    done(unsafe { sys_ns_mount(word(handle), path.as_ptr(), path.len(), word(endpoint)) })
}

pub(crate) fn unmount(handle: Handle, path: &[u8]) -> Result<(), Refusal> {
    // SAFETY: the kernel reads `path` during the call only.
    done(unsafe { sys_ns_unmount(word(handle), path.as_ptr(), path.len()) })
}

pub(crate) fn lookup(handle: Handle, name: &[u8]) -> Result<Handle, Refusal> {
    // SAFETY: the kernel reads `name` during the call only.
    checked(unsafe { sys_ns_lookup(word(handle), name.as_ptr(), name.len()) })
        .map(Handle::from_word)
}

pub(crate) fn list_names(
    handle: Handle,
    prefix: &[u8],
    buffer: &mut [u8],
) -> Result<usize, Refusal> {
    let (pointer, len) = (prefix.as_ptr(), prefix.len());
    let (into, room) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: as in `call`.
    let code = unsafe { sys_ns_list(word(handle), pointer, len, into, room) };
    checked(i64::from(code)).map(|count| count as usize)
}

pub(crate) fn held(handle: Handle, id: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
    let (pointer, len) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: as in `receive`.
    let code = unsafe { sys_proc_caps(word(handle), id as i64, pointer, len) };
    checked(i64::from(code)).map(|count| count as usize)
}

pub(crate) fn wait_interrupt(handle: Handle) -> Result<u64, Refusal> {
    // SAFETY: no memory is handed over.
    checked(unsafe { sys_irq_wait(word(handle)) })
}

pub(crate) fn port_read(handle: Handle, offset: u16, size: i32) -> Result<u64, Refusal> {
    // SAFETY: no memory is handed over.
    checked(unsafe { sys_io_read(word(handle), i32::from(offset), size) })
}

pub(crate) fn port_write(
    handle: Handle,
    offset: u16,
    size: i32,
    value: u32,
) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_io_write(word(handle), i32::from(offset), size, i64::from(value)) })
}

/// Bytes that somebody else writes while no code of this actor runs, or that only the allocator
/// touches.
#[repr(C, align(16))]
pub struct Shared<const N: usize>(UnsafeCell<[u8; N]>);

// SAFETY: an actor has one thread.
unsafe impl<const N: usize> Sync for Shared<N> {}

impl<const N: usize> Shared<N> {
    /// Zeroed bytes, for a static.
    #[allow(clippy::new_without_default, reason = "only statics hold one, and they need `const`")]
    pub const fn new() -> Shared<N> {
        Shared(UnsafeCell::new([0; N]))
    }

    /// What was written last. The kernel writes before it calls the handler and not until the
    /// handler has returned, and the handler cannot keep the slice.
    pub(crate) fn with<R>(&self, read: impl FnOnce(&[u8; N]) -> R) -> R {
        // SAFETY: nobody writes while the actor's one thread is in here.
        read(unsafe { &*self.0.get() })
    }
}

/// The allocator over a static area; see [`crate::heap`].
#[cfg(target_arch = "wasm32")]
mod allocator {
    use crate::raw::Shared;
    use core::alloc::GlobalAlloc;
    use core::alloc::Layout;
    use core::cell::UnsafeCell;
    use core::ptr::NonNull;
    use linked_list_allocator::Heap;

    /// Gives out parts of an area of `N` bytes.
    pub struct Allocator<const N: usize> {
        heap: UnsafeCell<Heap>,
        area: &'static Shared<N>,
    }

    // SAFETY: an actor has one thread.
    unsafe impl<const N: usize> Sync for Allocator<N> {}

    impl<const N: usize> Allocator<N> {
        /// An allocator over this area, which must belong to it alone.
        pub const fn new(area: &'static Shared<N>) -> Allocator<N> {
            Allocator { heap: UnsafeCell::new(Heap::empty()), area }
        }

        #[allow(clippy::mut_from_ref, reason = "the cell is what makes it mutable")]
        fn heap(&self) -> &mut Heap {
            // SAFETY: one thread, and no caller below keeps the reference across another call.
            let heap = unsafe { &mut *self.heap.get() };
            if heap.size() == 0 {
                // SAFETY: the area is static and used by nothing else.
                unsafe { heap.init(self.area.0.get().cast(), N) };
            }
            heap
        }
    }

    // SAFETY: the calls are handed on to an allocator that keeps the contract.
    unsafe impl<const N: usize> GlobalAlloc for Allocator<N> {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let given = self.heap().allocate_first_fit(layout);
            given.map_or(core::ptr::null_mut(), |given| given.as_ptr())
        }

        unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
            if let Some(pointer) = NonNull::new(pointer) {
                // SAFETY: the caller had it from `alloc` with this layout.
                unsafe { self.heap().deallocate(pointer, layout) }
            }
        }
    }
}

#[cfg(target_arch = "wasm32")]
pub use allocator::Allocator;
