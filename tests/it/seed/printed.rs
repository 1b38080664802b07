//! The actor that seed *actor-microkernel* prints, compiled as the seed says: with the compiler of
//! this workspace, when it is first asked for. Its target is there, because the image's own build
//! adds it.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

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

/// Below the root of the repository, where the tests run.
const SOURCE: &str = "tests/seed/actor.rs.txt";

static PRINTED: LazyLock<Vec<u8>> = LazyLock::new(compile);

/// The module.
pub(crate) fn printed() -> &'static [u8] {
    &PRINTED
}

fn compile() -> Vec<u8> {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("actor.wasm");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let mut command = Command::new(rustc);
    command.args(ARGUMENTS).arg(SOURCE).arg("-o").arg(&out);
    let status = command.status().expect("the compiler that built this test starts");
    assert!(status.success(), "the seed's actor does not compile");
    std::fs::read(&out).expect("the compiler has written it")
}
