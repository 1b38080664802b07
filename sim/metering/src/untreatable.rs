//! Why a module keeps to wasmi.

use core::fmt;

/// Why the pass does not treat a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untreatable {
    /// It is no valid module of the deterministic profile, or one that wasmi runs wrongly.
    Refused(String),
    /// A function that it imports takes or gives what does not fit into words.
    Import {
        /// Which of the imported functions.
        function: u32,
        /// What does not fit.
        why: &'static str,
    },
    /// A function ends in a call of the host: wasmi 2.0.0 puts the answer where its caller does not
    /// look for it.
    EndsInHostCall {
        /// Which function, imported ones first.
        function: u32,
    },
    /// It is a shared library, whose surroundings are made by wasmi's linker.
    Library,
    /// It exports something under a name that the pass needs.
    TakenName(String),
}

impl fmt::Display for Untreatable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Untreatable::Refused(text) => f.write_str(text),
            Untreatable::Import { function, why } => {
                write!(f, "imported function {function} {why}")
            }
            Untreatable::EndsInHostCall { function } => {
                write!(f, "function {function} may end in a call of the host")
            }
            Untreatable::Library => f.write_str("it is a shared library"),
            Untreatable::TakenName(name) => write!(f, "it exports `{name}` itself"),
        }
    }
}

impl core::error::Error for Untreatable {}
