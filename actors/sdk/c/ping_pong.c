// The ping-pong of seed actor-microkernel: a ping is answered after 100 ms, message 0 ends it.
//
//   clang --target=wasm32 -Os -ffreestanding -nostdlib -Wl,--no-entry -o ping_pong.wasm ping_pong.c
#include "orrery.h"

enum { MSG_PING = 200, MSG_PONG = 201 };

ORRERY_EXPORT(handle_message)
int32_t handle_message(uint32_t msg_type, int64_t source, const void *payload, size_t payload_size) {
    switch (msg_type) {
    case MSG_PING:
        // Others run meanwhile.
        mk_sleep_ms(100);
        mk_send(source, MSG_PONG, payload, payload_size);
        return 1;
    case 0:
        return 0;
    default:
        return 1;
    }
}
