// Orrery for actors in AssemblyScript: every function of the kernel, its numbers, and a few
// conveniences.
//
// An actor exports `handle_message`, which is called for every message, or `_start`. It owns nothing
// but capabilities: handle 0 is its own mailbox, what its manifest grants follows as 1, 2, and so on.
//
//   asc actor.ts -o actor.wasm -O --runtime stub --use abort=

// Made by `cargo run header` from the kernel's tables. Begin.

/// Handles that every actor knows.
export namespace Handle {
  export const OWN_ENDPOINT: i64 = 0;
  export const NONE: i64 = -1;
}

/// What a capability lets its holder do.
export namespace Right {
  export const READ: u32 = 0x1;
  export const WRITE: u32 = 0x2;
  export const GRANT: u32 = 0x8;
}

/// Why the kernel said no.
export namespace Refusal {
  export const NO_CAPABILITY: i32 = -1;
  export const STALE: i32 = -2;
  export const NO_RIGHT: i32 = -3;
  export const WRONG_OBJECT: i32 = -4;
  export const OUT_OF_RANGE: i32 = -5;
  export const BAD_POINTER: i32 = -6;
  export const FULL: i32 = -7;
  export const TOO_LONG: i32 = -8;
  export const BUFFER_TOO_SMALL: i32 = -9;
  export const NO_SLOT: i32 = -10;
  export const DEAD: i32 = -11;
  export const TIMEOUT: i32 = -12;
  export const NOT_AVAILABLE: i32 = -13;
  export const BADGED: i32 = -14;
  export const NO_REPLY: i32 = -15;
  export const EXISTS: i32 = -16;
  export const NOT_FOUND: i32 = -17;
  export const NO_ROOM: i32 = -18;
  export const LOCKED: i32 = -19;
  export const INVALID: i32 = -20;
  export const NO_MEMORY: i32 = -21;
  export const NAME_TOO_LONG: i32 = -22;
  export const CORRUPT: i32 = -23;
  export const FOREIGN: i32 = -24;
  export const READ_ONLY: i32 = -25;
  export const QUOTA: i32 = -26;
  export const NOT_EMPTY: i32 = -27;
}

/// What a refusal says to a reader.
export function refusalText(code: i32): string {
  switch (code) {
    case Refusal.NO_CAPABILITY: return "no such capability";
    case Refusal.STALE: return "stale handle";
    case Refusal.NO_RIGHT: return "right not held";
    case Refusal.WRONG_OBJECT: return "wrong kind of object";
    case Refusal.OUT_OF_RANGE: return "out of range";
    case Refusal.BAD_POINTER: return "bad pointer";
    case Refusal.FULL: return "mailbox full";
    case Refusal.TOO_LONG: return "message too long";
    case Refusal.BUFFER_TOO_SMALL: return "buffer too small";
    case Refusal.NO_SLOT: return "no free slot";
    case Refusal.DEAD: return "actor is dead";
    case Refusal.TIMEOUT: return "timeout";
    case Refusal.NOT_AVAILABLE: return "not available";
    case Refusal.BADGED: return "already badged";
    case Refusal.NO_REPLY: return "call dropped";
    case Refusal.EXISTS: return "already exists";
    case Refusal.NOT_FOUND: return "not found";
    case Refusal.NO_ROOM: return "no room left";
    case Refusal.LOCKED: return "locked";
    case Refusal.INVALID: return "invalid";
    case Refusal.NO_MEMORY: return "no memory exported";
    case Refusal.NAME_TOO_LONG: return "name too long";
    case Refusal.CORRUPT: return "damaged";
    case Refusal.FOREIGN: return "of a foreign format";
    case Refusal.READ_ONLY: return "read-only";
    case Refusal.QUOTA: return "quota used up";
    case Refusal.NOT_EMPTY: return "directory not empty";
    default: return "no refusal";
  }
}

/// Messages of the kernel and its services.
export namespace Opcode {
  export const KEY_EVENT: u32 = 0x5;
  export const POINTER_EVENT: u32 = 0x6;
  export const KERNEL_OPCODES: u32 = 0xff000000;
  export const SERIAL_EVENT: u32 = 0xff000002;
  export const EXIT_NOTICE: u32 = 0xff000010;
  export const NS_REGISTER: u32 = 0xff000014;
  export const NS_LOOKUP: u32 = 0xff000015;
  export const NS_LIST: u32 = 0xff000016;
  export const NS_MOUNT: u32 = 0xff000017;
  export const NS_UNMOUNT: u32 = 0xff000018;
  export const NS_REPLY: u32 = 0xff000019;
  export const CAPS_REQUEST: u32 = 0xff00001d;
  export const CAPS_REPLY: u32 = 0xff00001e;
  export const PIN_EVENT: u32 = 0xff000020;
  export const SHUTDOWN: u32 = 0xff0000a0;
  export const RELOAD: u32 = 0xff0000a1;
}

/// What a capability can name.
export namespace Object {
  export const ENDPOINT: u32 = 0x1;
  export const MEMORY: u32 = 0x2;
  export const FRAMEBUFFER: u32 = 0x3;
  export const PINS: u32 = 0x4;
  export const LOG: u32 = 0x5;
  export const CLOCK: u32 = 0x6;
  export const ENTROPY: u32 = 0x7;
  export const KEYBOARD: u32 = 0x8;
  export const POINTER: u32 = 0x9;
  export const SERIAL: u32 = 0xa;
  export const PROCESSES: u32 = 0xb;
  export const NAMESPACE: u32 = 0xc;
  export const SPAWNER: u32 = 0xd;
  export const CHILD: u32 = 0xe;
  export const REPLY: u32 = 0xf;
  export const DIRECTORY: u32 = 0x10;
  export const FILE: u32 = 0x11;
  export const MUTEX: u32 = 0x12;
  export const SEMAPHORE: u32 = 0x13;
  export const INTERRUPT: u32 = 0x14;
  export const PORTS: u32 = 0x15;
  export const FLASH: u32 = 0x16;
}

/// Why an actor ended.
export namespace Exit {
  export const NORMAL: u32 = 0x0;
  export const KILLED: u32 = 0x1;
  export const ABNORMAL: u32 = 0x2;
  export const LINKED: u32 = 0x3;
}

/// Bytes of a message's header, and the most of its payload.
export namespace Size {
  export const HEADER: u32 = 0x20;
  export const PAYLOAD_MAX: u32 = 0x400;
}

// `sys`: the native calls: those of seed wasm-actors, completed.

/// Writes a line to the log.
// @ts-ignore: decorator
@external("env", "sys_log")
export declare function sys_log(text: usize, len: usize): void;

/// Ends the caller; 0 is a normal exit.
// @ts-ignore: decorator
@external("env", "sys_exit")
export declare function sys_exit(code: i32): void;

/// Sends a message and, unless it is -1, a capability with all its rights. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_send")
export declare function sys_cap_send(
  handle: i64,
  opcode: u32,
  payload: usize,
  len: usize,
  capability: i64,
): i32;

/// Waits for a message, and writes 32 bytes of header and the payload. The sender's id, 0 for
/// the kernel, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_recv")
export declare function sys_cap_recv(handle: i64, buffer: usize, len: usize): i64;

/// Reads from an object. How many bytes, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_mem_read")
export declare function sys_cap_mem_read(handle: i64, offset: i32, buffer: usize, len: usize): i32;

/// Writes to an object. How many bytes, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_mem_write")
export declare function sys_cap_mem_write(handle: i64, offset: i32, bytes: usize, len: usize): i32;

/// Width of the screen in the upper half, height in the lower.
// @ts-ignore: decorator
@external("env", "sys_fb_info")
export declare function sys_fb_info(): i64;

/// Sends, and passes no more than these rights of the capability. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_send_rights")
export declare function sys_cap_send_rights(
  handle: i64,
  opcode: u32,
  payload: usize,
  len: usize,
  capability: i64,
  rights: u32,
): i32;

/// Sends, and gives up the capability that it was sent through. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_reply")
export declare function sys_cap_reply(
  handle: i64,
  opcode: u32,
  payload: usize,
  len: usize,
  capability: i64,
  rights: u32,
): i32;

/// Sends, and the capability leaves the caller. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_send_move")
export declare function sys_cap_send_move(
  handle: i64,
  opcode: u32,
  payload: usize,
  len: usize,
  capability: i64,
): i32;

/// Sends, waits for the answer and writes it; a negative time is for ever. Who answered, or a
/// refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_call")
export declare function sys_cap_call(
  handle: i64,
  opcode: u32,
  payload: usize,
  len: usize,
  buffer: usize,
  buffer_len: usize,
  nanoseconds: i64,
): i64;

/// Waits for a message, but no longer than this. The sender's id, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_recv_timeout")
export declare function sys_cap_recv_timeout(
  handle: i64,
  buffer: usize,
  len: usize,
  nanoseconds: i64,
): i64;

/// Writes width, height, stride and pixel format of the screen, each u32. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_fb_layout")
export declare function sys_fb_layout(handle: i64, buffer: usize, len: usize): i32;

/// Shows what has been drawn. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_fb_flush")
export declare function sys_fb_flush(handle: i64): i32;

/// Writes kind u32, rights u32, badge u64 and size u64 of a capability. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_info")
export declare function sys_cap_info(handle: i64, buffer: usize, len: usize): i32;

/// A second capability with the same rights, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_copy")
export declare function sys_cap_copy(handle: i64): i64;

/// A capability with no more than these rights and, unless it is 0, a badge; or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_mint")
export declare function sys_cap_mint(handle: i64, rights: u32, badge: i64): i64;

/// A capability to a part of memory or flash, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_mint_range")
export declare function sys_cap_mint_range(handle: i64, rights: u32, offset: i64, len: i64): i64;

/// A capability to less: the endpoint of a child, or a file of an endpoint; or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_narrow")
export declare function sys_cap_narrow(handle: i64, kind: i32, rights: u32, badge: i64): i64;

/// The same capability in another slot, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_move")
export declare function sys_cap_move(handle: i64): i64;

/// Gives a capability up. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_delete")
export declare function sys_cap_delete(handle: i64): i32;

/// Removes every capability that derives from this one, wherever it is. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_revoke")
export declare function sys_cap_revoke(handle: i64): i32;

/// Nanoseconds since power came on, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_time")
export declare function sys_time(handle: i64): i64;

/// Waits so long. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_sleep")
export declare function sys_sleep(handle: i64, nanoseconds: i64): i32;

/// Lets others of the same priority run.
// @ts-ignore: decorator
@external("env", "sys_yield")
export declare function sys_yield(): void;

/// The caller's own id.
// @ts-ignore: decorator
@external("env", "sys_self")
export declare function sys_self(): i64;

/// Whether a pin is high: 1 or 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_gpio_read")
export declare function sys_gpio_read(handle: i64, pin: i32): i32;

/// Drives a pin. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_gpio_write")
export declare function sys_gpio_write(handle: i64, pin: i32, level: i32): i32;

/// Waits for an interrupt. How many came since the last time, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_irq_wait")
export declare function sys_cap_irq_wait(handle: i64): i64;

/// Waits for an interrupt. How many came since the last time, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_irq_wait")
export declare function sys_irq_wait(handle: i64): i64;

/// Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_io_read")
export declare function sys_cap_io_read(handle: i64, offset: i32, size: i32): i64;

/// Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_io_read")
export declare function sys_io_read(handle: i64, offset: i32, size: i32): i64;

/// Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_io_write")
export declare function sys_cap_io_write(handle: i64, offset: i32, size: i32, value: i64): i32;

/// Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_io_write")
export declare function sys_io_write(handle: i64, offset: i32, size: i32, value: i64): i32;

/// Writes size, sector, page and word of a range of flash, each u32. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_flash_info")
export declare function sys_flash_info(handle: i64, buffer: usize, len: usize): i32;

/// Reads flash. How many bytes, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_flash_read")
export declare function sys_flash_read(handle: i64, offset: i32, buffer: usize, len: usize): i32;

/// Clears the bits of flash that are 0 in these bytes: whole words, at most a page, within one
/// page. How many bytes once they are safe, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_flash_program")
export declare function sys_flash_program(handle: i64, offset: i32, bytes: usize, len: usize): i32;

/// Sets all bits of a sector of flash. Its bytes once it is done, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_flash_erase")
export declare function sys_flash_erase(handle: i64, offset: i32): i32;

/// Makes memory of zeros that can be passed on; it goes with the last capability to it. Its
/// capability, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_mem_create")
export declare function sys_mem_create(len: usize): i64;

/// Makes an actor of a module; the options and grants are as abi::spawn has them. Its child
/// capability, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_spawn")
export declare function sys_spawn(
  handle: i64,
  module: usize,
  len: usize,
  options: usize,
  options_len: usize,
): i64;

/// Makes an actor of a module in memory that the caller was granted. Its child, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_spawn_memory")
export declare function sys_spawn_memory(
  handle: i64,
  module: i64,
  options: usize,
  options_len: usize,
): i64;

/// Gives a child other code at its next receive. 0 if that is now, 1 if it is yet to come, or a
/// refusal that changes nothing.
// @ts-ignore: decorator
@external("env", "sys_reload")
export declare function sys_reload(child: i64, module: usize, len: usize): i32;

/// The same with a module in memory that the caller was granted.
// @ts-ignore: decorator
@external("env", "sys_reload_memory")
export declare function sys_reload_memory(child: i64, module: i64): i32;

/// Whether the caller is told by RELOAD before other code takes over from it. 0.
// @ts-ignore: decorator
@external("env", "sys_reload_notice")
export declare function sys_reload_notice(on: i32): i32;

/// Gives up what the caller was not born with, but for these handles of 8 bytes each and what
/// came with messages that wait. How many went, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_cap_keep")
export declare function sys_cap_keep(handles: usize, count: i32): i32;

/// Ends a child. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_stop")
export declare function sys_stop(handle: i64): i32;

/// Whose end is abnormal takes the other along, from now on. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_link")
export declare function sys_link(handle: i64): i32;

/// Undoes a link. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_unlink")
export declare function sys_unlink(handle: i64): i32;

/// Whether the end of a linked actor is only told. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_trap_exits")
export declare function sys_trap_exits(on: i32): i32;

/// Writes what an actor holds, 40 bytes for each capability. How many, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_proc_caps")
export declare function sys_proc_caps(handle: i64, id: i64, buffer: usize, len: usize): i32;

/// Ends a child, the caller, or any actor if the caller may write the process table. 0, or a
/// refusal.
// @ts-ignore: decorator
@external("env", "sys_proc_stop")
export declare function sys_proc_stop(id: i64): i32;

/// Writes what this node is called, as far as it fits. Bytes of it, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_node_name")
export declare function sys_node_name(buffer: usize, len: usize): i32;

/// Gives an endpoint a name. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_ns_register")
export declare function sys_ns_register(handle: i64, name: usize, len: usize, endpoint: i64): i32;

/// Takes a name away. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_ns_unregister")
export declare function sys_ns_unregister(handle: i64, name: usize, len: usize): i32;

/// Lets an endpoint answer for all paths below. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_ns_mount")
export declare function sys_ns_mount(handle: i64, path: usize, len: usize, endpoint: i64): i32;

/// Undoes a mount. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_ns_unmount")
export declare function sys_ns_unmount(handle: i64, path: usize, len: usize): i32;

/// The endpoint behind a name, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_ns_lookup")
export declare function sys_ns_lookup(handle: i64, name: usize, len: usize): i64;

/// Removes a file or an empty directory. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_fs_remove")
export declare function sys_fs_remove(directory: i64, path: usize, len: usize): i32;

/// Keeps bytes under a key for the caller's next life or next code. 0, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_state_save")
export declare function sys_state_save(key: usize, key_len: usize, bytes: usize, len: usize): i32;

/// Writes the bytes that were kept under a key. How many, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_state_load")
export declare function sys_state_load(key: usize, key_len: usize, buffer: usize, len: usize): i32;

/// Writes the paths below a prefix as lines `path=id`, all or none. Their bytes, or a refusal.
// @ts-ignore: decorator
@external("env", "sys_ns_list")
export declare function sys_ns_list(
  handle: i64,
  prefix: usize,
  len: usize,
  buffer: usize,
  buffer_len: usize,
): i32;

// `sp`: the calls of seed sovelmaos: files, locks and pins by capability.

/// Writes a line to the log.
// @ts-ignore: decorator
@external("env", "print")
export declare function print(text: usize, len: usize): void;

/// Writes a line to the log.
// @ts-ignore: decorator
@external("env", "sp_log")
export declare function sp_log(text: usize, len: usize): void;

/// Lets others of the same priority run.
// @ts-ignore: decorator
@external("env", "sp_yield")
export declare function sp_yield(): void;

/// Lets others of the same priority run.
// @ts-ignore: decorator
@external("env", "sp_sched_yield")
export declare function sp_sched_yield(): void;

/// Waits so long. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_sleep")
export declare function sp_sleep(milliseconds: i32): i32;

/// Writes what the caller holds, 16 bytes for each capability. How many, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_get_capabilities")
export declare function sp_get_capabilities(buffer: usize, len: usize): i32;

/// Opens a file or a directory below a directory. Its handle, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_fs_open")
export declare function sp_fs_open(directory: i64, path: usize, len: usize): i64;

/// Reads from a file. How many bytes, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_fs_read")
export declare function sp_fs_read(file: i64, buffer: usize, len: usize, offset: i32): i32;

/// Bytes of a file, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_fs_size")
export declare function sp_fs_size(file: i64): i32;

/// Gives a file or a directory up.
// @ts-ignore: decorator
@external("env", "sp_fs_close")
export declare function sp_fs_close(file: i64): void;

/// Makes a directory. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_fs_mkdir")
export declare function sp_fs_mkdir(directory: i64, path: usize, len: usize): i32;

/// Makes a mutex. Its handle, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_mutex_create")
export declare function sp_mutex_create(): i64;

/// Waits until the mutex is the caller's. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_mutex_lock")
export declare function sp_mutex_lock(mutex: i64): i32;

/// Takes the mutex if nobody has it. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_mutex_try_lock")
export declare function sp_mutex_try_lock(mutex: i64): i32;

/// Hands the mutex to who waits. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_mutex_unlock")
export declare function sp_mutex_unlock(mutex: i64): i32;

/// Makes a semaphore. Its handle, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_sem_create")
export declare function sp_sem_create(permits: i32): i64;

/// Waits for a permit. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_sem_acquire")
export declare function sp_sem_acquire(semaphore: i64): i32;

/// Takes a permit if there is one. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_sem_try_acquire")
export declare function sp_sem_try_acquire(semaphore: i64): i32;

/// Gives a permit. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_sem_release")
export declare function sp_sem_release(semaphore: i64): i32;

/// Whether a pin is high: 1 or 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_gpio_read")
export declare function sp_gpio_read(pins: i64, pin: i32): i32;

/// Drives a pin. 0, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_gpio_write")
export declare function sp_gpio_write(pins: i64, pin: i32, level: i32): i32;

/// Opens a connection. Its handle, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_net_connect")
export declare function sp_net_connect(network: i64, host: usize, len: usize, port: i32): i64;

/// Sends bytes. How many, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_net_send")
export declare function sp_net_send(socket: i64, bytes: usize, len: usize): i32;

/// Receives bytes. How many, or a negative code.
// @ts-ignore: decorator
@external("env", "sp_net_recv")
export declare function sp_net_recv(socket: i64, buffer: usize, len: usize): i32;

// `mk`: the calls of seed actor-microkernel: actors by number.

/// Sends a message to an actor, which can then answer. 1 is sent, 0 is not.
// @ts-ignore: decorator
@external("env", "mk_send")
export declare function mk_send(dest: i64, opcode: u32, payload: usize, size: usize): i32;

/// Sends a payload of four bytes. 1 is sent, 0 is not.
// @ts-ignore: decorator
@external("env", "mk_send_u32")
export declare function mk_send_u32(dest: i64, opcode: u32, value: i32): i32;

/// The caller's own id.
// @ts-ignore: decorator
@external("env", "mk_self")
export declare function mk_self(): i64;

/// Writes a line to the log: level 0 is debug, 1 information, 2 a warning, 3 an error.
// @ts-ignore: decorator
@external("env", "mk_log")
export declare function mk_log(level: i32, text: usize, len: usize): void;

/// Waits so long; what comes meanwhile stays in the mailbox. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_sleep_ms")
export declare function mk_sleep_ms(milliseconds: i32): i32;

/// Waits for a message and cuts its payload to the buffer. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_recv")
export declare function mk_recv(opcode: usize, buffer: usize, len: usize, size: usize): i32;

/// Like mk_recv, and says who sent it.
// @ts-ignore: decorator
@external("env", "mk_recv_full")
export declare function mk_recv_full(
  opcode: usize,
  buffer: usize,
  len: usize,
  size: usize,
  source: usize,
): i32;

/// Like mk_recv_full, but waits no longer than this: -2 is too late.
// @ts-ignore: decorator
@external("env", "mk_recv_timeout")
export declare function mk_recv_timeout(
  opcode: usize,
  buffer: usize,
  len: usize,
  size: usize,
  source: usize,
  milliseconds: i32,
): i32;

/// Writes bytes to the serial line, or else a line to the log.
// @ts-ignore: decorator
@external("env", "mk_print")
export declare function mk_print(text: usize, len: usize): void;

/// Makes an actor of a module. Its id, or 0.
// @ts-ignore: decorator
@external("env", "mk_spawn_wasm")
export declare function mk_spawn_wasm(module: usize, len: usize, mailbox: i32): i64;

/// Ends an actor that the caller may end. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_stop")
export declare function mk_stop(id: i64): i32;

/// Writes the ids of all actors, and how many they are. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_list_actors")
export declare function mk_list_actors(ids: usize, max: usize, count: usize): i32;

/// Gives the caller a name. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_register")
export declare function mk_register(name: usize, len: usize): i32;

/// The actor behind a name, whom the caller can then send to; or 0.
// @ts-ignore: decorator
@external("env", "mk_lookup")
export declare function mk_lookup(name: usize, len: usize): i64;

/// Reads a whole file, and says how long it is. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_read_file")
export declare function mk_read_file(
  path: usize,
  len: usize,
  buffer: usize,
  buffer_len: usize,
  size: usize,
): i32;

/// Fetches a page by HTTP; says its status and how long it is. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_http_get")
export declare function mk_http_get(
  url: usize,
  len: usize,
  buffer: usize,
  buffer_len: usize,
  status: usize,
  size: usize,
): i32;

/// Writes what this node is called. Bytes of it, or -1.
// @ts-ignore: decorator
@external("env", "mk_node_name")
export declare function mk_node_name(buffer: usize, len: usize): i32;

/// Writes the paths that begin so, as lines `path=id`. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_ns_list")
export declare function mk_ns_list(
  prefix: usize,
  len: usize,
  buffer: usize,
  buffer_len: usize,
  size: usize,
): i32;

/// Writes a name of an actor. Bytes of it, or 0.
// @ts-ignore: decorator
@external("env", "mk_reverse_lookup")
export declare function mk_reverse_lookup(id: i64, buffer: usize, len: usize): i32;

/// Milliseconds since power came on, or -1.
// @ts-ignore: decorator
@external("env", "mk_time_ms")
export declare function mk_time_ms(): i64;

/// Keeps bytes for the caller's next life. 0, or -1.
// @ts-ignore: decorator
@external("env", "mk_save_state")
export declare function mk_save_state(key: usize, key_len: usize, bytes: usize, len: usize): i32;

/// Reads the bytes that an earlier life kept. How many, or -1.
// @ts-ignore: decorator
@external("env", "mk_load_state")
export declare function mk_load_state(key: usize, key_len: usize, buffer: usize, len: usize): i32;

// Made by `cargo run header` from the kernel's tables. End.

/// A message with room for the longest payload, as it lies in memory. Only one is ever needed.
export class Message {
  private at: usize = heap.alloc(Size.HEADER + Size.PAYLOAD_MAX);

  /// Waits for a message to the actor itself. The sender's id, 0 for the kernel, or a refusal.
  receive(): i64 {
    return sys_cap_recv(Handle.OWN_ENDPOINT, this.at, Size.HEADER + Size.PAYLOAD_MAX);
  }

  /// Id of the sender, 0 for the kernel.
  get sender(): i64 { return load<i64>(this.at); }

  /// Badge of the capability it was sent through, 0 if none.
  get badge(): i64 { return load<i64>(this.at, 8); }

  /// The capability that came along, or `Handle.NONE`. Most often one to answer through.
  get capability(): i64 { return load<i64>(this.at, 16); }

  get opcode(): u32 { return load<u32>(this.at, 24); }

  /// Bytes of payload.
  get len(): u32 { return load<u32>(this.at, 28); }

  /// Where the payload lies.
  get payload(): usize { return this.at + Size.HEADER; }

  /// Answers through the capability that came along, and gives it up. 0, or a refusal.
  reply(opcode: u32, payload: usize, len: usize): i32 {
    const sent = send(this.capability, opcode, payload, len);
    sys_cap_delete(this.capability);
    return sent;
  }
}

/// Logs a text.
export function log(text: string): void {
  const bytes = String.UTF8.encode(text);
  sys_log(changetype<usize>(bytes), bytes.byteLength);
}

/// Sends bytes and no capability. 0, or a refusal.
export function send(handle: i64, opcode: u32, payload: usize, len: usize): i32 {
  return sys_cap_send(handle, opcode, payload, len, Handle.NONE);
}
