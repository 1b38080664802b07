//! Tells insta that snapshots lie where the program says, so that it asks no cargo at run time.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=INSTA_WORKSPACE_ROOT=.");
}
