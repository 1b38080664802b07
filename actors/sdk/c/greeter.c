// Answers what it is sent, in a loop of its own, and logs how a call is refused.
//
//   clang --target=wasm32 -Os -ffreestanding -nostdlib -Wl,--no-entry -o greeter.wasm greeter.c
#include "orrery.h"

static struct orrery_message message;

ORRERY_EXPORT(_start)
void start(void) {
    int32_t refusal = orrery_send(63, 1, "", 0);
    orrery_log(orrery_refusal_text(refusal));
    while (0 <= orrery_receive(&message)) {
        sys_log(message.payload, message.len);
        orrery_reply(&message, message.opcode + 1, message.payload, message.len);
    }
}
