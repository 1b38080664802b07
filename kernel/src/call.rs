//! What an actor can ask of the kernel, and the shape of every answer.

macro_rules! calls {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// Every kernel call there is. The personalities are decoders onto this one set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// `(code)`: ends the actor.
    Exit = "exit";
    /// `(handle, opcode, ptr, len, capability)`: sends, passing all rights of the capability.
    Send = "send";
    /// `(handle, opcode, ptr, len, capability, rights)`: sends, passing these rights of it.
    SendRights = "send";
    /// `(handle, ptr, len)`: waits for a message.
    Receive = "recv";
    /// `(handle, ptr, len, nanoseconds)`: waits for a message, but no longer than this.
    ReceiveTimeout = "recv";
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
    /// `(handle, ptr, len)`: what a capability names.
    Info = "cap_info";
    /// `(handle)`: a second capability with the same rights.
    Copy = "cap_copy";
    /// `(handle, rights, badge)`: a lesser capability.
    Mint = "cap_mint";
    /// `(handle, rights, offset, len)`: a capability to a part of memory.
    MintRange = "cap_mint_range";
    /// `(handle)`: empties the slot.
    Delete = "cap_delete";
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
    pub const WORDS: usize = 6;
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

/// Whoever answers the calls of a running actor. The engine knows nothing else of the kernel.
pub trait Host {
    /// Answers `call`; `memory` is the caller's linear memory.
    fn call(&mut self, call: Call, memory: &mut [u8]) -> Reply;
}
