//! Firmware of real boards, and what it boots: both are made here, by the compiler that made this
//! program and from the same sources.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use protocol::image;
use protocol::image::Content;
use protocol::image::Drive;

use crate::scenario::plan::BoardPlan;
use crate::scenario::profile::ProfileName;

/// The profile in the workspace's manifest that firmware is built with.
const PROFILE: &str = "firmware";

/// What the caller's environment might say about a host build, and must not say about this one.
const FOREIGN_VARIABLES: [&str; 5] = [
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_INCREMENTAL",
    "CARGO_ENCODED_RUSTFLAGS",
];

/// The same, for whole families.
const FOREIGN_PREFIXES: [&str; 3] = ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_TARGET_"];

/// A board that there is firmware for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardName {
    /// A PC, and QEMU as one.
    X86_64,
    /// QEMU's machine `virt` with 32 bits.
    QemuRiscv32,
    /// An ESP32-C6.
    Esp32c6,
}

/// One binary of a board's firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binary {
    /// What it is called where it is put.
    pub file: &'static str,
    package: &'static str,
    binary: &'static str,
    /// What it is compiled for.
    pub target: &'static str,
    /// What the compiler adds to its name.
    suffix: &'static str,
}

/// What QEMU starts as a PC.
pub const PVH: Binary = Binary {
    file: "pvh.elf",
    package: "board_x86_64",
    binary: "pvh",
    target: "x86_64-unknown-none",
    suffix: "",
};

/// What a PC's own firmware starts.
pub const UEFI: Binary = Binary {
    file: "bootx64.efi",
    package: "board_x86_64",
    binary: "uefi",
    target: "x86_64-unknown-uefi",
    suffix: ".efi",
};

/// What QEMU starts as its machine `virt`.
pub const QEMU_RISCV32: Binary = Binary {
    file: "qemu_riscv32.elf",
    package: "qemu_riscv32",
    binary: "qemu_riscv32",
    target: "riscv32imac-unknown-none-elf",
    suffix: "",
};

/// What an ESP32-C6 runs.
pub const ESP32C6: Binary = Binary {
    file: "esp32c6.elf",
    package: "board_esp32c6",
    binary: "esp32c6",
    target: "riscv32imac-unknown-none-elf",
    suffix: "",
};

impl BoardName {
    /// All of them.
    pub const ALL: [BoardName; 3] = [BoardName::X86_64, BoardName::QemuRiscv32, BoardName::Esp32c6];

    /// Its name: its folder below `boards/`.
    pub const fn name(self) -> &'static str {
        match self {
            BoardName::X86_64 => "x86_64",
            BoardName::QemuRiscv32 => "qemu_riscv32",
            BoardName::Esp32c6 => "esp32c6",
        }
    }

    /// The board with this name.
    pub fn from_name(name: &str) -> Option<BoardName> {
        BoardName::ALL.into_iter().find(|board| board.name() == name)
    }

    /// The same, with an error that lists all names.
    ///
    /// # Errors
    /// When no board has this name.
    pub fn parse(name: &str) -> Result<BoardName, String> {
        let names = BoardName::ALL.map(BoardName::name).join(", ");
        BoardName::from_name(name).ok_or(format!("the boards are {names}"))
    }

    /// The kind of board in scenarios that it is.
    pub const fn profile(self) -> ProfileName {
        match self {
            BoardName::X86_64 | BoardName::QemuRiscv32 => ProfileName::Pc,
            BoardName::Esp32c6 => ProfileName::Esp32c6,
        }
    }

    /// The scenario whose population it boots if nothing else is said.
    pub const fn population(self) -> &'static str {
        match self {
            BoardName::X86_64 | BoardName::QemuRiscv32 => {
                "scenarios/boards/the_shell_is_in_front.yaml"
            }
            // It has no keyboard.
            BoardName::Esp32c6 => "scenarios/boards/the_shell_is_at_the_line.yaml",
        }
    }

    /// What its firmware consists of.
    pub const fn binaries(self) -> &'static [Binary] {
        match self {
            BoardName::X86_64 => &[PVH, UEFI],
            BoardName::QemuRiscv32 => &[QEMU_RISCV32],
            BoardName::Esp32c6 => &[ESP32C6],
        }
    }
}

/// The file of an image, in the folder of its board.
pub const IMAGE_FILE: &str = "orrery.img";

/// What a board boots: the population of this plan, whose handle this one turns. `None` if the
/// plan has code that cannot be written down.
pub fn boot_image(plan: &BoardPlan, identity: &str, drive: Drive) -> Option<Vec<u8>> {
    image::write(&Content { drive, manifest: plan.manifest(identity) })
}

/// Why there is no firmware.
#[derive(Debug)]
pub enum BuildError {
    /// This program does not start.
    Tool(PathBuf, io::Error),
    /// The compiler lacks this target, and rustup did not help.
    Target(&'static str),
    /// It does not compile, with this command.
    Compile(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Tool(tool, error) => {
                write!(f, "`{}` does not start: {error}", tool.display())
            }
            BuildError::Target(target) => write!(
                f,
                "the compiler has no target {target}, which this firmware is built for.\n\
                 With rustup and a network, type:\n\n    rustup target add {target}\n\n\
                 A compiler from a distribution needs the distribution's package for that target."
            ),
            BuildError::Compile(command) => {
                write!(f, "the firmware does not build. To see why, type:\n\n    {command}\n")
            }
        }
    }
}

impl std::error::Error for BuildError {}

/// Who builds firmware, and where.
#[derive(Clone, Debug)]
pub struct Builder {
    /// The program cargo.
    pub cargo: PathBuf,
    /// Where cargo keeps the sources of dependencies, if somebody has said so.
    pub cargo_home: Option<PathBuf>,
    /// Where it puts what it has built; `None` is below the sources.
    pub target: Option<PathBuf>,
}

impl Builder {
    /// Builds a binary; returns where it is.
    ///
    /// # Errors
    /// When it does not build.
    pub fn build(&self, binary: &Binary) -> Result<PathBuf, BuildError> {
        require_target(binary.target)?;
        let root = root();
        let target = self.target.clone().unwrap_or_else(|| root.join("target"));
        let mut command = Command::new(&self.cargo);
        let words = ["build", "--profile", PROFILE, "--target", binary.target];
        let words = words.into_iter().chain(["--package", binary.package, "--bin", binary.binary]);
        command.current_dir(&root).args(words.clone()).arg("--target-dir").arg(&target);
        if root.join("Cargo.lock").exists() {
            command.arg("--locked");
        }
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let is_foreign = FOREIGN_VARIABLES.contains(&&*text)
                || FOREIGN_PREFIXES.iter().any(|prefix| text.starts_with(prefix));
            if is_foreign {
                command.env_remove(&name);
            }
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", self.flags(&root));
        let status = command.status().map_err(|error| tool(&self.cargo, error))?;
        if !status.success() {
            let words: Vec<&str> = words.collect();
            return Err(BuildError::Compile(format!("cargo {}", words.join(" "))));
        }
        let file = format!("{}{}", binary.binary, binary.suffix);
        Ok(target.join(binary.target).join(PROFILE).join(file))
    }

    /// Compiler flags, as cargo wants them encoded: no path of this computer gets into firmware.
    fn flags(&self, root: &Path) -> OsString {
        let home = self.cargo_home.clone();
        let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
        let mut flags: Vec<OsString> = Vec::new();
        for (from, to) in [(Some(root.to_path_buf()), "orrery"), (home, "cargo")] {
            let Some(from) = from else { continue };
            let mut flag = OsString::from("--remap-path-prefix=");
            flag.push(from);
            flag.push("=");
            flag.push(to);
            flags.push(flag);
        }
        flags.join(&OsString::from("\x1f"))
    }
}

/// Where the sources are.
fn root() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().unwrap_or(folder).to_path_buf()
}

/// Makes sure that the compiler has the target.
fn require_target(target: &'static str) -> Result<(), BuildError> {
    if has_target(target)? {
        return Ok(());
    }
    // Whether it failed or is not there at all shows in what the compiler has afterwards.
    let _ = Command::new("rustup").args(["target", "add", target]).current_dir(root()).status();
    if has_target(target)? { Ok(()) } else { Err(BuildError::Target(target)) }
}

fn has_target(target: &str) -> Result<bool, BuildError> {
    let arguments = ["--print", "target-libdir", "--target", target];
    let output = Command::new("rustc").current_dir(root()).args(arguments).output();
    let output = output.map_err(|error| tool(Path::new("rustc"), error))?;
    let folder = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success() && Path::new(folder.trim()).is_dir())
}

fn tool(tool: &Path, error: io::Error) -> BuildError {
    BuildError::Tool(tool.to_path_buf(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_board_is_found_by_its_name_and_has_a_folder() {
        for board in BoardName::ALL {
            assert_eq!(BoardName::from_name(board.name()), Some(board));
        }
        assert_eq!(BoardName::from_name("pdp11"), None);
        for board in [BoardName::X86_64, BoardName::QemuRiscv32] {
            assert!(root().join("boards").join(board.name()).is_dir());
        }
    }
}
