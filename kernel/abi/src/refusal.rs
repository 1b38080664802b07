//! Why the kernel said no. The caller goes on and may do better.

use core::fmt;

macro_rules! refusals {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $text:literal;)+) => {
        /// A recoverable no, returned to the caller as its negative code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[repr(i32)]
        pub enum Refusal {
            $($(#[doc = $doc])+ $name = $code,)+
        }

        impl Refusal {
            /// Every refusal there is, in the order of its code.
            pub const ALL: &[Refusal] = &[$(Refusal::$name,)+];

            /// What the refusal says to a reader.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Refusal::$name => $text,)+
                }
            }
        }
    };
}

refusals! {
    /// The handle's slot holds nothing, or there is no such slot.
    NoCapability = -1, "no such capability";
    /// The slot has been emptied since the handle was handed out.
    Stale = -2, "stale handle";
    /// The capability lacks a right that the call needs, or more was asked for than is held.
    NoRight = -3, "right not held";
    /// The capability names another kind of object than the call works on.
    WrongObject = -4, "wrong kind of object";
    /// An offset, length, pin or opcode lies outside what the object has.
    OutOfRange = -5, "out of range";
    /// A pointer and length do not lie inside the caller's own memory.
    BadPointer = -6, "bad pointer";
    /// The receiver's mailbox has no room: try again later.
    Full = -7, "mailbox full";
    /// The payload is longer than a message may be.
    TooLong = -8, "message too long";
    /// The buffer is smaller than the message, which stays in the mailbox.
    BufferTooSmall = -9, "buffer too small";
    /// The cspace that would receive the capability has no free slot.
    NoSlot = -10, "no free slot";
    /// The actor behind the endpoint is dead.
    Dead = -11, "actor is dead";
    /// The deadline passed first.
    Timeout = -12, "timeout";
    /// This board has no such device, or it failed.
    NotAvailable = -13, "not available";
    /// A badged capability cannot be badged again.
    Badged = -14, "already badged";
    /// The callee dropped the call without an answer.
    NoReply = -15, "call dropped";
    /// The name is taken.
    Exists = -16, "already exists";
    /// Nothing has this name.
    NotFound = -17, "not found";
    /// A table, the arena or a quota is used up.
    NoRoom = -18, "no room left";
    /// The lock is held, or has no permit.
    Locked = -19, "locked";
    /// A name, an option or a module is not what it must be.
    Invalid = -20, "invalid";
    /// The module exports no memory to read from or write to.
    NoMemory = -21, "no memory exported";
    /// A name is longer than the file system takes.
    NameTooLong = -22, "name too long";
    /// What is stored is damaged, and nothing was changed.
    Corrupt = -23, "damaged";
    /// What is stored is of somebody else's making, and nothing was changed.
    Foreign = -24, "of a foreign format";
    /// Nothing can be changed here.
    ReadOnly = -25, "read-only";
    /// The quota is used up; the device itself has room left.
    Quota = -26, "quota used up";
    /// The directory has something in it.
    NotEmpty = -27, "directory not empty";
}

impl Refusal {
    /// The word that crosses the boundary: the negative code, sign-extended.
    pub const fn word(self) -> u64 {
        self as i32 as i64 as u64
    }

    /// The refusal with this code.
    pub fn from_code(code: i64) -> Option<Refusal> {
        Refusal::ALL.iter().copied().find(|refusal| *refusal as i64 == code)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Refusal {}
