//! Orrery for actors in Zig: every function of the kernel, its numbers, and a few conveniences.
//!
//! An actor exports `handle_message`, which is called for every message, or `_start`. It owns nothing
//! but capabilities: handle 0 is its own mailbox, what its manifest grants follows as 1, 2, and so
//! on. Both shapes of module that Zig makes can be loaded, that of seed actor-microkernel's command
//! line and one with a memory of its own:
//!
//!   zig build-lib -target wasm32-freestanding -dynamic -fPIC -O ReleaseSmall actor.zig
//!   zig build-exe -target wasm32-freestanding -fno-entry -rdynamic -O ReleaseSmall actor.zig

// Made by `cargo run header` from the kernel's tables. Begin.

/// Handles that every actor knows.
pub const Handle = struct {
    pub const own_endpoint: i64 = 0;
    pub const none: i64 = -1;
};

/// What a capability lets its holder do.
pub const Right = struct {
    pub const read: u32 = 0x1;
    pub const write: u32 = 0x2;
    pub const grant: u32 = 0x8;
};

/// Why the kernel said no.
pub const Refusal = error{
    NoCapability,
    Stale,
    NoRight,
    WrongObject,
    OutOfRange,
    BadPointer,
    Full,
    TooLong,
    BufferTooSmall,
    NoSlot,
    Dead,
    Timeout,
    NotAvailable,
    Badged,
    NoReply,
    Exists,
    NotFound,
    NoRoom,
    Locked,
    Invalid,
    NoMemory,
    NameTooLong,
    Corrupt,
    Foreign,
    ReadOnly,
    Quota,
    NotEmpty,
};

/// A result of the kernel's as a number or a refusal.
pub fn checked(code: i64) Refusal!u64 {
    if (0 <= code) return @intCast(code);
    return switch (code) {
        -1 => Refusal.NoCapability,
        -2 => Refusal.Stale,
        -3 => Refusal.NoRight,
        -4 => Refusal.WrongObject,
        -5 => Refusal.OutOfRange,
        -6 => Refusal.BadPointer,
        -7 => Refusal.Full,
        -8 => Refusal.TooLong,
        -9 => Refusal.BufferTooSmall,
        -10 => Refusal.NoSlot,
        -11 => Refusal.Dead,
        -12 => Refusal.Timeout,
        -13 => Refusal.NotAvailable,
        -14 => Refusal.Badged,
        -15 => Refusal.NoReply,
        -16 => Refusal.Exists,
        -17 => Refusal.NotFound,
        -18 => Refusal.NoRoom,
        -19 => Refusal.Locked,
        -20 => Refusal.Invalid,
        -21 => Refusal.NoMemory,
        -22 => Refusal.NameTooLong,
        -23 => Refusal.Corrupt,
        -24 => Refusal.Foreign,
        -25 => Refusal.ReadOnly,
        -26 => Refusal.Quota,
        -27 => Refusal.NotEmpty,
        else => Refusal.NotAvailable,
    };
}

/// Messages of the kernel and its services.
pub const Opcode = struct {
    pub const key_event: u32 = 0x5;
    pub const pointer_event: u32 = 0x6;
    pub const kernel_opcodes: u32 = 0xff000000;
    pub const serial_event: u32 = 0xff000002;
    pub const exit_notice: u32 = 0xff000010;
    pub const ns_register: u32 = 0xff000014;
    pub const ns_lookup: u32 = 0xff000015;
    pub const ns_list: u32 = 0xff000016;
    pub const ns_mount: u32 = 0xff000017;
    pub const ns_unmount: u32 = 0xff000018;
    pub const ns_reply: u32 = 0xff000019;
    pub const caps_request: u32 = 0xff00001d;
    pub const caps_reply: u32 = 0xff00001e;
    pub const pin_event: u32 = 0xff000020;
    pub const shutdown: u32 = 0xff0000a0;
    pub const reload: u32 = 0xff0000a1;
};

/// What a capability can name.
pub const Object = struct {
    pub const endpoint: u32 = 0x1;
    pub const memory: u32 = 0x2;
    pub const framebuffer: u32 = 0x3;
    pub const pins: u32 = 0x4;
    pub const log: u32 = 0x5;
    pub const clock: u32 = 0x6;
    pub const entropy: u32 = 0x7;
    pub const keyboard: u32 = 0x8;
    pub const pointer: u32 = 0x9;
    pub const serial: u32 = 0xa;
    pub const processes: u32 = 0xb;
    pub const namespace: u32 = 0xc;
    pub const spawner: u32 = 0xd;
    pub const child: u32 = 0xe;
    pub const reply: u32 = 0xf;
    pub const directory: u32 = 0x10;
    pub const file: u32 = 0x11;
    pub const mutex: u32 = 0x12;
    pub const semaphore: u32 = 0x13;
    pub const interrupt: u32 = 0x14;
    pub const ports: u32 = 0x15;
    pub const flash: u32 = 0x16;
};

/// Why an actor ended.
pub const Exit = struct {
    pub const normal: u32 = 0x0;
    pub const killed: u32 = 0x1;
    pub const abnormal: u32 = 0x2;
    pub const linked: u32 = 0x3;
};

/// Bytes of a message's header, and the most of its payload.
pub const Size = struct {
    pub const header: u32 = 0x20;
    pub const payload_max: u32 = 0x400;
};

// `sys`: the native calls: those of seed wasm-actors, completed.

/// Writes a line to the log.
pub extern "env" fn sys_log(text: [*]const u8, len: usize) void;

/// Ends the caller; 0 is a normal exit.
pub extern "env" fn sys_exit(code: i32) void;

/// Sends a message and, unless it is -1, a capability with all its rights. 0, or a refusal.
pub extern "env" fn sys_cap_send(
    handle: i64,
    opcode: u32,
    payload: [*]const u8,
    len: usize,
    capability: i64,
) i32;

/// Waits for a message, and writes 32 bytes of header and the payload. The sender's id, 0 for
/// the kernel, or a refusal.
pub extern "env" fn sys_cap_recv(handle: i64, buffer: [*]u8, len: usize) i64;

/// Reads from an object. How many bytes, or a refusal.
pub extern "env" fn sys_cap_mem_read(handle: i64, offset: i32, buffer: [*]u8, len: usize) i32;

/// Writes to an object. How many bytes, or a refusal.
pub extern "env" fn sys_cap_mem_write(handle: i64, offset: i32, bytes: [*]const u8, len: usize) i32;

/// Width of the screen in the upper half, height in the lower.
pub extern "env" fn sys_fb_info() i64;

/// Sends, and passes no more than these rights of the capability. 0, or a refusal.
pub extern "env" fn sys_cap_send_rights(
    handle: i64,
    opcode: u32,
    payload: [*]const u8,
    len: usize,
    capability: i64,
    rights: u32,
) i32;

/// Sends, and gives up the capability that it was sent through. 0, or a refusal.
pub extern "env" fn sys_cap_reply(
    handle: i64,
    opcode: u32,
    payload: [*]const u8,
    len: usize,
    capability: i64,
    rights: u32,
) i32;

/// Sends, and the capability leaves the caller. 0, or a refusal.
pub extern "env" fn sys_cap_send_move(
    handle: i64,
    opcode: u32,
    payload: [*]const u8,
    len: usize,
    capability: i64,
) i32;

/// Sends, waits for the answer and writes it; a negative time is for ever. Who answered, or a
/// refusal.
pub extern "env" fn sys_cap_call(
    handle: i64,
    opcode: u32,
    payload: [*]const u8,
    len: usize,
    buffer: [*]u8,
    buffer_len: usize,
    nanoseconds: i64,
) i64;

/// Waits for a message, but no longer than this. The sender's id, or a refusal.
pub extern "env" fn sys_cap_recv_timeout(
    handle: i64,
    buffer: [*]u8,
    len: usize,
    nanoseconds: i64,
) i64;

/// Writes width, height, stride and pixel format of the screen, each u32. 0, or a refusal.
pub extern "env" fn sys_fb_layout(handle: i64, buffer: [*]u8, len: usize) i32;

/// Shows what has been drawn. 0, or a refusal.
pub extern "env" fn sys_fb_flush(handle: i64) i32;

/// Writes kind u32, rights u32, badge u64 and size u64 of a capability. 0, or a refusal.
pub extern "env" fn sys_cap_info(handle: i64, buffer: [*]u8, len: usize) i32;

/// A second capability with the same rights, or a refusal.
pub extern "env" fn sys_cap_copy(handle: i64) i64;

/// A capability with no more than these rights and, unless it is 0, a badge; or a refusal.
pub extern "env" fn sys_cap_mint(handle: i64, rights: u32, badge: i64) i64;

/// A capability to a part of memory or flash, or a refusal.
pub extern "env" fn sys_cap_mint_range(handle: i64, rights: u32, offset: i64, len: i64) i64;

/// A capability to less: the endpoint of a child, or a file of an endpoint; or a refusal.
pub extern "env" fn sys_cap_narrow(handle: i64, kind: i32, rights: u32, badge: i64) i64;

/// The same capability in another slot, or a refusal.
pub extern "env" fn sys_cap_move(handle: i64) i64;

/// Gives a capability up. 0, or a refusal.
pub extern "env" fn sys_cap_delete(handle: i64) i32;

/// Removes every capability that derives from this one, wherever it is. 0, or a refusal.
pub extern "env" fn sys_cap_revoke(handle: i64) i32;

/// Nanoseconds since power came on, or a refusal.
pub extern "env" fn sys_time(handle: i64) i64;

/// Waits so long. 0, or a refusal.
pub extern "env" fn sys_sleep(handle: i64, nanoseconds: i64) i32;

/// Lets others of the same priority run.
pub extern "env" fn sys_yield() void;

/// The caller's own id.
pub extern "env" fn sys_self() i64;

/// Whether a pin is high: 1 or 0, or a refusal.
pub extern "env" fn sys_gpio_read(handle: i64, pin: i32) i32;

/// Drives a pin. 0, or a refusal.
pub extern "env" fn sys_gpio_write(handle: i64, pin: i32, level: i32) i32;

/// Waits for an interrupt. How many came since the last time, or a refusal.
pub extern "env" fn sys_cap_irq_wait(handle: i64) i64;

/// Waits for an interrupt. How many came since the last time, or a refusal.
pub extern "env" fn sys_irq_wait(handle: i64) i64;

/// Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
pub extern "env" fn sys_cap_io_read(handle: i64, offset: i32, size: i32) i64;

/// Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
pub extern "env" fn sys_io_read(handle: i64, offset: i32, size: i32) i64;

/// Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
pub extern "env" fn sys_cap_io_write(handle: i64, offset: i32, size: i32, value: i64) i32;

/// Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
pub extern "env" fn sys_io_write(handle: i64, offset: i32, size: i32, value: i64) i32;

/// Writes size, sector, page and word of a range of flash, each u32. 0, or a refusal.
pub extern "env" fn sys_flash_info(handle: i64, buffer: [*]u8, len: usize) i32;

/// Reads flash. How many bytes, or a refusal.
pub extern "env" fn sys_flash_read(handle: i64, offset: i32, buffer: [*]u8, len: usize) i32;

/// Clears the bits of flash that are 0 in these bytes: whole words, at most a page, within one
/// page. How many bytes once they are safe, or a refusal.
pub extern "env" fn sys_flash_program(handle: i64, offset: i32, bytes: [*]const u8, len: usize) i32;

/// Sets all bits of a sector of flash. Its bytes once it is done, or a refusal.
pub extern "env" fn sys_flash_erase(handle: i64, offset: i32) i32;

/// Makes memory of zeros that can be passed on; it goes with the last capability to it. Its
/// capability, or a refusal.
pub extern "env" fn sys_mem_create(len: usize) i64;

/// Makes an actor of a module; the options and grants are as abi::spawn has them. Its child
/// capability, or a refusal.
pub extern "env" fn sys_spawn(
    handle: i64,
    module: [*]const u8,
    len: usize,
    options: [*]const u8,
    options_len: usize,
) i64;

/// Makes an actor of a module in memory that the caller was granted. Its child, or a refusal.
pub extern "env" fn sys_spawn_memory(
    handle: i64,
    module: i64,
    options: [*]const u8,
    options_len: usize,
) i64;

/// Gives a child other code at its next receive. 0 if that is now, 1 if it is yet to come, or a
/// refusal that changes nothing.
pub extern "env" fn sys_reload(child: i64, module: [*]const u8, len: usize) i32;

/// The same with a module in memory that the caller was granted.
pub extern "env" fn sys_reload_memory(child: i64, module: i64) i32;

/// Whether the caller is told by RELOAD before other code takes over from it. 0.
pub extern "env" fn sys_reload_notice(on: i32) i32;

/// Gives up what the caller was not born with, but for these handles of 8 bytes each and what
/// came with messages that wait. How many went, or a refusal.
pub extern "env" fn sys_cap_keep(handles: [*]const u8, count: i32) i32;

/// Ends a child. 0, or a refusal.
pub extern "env" fn sys_stop(handle: i64) i32;

/// Whose end is abnormal takes the other along, from now on. 0, or a refusal.
pub extern "env" fn sys_link(handle: i64) i32;

/// Undoes a link. 0, or a refusal.
pub extern "env" fn sys_unlink(handle: i64) i32;

/// Whether the end of a linked actor is only told. 0, or a refusal.
pub extern "env" fn sys_trap_exits(on: i32) i32;

/// Writes what an actor holds, 40 bytes for each capability. How many, or a refusal.
pub extern "env" fn sys_proc_caps(handle: i64, id: i64, buffer: [*]u8, len: usize) i32;

/// Ends a child, the caller, or any actor if the caller may write the process table. 0, or a
/// refusal.
pub extern "env" fn sys_proc_stop(id: i64) i32;

/// Writes what this node is called, as far as it fits. Bytes of it, or a refusal.
pub extern "env" fn sys_node_name(buffer: [*]u8, len: usize) i32;

/// Gives an endpoint a name. 0, or a refusal.
pub extern "env" fn sys_ns_register(handle: i64, name: [*]const u8, len: usize, endpoint: i64) i32;

/// Takes a name away. 0, or a refusal.
pub extern "env" fn sys_ns_unregister(handle: i64, name: [*]const u8, len: usize) i32;

/// Lets an endpoint answer for all paths below. 0, or a refusal.
pub extern "env" fn sys_ns_mount(handle: i64, path: [*]const u8, len: usize, endpoint: i64) i32;

/// Undoes a mount. 0, or a refusal.
pub extern "env" fn sys_ns_unmount(handle: i64, path: [*]const u8, len: usize) i32;

/// The endpoint behind a name, or a refusal.
pub extern "env" fn sys_ns_lookup(handle: i64, name: [*]const u8, len: usize) i64;

/// Removes a file or an empty directory. 0, or a refusal.
pub extern "env" fn sys_fs_remove(directory: i64, path: [*]const u8, len: usize) i32;

/// Keeps bytes under a key for the caller's next life or next code. 0, or a refusal.
pub extern "env" fn sys_state_save(
    key: [*]const u8,
    key_len: usize,
    bytes: [*]const u8,
    len: usize,
) i32;

/// Writes the bytes that were kept under a key. How many, or a refusal.
pub extern "env" fn sys_state_load(key: [*]const u8, key_len: usize, buffer: [*]u8, len: usize) i32;

/// Writes the paths below a prefix as lines `path=id`, all or none. Their bytes, or a refusal.
pub extern "env" fn sys_ns_list(
    handle: i64,
    prefix: [*]const u8,
    len: usize,
    buffer: [*]u8,
    buffer_len: usize,
) i32;

// `sp`: the calls of seed sovelmaos: files, locks and pins by capability.

/// Writes a line to the log.
pub extern "env" fn print(text: [*]const u8, len: usize) void;

/// Writes a line to the log.
pub extern "env" fn sp_log(text: [*]const u8, len: usize) void;

/// Lets others of the same priority run.
pub extern "env" fn sp_yield() void;

/// Lets others of the same priority run.
pub extern "env" fn sp_sched_yield() void;

/// Waits so long. 0, or a negative code.
pub extern "env" fn sp_sleep(milliseconds: i32) i32;

/// Writes what the caller holds, 16 bytes for each capability. How many, or a negative code.
pub extern "env" fn sp_get_capabilities(buffer: [*]u8, len: usize) i32;

/// Opens a file or a directory below a directory. Its handle, or a negative code.
pub extern "env" fn sp_fs_open(directory: i64, path: [*]const u8, len: usize) i64;

/// Reads from a file. How many bytes, or a negative code.
pub extern "env" fn sp_fs_read(file: i64, buffer: [*]u8, len: usize, offset: i32) i32;

/// Bytes of a file, or a negative code.
pub extern "env" fn sp_fs_size(file: i64) i32;

/// Gives a file or a directory up.
pub extern "env" fn sp_fs_close(file: i64) void;

/// Makes a directory. 0, or a negative code.
pub extern "env" fn sp_fs_mkdir(directory: i64, path: [*]const u8, len: usize) i32;

/// Makes a mutex. Its handle, or a negative code.
pub extern "env" fn sp_mutex_create() i64;

/// Waits until the mutex is the caller's. 0, or a negative code.
pub extern "env" fn sp_mutex_lock(mutex: i64) i32;

/// Takes the mutex if nobody has it. 0, or a negative code.
pub extern "env" fn sp_mutex_try_lock(mutex: i64) i32;

/// Hands the mutex to who waits. 0, or a negative code.
pub extern "env" fn sp_mutex_unlock(mutex: i64) i32;

/// Makes a semaphore. Its handle, or a negative code.
pub extern "env" fn sp_sem_create(permits: i32) i64;

/// Waits for a permit. 0, or a negative code.
pub extern "env" fn sp_sem_acquire(semaphore: i64) i32;

/// Takes a permit if there is one. 0, or a negative code.
pub extern "env" fn sp_sem_try_acquire(semaphore: i64) i32;

/// Gives a permit. 0, or a negative code.
pub extern "env" fn sp_sem_release(semaphore: i64) i32;

/// Whether a pin is high: 1 or 0, or a negative code.
pub extern "env" fn sp_gpio_read(pins: i64, pin: i32) i32;

/// Drives a pin. 0, or a negative code.
pub extern "env" fn sp_gpio_write(pins: i64, pin: i32, level: i32) i32;

/// Opens a connection. Its handle, or a negative code.
pub extern "env" fn sp_net_connect(network: i64, host: [*]const u8, len: usize, port: i32) i64;

/// Sends bytes. How many, or a negative code.
pub extern "env" fn sp_net_send(socket: i64, bytes: [*]const u8, len: usize) i32;

/// Receives bytes. How many, or a negative code.
pub extern "env" fn sp_net_recv(socket: i64, buffer: [*]u8, len: usize) i32;

// `mk`: the calls of seed actor-microkernel: actors by number.

/// Sends a message to an actor, which can then answer. 1 is sent, 0 is not.
pub extern "env" fn mk_send(dest: i64, opcode: u32, payload: [*]const u8, size: usize) i32;

/// Sends a payload of four bytes. 1 is sent, 0 is not.
pub extern "env" fn mk_send_u32(dest: i64, opcode: u32, value: i32) i32;

/// The caller's own id.
pub extern "env" fn mk_self() i64;

/// Writes a line to the log: level 0 is debug, 1 information, 2 a warning, 3 an error.
pub extern "env" fn mk_log(level: i32, text: [*]const u8, len: usize) void;

/// Waits so long; what comes meanwhile stays in the mailbox. 0, or -1.
pub extern "env" fn mk_sleep_ms(milliseconds: i32) i32;

/// Waits for a message and cuts its payload to the buffer. 0, or -1.
pub extern "env" fn mk_recv(opcode: *u32, buffer: [*]u8, len: usize, size: *u32) i32;

/// Like mk_recv, and says who sent it.
pub extern "env" fn mk_recv_full(
    opcode: *u32,
    buffer: [*]u8,
    len: usize,
    size: *u32,
    source: [*]i64,
) i32;

/// Like mk_recv_full, but waits no longer than this: -2 is too late.
pub extern "env" fn mk_recv_timeout(
    opcode: *u32,
    buffer: [*]u8,
    len: usize,
    size: *u32,
    source: [*]i64,
    milliseconds: i32,
) i32;

/// Writes bytes to the serial line, or else a line to the log.
pub extern "env" fn mk_print(text: [*]const u8, len: usize) void;

/// Makes an actor of a module. Its id, or 0.
pub extern "env" fn mk_spawn_wasm(module: [*]const u8, len: usize, mailbox: i32) i64;

/// Ends an actor that the caller may end. 0, or -1.
pub extern "env" fn mk_stop(id: i64) i32;

/// Writes the ids of all actors, and how many they are. 0, or -1.
pub extern "env" fn mk_list_actors(ids: [*]i64, max: usize, count: *u32) i32;

/// Gives the caller a name. 0, or -1.
pub extern "env" fn mk_register(name: [*]const u8, len: usize) i32;

/// The actor behind a name, whom the caller can then send to; or 0.
pub extern "env" fn mk_lookup(name: [*]const u8, len: usize) i64;

/// Reads a whole file, and says how long it is. 0, or -1.
pub extern "env" fn mk_read_file(
    path: [*]const u8,
    len: usize,
    buffer: [*]u8,
    buffer_len: usize,
    size: *u32,
) i32;

/// Fetches a page by HTTP; says its status and how long it is. 0, or -1.
pub extern "env" fn mk_http_get(
    url: [*]const u8,
    len: usize,
    buffer: [*]u8,
    buffer_len: usize,
    status: *u32,
    size: *u32,
) i32;

/// Writes what this node is called. Bytes of it, or -1.
pub extern "env" fn mk_node_name(buffer: [*]u8, len: usize) i32;

/// Writes the paths that begin so, as lines `path=id`. 0, or -1.
pub extern "env" fn mk_ns_list(
    prefix: [*]const u8,
    len: usize,
    buffer: [*]u8,
    buffer_len: usize,
    size: *u32,
) i32;

/// Writes a name of an actor. Bytes of it, or 0.
pub extern "env" fn mk_reverse_lookup(id: i64, buffer: [*]u8, len: usize) i32;

/// Milliseconds since power came on, or -1.
pub extern "env" fn mk_time_ms() i64;

/// Keeps bytes for the caller's next life. 0, or -1.
pub extern "env" fn mk_save_state(
    key: [*]const u8,
    key_len: usize,
    bytes: [*]const u8,
    len: usize,
) i32;

/// Reads the bytes that an earlier life kept. How many, or -1.
pub extern "env" fn mk_load_state(key: [*]const u8, key_len: usize, buffer: [*]u8, len: usize) i32;

// Made by `cargo run header` from the kernel's tables. End.

/// A message with room for the longest payload.
pub const Message = extern struct {
    /// Id of the sender, 0 for the kernel.
    sender: i64 = 0,
    /// Badge of the capability it was sent through, 0 if none.
    badge: i64 = 0,
    /// The capability that came along, or `Handle.none`. Most often one to answer through.
    capability: i64 = Handle.none,
    opcode: u32 = 0,
    len: u32 = 0,
    bytes: [Size.payload_max]u8 = @splat(0),

    pub fn payload(message: *const Message) []const u8 {
        return message.bytes[0..message.len];
    }

    /// Answers through the capability that came along, and gives it up.
    pub fn reply(message: *const Message, opcode: u32, bytes: []const u8) Refusal!void {
        defer _ = sys_cap_delete(message.capability);
        return send(message.capability, opcode, bytes);
    }
};

/// Logs a text.
pub fn log(text: []const u8) void {
    sys_log(text.ptr, text.len);
}

/// Sends bytes and no capability.
pub fn send(handle: i64, opcode: u32, bytes: []const u8) Refusal!void {
    _ = try checked(sys_cap_send(handle, opcode, bytes.ptr, bytes.len, Handle.none));
}

/// Waits for a message to the actor itself.
pub fn receive(message: *Message) Refusal!void {
    _ = try checked(sys_cap_recv(Handle.own_endpoint, @ptrCast(message), @sizeOf(Message)));
}
