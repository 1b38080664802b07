//! The native personality: `sys_*` of seed *wasm-actors*, completed.
//!
//! The first seven are the seed's, with its types. Every function can be imported from module
//! `env`, as the seed's toolchains do, and from module `sys`.

use crate::call::CallName;
use crate::call::Host;
use crate::engine::Engine;

type Nothing = fn();
type Word = fn() -> i64;
type Text = fn(i32, i32);
type Code = fn(i32);
type Handle = fn(i64) -> i32;
type HandleToWord = fn(i64) -> i64;
type HandleBuffer = fn(i64, i32, i32) -> i32;
type HandleBufferToWord = fn(i64, i32, i32) -> i64;
type HandleOffsetBuffer = fn(i64, i32, i32, i32) -> i32;

pub(super) fn define<H: Host + 'static>(engine: &mut Engine<H>) {
    for module in ["env", "sys"] {
        engine.define::<Text>(module, "sys_log", CallName::Log);
        engine.define::<Code>(module, "sys_exit", CallName::Exit);
        engine.define::<fn(i64, i32, i32, i32, i64) -> i32>(module, "sys_cap_send", CallName::Send);
        engine.define::<HandleBufferToWord>(module, "sys_cap_recv", CallName::Receive);
        engine.define::<HandleOffsetBuffer>(module, "sys_cap_mem_read", CallName::Read);
        engine.define::<HandleOffsetBuffer>(module, "sys_cap_mem_write", CallName::Write);
        engine.define::<Word>(module, "sys_fb_info", CallName::ScreenSize);

        engine.define::<fn(i64, i32, i32, i32, i64, i32) -> i32>(
            module,
            "sys_cap_send_rights",
            CallName::SendRights,
        );
        engine.define::<fn(i64, i32, i32, i64) -> i64>(
            module,
            "sys_cap_recv_timeout",
            CallName::ReceiveTimeout,
        );
        engine.define::<HandleBuffer>(module, "sys_fb_layout", CallName::ScreenLayout);
        engine.define::<Handle>(module, "sys_fb_flush", CallName::ScreenFlush);
        engine.define::<HandleBuffer>(module, "sys_cap_info", CallName::Info);
        engine.define::<HandleToWord>(module, "sys_cap_copy", CallName::Copy);
        engine.define::<fn(i64, i32, i64) -> i64>(module, "sys_cap_mint", CallName::Mint);
        engine.define::<fn(i64, i32, i64, i64) -> i64>(
            module,
            "sys_cap_mint_range",
            CallName::MintRange,
        );
        engine.define::<Handle>(module, "sys_cap_delete", CallName::Delete);
        engine.define::<Handle>(module, "sys_cap_revoke", CallName::Revoke);
        engine.define::<HandleToWord>(module, "sys_time", CallName::Time);
        engine.define::<fn(i64, i64) -> i32>(module, "sys_sleep", CallName::Sleep);
        engine.define::<Nothing>(module, "sys_yield", CallName::Yield);
        engine.define::<Word>(module, "sys_self", CallName::Identity);
        engine.define::<fn(i64, i32) -> i32>(module, "sys_gpio_read", CallName::PinRead);
        engine.define::<fn(i64, i32, i32) -> i32>(module, "sys_gpio_write", CallName::PinWrite);
    }
}
