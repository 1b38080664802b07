//! Builds every actor to wasm and writes `programs.rs`, the table of them.
//!
//! An actor is a folder beside this crate with a `manifest.toml`. All are compiled by one nested
//! cargo with the same toolchain.

mod compile;
mod manifest;
mod table;

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use compile::Toolchain;
use manifest::Manifest;

fn main() {
    if let Err(error) = run() {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let actors = variable("CARGO_MANIFEST_DIR")?.parent().ok_or("no folder")?.to_path_buf();
    let root = actors.parent().ok_or("the actors' folder lies in none")?.to_path_buf();
    let out = variable("OUT_DIR")?;
    let manifests = read_manifests(&actors)?;
    watch(&root, &manifests);

    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let toolchain = Toolchain {
        cargo: variable("CARGO")?,
        rustc: variable("RUSTC")?,
        cargo_home: cargo_home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))),
        name: env::var_os("RUSTUP_TOOLCHAIN").and_then(|name| name.into_string().ok()),
    };
    toolchain.require_target()?;
    toolchain.build(&root, &out.join("target"), &manifests)?;
    for manifest in &manifests {
        let built = compile::output(&out.join("target"), &manifest.name);
        fs::copy(built, out.join(&manifest.name).with_extension("wasm"))?;
    }
    fs::write(out.join("programs.rs"), table::rust(&manifests))?;
    Ok(())
}

fn variable(name: &str) -> Result<PathBuf, String> {
    env::var_os(name).map(PathBuf::from).ok_or(format!("cargo did not set {name}"))
}

/// The manifests of all actors, in the order of their names.
fn read_manifests(actors: &Path) -> Result<Vec<Manifest>, Box<dyn Error>> {
    let mut manifests = Vec::new();
    for entry in fs::read_dir(actors)? {
        let folder = entry?.path();
        let path = folder.join("manifest.toml");
        let (Some(name), true) = (folder.file_name(), path.is_file()) else { continue };
        let text = fs::read_to_string(&path)?;
        let manifest = Manifest::parse(&name.to_string_lossy(), &text)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        manifests.push(manifest);
    }
    manifests.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(manifests)
}

/// Names everything that the wasm is made of. A new actor is a change of the workspace's manifest.
fn watch(root: &Path, manifests: &[Manifest]) {
    let fixed = [
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "kernel/abi/Cargo.toml",
        "kernel/abi/src",
        "actors/sdk/Cargo.toml",
        "actors/sdk/src",
        "actors/littlefs/Cargo.toml",
        "actors/littlefs/src",
        "actors/image/build",
    ];
    let fixed = fixed.iter().map(|path| root.join(path));
    let parts = ["Cargo.toml", "manifest.toml", "src"];
    let of_actors = manifests.iter().flat_map(|manifest| {
        let folder = root.join("actors").join(&manifest.name);
        parts.map(|part| folder.join(part))
    });
    for path in fixed.chain(of_actors).filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}
