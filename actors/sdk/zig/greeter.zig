//! Answers what it is sent, in a loop of its own, and logs how a call is refused.
//!
//!   zig build-lib -target wasm32-freestanding -dynamic -fPIC -O ReleaseSmall greeter.zig
//!   zig build-exe -target wasm32-freestanding -fno-entry -rdynamic -O ReleaseSmall greeter.zig
const orrery = @import("orrery.zig");

var message: orrery.Message = .{};

export fn _start() void {
    orrery.send(63, 1, "") catch |refusal| orrery.log(@errorName(refusal));
    while (true) {
        orrery.receive(&message) catch return;
        orrery.log(message.payload());
        message.reply(message.opcode + 1, message.payload()) catch {};
    }
}
