//! Compiles the actor that seed *actor-microkernel* prints to wasm, as the seed says, with the
//! compiler of this build.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// What `cargo build --target wasm32-unknown-unknown --release` tells the compiler about a crate
/// of the seed's edition.
const ARGUMENTS: [&str; 10] = [
    "--edition=2021",
    "--crate-name=actor",
    "--crate-type=cdylib",
    "--target=wasm32-unknown-unknown",
    "-Copt-level=3",
    "-Cstrip=debuginfo",
    "-Cembed-bitcode=no",
    "--cap-lints=allow",
    "--color=never",
    "-Ccodegen-units=16",
];

const SOURCE: &str = "seed/actor.rs.txt";

fn main() {
    println!("cargo::rerun-if-changed={SOURCE}");
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").expect("cargo names its compiler");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names a folder"));
    let mut command = Command::new(rustc);
    command.args(ARGUMENTS).arg(SOURCE).arg("-o").arg(out.join("actor.wasm"));
    let status = command.status().expect("the compiler starts");
    assert!(status.success(), "the seed's actor does not compile");
}
