//! The native calls, which are those of seed *wasm-actors*, completed: calls with one answer,
//! capabilities that move and shrink, children, links, names, priorities that are lent, devices.

mod call;
mod capability;
mod device;
mod flash;
mod name;
mod priority;
mod spawn;

use crate::seed::Case;
use crate::seed::script::Function;

pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    let cases = [
        call::CASES,
        capability::CASES,
        device::CASES,
        flash::CASES,
        name::CASES,
        priority::CASES,
        spawn::CASES,
    ];
    cases.into_iter().flatten()
}

/// The calls with their types; the first seven are the seed's.
pub(crate) const FUNCTIONS: &[Function] = &[
    ("sys_log", "ii", ""),
    ("sys_exit", "i", ""),
    ("sys_cap_send", "IiiiI", "i"),
    ("sys_cap_recv", "Iii", "I"),
    ("sys_cap_mem_read", "Iiii", "i"),
    ("sys_cap_mem_write", "Iiii", "i"),
    ("sys_fb_info", "", "I"),
    ("sys_cap_send_rights", "IiiiIi", "i"),
    ("sys_cap_reply", "IiiiIi", "i"),
    ("sys_cap_send_move", "IiiiI", "i"),
    ("sys_cap_call", "IiiiiiI", "I"),
    ("sys_cap_recv_timeout", "IiiI", "I"),
    ("sys_fb_layout", "Iii", "i"),
    ("sys_fb_flush", "I", "i"),
    ("sys_cap_info", "Iii", "i"),
    ("sys_cap_copy", "I", "I"),
    ("sys_cap_mint", "IiI", "I"),
    ("sys_cap_mint_range", "IiII", "I"),
    ("sys_cap_narrow", "IiiI", "I"),
    ("sys_cap_move", "I", "I"),
    ("sys_cap_delete", "I", "i"),
    ("sys_cap_revoke", "I", "i"),
    ("sys_time", "I", "I"),
    ("sys_sleep", "II", "i"),
    ("sys_yield", "", ""),
    ("sys_self", "", "I"),
    ("sys_gpio_read", "Ii", "i"),
    ("sys_gpio_write", "Iii", "i"),
    ("sys_cap_irq_wait", "I", "I"),
    ("sys_irq_wait", "I", "I"),
    ("sys_cap_io_read", "Iii", "I"),
    ("sys_io_read", "Iii", "I"),
    ("sys_cap_io_write", "IiiI", "i"),
    ("sys_io_write", "IiiI", "i"),
    ("sys_flash_info", "Iii", "i"),
    ("sys_flash_read", "Iiii", "i"),
    ("sys_flash_program", "Iiii", "i"),
    ("sys_flash_erase", "Ii", "i"),
    ("sys_mem_create", "i", "I"),
    ("sys_spawn", "Iiiii", "I"),
    ("sys_spawn_memory", "IIii", "I"),
    ("sys_reload", "Iii", "i"),
    ("sys_reload_memory", "II", "i"),
    ("sys_reload_notice", "i", "i"),
    ("sys_cap_keep", "ii", "i"),
    ("sys_stop", "I", "i"),
    ("sys_proc_stop", "I", "i"),
    ("sys_node_name", "ii", "i"),
    ("sys_link", "I", "i"),
    ("sys_unlink", "I", "i"),
    ("sys_trap_exits", "i", "i"),
    ("sys_proc_caps", "IIii", "i"),
    ("sys_ns_register", "IiiI", "i"),
    ("sys_ns_unregister", "Iii", "i"),
    ("sys_ns_mount", "IiiI", "i"),
    ("sys_ns_unmount", "Iii", "i"),
    ("sys_ns_lookup", "Iii", "I"),
    ("sys_fs_remove", "Iii", "i"),
    ("sys_state_save", "iiii", "i"),
    ("sys_state_load", "iiii", "i"),
    ("sys_ns_list", "Iiiii", "i"),
];
