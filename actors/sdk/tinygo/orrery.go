// Package orrery is Orrery for actors in Go, which TinyGo compiles: every function of the kernel, its
// numbers, and a few conveniences.
//
// An actor exports handle_message, which is called for every message. It owns nothing but
// capabilities: handle 0 is its own mailbox, what its manifest grants follows as 1, 2, and so on.
//
//	tinygo build -o actor.wasm -target wasm-unknown -no-debug ./actor
package orrery

import "unsafe"

// Made by `cargo run header` from the kernel's tables. Begin.

// Handles that every actor knows.
const (
	HandleOwnEndpoint int64 = 0
	HandleNone        int64 = -1
)

// What a capability lets its holder do.
const (
	RightRead  uint32 = 0x1
	RightWrite uint32 = 0x2
	RightGrant uint32 = 0x8
)

// Refusal is why the kernel said no. It is an error.
type Refusal int32

// Why the kernel said no.
const (
	RefusalNoCapability   Refusal = -1
	RefusalStale          Refusal = -2
	RefusalNoRight        Refusal = -3
	RefusalWrongObject    Refusal = -4
	RefusalOutOfRange     Refusal = -5
	RefusalBadPointer     Refusal = -6
	RefusalFull           Refusal = -7
	RefusalTooLong        Refusal = -8
	RefusalBufferTooSmall Refusal = -9
	RefusalNoSlot         Refusal = -10
	RefusalDead           Refusal = -11
	RefusalTimeout        Refusal = -12
	RefusalNotAvailable   Refusal = -13
	RefusalBadged         Refusal = -14
	RefusalNoReply        Refusal = -15
	RefusalExists         Refusal = -16
	RefusalNotFound       Refusal = -17
	RefusalNoRoom         Refusal = -18
	RefusalLocked         Refusal = -19
	RefusalInvalid        Refusal = -20
	RefusalNoMemory       Refusal = -21
	RefusalNameTooLong    Refusal = -22
	RefusalCorrupt        Refusal = -23
	RefusalForeign        Refusal = -24
	RefusalReadOnly       Refusal = -25
	RefusalQuota          Refusal = -26
	RefusalNotEmpty       Refusal = -27
)

// Error says it to a reader.
func (refusal Refusal) Error() string {
	switch refusal {
	case RefusalNoCapability:
		return "no such capability"
	case RefusalStale:
		return "stale handle"
	case RefusalNoRight:
		return "right not held"
	case RefusalWrongObject:
		return "wrong kind of object"
	case RefusalOutOfRange:
		return "out of range"
	case RefusalBadPointer:
		return "bad pointer"
	case RefusalFull:
		return "mailbox full"
	case RefusalTooLong:
		return "message too long"
	case RefusalBufferTooSmall:
		return "buffer too small"
	case RefusalNoSlot:
		return "no free slot"
	case RefusalDead:
		return "actor is dead"
	case RefusalTimeout:
		return "timeout"
	case RefusalNotAvailable:
		return "not available"
	case RefusalBadged:
		return "already badged"
	case RefusalNoReply:
		return "call dropped"
	case RefusalExists:
		return "already exists"
	case RefusalNotFound:
		return "not found"
	case RefusalNoRoom:
		return "no room left"
	case RefusalLocked:
		return "locked"
	case RefusalInvalid:
		return "invalid"
	case RefusalNoMemory:
		return "no memory exported"
	case RefusalNameTooLong:
		return "name too long"
	case RefusalCorrupt:
		return "damaged"
	case RefusalForeign:
		return "of a foreign format"
	case RefusalReadOnly:
		return "read-only"
	case RefusalQuota:
		return "quota used up"
	case RefusalNotEmpty:
		return "directory not empty"
	}
	return "no refusal"
}

// Messages of the kernel and its services.
const (
	OpcodeKeyEvent      uint32 = 0x5
	OpcodePointerEvent  uint32 = 0x6
	OpcodeKernelOpcodes uint32 = 0xff000000
	OpcodeSerialEvent   uint32 = 0xff000002
	OpcodeExitNotice    uint32 = 0xff000010
	OpcodeNsRegister    uint32 = 0xff000014
	OpcodeNsLookup      uint32 = 0xff000015
	OpcodeNsList        uint32 = 0xff000016
	OpcodeNsMount       uint32 = 0xff000017
	OpcodeNsUnmount     uint32 = 0xff000018
	OpcodeNsReply       uint32 = 0xff000019
	OpcodeCapsRequest   uint32 = 0xff00001d
	OpcodeCapsReply     uint32 = 0xff00001e
	OpcodePinEvent      uint32 = 0xff000020
	OpcodeShutdown      uint32 = 0xff0000a0
	OpcodeReload        uint32 = 0xff0000a1
)

// What a capability can name.
const (
	ObjectEndpoint    uint32 = 0x1
	ObjectMemory      uint32 = 0x2
	ObjectFramebuffer uint32 = 0x3
	ObjectPins        uint32 = 0x4
	ObjectLog         uint32 = 0x5
	ObjectClock       uint32 = 0x6
	ObjectEntropy     uint32 = 0x7
	ObjectKeyboard    uint32 = 0x8
	ObjectPointer     uint32 = 0x9
	ObjectSerial      uint32 = 0xa
	ObjectProcesses   uint32 = 0xb
	ObjectNamespace   uint32 = 0xc
	ObjectSpawner     uint32 = 0xd
	ObjectChild       uint32 = 0xe
	ObjectReply       uint32 = 0xf
	ObjectDirectory   uint32 = 0x10
	ObjectFile        uint32 = 0x11
	ObjectMutex       uint32 = 0x12
	ObjectSemaphore   uint32 = 0x13
	ObjectInterrupt   uint32 = 0x14
	ObjectPorts       uint32 = 0x15
	ObjectFlash       uint32 = 0x16
)

// Why an actor ended.
const (
	ExitNormal   uint32 = 0x0
	ExitKilled   uint32 = 0x1
	ExitAbnormal uint32 = 0x2
	ExitLinked   uint32 = 0x3
)

// Bytes of a message's header, and the most of its payload.
const (
	SizeHeader     uint32 = 0x20
	SizePayloadMax uint32 = 0x400
)

// `sys`: the native calls: those of seed wasm-actors, completed.

// SysLog: Writes a line to the log.
//
//go:wasmimport env sys_log
func SysLog(text *byte, len uint32)

// SysExit: Ends the caller; 0 is a normal exit.
//
//go:wasmimport env sys_exit
func SysExit(code int32)

// SysCapSend: Sends a message and, unless it is -1, a capability with all its rights. 0, or a refusal.
//
//go:wasmimport env sys_cap_send
func SysCapSend(handle int64, opcode uint32, payload *byte, len uint32, capability int64) int32

// SysCapRecv: Waits for a message, and writes 32 bytes of header and the payload. The sender's id, 0 for
// the kernel, or a refusal.
//
//go:wasmimport env sys_cap_recv
func SysCapRecv(handle int64, buffer *byte, len uint32) int64

// SysCapMemRead: Reads from an object. How many bytes, or a refusal.
//
//go:wasmimport env sys_cap_mem_read
func SysCapMemRead(handle int64, offset int32, buffer *byte, len uint32) int32

// SysCapMemWrite: Writes to an object. How many bytes, or a refusal.
//
//go:wasmimport env sys_cap_mem_write
func SysCapMemWrite(handle int64, offset int32, bytes *byte, len uint32) int32

// SysFbInfo: Width of the screen in the upper half, height in the lower.
//
//go:wasmimport env sys_fb_info
func SysFbInfo() int64

// SysCapSendRights: Sends, and passes no more than these rights of the capability. 0, or a refusal.
//
//go:wasmimport env sys_cap_send_rights
func SysCapSendRights(
	handle int64,
	opcode uint32,
	payload *byte,
	len uint32,
	capability int64,
	rights uint32,
) int32

// SysCapReply: Sends, and gives up the capability that it was sent through. 0, or a refusal.
//
//go:wasmimport env sys_cap_reply
func SysCapReply(
	handle int64,
	opcode uint32,
	payload *byte,
	len uint32,
	capability int64,
	rights uint32,
) int32

// SysCapSendMove: Sends, and the capability leaves the caller. 0, or a refusal.
//
//go:wasmimport env sys_cap_send_move
func SysCapSendMove(handle int64, opcode uint32, payload *byte, len uint32, capability int64) int32

// SysCapCall: Sends, waits for the answer and writes it; a negative time is for ever. Who answered, or a
// refusal.
//
//go:wasmimport env sys_cap_call
func SysCapCall(
	handle int64,
	opcode uint32,
	payload *byte,
	len uint32,
	buffer *byte,
	bufferLen uint32,
	nanoseconds int64,
) int64

// SysCapRecvTimeout: Waits for a message, but no longer than this. The sender's id, or a refusal.
//
//go:wasmimport env sys_cap_recv_timeout
func SysCapRecvTimeout(handle int64, buffer *byte, len uint32, nanoseconds int64) int64

// SysFbLayout: Writes width, height, stride and pixel format of the screen, each u32. 0, or a refusal.
//
//go:wasmimport env sys_fb_layout
func SysFbLayout(handle int64, buffer *byte, len uint32) int32

// SysFbFlush: Shows what has been drawn. 0, or a refusal.
//
//go:wasmimport env sys_fb_flush
func SysFbFlush(handle int64) int32

// SysCapInfo: Writes kind u32, rights u32, badge u64 and size u64 of a capability. 0, or a refusal.
//
//go:wasmimport env sys_cap_info
func SysCapInfo(handle int64, buffer *byte, len uint32) int32

// SysCapCopy: A second capability with the same rights, or a refusal.
//
//go:wasmimport env sys_cap_copy
func SysCapCopy(handle int64) int64

// SysCapMint: A capability with no more than these rights and, unless it is 0, a badge; or a refusal.
//
//go:wasmimport env sys_cap_mint
func SysCapMint(handle int64, rights uint32, badge int64) int64

// SysCapMintRange: A capability to a part of memory or flash, or a refusal.
//
//go:wasmimport env sys_cap_mint_range
func SysCapMintRange(handle int64, rights uint32, offset int64, len int64) int64

// SysCapNarrow: A capability to less: the endpoint of a child, or a file of an endpoint; or a refusal.
//
//go:wasmimport env sys_cap_narrow
func SysCapNarrow(handle int64, kind int32, rights uint32, badge int64) int64

// SysCapMove: The same capability in another slot, or a refusal.
//
//go:wasmimport env sys_cap_move
func SysCapMove(handle int64) int64

// SysCapDelete: Gives a capability up. 0, or a refusal.
//
//go:wasmimport env sys_cap_delete
func SysCapDelete(handle int64) int32

// SysCapRevoke: Removes every capability that derives from this one, wherever it is. 0, or a refusal.
//
//go:wasmimport env sys_cap_revoke
func SysCapRevoke(handle int64) int32

// SysTime: Nanoseconds since power came on, or a refusal.
//
//go:wasmimport env sys_time
func SysTime(handle int64) int64

// SysSleep: Waits so long. 0, or a refusal.
//
//go:wasmimport env sys_sleep
func SysSleep(handle int64, nanoseconds int64) int32

// SysYield: Lets others of the same priority run.
//
//go:wasmimport env sys_yield
func SysYield()

// SysSelf: The caller's own id.
//
//go:wasmimport env sys_self
func SysSelf() int64

// SysGpioRead: Whether a pin is high: 1 or 0, or a refusal.
//
//go:wasmimport env sys_gpio_read
func SysGpioRead(handle int64, pin int32) int32

// SysGpioWrite: Drives a pin. 0, or a refusal.
//
//go:wasmimport env sys_gpio_write
func SysGpioWrite(handle int64, pin int32, level int32) int32

// SysCapIrqWait: Waits for an interrupt. How many came since the last time, or a refusal.
//
//go:wasmimport env sys_cap_irq_wait
func SysCapIrqWait(handle int64) int64

// SysIrqWait: Waits for an interrupt. How many came since the last time, or a refusal.
//
//go:wasmimport env sys_irq_wait
func SysIrqWait(handle int64) int64

// SysCapIoRead: Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
//
//go:wasmimport env sys_cap_io_read
func SysCapIoRead(handle int64, offset int32, size int32) int64

// SysIoRead: Reads 1, 2 or 4 bytes of an I/O port. Their value, or a refusal.
//
//go:wasmimport env sys_io_read
func SysIoRead(handle int64, offset int32, size int32) int64

// SysCapIoWrite: Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
//
//go:wasmimport env sys_cap_io_write
func SysCapIoWrite(handle int64, offset int32, size int32, value int64) int32

// SysIoWrite: Writes 1, 2 or 4 bytes to an I/O port. 0, or a refusal.
//
//go:wasmimport env sys_io_write
func SysIoWrite(handle int64, offset int32, size int32, value int64) int32

// SysFlashInfo: Writes size, sector, page and word of a range of flash, each u32. 0, or a refusal.
//
//go:wasmimport env sys_flash_info
func SysFlashInfo(handle int64, buffer *byte, len uint32) int32

// SysFlashRead: Reads flash. How many bytes, or a refusal.
//
//go:wasmimport env sys_flash_read
func SysFlashRead(handle int64, offset int32, buffer *byte, len uint32) int32

// SysFlashProgram: Clears the bits of flash that are 0 in these bytes: whole words, at most a page, within one
// page. How many bytes once they are safe, or a refusal.
//
//go:wasmimport env sys_flash_program
func SysFlashProgram(handle int64, offset int32, bytes *byte, len uint32) int32

// SysFlashErase: Sets all bits of a sector of flash. Its bytes once it is done, or a refusal.
//
//go:wasmimport env sys_flash_erase
func SysFlashErase(handle int64, offset int32) int32

// SysMemCreate: Makes memory of zeros that can be passed on; it goes with the last capability to it. Its
// capability, or a refusal.
//
//go:wasmimport env sys_mem_create
func SysMemCreate(len uint32) int64

// SysSpawn: Makes an actor of a module; the options and grants are as abi::spawn has them. Its child
// capability, or a refusal.
//
//go:wasmimport env sys_spawn
func SysSpawn(handle int64, module *byte, len uint32, options *byte, optionsLen uint32) int64

// SysSpawnMemory: Makes an actor of a module in memory that the caller was granted. Its child, or a refusal.
//
//go:wasmimport env sys_spawn_memory
func SysSpawnMemory(handle int64, module int64, options *byte, optionsLen uint32) int64

// SysReload: Gives a child other code at its next receive. 0 if that is now, 1 if it is yet to come, or a
// refusal that changes nothing.
//
//go:wasmimport env sys_reload
func SysReload(child int64, module *byte, len uint32) int32

// SysReloadMemory: The same with a module in memory that the caller was granted.
//
//go:wasmimport env sys_reload_memory
func SysReloadMemory(child int64, module int64) int32

// SysReloadNotice: Whether the caller is told by RELOAD before other code takes over from it. 0.
//
//go:wasmimport env sys_reload_notice
func SysReloadNotice(on int32) int32

// SysCapKeep: Gives up what the caller was not born with, but for these handles of 8 bytes each and what
// came with messages that wait. How many went, or a refusal.
//
//go:wasmimport env sys_cap_keep
func SysCapKeep(handles *byte, count int32) int32

// SysStop: Ends a child. 0, or a refusal.
//
//go:wasmimport env sys_stop
func SysStop(handle int64) int32

// SysLink: Whose end is abnormal takes the other along, from now on. 0, or a refusal.
//
//go:wasmimport env sys_link
func SysLink(handle int64) int32

// SysUnlink: Undoes a link. 0, or a refusal.
//
//go:wasmimport env sys_unlink
func SysUnlink(handle int64) int32

// SysTrapExits: Whether the end of a linked actor is only told. 0, or a refusal.
//
//go:wasmimport env sys_trap_exits
func SysTrapExits(on int32) int32

// SysProcCaps: Writes what an actor holds, 40 bytes for each capability. How many, or a refusal.
//
//go:wasmimport env sys_proc_caps
func SysProcCaps(handle int64, id int64, buffer *byte, len uint32) int32

// SysProcStop: Ends a child, the caller, or any actor if the caller may write the process table. 0, or a
// refusal.
//
//go:wasmimport env sys_proc_stop
func SysProcStop(id int64) int32

// SysNodeName: Writes what this node is called, as far as it fits. Bytes of it, or a refusal.
//
//go:wasmimport env sys_node_name
func SysNodeName(buffer *byte, len uint32) int32

// SysNsRegister: Gives an endpoint a name. 0, or a refusal.
//
//go:wasmimport env sys_ns_register
func SysNsRegister(handle int64, name *byte, len uint32, endpoint int64) int32

// SysNsUnregister: Takes a name away. 0, or a refusal.
//
//go:wasmimport env sys_ns_unregister
func SysNsUnregister(handle int64, name *byte, len uint32) int32

// SysNsMount: Lets an endpoint answer for all paths below. 0, or a refusal.
//
//go:wasmimport env sys_ns_mount
func SysNsMount(handle int64, path *byte, len uint32, endpoint int64) int32

// SysNsUnmount: Undoes a mount. 0, or a refusal.
//
//go:wasmimport env sys_ns_unmount
func SysNsUnmount(handle int64, path *byte, len uint32) int32

// SysNsLookup: The endpoint behind a name, or a refusal.
//
//go:wasmimport env sys_ns_lookup
func SysNsLookup(handle int64, name *byte, len uint32) int64

// SysFsRemove: Removes a file or an empty directory. 0, or a refusal.
//
//go:wasmimport env sys_fs_remove
func SysFsRemove(directory int64, path *byte, len uint32) int32

// SysStateSave: Keeps bytes under a key for the caller's next life or next code. 0, or a refusal.
//
//go:wasmimport env sys_state_save
func SysStateSave(key *byte, keyLen uint32, bytes *byte, len uint32) int32

// SysStateLoad: Writes the bytes that were kept under a key. How many, or a refusal.
//
//go:wasmimport env sys_state_load
func SysStateLoad(key *byte, keyLen uint32, buffer *byte, len uint32) int32

// SysNsList: Writes the paths below a prefix as lines `path=id`, all or none. Their bytes, or a refusal.
//
//go:wasmimport env sys_ns_list
func SysNsList(handle int64, prefix *byte, len uint32, buffer *byte, bufferLen uint32) int32

// `sp`: the calls of seed sovelmaos: files, locks and pins by capability.

// Print: Writes a line to the log.
//
//go:wasmimport env print
func Print(text *byte, len uint32)

// SpLog: Writes a line to the log.
//
//go:wasmimport env sp_log
func SpLog(text *byte, len uint32)

// SpYield: Lets others of the same priority run.
//
//go:wasmimport env sp_yield
func SpYield()

// SpSchedYield: Lets others of the same priority run.
//
//go:wasmimport env sp_sched_yield
func SpSchedYield()

// SpSleep: Waits so long. 0, or a negative code.
//
//go:wasmimport env sp_sleep
func SpSleep(milliseconds int32) int32

// SpGetCapabilities: Writes what the caller holds, 16 bytes for each capability. How many, or a negative code.
//
//go:wasmimport env sp_get_capabilities
func SpGetCapabilities(buffer *byte, len uint32) int32

// SpFsOpen: Opens a file or a directory below a directory. Its handle, or a negative code.
//
//go:wasmimport env sp_fs_open
func SpFsOpen(directory int64, path *byte, len uint32) int64

// SpFsRead: Reads from a file. How many bytes, or a negative code.
//
//go:wasmimport env sp_fs_read
func SpFsRead(file int64, buffer *byte, len uint32, offset int32) int32

// SpFsSize: Bytes of a file, or a negative code.
//
//go:wasmimport env sp_fs_size
func SpFsSize(file int64) int32

// SpFsClose: Gives a file or a directory up.
//
//go:wasmimport env sp_fs_close
func SpFsClose(file int64)

// SpFsMkdir: Makes a directory. 0, or a negative code.
//
//go:wasmimport env sp_fs_mkdir
func SpFsMkdir(directory int64, path *byte, len uint32) int32

// SpMutexCreate: Makes a mutex. Its handle, or a negative code.
//
//go:wasmimport env sp_mutex_create
func SpMutexCreate() int64

// SpMutexLock: Waits until the mutex is the caller's. 0, or a negative code.
//
//go:wasmimport env sp_mutex_lock
func SpMutexLock(mutex int64) int32

// SpMutexTryLock: Takes the mutex if nobody has it. 0, or a negative code.
//
//go:wasmimport env sp_mutex_try_lock
func SpMutexTryLock(mutex int64) int32

// SpMutexUnlock: Hands the mutex to who waits. 0, or a negative code.
//
//go:wasmimport env sp_mutex_unlock
func SpMutexUnlock(mutex int64) int32

// SpSemCreate: Makes a semaphore. Its handle, or a negative code.
//
//go:wasmimport env sp_sem_create
func SpSemCreate(permits int32) int64

// SpSemAcquire: Waits for a permit. 0, or a negative code.
//
//go:wasmimport env sp_sem_acquire
func SpSemAcquire(semaphore int64) int32

// SpSemTryAcquire: Takes a permit if there is one. 0, or a negative code.
//
//go:wasmimport env sp_sem_try_acquire
func SpSemTryAcquire(semaphore int64) int32

// SpSemRelease: Gives a permit. 0, or a negative code.
//
//go:wasmimport env sp_sem_release
func SpSemRelease(semaphore int64) int32

// SpGpioRead: Whether a pin is high: 1 or 0, or a negative code.
//
//go:wasmimport env sp_gpio_read
func SpGpioRead(pins int64, pin int32) int32

// SpGpioWrite: Drives a pin. 0, or a negative code.
//
//go:wasmimport env sp_gpio_write
func SpGpioWrite(pins int64, pin int32, level int32) int32

// SpNetConnect: Opens a connection. Its handle, or a negative code.
//
//go:wasmimport env sp_net_connect
func SpNetConnect(network int64, host *byte, len uint32, port int32) int64

// SpNetSend: Sends bytes. How many, or a negative code.
//
//go:wasmimport env sp_net_send
func SpNetSend(socket int64, bytes *byte, len uint32) int32

// SpNetRecv: Receives bytes. How many, or a negative code.
//
//go:wasmimport env sp_net_recv
func SpNetRecv(socket int64, buffer *byte, len uint32) int32

// `mk`: the calls of seed actor-microkernel: actors by number.

// MkSend: Sends a message to an actor, which can then answer. 1 is sent, 0 is not.
//
//go:wasmimport env mk_send
func MkSend(dest int64, opcode uint32, payload *byte, size uint32) int32

// MkSendU32: Sends a payload of four bytes. 1 is sent, 0 is not.
//
//go:wasmimport env mk_send_u32
func MkSendU32(dest int64, opcode uint32, value int32) int32

// MkSelf: The caller's own id.
//
//go:wasmimport env mk_self
func MkSelf() int64

// MkLog: Writes a line to the log: level 0 is debug, 1 information, 2 a warning, 3 an error.
//
//go:wasmimport env mk_log
func MkLog(level int32, text *byte, len uint32)

// MkSleepMs: Waits so long; what comes meanwhile stays in the mailbox. 0, or -1.
//
//go:wasmimport env mk_sleep_ms
func MkSleepMs(milliseconds int32) int32

// MkRecv: Waits for a message and cuts its payload to the buffer. 0, or -1.
//
//go:wasmimport env mk_recv
func MkRecv(opcode *uint32, buffer *byte, len uint32, size *uint32) int32

// MkRecvFull: Like mk_recv, and says who sent it.
//
//go:wasmimport env mk_recv_full
func MkRecvFull(opcode *uint32, buffer *byte, len uint32, size *uint32, source *int64) int32

// MkRecvTimeout: Like mk_recv_full, but waits no longer than this: -2 is too late.
//
//go:wasmimport env mk_recv_timeout
func MkRecvTimeout(
	opcode *uint32,
	buffer *byte,
	len uint32,
	size *uint32,
	source *int64,
	milliseconds int32,
) int32

// MkPrint: Writes bytes to the serial line, or else a line to the log.
//
//go:wasmimport env mk_print
func MkPrint(text *byte, len uint32)

// MkSpawnWasm: Makes an actor of a module. Its id, or 0.
//
//go:wasmimport env mk_spawn_wasm
func MkSpawnWasm(module *byte, len uint32, mailbox int32) int64

// MkStop: Ends an actor that the caller may end. 0, or -1.
//
//go:wasmimport env mk_stop
func MkStop(id int64) int32

// MkListActors: Writes the ids of all actors, and how many they are. 0, or -1.
//
//go:wasmimport env mk_list_actors
func MkListActors(ids *int64, max uint32, count *uint32) int32

// MkRegister: Gives the caller a name. 0, or -1.
//
//go:wasmimport env mk_register
func MkRegister(name *byte, len uint32) int32

// MkLookup: The actor behind a name, whom the caller can then send to; or 0.
//
//go:wasmimport env mk_lookup
func MkLookup(name *byte, len uint32) int64

// MkReadFile: Reads a whole file, and says how long it is. 0, or -1.
//
//go:wasmimport env mk_read_file
func MkReadFile(path *byte, len uint32, buffer *byte, bufferLen uint32, size *uint32) int32

// MkHttpGet: Fetches a page by HTTP; says its status and how long it is. 0, or -1.
//
//go:wasmimport env mk_http_get
func MkHttpGet(
	url *byte,
	len uint32,
	buffer *byte,
	bufferLen uint32,
	status *uint32,
	size *uint32,
) int32

// MkNodeName: Writes what this node is called. Bytes of it, or -1.
//
//go:wasmimport env mk_node_name
func MkNodeName(buffer *byte, len uint32) int32

// MkNsList: Writes the paths that begin so, as lines `path=id`. 0, or -1.
//
//go:wasmimport env mk_ns_list
func MkNsList(prefix *byte, len uint32, buffer *byte, bufferLen uint32, size *uint32) int32

// MkReverseLookup: Writes a name of an actor. Bytes of it, or 0.
//
//go:wasmimport env mk_reverse_lookup
func MkReverseLookup(id int64, buffer *byte, len uint32) int32

// MkTimeMs: Milliseconds since power came on, or -1.
//
//go:wasmimport env mk_time_ms
func MkTimeMs() int64

// MkSaveState: Keeps bytes for the caller's next life. 0, or -1.
//
//go:wasmimport env mk_save_state
func MkSaveState(key *byte, keyLen uint32, bytes *byte, len uint32) int32

// MkLoadState: Reads the bytes that an earlier life kept. How many, or -1.
//
//go:wasmimport env mk_load_state
func MkLoadState(key *byte, keyLen uint32, buffer *byte, len uint32) int32

// Made by `cargo run header` from the kernel's tables. End.

// Log logs a text.
func Log(text string) {
	SysLog(unsafe.StringData(text), uint32(len(text)))
}

// Send sends bytes and no capability.
func Send(handle int64, opcode uint32, payload []byte) error {
	sent := SysCapSend(handle, opcode, unsafe.SliceData(payload), uint32(len(payload)), HandleNone)
	return refused(int64(sent))
}

// Message is a message with room for the longest payload.
type Message struct {
	// Sender is the id of the sender, 0 for the kernel.
	Sender int64
	// Badge is that of the capability it was sent through, 0 if none.
	Badge int64
	// Capability came along, or HandleNone. Most often one to answer through.
	Capability int64
	Opcode     uint32
	len        uint32
	payload    [SizePayloadMax]byte
}

// Payload is what the message says.
func (message *Message) Payload() []byte {
	return message.payload[:message.len]
}

// Receive waits for a message to the actor itself.
func (message *Message) Receive() error {
	buffer := (*byte)(unsafe.Pointer(message))
	return refused(SysCapRecv(HandleOwnEndpoint, buffer, SizeHeader+SizePayloadMax))
}

// Reply answers through the capability that came along, and gives it up.
func (message *Message) Reply(opcode uint32, payload []byte) error {
	defer SysCapDelete(message.Capability)
	return Send(message.Capability, opcode, payload)
}

// refused makes a result below 0 an error.
func refused(result int64) error {
	if 0 <= result {
		return nil
	}
	return Refusal(result)
}
