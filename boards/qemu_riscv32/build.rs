//! How the firmware is linked: by the script of `riscv-rt`, which wants `memory.x`.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=memory.x");
    let Some(folder) = env::var_os("CARGO_MANIFEST_DIR") else { return };
    if env::var_os("TARGET").is_some_and(|target| target == "riscv32imac-unknown-none-elf") {
        for argument in [format!("-T{}/memory.x", folder.display()), "-Tlink.x".to_string()] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
