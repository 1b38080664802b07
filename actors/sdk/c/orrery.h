// Orrery for actors in C and C++: every function of the kernel, its numbers, and a few conveniences.
//
// An actor exports `handle_message`, which is called for every message, or `_start`. It owns nothing
// but capabilities: handle 0 is its own mailbox, what its manifest grants follows as 1, 2, and so on.
// Nothing else is needed, neither a library nor WASI:
//
//   clang --target=wasm32 -Os -ffreestanding -nostdlib -Wl,--no-entry -o actor.wasm actor.c
#ifndef ORRERY_H
#define ORRERY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Marks a function of the kernel's.
#define ORRERY_IMPORT(name) __attribute__((import_module("env"), import_name(#name)))

/// Marks a function that the kernel calls: `handle_message` or `_start`.
#define ORRERY_EXPORT(name) __attribute__((export_name(#name)))

// Made by `cargo run header` from the kernel's tables. Begin.

// Handles that every actor knows.
#define ORRERY_HANDLE_OWN_ENDPOINT INT64_C(0)
#define ORRERY_HANDLE_NONE INT64_C(-1)

// What a capability lets its holder do.
#define ORRERY_RIGHT_READ UINT32_C(0x1)
#define ORRERY_RIGHT_WRITE UINT32_C(0x2)
#define ORRERY_RIGHT_GRANT UINT32_C(0x8)

// Why the kernel said no.
#define ORRERY_REFUSAL_NO_CAPABILITY INT32_C(-1)
#define ORRERY_REFUSAL_STALE INT32_C(-2)
#define ORRERY_REFUSAL_NO_RIGHT INT32_C(-3)
#define ORRERY_REFUSAL_WRONG_OBJECT INT32_C(-4)
#define ORRERY_REFUSAL_OUT_OF_RANGE INT32_C(-5)
#define ORRERY_REFUSAL_BAD_POINTER INT32_C(-6)
#define ORRERY_REFUSAL_FULL INT32_C(-7)
#define ORRERY_REFUSAL_TOO_LONG INT32_C(-8)
#define ORRERY_REFUSAL_BUFFER_TOO_SMALL INT32_C(-9)
#define ORRERY_REFUSAL_NO_SLOT INT32_C(-10)
#define ORRERY_REFUSAL_DEAD INT32_C(-11)
#define ORRERY_REFUSAL_TIMEOUT INT32_C(-12)
#define ORRERY_REFUSAL_NOT_AVAILABLE INT32_C(-13)
#define ORRERY_REFUSAL_BADGED INT32_C(-14)
#define ORRERY_REFUSAL_NO_REPLY INT32_C(-15)
#define ORRERY_REFUSAL_EXISTS INT32_C(-16)
#define ORRERY_REFUSAL_NOT_FOUND INT32_C(-17)
#define ORRERY_REFUSAL_NO_ROOM INT32_C(-18)
#define ORRERY_REFUSAL_LOCKED INT32_C(-19)
#define ORRERY_REFUSAL_INVALID INT32_C(-20)
#define ORRERY_REFUSAL_NO_MEMORY INT32_C(-21)
#define ORRERY_REFUSAL_NAME_TOO_LONG INT32_C(-22)
#define ORRERY_REFUSAL_CORRUPT INT32_C(-23)
#define ORRERY_REFUSAL_FOREIGN INT32_C(-24)
#define ORRERY_REFUSAL_READ_ONLY INT32_C(-25)
#define ORRERY_REFUSAL_QUOTA INT32_C(-26)
#define ORRERY_REFUSAL_NOT_EMPTY INT32_C(-27)

/// What a refusal says to a reader.
static inline const char *orrery_refusal_text(int64_t code) {
    switch (code) {
    case ORRERY_REFUSAL_NO_CAPABILITY: return "no such capability";
    case ORRERY_REFUSAL_STALE: return "stale handle";
    case ORRERY_REFUSAL_NO_RIGHT: return "right not held";
    case ORRERY_REFUSAL_WRONG_OBJECT: return "wrong kind of object";
    case ORRERY_REFUSAL_OUT_OF_RANGE: return "out of range";
    case ORRERY_REFUSAL_BAD_POINTER: return "bad pointer";
    case ORRERY_REFUSAL_FULL: return "mailbox full";
    case ORRERY_REFUSAL_TOO_LONG: return "message too long";
    case ORRERY_REFUSAL_BUFFER_TOO_SMALL: return "buffer too small";
    case ORRERY_REFUSAL_NO_SLOT: return "no free slot";
    case ORRERY_REFUSAL_DEAD: return "actor is dead";
    case ORRERY_REFUSAL_TIMEOUT: return "timeout";
    case ORRERY_REFUSAL_NOT_AVAILABLE: return "not available";
    case ORRERY_REFUSAL_BADGED: return "already badged";
    case ORRERY_REFUSAL_NO_REPLY: return "call dropped";
    case ORRERY_REFUSAL_EXISTS: return "already exists";
    case ORRERY_REFUSAL_NOT_FOUND: return "not found";
    case ORRERY_REFUSAL_NO_ROOM: return "no room left";
    case ORRERY_REFUSAL_LOCKED: return "locked";
    case ORRERY_REFUSAL_INVALID: return "invalid";
    case ORRERY_REFUSAL_NO_MEMORY: return "no memory exported";
    case ORRERY_REFUSAL_NAME_TOO_LONG: return "name too long";
    case ORRERY_REFUSAL_CORRUPT: return "damaged";
    case ORRERY_REFUSAL_FOREIGN: return "of a foreign format";
    case ORRERY_REFUSAL_READ_ONLY: return "read-only";
    case ORRERY_REFUSAL_QUOTA: return "quota used up";
    case ORRERY_REFUSAL_NOT_EMPTY: return "directory not empty";
    default: return "no refusal";
    }
}

// Messages of the kernel and its services.
#define ORRERY_OPCODE_KEY_EVENT UINT32_C(0x5)
#define ORRERY_OPCODE_POINTER_EVENT UINT32_C(0x6)
#define ORRERY_OPCODE_KERNEL_OPCODES UINT32_C(0xff000000)
#define ORRERY_OPCODE_SERIAL_EVENT UINT32_C(0xff000002)
#define ORRERY_OPCODE_EXIT_NOTICE UINT32_C(0xff000010)
#define ORRERY_OPCODE_NS_REGISTER UINT32_C(0xff000014)
#define ORRERY_OPCODE_NS_LOOKUP UINT32_C(0xff000015)
#define ORRERY_OPCODE_NS_LIST UINT32_C(0xff000016)
#define ORRERY_OPCODE_NS_MOUNT UINT32_C(0xff000017)
#define ORRERY_OPCODE_NS_UNMOUNT UINT32_C(0xff000018)
#define ORRERY_OPCODE_NS_REPLY UINT32_C(0xff000019)
#define ORRERY_OPCODE_CAPS_REQUEST UINT32_C(0xff00001d)
#define ORRERY_OPCODE_CAPS_REPLY UINT32_C(0xff00001e)
#define ORRERY_OPCODE_PIN_EVENT UINT32_C(0xff000020)
#define ORRERY_OPCODE_SHUTDOWN UINT32_C(0xff0000a0)
#define ORRERY_OPCODE_RELOAD UINT32_C(0xff0000a1)

// What a capability can name.
#define ORRERY_OBJECT_ENDPOINT UINT32_C(0x1)
#define ORRERY_OBJECT_MEMORY UINT32_C(0x2)
#define ORRERY_OBJECT_FRAMEBUFFER UINT32_C(0x3)
#define ORRERY_OBJECT_PINS UINT32_C(0x4)
#define ORRERY_OBJECT_LOG UINT32_C(0x5)
#define ORRERY_OBJECT_CLOCK UINT32_C(0x6)
#define ORRERY_OBJECT_ENTROPY UINT32_C(0x7)
#define ORRERY_OBJECT_KEYBOARD UINT32_C(0x8)
#define ORRERY_OBJECT_POINTER UINT32_C(0x9)
#define ORRERY_OBJECT_SERIAL UINT32_C(0xa)
#define ORRERY_OBJECT_PROCESSES UINT32_C(0xb)
#define ORRERY_OBJECT_NAMESPACE UINT32_C(0xc)
#define ORRERY_OBJECT_SPAWNER UINT32_C(0xd)
#define ORRERY_OBJECT_CHILD UINT32_C(0xe)
#define ORRERY_OBJECT_REPLY UINT32_C(0xf)
#define ORRERY_OBJECT_DIRECTORY UINT32_C(0x10)
#define ORRERY_OBJECT_FILE UINT32_C(0x11)
#define ORRERY_OBJECT_MUTEX UINT32_C(0x12)
#define ORRERY_OBJECT_SEMAPHORE UINT32_C(0x13)
#define ORRERY_OBJECT_INTERRUPT UINT32_C(0x14)
#define ORRERY_OBJECT_PORTS UINT32_C(0x15)
#define ORRERY_OBJECT_FLASH UINT32_C(0x16)

// Why an actor ended.
#define ORRERY_EXIT_NORMAL UINT32_C(0x0)
#define ORRERY_EXIT_KILLED UINT32_C(0x1)
#define ORRERY_EXIT_ABNORMAL UINT32_C(0x2)
#define ORRERY_EXIT_LINKED UINT32_C(0x3)

// Bytes of a message's header, and the most of its payload.
#define ORRERY_SIZE_HEADER UINT32_C(0x20)
#define ORRERY_SIZE_PAYLOAD_MAX UINT32_C(0x400)

// `sys`: the native calls: those of seed wasm-actors, completed.

/// Writes a line to the log.
ORRERY_IMPORT(sys_log)
void sys_log(const void *text, size_t len);

/// Ends the caller; 0 is a normal exit.
ORRERY_IMPORT(sys_exit)
void sys_exit(int32_t code);

/// Sends a message and, unless it is -1, a capability with all its rights. 0, or a refusal.
ORRERY_IMPORT(sys_cap_send)
int32_t sys_cap_send(
    int64_t handle,
    uint32_t opcode,
    const void *payload,
    size_t len,
    int64_t capability
);

/// Waits for a message, and writes 32 bytes of header and the payload. The sender's id, 0 for
/// the kernel, or a refusal.
ORRERY_IMPORT(sys_cap_recv)
int64_t sys_cap_recv(int64_t handle, void *buffer, size_t len);

/// Reads from an object. How many bytes, or a refusal.
ORRERY_IMPORT(sys_cap_mem_read)
int32_t sys_cap_mem_read(int64_t handle, int32_t offset, void *buffer, size_t len);

/// Writes to an object. How many bytes, or a refusal.
ORRERY_IMPORT(sys_cap_mem_write)
int32_t sys_cap_mem_write(int64_t handle, int32_t offset, const void *bytes, size_t len);

/// Width of the screen in the upper half, height in the lower.
ORRERY_IMPORT(sys_fb_info)
int64_t sys_fb_info(void);

/// Sends, and passes no more than these rights of the capability. 0, or a refusal.
ORRERY_IMPORT(sys_cap_send_rights)
int32_t sys_cap_send_rights(
    int64_t handle,
    uint32_t opcode,
    const void *payload,
    size_t len,
    int64_t capability,
    uint32_t rights
);

/// Sends, and gives up the capability that it was sent through. 0, or a refusal.
ORRERY_IMPORT(sys_cap_reply)
int32_t sys_cap_reply(
    int64_t handle,
    uint32_t opcode,
    const void *payload,
    size_t len,
    int64_t capability,
    uint32_t rights
);

/// Sends, and the capability leaves the caller. 0, or a refusal.
ORRERY_IMPORT(sys_cap_send_move)
int32_t sys_cap_send_move(
    int64_t handle,
    uint32_t opcode,
    const void *payload,
    size_t len,
    int64_t capability
);

/// Sends, waits for the answer and writes it; a negative time is for ever. Who answered, or a
/// refusal.
ORRERY_IMPORT(sys_cap_call)
int64_t sys_cap_call(
    int64_t handle,
    uint32_t opcode,
    const void *payload,
    size_t len,
    void *buffer,
    size_t buffer_len,
    int64_t nanoseconds
);

/// Waits for a message, but no longer than this. The sender's id, or a refusal.
ORRERY_IMPORT(sys_cap_recv_timeout)
int64_t sys_cap_recv_timeout(int64_t handle, void *buffer, size_t len, int64_t nanoseconds);

/// Writes width, height, stride and pixel format of the screen, each u32. 0, or a refusal.
ORRERY_IMPORT(sys_fb_layout)
int32_t sys_fb_layout(int64_t handle, void *buffer, size_t len);

/// Shows what has been drawn. 0, or a refusal.
ORRERY_IMPORT(sys_fb_flush)
int32_t sys_fb_flush(int64_t handle);

/// Writes kind u32, rights u32, badge u64 and size u64 of a capability. 0, or a refusal.
ORRERY_IMPORT(sys_cap_info)
int32_t sys_cap_info(int64_t handle, void *buffer, size_t len);

/// A second capability with the same rights, or a refusal.
ORRERY_IMPORT(sys_cap_copy)
int64_t sys_cap_copy(int64_t handle);

/// A capability with no more than these rights and, unless it is 0, a badge; or a refusal.
ORRERY_IMPORT(sys_cap_mint)
int64_t sys_cap_mint(int64_t handle, uint32_t rights, int64_t badge);

/// A capability to a part of memory or flash, or a refusal.
ORRERY_IMPORT(sys_cap_mint_range)
int64_t sys_cap_mint_range(int64_t handle, uint32_t rights, int64_t offset, int64_t len);

/// A capability to less: the endpoint of a child, or a file of an endpoint; or a refusal.
ORRERY_IMPORT(sys_cap_narrow)
int64_t sys_cap_narrow(int64_t handle, int32_t kind, uint32_t rights, int64_t badge);

/// The same capability in another slot, or a refusal.
ORRERY_IMPORT(sys_cap_move)
int64_t sys_cap_move(int64_t handle);

/// Gives a capability up. 0, or a refusal.
ORRERY_IMPORT(sys_cap_delete)
int32_t sys_cap_delete(int64_t handle);

/// Removes every capability that derives from this one, wherever it is. 0, or a refusal.
ORRERY_IMPORT(sys_cap_revoke)
int32_t sys_cap_revoke(int64_t handle);

/// Nanoseconds since power came on, or a refusal.
ORRERY_IMPORT(sys_time)
int64_t sys_time(int64_t handle);

/// Waits so long. 0, or a refusal.
ORRERY_IMPORT(sys_sleep)
int32_t sys_sleep(int64_t handle, int64_t nanoseconds);

/// Lets others of the same priority run.
ORRERY_IMPORT(sys_yield)
void sys_yield(void);

/// The caller's own id.
ORRERY_IMPORT(sys_self)
int64_t sys_self(void);

/// Whether a pin is high: 1 or 0, or a refusal.
ORRERY_IMPORT(sys_gpio_read)
int32_t sys_gpio_read(int64_t handle, int32_t pin);

/// Drives a pin. 0, or a refusal.
ORRERY_IMPORT(sys_gpio_write)
int32_t sys_gpio_write(int64_t handle, int32_t pin, int32_t level);

/// Waits for an interrupt. How many came since the last time, or a refusal.
ORRERY_IMPORT(sys_cap_irq_wait)
int64_t sys_cap_irq_wait(int64_t handle);

/// Waits for an interrupt. How many came since the last time, or a refusal.
ORRERY_IMPORT(sys_irq_wait)
int64_t sys_irq_wait(int64_t handle);

/// Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
ORRERY_IMPORT(sys_cap_io_read)
int64_t sys_cap_io_read(int64_t handle, int32_t offset, int32_t size);

/// Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
ORRERY_IMPORT(sys_io_read)
int64_t sys_io_read(int64_t handle, int32_t offset, int32_t size);

/// Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
ORRERY_IMPORT(sys_cap_io_write)
int32_t sys_cap_io_write(int64_t handle, int32_t offset, int32_t size, int64_t value);

/// Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
ORRERY_IMPORT(sys_io_write)
int32_t sys_io_write(int64_t handle, int32_t offset, int32_t size, int64_t value);

/// Writes size, sector, page and word of a range of flash, each u32. 0, or a refusal.
ORRERY_IMPORT(sys_flash_info)
int32_t sys_flash_info(int64_t handle, void *buffer, size_t len);

/// Reads flash. How many bytes, or a refusal.
ORRERY_IMPORT(sys_flash_read)
int32_t sys_flash_read(int64_t handle, int32_t offset, void *buffer, size_t len);

/// Clears the bits of flash that are 0 in these bytes: whole words, at most a page, within one
/// page. How many bytes once they are safe, or a refusal.
ORRERY_IMPORT(sys_flash_program)
int32_t sys_flash_program(int64_t handle, int32_t offset, const void *bytes, size_t len);

/// Sets all bits of a sector of flash. Its bytes once it is done, or a refusal.
ORRERY_IMPORT(sys_flash_erase)
int32_t sys_flash_erase(int64_t handle, int32_t offset);

/// Makes memory of zeros that can be passed on; it goes with the last capability to it. Its
/// capability, or a refusal.
ORRERY_IMPORT(sys_mem_create)
int64_t sys_mem_create(size_t len);

/// Makes an actor of a module; the options and grants are as abi::spawn has them. Its child
/// capability, or a refusal.
ORRERY_IMPORT(sys_spawn)
int64_t sys_spawn(
    int64_t handle,
    const void *module,
    size_t len,
    const void *options,
    size_t options_len
);

/// Makes an actor of a module in memory that the caller was granted. Its child, or a refusal.
ORRERY_IMPORT(sys_spawn_memory)
int64_t sys_spawn_memory(int64_t handle, int64_t module, const void *options, size_t options_len);

/// Gives a child other code at its next receive. 0 if that is now, 1 if it is yet to come, or a
/// refusal that changes nothing.
ORRERY_IMPORT(sys_reload)
int32_t sys_reload(int64_t child, const void *module, size_t len);

/// The same with a module in memory that the caller was granted.
ORRERY_IMPORT(sys_reload_memory)
int32_t sys_reload_memory(int64_t child, int64_t module);

/// Whether the caller is told by RELOAD before other code takes over from it. 0.
ORRERY_IMPORT(sys_reload_notice)
int32_t sys_reload_notice(int32_t on);

/// Gives up what the caller was not born with, but for these handles of 8 bytes each and what
/// came with messages that wait. How many went, or a refusal.
ORRERY_IMPORT(sys_cap_keep)
int32_t sys_cap_keep(const void *handles, int32_t count);

/// Ends a child. 0, or a refusal.
ORRERY_IMPORT(sys_stop)
int32_t sys_stop(int64_t handle);

/// Whose end is abnormal takes the other along, from now on. 0, or a refusal.
ORRERY_IMPORT(sys_link)
int32_t sys_link(int64_t handle);

/// Undoes a link. 0, or a refusal.
ORRERY_IMPORT(sys_unlink)
int32_t sys_unlink(int64_t handle);

/// Whether the end of a linked actor is only told. 0, or a refusal.
ORRERY_IMPORT(sys_trap_exits)
int32_t sys_trap_exits(int32_t on);

/// Writes what an actor holds, 40 bytes for each capability. How many, or a refusal.
ORRERY_IMPORT(sys_proc_caps)
int32_t sys_proc_caps(int64_t handle, int64_t id, void *buffer, size_t len);

/// Ends a child, the caller, or any actor if the caller may write the process table. 0, or a
/// refusal.
ORRERY_IMPORT(sys_proc_stop)
int32_t sys_proc_stop(int64_t id);

/// Writes what this node is called, as far as it fits. Bytes of it, or a refusal.
ORRERY_IMPORT(sys_node_name)
int32_t sys_node_name(void *buffer, size_t len);

/// Gives an endpoint a name. 0, or a refusal.
ORRERY_IMPORT(sys_ns_register)
int32_t sys_ns_register(int64_t handle, const void *name, size_t len, int64_t endpoint);

/// Takes a name away. 0, or a refusal.
ORRERY_IMPORT(sys_ns_unregister)
int32_t sys_ns_unregister(int64_t handle, const void *name, size_t len);

/// Lets an endpoint answer for all paths below. 0, or a refusal.
ORRERY_IMPORT(sys_ns_mount)
int32_t sys_ns_mount(int64_t handle, const void *path, size_t len, int64_t endpoint);

/// Undoes a mount. 0, or a refusal.
ORRERY_IMPORT(sys_ns_unmount)
int32_t sys_ns_unmount(int64_t handle, const void *path, size_t len);

/// The endpoint behind a name, or a refusal.
ORRERY_IMPORT(sys_ns_lookup)
int64_t sys_ns_lookup(int64_t handle, const void *name, size_t len);

/// Removes a file or an empty directory. 0, or a refusal.
ORRERY_IMPORT(sys_fs_remove)
int32_t sys_fs_remove(int64_t directory, const void *path, size_t len);

/// Keeps bytes under a key for the caller's next life or next code. 0, or a refusal.
ORRERY_IMPORT(sys_state_save)
int32_t sys_state_save(const void *key, size_t key_len, const void *bytes, size_t len);

/// Writes the bytes that were kept under a key. How many, or a refusal.
ORRERY_IMPORT(sys_state_load)
int32_t sys_state_load(const void *key, size_t key_len, void *buffer, size_t len);

/// Writes the paths below a prefix as lines `path=id`, all or none. Their bytes, or a refusal.
ORRERY_IMPORT(sys_ns_list)
int32_t sys_ns_list(
    int64_t handle,
    const void *prefix,
    size_t len,
    void *buffer,
    size_t buffer_len
);

// `sp`: the calls of seed sovelmaos: files, locks and pins by capability.

/// Writes a line to the log.
ORRERY_IMPORT(print)
void print(const void *text, size_t len);

/// Writes a line to the log.
ORRERY_IMPORT(sp_log)
void sp_log(const void *text, size_t len);

/// Lets others of the same priority run.
ORRERY_IMPORT(sp_yield)
void sp_yield(void);

/// Lets others of the same priority run.
ORRERY_IMPORT(sp_sched_yield)
void sp_sched_yield(void);

/// Waits so long. 0, or a negative code.
ORRERY_IMPORT(sp_sleep)
int32_t sp_sleep(int32_t milliseconds);

/// Writes what the caller holds, 16 bytes for each capability. How many, or a negative code.
ORRERY_IMPORT(sp_get_capabilities)
int32_t sp_get_capabilities(void *buffer, size_t len);

/// Opens a file or a directory below a directory. Its handle, or a negative code.
ORRERY_IMPORT(sp_fs_open)
int64_t sp_fs_open(int64_t directory, const void *path, size_t len);

/// Reads from a file. How many bytes, or a negative code.
ORRERY_IMPORT(sp_fs_read)
int32_t sp_fs_read(int64_t file, void *buffer, size_t len, int32_t offset);

/// Bytes of a file, or a negative code.
ORRERY_IMPORT(sp_fs_size)
int32_t sp_fs_size(int64_t file);

/// Gives a file or a directory up.
ORRERY_IMPORT(sp_fs_close)
void sp_fs_close(int64_t file);

/// Makes a directory. 0, or a negative code.
ORRERY_IMPORT(sp_fs_mkdir)
int32_t sp_fs_mkdir(int64_t directory, const void *path, size_t len);

/// Makes a mutex. Its handle, or a negative code.
ORRERY_IMPORT(sp_mutex_create)
int64_t sp_mutex_create(void);

/// Waits until the mutex is the caller's. 0, or a negative code.
ORRERY_IMPORT(sp_mutex_lock)
int32_t sp_mutex_lock(int64_t mutex);

/// Takes the mutex if nobody has it. 0, or a negative code.
ORRERY_IMPORT(sp_mutex_try_lock)
int32_t sp_mutex_try_lock(int64_t mutex);

/// Hands the mutex to who waits. 0, or a negative code.
ORRERY_IMPORT(sp_mutex_unlock)
int32_t sp_mutex_unlock(int64_t mutex);

/// Makes a semaphore. Its handle, or a negative code.
ORRERY_IMPORT(sp_sem_create)
int64_t sp_sem_create(int32_t permits);

/// Waits for a permit. 0, or a negative code.
ORRERY_IMPORT(sp_sem_acquire)
int32_t sp_sem_acquire(int64_t semaphore);

/// Takes a permit if there is one. 0, or a negative code.
ORRERY_IMPORT(sp_sem_try_acquire)
int32_t sp_sem_try_acquire(int64_t semaphore);

/// Gives a permit. 0, or a negative code.
ORRERY_IMPORT(sp_sem_release)
int32_t sp_sem_release(int64_t semaphore);

/// Whether a pin is high: 1 or 0, or a negative code.
ORRERY_IMPORT(sp_gpio_read)
int32_t sp_gpio_read(int64_t pins, int32_t pin);

/// Drives a pin. 0, or a negative code.
ORRERY_IMPORT(sp_gpio_write)
int32_t sp_gpio_write(int64_t pins, int32_t pin, int32_t level);

/// Opens a connection. Its handle, or a negative code.
ORRERY_IMPORT(sp_net_connect)
int64_t sp_net_connect(int64_t network, const void *host, size_t len, int32_t port);

/// Sends bytes. How many, or a negative code.
ORRERY_IMPORT(sp_net_send)
int32_t sp_net_send(int64_t socket, const void *bytes, size_t len);

/// Receives bytes. How many, or a negative code.
ORRERY_IMPORT(sp_net_recv)
int32_t sp_net_recv(int64_t socket, void *buffer, size_t len);

// `mk`: the calls of seed actor-microkernel: actors by number.

/// Sends a message to an actor, which can then answer. 1 is sent, 0 is not.
ORRERY_IMPORT(mk_send)
int32_t mk_send(int64_t dest, uint32_t opcode, const void *payload, size_t size);

/// Sends a payload of four bytes. 1 is sent, 0 is not.
ORRERY_IMPORT(mk_send_u32)
int32_t mk_send_u32(int64_t dest, uint32_t opcode, int32_t value);

/// The caller's own id.
ORRERY_IMPORT(mk_self)
int64_t mk_self(void);

/// Writes a line to the log: level 0 is debug, 1 information, 2 a warning, 3 an error.
ORRERY_IMPORT(mk_log)
void mk_log(int32_t level, const void *text, size_t len);

/// Waits so long; what comes meanwhile stays in the mailbox. 0, or -1.
ORRERY_IMPORT(mk_sleep_ms)
int32_t mk_sleep_ms(int32_t milliseconds);

/// Waits for a message and cuts its payload to the buffer. 0, or -1.
ORRERY_IMPORT(mk_recv)
int32_t mk_recv(uint32_t *opcode, void *buffer, size_t len, uint32_t *size);

/// Like mk_recv, and says who sent it.
ORRERY_IMPORT(mk_recv_full)
int32_t mk_recv_full(uint32_t *opcode, void *buffer, size_t len, uint32_t *size, int64_t *source);

/// Like mk_recv_full, but waits no longer than this: -2 is too late.
ORRERY_IMPORT(mk_recv_timeout)
int32_t mk_recv_timeout(
    uint32_t *opcode,
    void *buffer,
    size_t len,
    uint32_t *size,
    int64_t *source,
    int32_t milliseconds
);

/// Writes bytes to the serial line, or else a line to the log.
ORRERY_IMPORT(mk_print)
void mk_print(const void *text, size_t len);

/// Makes an actor of a module. Its id, or 0.
ORRERY_IMPORT(mk_spawn_wasm)
int64_t mk_spawn_wasm(const void *module, size_t len, int32_t mailbox);

/// Ends an actor that the caller may end. 0, or -1.
ORRERY_IMPORT(mk_stop)
int32_t mk_stop(int64_t id);

/// Writes the ids of all actors, and how many they are. 0, or -1.
ORRERY_IMPORT(mk_list_actors)
int32_t mk_list_actors(int64_t *ids, size_t max, uint32_t *count);

/// Gives the caller a name. 0, or -1.
ORRERY_IMPORT(mk_register)
int32_t mk_register(const void *name, size_t len);

/// The actor behind a name, whom the caller can then send to; or 0.
ORRERY_IMPORT(mk_lookup)
int64_t mk_lookup(const void *name, size_t len);

/// Reads a whole file, and says how long it is. 0, or -1.
ORRERY_IMPORT(mk_read_file)
int32_t mk_read_file(const void *path, size_t len, void *buffer, size_t buffer_len, uint32_t *size);

/// Fetches a page by HTTP; says its status and how long it is. 0, or -1.
ORRERY_IMPORT(mk_http_get)
int32_t mk_http_get(
    const void *url,
    size_t len,
    void *buffer,
    size_t buffer_len,
    uint32_t *status,
    uint32_t *size
);

/// Writes what this node is called. Bytes of it, or -1.
ORRERY_IMPORT(mk_node_name)
int32_t mk_node_name(void *buffer, size_t len);

/// Writes the paths that begin so, as lines `path=id`. 0, or -1.
ORRERY_IMPORT(mk_ns_list)
int32_t mk_ns_list(const void *prefix, size_t len, void *buffer, size_t buffer_len, uint32_t *size);

/// Writes a name of an actor. Bytes of it, or 0.
ORRERY_IMPORT(mk_reverse_lookup)
int32_t mk_reverse_lookup(int64_t id, void *buffer, size_t len);

/// Milliseconds since power came on, or -1.
ORRERY_IMPORT(mk_time_ms)
int64_t mk_time_ms(void);

/// Keeps bytes for the caller's next life. 0, or -1.
ORRERY_IMPORT(mk_save_state)
int32_t mk_save_state(const void *key, size_t key_len, const void *bytes, size_t len);

/// Reads the bytes that an earlier life kept. How many, or -1.
ORRERY_IMPORT(mk_load_state)
int32_t mk_load_state(const void *key, size_t key_len, void *buffer, size_t len);

// Made by `cargo run header` from the kernel's tables. End.

/// A message with room for the longest payload.
struct orrery_message {
    /// Id of the sender, 0 for the kernel.
    int64_t sender;
    /// Badge of the capability it was sent through, 0 if none.
    int64_t badge;
    /// The capability that came along, or ORRERY_HANDLE_NONE. Most often one to answer through.
    int64_t capability;
    uint32_t opcode;
    /// Bytes of payload.
    uint32_t len;
    uint8_t payload[ORRERY_SIZE_PAYLOAD_MAX];
};

/// Logs a text that ends with a zero.
static inline void orrery_log(const char *text) {
    size_t len = 0;
    while (text[len] != 0) len++;
    sys_log(text, len);
}

/// Sends bytes and no capability. 0, or a refusal.
static inline int32_t orrery_send(int64_t handle, uint32_t opcode, const void *payload, size_t len) {
    return sys_cap_send(handle, opcode, payload, len, ORRERY_HANDLE_NONE);
}

/// Waits for a message to the actor itself. The sender's id, 0 for the kernel, or a refusal.
static inline int64_t orrery_receive(struct orrery_message *message) {
    return sys_cap_recv(ORRERY_HANDLE_OWN_ENDPOINT, message, sizeof *message);
}

/// Answers through the capability that came along, and gives it up. 0, or a refusal.
static inline int32_t orrery_reply(
    const struct orrery_message *message, uint32_t opcode, const void *payload, size_t len
) {
    int32_t sent = orrery_send(message->capability, opcode, payload, len);
    sys_cap_delete(message->capability);
    return sent;
}

#ifdef __cplusplus
}
#endif

#endif
