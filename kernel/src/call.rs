//! What an actor can ask of the kernel, and the shape of every answer.

use abi::handle::Handle;

macro_rules! calls {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// Every kernel call there is. The personalities are decoders onto this one set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum CallName {
            $($(#[doc = $doc])+ $name,)+
        }

        impl CallName {
            /// Its name in traces, without the personality's prefix.
            pub const fn text(self) -> &'static str {
                match self {
                    $(CallName::$name => $text,)+
                }
            }
        }
    };
}

calls! {
    /// `(ptr, len)`: writes a line to the log.
    Log = "log";
    /// `(level, ptr, len)`: writes a line to the log, with its level in front.
    LogLevel = "log";
    /// `(ptr, len)`: writes bytes to the serial line, or else a line to the log.
    Print = "print";
    /// `(code)`: ends the actor.
    Exit = "exit";
    /// `(handle, opcode, ptr, len, capability)`: sends, passing all rights of the capability.
    Send = "send";
    /// `(handle, opcode, ptr, len, capability, rights)`: sends, passing these rights of it.
    SendRights = "send";
    /// `(handle, opcode, ptr, len, capability)`: sends, and the capability leaves the sender.
    SendMove = "send";
    /// `(handle, opcode, ptr, len, capability, rights)`: sends as [`CallName::SendRights`] does, and
    /// gives up the capability that it was sent through.
    Reply = "send";
    /// `(id, opcode, ptr, len)`: sends to an actor that the caller can send to, with the caller's
    /// own address.
    SendTo = "send";
    /// `(id, opcode, word)`: the same with a payload of four bytes.
    SendWord = "send";
    /// `(handle, opcode, ptr, len, reply ptr, reply len, nanoseconds)`: sends and waits for the
    /// answer; a negative time is for ever.
    Call = "call";
    /// `(handle, ptr, len)`: waits for a message.
    Receive = "recv";
    /// `(handle, ptr, len, nanoseconds)`: waits for a message, but no longer than this.
    ReceiveTimeout = "recv";
    /// `(opcode ptr, ptr, len, size ptr, source ptr, nanoseconds)`: waits for a message and cuts
    /// its payload to the buffer; a negative time is for ever, a source of
    /// [`Call::NOWHERE`] is not wanted.
    ReceiveParts = "recv";
    /// `(handle, offset, ptr, len)`: reads from an object.
    Read = "read";
    /// `(handle, offset, ptr, len)`: writes to an object.
    Write = "write";
    /// `()`: width and height of the screen.
    ScreenSize = "fb_info";
    /// `(handle, ptr, len)`: size and layout of the screen.
    ScreenLayout = "fb_layout";
    /// `(handle)`: shows what has been drawn.
    ScreenFlush = "fb_flush";
    /// `(len)`: makes memory to share.
    MemoryCreate = "mem_create";
    /// `(handle, ptr, len)`: what a capability names.
    Info = "cap_info";
    /// `(ptr, len)`: all that the caller holds, in the records of seed *sovelmaos*.
    Capabilities = "get_capabilities";
    /// `(handle)`: a second capability with the same rights.
    Copy = "cap_copy";
    /// `(handle, rights, badge)`: a lesser capability.
    Mint = "cap_mint";
    /// `(handle, rights, offset, len)`: a capability to a part of memory or flash.
    MintRange = "cap_mint_range";
    /// `(handle, kind, rights, badge)`: a capability to less: the endpoint of a child, or a file of
    /// an endpoint.
    Narrow = "cap_narrow";
    /// `(handle)`: the same capability in another slot.
    Move = "cap_move";
    /// `(handle)`: empties the slot.
    Delete = "cap_delete";
    /// `(ptr, count)`: deletes what the caller holds, except for what it was born with, what came
    /// with messages yet to be received, and these handles; how many went.
    Keep = "cap_keep";
    /// `(handle)`: removes every capability derived from this one, wherever it is.
    Revoke = "cap_revoke";
    /// `(handle)`: nanoseconds since power came on.
    Time = "time";
    /// `(handle, nanoseconds)`: waits for a moment.
    Sleep = "sleep";
    /// `()`: lets others of the same priority run.
    Yield = "yield";
    /// `()`: the caller's own id.
    Identity = "self";
    /// `(handle, pin)`: whether an input is high.
    PinRead = "gpio_read";
    /// `(handle, pin, level)`: drives an output.
    PinWrite = "gpio_write";
    /// `(handle)`: waits for an interrupt; how many came since the last time.
    InterruptWait = "irq_wait";
    /// `(handle, offset, size)`: reads an I/O port.
    PortRead = "io_read";
    /// `(handle, offset, size, value)`: writes an I/O port.
    PortWrite = "io_write";
    /// `(handle, ptr, len)`: the shape of a range of flash.
    FlashInfo = "flash_info";
    /// `(handle, offset, ptr, len)`: reads flash.
    FlashRead = "flash_read";
    /// `(handle, offset, ptr, len)`: clears bits of flash, at most a page.
    FlashProgram = "flash_program";
    /// `(handle, offset)`: sets all bits of a sector of flash.
    FlashErase = "flash_erase";
    /// `(handle, ptr, len, options ptr, options len)`: makes an actor.
    Spawn = "spawn";
    /// `(handle, memory, options ptr, options len)`: makes an actor of a module in granted memory.
    SpawnMemory = "spawn";
    /// `(ptr, len, mailbox)`: makes an actor that is given its maker's address; its id.
    SpawnPlain = "spawn";
    /// `(child, ptr, len)`: gives a child other code, at its next receive: 0 if that is now, 1 if
    /// it is yet to come.
    Reload = "reload";
    /// `(child, memory)`: the same with a module in granted memory.
    ReloadMemory = "reload";
    /// `(on)`: whether the caller is told before other code takes over.
    ReloadNotice = "reload_notice";
    /// `(handle)`: ends a child.
    Stop = "stop";
    /// `(id)`: ends an actor that the caller may end.
    StopActor = "stop";
    /// `(handle)`: whose end is abnormal takes the other along.
    Link = "link";
    /// `(handle)`: undoes it.
    Unlink = "unlink";
    /// `(on)`: whether a linked actor's end is only told.
    TrapExits = "trap_exits";
    /// `(ptr, max, count ptr)`: the ids of all actors.
    ListActors = "list_actors";
    /// `(handle, id, ptr, len)`: what an actor holds.
    ProcessCapabilities = "proc_caps";
    /// `(handle, ptr, len, endpoint)`: gives an endpoint a name.
    Register = "register";
    /// `(handle, ptr, len)`: takes a name away.
    Unregister = "unregister";
    /// `(handle, ptr, len, endpoint)`: lets an endpoint answer for all paths below.
    Mount = "mount";
    /// `(handle, ptr, len)`: undoes it.
    Unmount = "unmount";
    /// `(handle, ptr, len)`: the endpoint behind a name.
    Lookup = "lookup";
    /// `(handle, ptr, len)`: the id of the actor behind a name, whom the caller can then send to.
    LookupActor = "lookup";
    /// `(handle, prefix ptr, prefix len, ptr, len)`: the paths below a prefix.
    ListNames = "ns_list";
    /// `(prefix ptr, prefix len, ptr, len, size ptr)`: the paths that begin with it byte by byte.
    ListPaths = "ns_list";
    /// `(id, ptr, len)`: a name of an actor, cut to the buffer, with a zero behind it.
    ReverseLookup = "reverse_lookup";
    /// `(ptr, len)`: what this node is called.
    NodeName = "node_name";
    /// `(directory, ptr, len)`: opens a file or a directory.
    FileOpen = "fs_open";
    /// `(file, ptr, len, offset)`: reads from a file.
    FileRead = "fs_read";
    /// `(file)`: how long it is; a directory has no length.
    FileSize = "fs_size";
    /// `(file)`: gives it or a directory up.
    FileClose = "fs_close";
    /// `(directory, ptr, len)`: makes a directory.
    MakeDirectory = "fs_mkdir";
    /// `(directory, ptr, len)`: removes a file or an empty directory.
    FileRemove = "fs_remove";
    /// `(path ptr, path len, ptr, len, size ptr)`: reads a whole file.
    ReadFile = "read_file";
    /// `(key ptr, key len, ptr, len)`: keeps bytes for the caller's next life.
    SaveState = "save_state";
    /// `(key ptr, key len, ptr, len)`: the bytes that an earlier life kept.
    LoadState = "load_state";
    /// `()`: makes a mutex.
    MutexCreate = "mutex_create";
    /// `(mutex)`: waits until it is the caller's.
    MutexLock = "mutex_lock";
    /// `(mutex)`: takes it if nobody has it.
    MutexTryLock = "mutex_try_lock";
    /// `(mutex)`: hands it to who waits.
    MutexUnlock = "mutex_unlock";
    /// `(permits)`: makes a semaphore.
    SemaphoreCreate = "sem_create";
    /// `(semaphore)`: waits for a permit.
    SemaphoreAcquire = "sem_acquire";
    /// `(semaphore)`: takes a permit if there is one.
    SemaphoreTryAcquire = "sem_try_acquire";
    /// `(semaphore)`: gives a permit.
    SemaphoreRelease = "sem_release";
    /// Anything that needs a network.
    Network = "net";
}

impl CallName {
    /// Whether the caller may have to wait for something, or needs what only an instance has. A
    /// service of the kernel image cannot.
    pub const fn may_wait(self) -> bool {
        matches!(
            self,
            CallName::Call
                | CallName::Receive
                | CallName::ReceiveTimeout
                | CallName::ReceiveParts
                | CallName::Sleep
                | CallName::InterruptWait
                | CallName::FlashRead
                | CallName::FlashProgram
                | CallName::FlashErase
                | CallName::Spawn
                | CallName::SpawnMemory
                | CallName::SpawnPlain
                | CallName::Reload
                | CallName::ReloadMemory
                | CallName::FileOpen
                | CallName::FileRead
                | CallName::FileSize
                | CallName::MakeDirectory
                | CallName::FileRemove
                | CallName::ReadFile
                | CallName::SaveState
                | CallName::LoadState
                | CallName::MutexLock
                | CallName::SemaphoreAcquire
        )
    }
}

/// One call, decoded no further than its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// What is asked.
    pub name: CallName,
    /// The arguments; the ones that a call does not have are 0.
    pub words: [u64; Call::WORDS],
}

impl Call {
    /// The most arguments that a call has.
    pub const WORDS: usize = 7;

    /// A pointer to nowhere: the caller does not want to know.
    pub const NOWHERE: u64 = u64::MAX;

    /// In the place of a handle: the first capability of the caller's that suits, for calls whose
    /// personality knows no handles. It is no more than the caller could name. It is neither a
    /// handle nor a refusal, so that nobody says it by taking one for the other.
    pub const SUITABLE: Handle = Handle::from_word(1 << 63);
}

/// What the engine does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on with this result.
    Now(u64),
    /// Leave the engine; the result comes with the resumption.
    Leave,
}

/// An answer and what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What the engine does.
    pub answer: Answer,
    /// Logical instructions to take from the slice.
    pub fuel: u64,
}

/// How a personality's function differs from the call behind it: its words on the way in and its
/// result on the way out.
#[derive(Clone, Copy, Debug)]
pub struct Convention {
    /// From the function's words to the call's.
    pub words: fn([u64; Call::WORDS]) -> [u64; Call::WORDS],
    /// From the call's answer to the function's.
    pub result: fn(u64) -> u64,
}

impl Convention {
    /// No difference.
    pub const NATIVE: Convention = Convention { words: |words| words, result: |word| word };
}

/// Whoever answers the calls of a running actor. The engine knows nothing else of the kernel.
pub trait Host {
    /// Answers `call`; `memory` is the caller's linear memory.
    fn call(&mut self, call: Call, memory: &mut [u8]) -> Reply;
}
