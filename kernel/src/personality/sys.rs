//! The native personality: `sys_*` of seed *wasm-actors*, completed.
//!
//! The first seven are the seed's, with its types. A result below 0 is a refusal
//! ([`abi::refusal::Refusal`]).

use crate::call::Host;
use crate::engine::Engine;

pub(super) fn define<H: Host + 'static>(engine: &mut Engine<H>) {
    functions! { engine, ["env", "sys"];
        "sys_log" Log: fn(i32, i32);
        "sys_exit" Exit: fn(i32);
        "sys_cap_send" Send: fn(i64, i32, i32, i32, i64) -> i32;
        "sys_cap_recv" Receive: fn(i64, i32, i32) -> i64;
        "sys_cap_mem_read" Read: fn(i64, i32, i32, i32) -> i32;
        "sys_cap_mem_write" Write: fn(i64, i32, i32, i32) -> i32;
        "sys_fb_info" ScreenSize: fn() -> i64;

        "sys_cap_send_rights" SendRights: fn(i64, i32, i32, i32, i64, i32) -> i32;
        "sys_cap_send_move" SendMove: fn(i64, i32, i32, i32, i64) -> i32;
        "sys_cap_call" Call: fn(i64, i32, i32, i32, i32, i32, i64) -> i64;
        "sys_cap_recv_timeout" ReceiveTimeout: fn(i64, i32, i32, i64) -> i64;
        "sys_fb_layout" ScreenLayout: fn(i64, i32, i32) -> i32;
        "sys_fb_flush" ScreenFlush: fn(i64) -> i32;
        "sys_cap_info" Info: fn(i64, i32, i32) -> i32;
        "sys_cap_copy" Copy: fn(i64) -> i64;
        "sys_cap_mint" Mint: fn(i64, i32, i64) -> i64;
        "sys_cap_mint_range" MintRange: fn(i64, i32, i64, i64) -> i64;
        "sys_cap_narrow" Narrow: fn(i64, i32, i32, i64) -> i64;
        "sys_cap_move" Move: fn(i64) -> i64;
        "sys_cap_delete" Delete: fn(i64) -> i32;
        "sys_cap_revoke" Revoke: fn(i64) -> i32;
        "sys_time" Time: fn(i64) -> i64;
        "sys_sleep" Sleep: fn(i64, i64) -> i32;
        "sys_yield" Yield: fn();
        "sys_self" Identity: fn() -> i64;
        "sys_gpio_read" PinRead: fn(i64, i32) -> i32;
        "sys_gpio_write" PinWrite: fn(i64, i32, i32) -> i32;
        "sys_cap_irq_wait" InterruptWait: fn(i64) -> i64;
        "sys_irq_wait" InterruptWait: fn(i64) -> i64;
        "sys_cap_io_read" PortRead: fn(i64, i32, i32) -> i64;
        "sys_io_read" PortRead: fn(i64, i32, i32) -> i64;
        "sys_cap_io_write" PortWrite: fn(i64, i32, i32, i64) -> i32;
        "sys_io_write" PortWrite: fn(i64, i32, i32, i64) -> i32;
        "sys_spawn" Spawn: fn(i64, i32, i32, i32, i32) -> i64;
        "sys_spawn_memory" SpawnMemory: fn(i64, i64, i32, i32) -> i64;
        "sys_reload" Reload: fn(i64, i32, i32) -> i32;
        "sys_reload_memory" ReloadMemory: fn(i64, i64) -> i32;
        "sys_reload_notice" ReloadNotice: fn(i32) -> i32;
        "sys_cap_keep" Keep: fn(i32, i32) -> i32;
        "sys_stop" Stop: fn(i64) -> i32;
        "sys_link" Link: fn(i64) -> i32;
        "sys_unlink" Unlink: fn(i64) -> i32;
        "sys_trap_exits" TrapExits: fn(i32) -> i32;
        "sys_proc_caps" ProcessCapabilities: fn(i64, i64, i32, i32) -> i32;
        "sys_proc_stop" StopActor: fn(i64) -> i32;
        "sys_node_name" NodeName: fn(i32, i32) -> i32;
        "sys_ns_register" Register: fn(i64, i32, i32, i64) -> i32;
        "sys_ns_unregister" Unregister: fn(i64, i32, i32) -> i32;
        "sys_ns_mount" Mount: fn(i64, i32, i32, i64) -> i32;
        "sys_ns_unmount" Unmount: fn(i64, i32, i32) -> i32;
        "sys_ns_lookup" Lookup: fn(i64, i32, i32) -> i64;
        "sys_fs_remove" FileRemove: fn(i64, i32, i32) -> i32;
        "sys_state_save" SaveState: fn(i32, i32, i32, i32) -> i32;
        "sys_state_load" LoadState: fn(i32, i32, i32, i32) -> i32;
        "sys_ns_list" ListNames: fn(i64, i32, i32, i32, i32) -> i32;
    }
}
