//! Nothing: what this crate is for is its benchmark (`benches/peers`).
#![forbid(unsafe_code)]
