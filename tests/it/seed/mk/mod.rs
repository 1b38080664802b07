//! Seed *actor-microkernel*: each of its 22 imports, in each of its situations.

mod actor;
mod file;
mod message;
mod name;

use abi::rights::Rights;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;

use crate::seed::Case;
use crate::seed::bench::granted;
use crate::seed::script::Function;
use crate::seed::script::Row;
use crate::seed::script::uncalled;

pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    let cases = [CASES, actor::CASES, file::CASES, message::CASES, name::CASES];
    cases.into_iter().flatten()
}

const CASES: &[Case] = &[("every_mk_call_is_made", every_call)];

/// The imports, with the types that the seed gives them.
pub(crate) const FUNCTIONS: &[Function] = &[
    ("mk_send", "Iiii", "i"),
    ("mk_send_u32", "Iii", "i"),
    ("mk_self", "", "I"),
    ("mk_log", "iii", ""),
    ("mk_sleep_ms", "i", "i"),
    ("mk_recv", "iiii", "i"),
    ("mk_recv_full", "iiiii", "i"),
    ("mk_recv_timeout", "iiiiii", "i"),
    ("mk_print", "ii", ""),
    ("mk_spawn_wasm", "iii", "I"),
    ("mk_stop", "I", "i"),
    ("mk_list_actors", "iii", "i"),
    ("mk_register", "ii", "i"),
    ("mk_lookup", "ii", "I"),
    ("mk_read_file", "iiiii", "i"),
    ("mk_http_get", "iiiiii", "i"),
    ("mk_node_name", "ii", "i"),
    ("mk_ns_list", "iiiii", "i"),
    ("mk_reverse_lookup", "Iii", "i"),
    ("mk_time_ms", "", "I"),
    ("mk_save_state", "iiii", "i"),
    ("mk_load_state", "iiii", "i"),
];

/// The same actor, able to give and find every name.
pub(crate) fn naming(actor: ActorManifest) -> ActorManifest {
    let everything = GrantObject::Namespace(String::new());
    granted(actor, everything, Rights::READ | Rights::WRITE)
}

fn every_call() {
    let tables: Vec<&[Row]> = [actor::TABLES, file::TABLES, message::TABLES, name::TABLES].concat();
    assert_eq!(FUNCTIONS.len(), 22);
    assert_eq!(uncalled(FUNCTIONS, &tables), [] as [&str; 0]);
}
