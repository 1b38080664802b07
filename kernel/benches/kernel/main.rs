//! How fast the kernel turns: `cargo bench -p kernel --bench kernel`, or one figure alone by its
//! name behind `--`. Each stands beside a baseline of the same run, because machines differ and
//! ratios do not so much. What must not allocate is asserted: the run fails if it does.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the host's clock")]

mod allocation;
mod stopwatch;
mod world;
mod cast;
mod baseline;
mod memory;
mod message;
mod idle;
mod life;
mod revoke;

use crate::allocation::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    // Cargo adds `--bench`.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let figures: [(&str, fn()); 8] = [
        ("memory", memory::figure),
        ("allocations", message::allocations),
        ("native", message::native),
        ("board", message::board),
        ("wasm", message::wasm),
        ("idle", idle::figure),
        ("life", life::figure),
        ("revoke", revoke::figure),
    ];
    for (name, figure) in figures {
        if wanted.as_ref().is_none_or(|wanted| wanted == name) {
            figure();
        }
    }
}
