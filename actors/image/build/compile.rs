//! The nested cargo: the same sources give the same bytes, wherever and however it is called.

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::manifest::Manifest;

const TARGET: &str = "wasm32-unknown-unknown";

/// The profile in the workspace's manifest that actors are built with.
const PROFILE: &str = "actor";

/// Bytes of an actor's stack. It lies below everything else, so that running over it is a fault.
const STACK_BYTES: usize = 8192;

/// What the caller's environment might say about a host build, and must not say about this one.
const FOREIGN_VARIABLES: [&str; 7] = [
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_INCREMENTAL",
    "CARGO_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC_LINKER",
];

/// The same, for whole families: `CARGO_PROFILE_ACTOR_LTO` and the like.
const FOREIGN_PREFIXES: [&str; 3] = ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_TARGET_"];

/// The compiler that runs this build script.
pub(crate) struct Toolchain {
    pub(crate) cargo: PathBuf,
    pub(crate) rustc: PathBuf,
    /// Where cargo keeps the sources of dependencies.
    pub(crate) cargo_home: Option<PathBuf>,
    /// Its name, if rustup started it.
    pub(crate) name: Option<String>,
}

impl Toolchain {
    /// Makes sure that the compiler has the wasm target.
    pub(crate) fn require_target(&self) -> Result<(), Box<dyn Error>> {
        if self.has_target()? {
            return Ok(());
        }
        let mut add = vec!["target", "add", TARGET];
        if let Some(name) = &self.name {
            add.extend(["--toolchain", name]);
        }
        // Whether it failed or is not there at all shows in what the compiler has afterwards.
        let _ = Command::new("rustup").args(&add).status();
        if self.has_target()? {
            return Ok(());
        }
        Err(format!(
            "the compiler has no target {TARGET}, which actors are built for.\n\
             With rustup and a network, type:\n\n    rustup {}\n\n\
             A compiler from a distribution needs the distribution's package for that target.",
            add.join(" ")
        )
        .into())
    }

    fn has_target(&self) -> Result<bool, Box<dyn Error>> {
        let libraries = self.print(&["--target", TARGET, "--print", "target-libdir"])?;
        Ok(libraries.is_dir())
    }

    fn print(&self, arguments: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
        let output = Command::new(&self.rustc).args(arguments).output()?;
        let text = String::from_utf8(output.stdout)?;
        Ok(PathBuf::from(text.trim()))
    }

    /// Builds all actors.
    pub(crate) fn build(
        &self,
        root: &Path,
        target: &Path,
        manifests: &[Manifest],
    ) -> Result<(), Box<dyn Error>> {
        let mut command = Command::new(&self.cargo);
        command.current_dir(root).args(["build", "--profile", PROFILE, "--target", TARGET]);
        command.arg("--target-dir").arg(target);
        if root.join("Cargo.lock").exists() {
            command.arg("--locked");
        }
        for manifest in manifests {
            command.args(["--package", &manifest.name]);
        }
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let is_foreign = FOREIGN_VARIABLES.contains(&&*text)
                || FOREIGN_PREFIXES.iter().any(|prefix| text.starts_with(prefix));
            if is_foreign {
                command.env_remove(&name);
            }
        }
        command.env("RUSTC", &self.rustc);
        command.env("CARGO_ENCODED_RUSTFLAGS", self.flags(root)?);
        if command.status()?.success() {
            return Ok(());
        }
        let names: Vec<&str> = manifests.iter().map(|manifest| &*manifest.name).collect();
        Err(format!(
            "the actors do not build. To see why, type:\n\n    \
             cargo build --profile {PROFILE} --target {TARGET} -p {}\n",
            names.join(" -p ")
        )
        .into())
    }

    /// Compiler flags, as cargo wants them encoded. Memory is measured in bytes rather than in
    /// pages of 64 KiB, and no path of this computer gets into a panic message.
    fn flags(&self, root: &Path) -> Result<OsString, Box<dyn Error>> {
        let mut flags: Vec<OsString> = Vec::new();
        for argument in [format!("-zstack-size={STACK_BYTES}"), "--page-size=1".to_string()] {
            flags.push(format!("-Clink-arg={argument}").into());
        }
        let sysroot = self.print(&["--print", "sysroot"])?;
        let mut remap = |from: &Path, to: &str| {
            let mut flag = OsString::from("--remap-path-prefix=");
            flag.push(from);
            flag.push("=");
            flag.push(to);
            flags.push(flag);
        };
        // The last one that matches counts, so the more special ones come later.
        remap(root, "orrery");
        remap(&sysroot, "rust");
        if let Some(cargo_home) = &self.cargo_home {
            remap(cargo_home, "cargo");
        }
        Ok(flags.join(&OsString::from("\x1f")))
    }
}

/// Where cargo puts an actor's wasm.
pub(crate) fn output(target: &Path, name: &str) -> PathBuf {
    target.join(TARGET).join(PROFILE).join(name).with_extension("wasm")
}
