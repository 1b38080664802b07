//! Host functions as those who call them know them: what each parameter is called and means.
//!
//! wasm knows two kinds of number. Headers in other languages (`actors/sdk`) know pointers, handles
//! and opcodes, so the tables of the personalities say which number is which.

/// A family of host functions.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its prefix, which is also the wasm module that its functions can be imported from, beside
    /// `env`.
    pub name: &'static str,
    /// Where it comes from.
    pub about: &'static str,
    /// Its functions, in the order of their table.
    pub functions: &'static [Function],
}

/// One function that modules can import.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name that it is imported by.
    pub name: &'static str,
    /// What it does and returns; each line begins with a space.
    pub about: &'static str,
    /// Its parameters in their order.
    pub parameters: &'static [Parameter],
    /// What it returns, if it returns something.
    pub result: Option<Kind>,
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $wasm:ty, $is_wide:literal;)+) => {
        /// What a parameter or a result is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Kind {
            /// Whether it is an `i64` in wasm, rather than an `i32`.
            pub const fn is_wide(self) -> bool {
                match self {
                    $(Kind::$name => $is_wide,)+
                }
            }
        }

        /// The same kinds as types of wasm.
        pub(super) mod wasm {
            $(pub(in crate::personality) type $name = $wasm;)+
        }
    };
}

kinds! {
    /// A number of 32 bits.
    Word32 = i32, false;
    /// A number of 64 bits.
    Word64 = i64, true;
    /// A capability of the caller's.
    Handle = i64, true;
    /// An actor.
    Id = i64, true;
    /// What a message is about.
    Opcode = i32, false;
    /// A set of rights.
    Rights = i32, false;
    /// How many bytes, or elements, the pointer before it leads to.
    Len = i32, false;
    /// Leads to bytes that the kernel reads.
    Bytes = i32, false;
    /// Leads to bytes that the kernel writes.
    Buffer = i32, false;
    /// Leads to a number of 32 bits that the kernel writes.
    Place32 = i32, false;
    /// Leads to numbers of 64 bits that the kernel writes.
    Place64 = i32, false;
}
