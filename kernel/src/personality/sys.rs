//! The native personality: `sys_*` of seed *wasm-actors*, completed.
//!
//! The first seven are the seed's, with its types. A result below 0 is a refusal
//! ([`abi::refusal::Refusal`]).

use crate::call::Host;
use crate::engine::Engine;

functions! { ["env", "sys"];
    /// Writes a line to the log.
    "sys_log" Log: fn(text: Bytes, len: Len);
    /// Ends the caller; 0 is a normal exit.
    "sys_exit" Exit: fn(code: Word32);
    /// Sends a message and, unless it is -1, a capability with all its rights. 0, or a refusal.
    "sys_cap_send" Send:
        fn(handle: Handle, opcode: Opcode, payload: Bytes, len: Len, capability: Handle) -> Word32;
    /// Waits for a message, and writes 32 bytes of header and the payload. The sender's id, 0 for
    /// the kernel, or a refusal.
    "sys_cap_recv" Receive: fn(handle: Handle, buffer: Buffer, len: Len) -> Id;
    /// Reads from an object. How many bytes, or a refusal.
    "sys_cap_mem_read" Read: fn(handle: Handle, offset: Word32, buffer: Buffer, len: Len) -> Word32;
    /// Writes to an object. How many bytes, or a refusal.
    "sys_cap_mem_write" Write: fn(handle: Handle, offset: Word32, bytes: Bytes, len: Len) -> Word32;
    /// Width of the screen in the upper half, height in the lower.
    "sys_fb_info" ScreenSize: fn() -> Word64;

    /// Sends, and passes no more than these rights of the capability. 0, or a refusal.
    "sys_cap_send_rights" SendRights:
        fn(
            handle: Handle, opcode: Opcode, payload: Bytes, len: Len, capability: Handle,
            rights: Rights
        ) -> Word32;
    /// Sends, and gives up the capability that it was sent through. 0, or a refusal.
    "sys_cap_reply" Reply:
        fn(
            handle: Handle, opcode: Opcode, payload: Bytes, len: Len, capability: Handle,
            rights: Rights
        ) -> Word32;
    /// Sends, and the capability leaves the caller. 0, or a refusal.
    "sys_cap_send_move" SendMove:
        fn(handle: Handle, opcode: Opcode, payload: Bytes, len: Len, capability: Handle) -> Word32;
    /// Sends, waits for the answer and writes it; a negative time is for ever. Who answered, or a
    /// refusal.
    "sys_cap_call" Call:
        fn(
            handle: Handle, opcode: Opcode, payload: Bytes, len: Len, buffer: Buffer,
            buffer_len: Len, nanoseconds: Word64
        ) -> Id;
    /// Waits for a message, but no longer than this. The sender's id, or a refusal.
    "sys_cap_recv_timeout" ReceiveTimeout:
        fn(handle: Handle, buffer: Buffer, len: Len, nanoseconds: Word64) -> Id;
    /// Writes width, height, stride and pixel format of the screen, each u32. 0, or a refusal.
    "sys_fb_layout" ScreenLayout: fn(handle: Handle, buffer: Buffer, len: Len) -> Word32;
    /// Shows what has been drawn. 0, or a refusal.
    "sys_fb_flush" ScreenFlush: fn(handle: Handle) -> Word32;
    /// Writes kind u32, rights u32, badge u64 and size u64 of a capability. 0, or a refusal.
    "sys_cap_info" Info: fn(handle: Handle, buffer: Buffer, len: Len) -> Word32;
    /// A second capability with the same rights, or a refusal.
    "sys_cap_copy" Copy: fn(handle: Handle) -> Handle;
    /// A capability with no more than these rights and, unless it is 0, a badge; or a refusal.
    "sys_cap_mint" Mint: fn(handle: Handle, rights: Rights, badge: Word64) -> Handle;
    /// A capability to a part of memory or flash, or a refusal.
    "sys_cap_mint_range" MintRange:
        fn(handle: Handle, rights: Rights, offset: Word64, len: Word64) -> Handle;
    /// A capability to less: the endpoint of a child, or a file of an endpoint; or a refusal.
    "sys_cap_narrow" Narrow:
        fn(handle: Handle, kind: Word32, rights: Rights, badge: Word64) -> Handle;
    /// The same capability in another slot, or a refusal.
    "sys_cap_move" Move: fn(handle: Handle) -> Handle;
    /// Gives a capability up. 0, or a refusal.
    "sys_cap_delete" Delete: fn(handle: Handle) -> Word32;
    /// Removes every capability that derives from this one, wherever it is. 0, or a refusal.
    "sys_cap_revoke" Revoke: fn(handle: Handle) -> Word32;
    /// Nanoseconds since power came on, or a refusal.
    "sys_time" Time: fn(handle: Handle) -> Word64;
    /// Waits so long. 0, or a refusal.
    "sys_sleep" Sleep: fn(handle: Handle, nanoseconds: Word64) -> Word32;
    /// Lets others of the same priority run.
    "sys_yield" Yield: fn();
    /// The caller's own id.
    "sys_self" Identity: fn() -> Id;
    /// Whether a pin is high: 1 or 0, or a refusal.
    "sys_gpio_read" PinRead: fn(handle: Handle, pin: Word32) -> Word32;
    /// Drives a pin. 0, or a refusal.
    "sys_gpio_write" PinWrite: fn(handle: Handle, pin: Word32, level: Word32) -> Word32;
    /// Waits for an interrupt. How many came since the last time, or a refusal.
    "sys_cap_irq_wait" InterruptWait: fn(handle: Handle) -> Word64;
    /// Waits for an interrupt. How many came since the last time, or a refusal.
    "sys_irq_wait" InterruptWait: fn(handle: Handle) -> Word64;
    /// Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
    "sys_cap_io_read" PortRead: fn(handle: Handle, offset: Word32, size: Word32) -> Word64;
    /// Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
    "sys_io_read" PortRead: fn(handle: Handle, offset: Word32, size: Word32) -> Word64;
    /// Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
    "sys_cap_io_write" PortWrite:
        fn(handle: Handle, offset: Word32, size: Word32, value: Word64) -> Word32;
    /// Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
    "sys_io_write" PortWrite:
        fn(handle: Handle, offset: Word32, size: Word32, value: Word64) -> Word32;
    /// Writes size, sector, page and word of a range of flash, each u32. 0, or a refusal.
    "sys_flash_info" FlashInfo: fn(handle: Handle, buffer: Buffer, len: Len) -> Word32;
    /// Reads flash. How many bytes, or a refusal.
    "sys_flash_read" FlashRead:
        fn(handle: Handle, offset: Word32, buffer: Buffer, len: Len) -> Word32;
    /// Clears the bits of flash that are 0 in these bytes: whole words, at most a page, within one
    /// page. How many bytes once they are safe, or a refusal.
    "sys_flash_program" FlashProgram:
        fn(handle: Handle, offset: Word32, bytes: Bytes, len: Len) -> Word32;
    /// Sets all bits of a sector of flash. Its bytes once it is done, or a refusal.
    "sys_flash_erase" FlashErase: fn(handle: Handle, offset: Word32) -> Word32;
    /// Makes memory of zeros that can be passed on; it goes with the last capability to it. Its
    /// capability, or a refusal.
    "sys_mem_create" MemoryCreate: fn(len: Len) -> Handle;
    /// Makes an actor of a module; the options and grants are as abi::spawn has them. Its child
    /// capability, or a refusal.
    "sys_spawn" Spawn:
        fn(handle: Handle, module: Bytes, len: Len, options: Bytes, options_len: Len) -> Handle;
    /// Makes an actor of a module in memory that the caller was granted. Its child, or a refusal.
    "sys_spawn_memory" SpawnMemory:
        fn(handle: Handle, module: Handle, options: Bytes, options_len: Len) -> Handle;
    /// Gives a child other code at its next receive. 0 if that is now, 1 if it is yet to come, or a
    /// refusal that changes nothing.
    "sys_reload" Reload: fn(child: Handle, module: Bytes, len: Len) -> Word32;
    /// The same with a module in memory that the caller was granted.
    "sys_reload_memory" ReloadMemory: fn(child: Handle, module: Handle) -> Word32;
    /// Whether the caller is told by RELOAD before other code takes over from it. 0.
    "sys_reload_notice" ReloadNotice: fn(on: Word32) -> Word32;
    /// Gives up what the caller was not born with, but for these handles of 8 bytes each and what
    /// came with messages that wait. How many went, or a refusal.
    "sys_cap_keep" Keep: fn(handles: Bytes, count: Word32) -> Word32;
    /// Ends a child. 0, or a refusal.
    "sys_stop" Stop: fn(handle: Handle) -> Word32;
    /// Whose end is abnormal takes the other along, from now on. 0, or a refusal.
    "sys_link" Link: fn(handle: Handle) -> Word32;
    /// Undoes a link. 0, or a refusal.
    "sys_unlink" Unlink: fn(handle: Handle) -> Word32;
    /// Whether the end of a linked actor is only told. 0, or a refusal.
    "sys_trap_exits" TrapExits: fn(on: Word32) -> Word32;
    /// Writes what an actor holds, 40 bytes for each capability. How many, or a refusal.
    "sys_proc_caps" ProcessCapabilities:
        fn(handle: Handle, id: Id, buffer: Buffer, len: Len) -> Word32;
    /// Ends a child, the caller, or any actor if the caller may write the process table. 0, or a
    /// refusal.
    "sys_proc_stop" StopActor: fn(id: Id) -> Word32;
    /// Writes what this node is called, as far as it fits. Bytes of it, or a refusal.
    "sys_node_name" NodeName: fn(buffer: Buffer, len: Len) -> Word32;
    /// Gives an endpoint a name. 0, or a refusal.
    "sys_ns_register" Register:
        fn(handle: Handle, name: Bytes, len: Len, endpoint: Handle) -> Word32;
    /// Takes a name away. 0, or a refusal.
    "sys_ns_unregister" Unregister: fn(handle: Handle, name: Bytes, len: Len) -> Word32;
    /// Lets an endpoint answer for all paths below. 0, or a refusal.
    "sys_ns_mount" Mount: fn(handle: Handle, path: Bytes, len: Len, endpoint: Handle) -> Word32;
    /// Undoes a mount. 0, or a refusal.
    "sys_ns_unmount" Unmount: fn(handle: Handle, path: Bytes, len: Len) -> Word32;
    /// The endpoint behind a name, or a refusal.
    "sys_ns_lookup" Lookup: fn(handle: Handle, name: Bytes, len: Len) -> Handle;
    /// Removes a file or an empty directory. 0, or a refusal.
    "sys_fs_remove" FileRemove: fn(directory: Handle, path: Bytes, len: Len) -> Word32;
    /// Keeps bytes under a key for the caller's next life or next code. 0, or a refusal.
    "sys_state_save" SaveState: fn(key: Bytes, key_len: Len, bytes: Bytes, len: Len) -> Word32;
    /// Writes the bytes that were kept under a key. How many, or a refusal.
    "sys_state_load" LoadState: fn(key: Bytes, key_len: Len, buffer: Buffer, len: Len) -> Word32;
    /// Writes the paths below a prefix as lines `path=id`, all or none. Their bytes, or a refusal.
    "sys_ns_list" ListNames:
        fn(handle: Handle, prefix: Bytes, len: Len, buffer: Buffer, buffer_len: Len) -> Word32;
}
