//! How the firmware is linked: by the script of `riscv-rt`, which wants `memory.x`.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=memory.x");
    let Ok(folder) = env::var("CARGO_MANIFEST_DIR") else { return };
    if env::var("TARGET").is_ok_and(|target| target.starts_with("riscv32")) {
        for argument in [format!("-T{folder}/memory.x"), "-Tlink.x".to_string()] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
