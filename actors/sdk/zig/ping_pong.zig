//! The ping-pong of seed actor-microkernel: a ping is answered after 100 ms, message 0 ends it.
//!
//!   zig build-lib -target wasm32-freestanding -dynamic -O ReleaseSmall ping_pong.zig
//!   zig build-exe -target wasm32-freestanding -fno-entry -rdynamic -O ReleaseSmall ping_pong.zig
const orrery = @import("orrery.zig");

const MSG_PING: u32 = 200;
const MSG_PONG: u32 = 201;

export fn handle_message(
    msg_type: u32,
    source: i64,
    payload: [*]const u8,
    payload_size: usize,
) i32 {
    switch (msg_type) {
        MSG_PING => {
            // Others run meanwhile.
            _ = orrery.mk_sleep_ms(100);
            _ = orrery.mk_send(source, MSG_PONG, payload, payload_size);
            return 1;
        },
        0 => return 0,
        else => return 1,
    }
}
