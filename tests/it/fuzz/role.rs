//! What each parameter of a function means, in one letter each, so that a drawn call has a chance
//! to be answered with something other than a refusal.
//!
//! | letter | is | letter | is |
//! |---|---|---|---|
//! | `E` | an endpoint or a child | `b` | a buffer, its length follows as `l` |
//! | `V` | the caller's own endpoint | `t` | a text, its length follows as `l` |
//! | `M` | memory | `m` | a module, its length follows as `l` |
//! | `C` | the clock | `g` | options of a spawn, their length follows as `l` |
//! | `N` | names | `w` | where four bytes go |
//! | `S` | a spawner | `j` | where eight bytes go |
//! | `K` | a child | `i` | an actor's id |
//! | `D` | a directory | `o` | an opcode |
//! | `F` | a file | `n` | a number |
//! | `X` | a mutex | `r` | rights |
//! | `Y` | a semaphore | `T` | nanoseconds |
//! | `P` | pins | `u` | milliseconds |
//! | `I` | an interrupt line | `c` | what comes along, or nothing |
//! | `O` | ports | `z` | a badge |
//! | `L` | the process table | `k` | a kind of object |
//! | `W` | the screen | `G` | a capability that can be spared |
//! | `A` | any capability | `H` | flash |

use kernel::manifest::GrantObject;

/// Name, parameters, and what the result is if it is worth keeping.
const ROLES: [(&str, &str, char); 91] = [
    ("sys_log", "tl", '-'),
    ("sys_exit", "n", '-'),
    ("sys_cap_send", "Eoblc", '-'),
    ("sys_cap_recv", "Vbl", 'i'),
    ("sys_cap_mem_read", "Mnbl", '-'),
    ("sys_cap_mem_write", "Mnbl", '-'),
    ("sys_cap_send_rights", "Eoblcr", '-'),
    ("sys_cap_reply", "Goblcr", '-'),
    ("sys_cap_send_move", "EoblG", '-'),
    ("sys_cap_call", "EoblblT", 'i'),
    ("sys_cap_recv_timeout", "VblT", 'i'),
    ("sys_fb_layout", "Wbl", '-'),
    ("sys_fb_flush", "W", '-'),
    ("sys_cap_info", "Abl", '-'),
    ("sys_cap_copy", "A", 'A'),
    ("sys_cap_mint", "Arz", 'A'),
    ("sys_cap_mint_range", "Mrnn", 'A'),
    ("sys_cap_narrow", "Ekrz", 'A'),
    ("sys_cap_move", "G", 'A'),
    ("sys_cap_delete", "G", '-'),
    ("sys_cap_revoke", "G", '-'),
    ("sys_time", "C", '-'),
    ("sys_sleep", "CT", '-'),
    ("sys_self", "", 'i'),
    ("sys_gpio_read", "Pn", '-'),
    ("sys_gpio_write", "Pnn", '-'),
    ("sys_cap_irq_wait", "I", '-'),
    ("sys_irq_wait", "I", '-'),
    ("sys_cap_io_read", "Onn", '-'),
    ("sys_io_read", "Onn", '-'),
    ("sys_cap_io_write", "Onnn", '-'),
    ("sys_io_write", "Onnn", '-'),
    ("sys_flash_info", "Hbl", '-'),
    ("sys_flash_read", "Hnbl", '-'),
    ("sys_flash_program", "Hnbl", '-'),
    ("sys_flash_erase", "Hn", '-'),
    ("sys_mem_create", "n", 'M'),
    ("sys_spawn", "Smlgl", 'K'),
    ("sys_spawn_memory", "SMgl", 'K'),
    ("sys_reload", "Kml", '-'),
    ("sys_reload_memory", "KM", '-'),
    ("sys_reload_notice", "n", '-'),
    ("sys_cap_keep", "bn", '-'),
    ("sys_stop", "K", '-'),
    ("sys_link", "E", '-'),
    ("sys_unlink", "E", '-'),
    ("sys_trap_exits", "n", '-'),
    ("sys_proc_caps", "Libl", '-'),
    ("sys_ns_register", "NtlE", '-'),
    ("sys_ns_unregister", "Ntl", '-'),
    ("sys_ns_mount", "NtlE", '-'),
    ("sys_ns_unmount", "Ntl", '-'),
    ("sys_ns_lookup", "Ntl", 'E'),
    ("sys_ns_list", "Ntlbl", '-'),
    ("print", "tl", '-'),
    ("sp_log", "tl", '-'),
    ("sp_sleep", "u", '-'),
    ("sp_get_capabilities", "bl", '-'),
    ("sp_fs_open", "Dtl", 'F'),
    ("sp_fs_read", "Fbln", '-'),
    ("sp_fs_size", "F", '-'),
    ("sp_fs_close", "F", '-'),
    ("sp_fs_mkdir", "Dtl", '-'),
    ("sp_mutex_create", "", 'X'),
    ("sp_mutex_lock", "X", '-'),
    ("sp_mutex_try_lock", "X", '-'),
    ("sp_mutex_unlock", "X", '-'),
    ("sp_sem_create", "n", 'Y'),
    ("sp_sem_acquire", "Y", '-'),
    ("sp_sem_try_acquire", "Y", '-'),
    ("sp_sem_release", "Y", '-'),
    ("sp_gpio_read", "Pn", '-'),
    ("sp_gpio_write", "Pnn", '-'),
    ("mk_send", "iobl", '-'),
    ("mk_send_u32", "ion", '-'),
    ("mk_self", "", 'i'),
    ("mk_log", "ntl", '-'),
    ("mk_recv", "wblw", '-'),
    ("mk_recv_full", "wblwj", '-'),
    ("mk_recv_timeout", "wblwju", '-'),
    ("mk_print", "tl", '-'),
    ("mk_spawn_wasm", "mln", 'i'),
    ("mk_stop", "i", '-'),
    ("mk_list_actors", "bnw", '-'),
    ("mk_lookup", "tl", 'i'),
    ("mk_read_file", "tlblw", '-'),
    ("mk_reverse_lookup", "ibl", '-'),
    ("sys_state_save", "tlbl", '-'),
    ("sys_state_load", "tlbl", '-'),
    ("mk_save_state", "tlbl", '-'),
    ("mk_load_state", "tlbl", '-'),
];

/// The letters of a function's parameters and of its result; a function that is not in the table is
/// called with any capability and any number.
pub(super) fn roles_of(name: &str) -> (&'static str, char) {
    let found = ROLES.iter().find(|(known, _, _)| *known == name);
    found.map_or(("", '-'), |(_, parameters, result)| (*parameters, *result))
}

/// The letter of what a grant names.
pub(super) fn role_of(object: &GrantObject) -> char {
    match object {
        GrantObject::Endpoint(_) => 'E',
        GrantObject::Region(_) => 'M',
        GrantObject::Pins(_) => 'P',
        GrantObject::Framebuffer => 'W',
        GrantObject::Clock => 'C',
        GrantObject::Processes => 'L',
        GrantObject::Namespace(_) => 'N',
        GrantObject::Spawner(_) => 'S',
        GrantObject::Child(_) => 'K',
        GrantObject::Directory(_) => 'D',
        GrantObject::Interrupt(_) => 'I',
        GrantObject::Ports(..) => 'O',
        GrantObject::Flash(..) => 'H',
        GrantObject::Log
        | GrantObject::Entropy
        | GrantObject::Keyboard
        | GrantObject::Pointer
        | GrantObject::Serial => 'A',
    }
}
