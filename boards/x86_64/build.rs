//! How the binary for QEMU is linked: at fixed addresses, by `link.ld`.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=link.ld");
    let is_bare = env::var_os("TARGET").is_some_and(|target| target == "x86_64-unknown-none");
    let Some(folder) = env::var_os("CARGO_MANIFEST_DIR") else { return };
    if is_bare {
        for argument in [format!("-T{}/link.ld", folder.display()), "--no-pie".to_string()] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
