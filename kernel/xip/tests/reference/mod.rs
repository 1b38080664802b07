//! wasmi as the reference: what it does with a module is what every engine does with it. The modules, what
//! they are given and the host are the same for whoever is compared.

pub(crate) mod given;
pub(crate) mod profile;
pub(crate) mod script;
pub(crate) mod theirs;
pub(crate) mod verdict;
