//! QEMU: firmware in virtual computers that others have made, as an independent judge of firmware and
//! models.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::scenario::profile::ProfileName;
use crate::target::Line;
use crate::target::Look;
use crate::target::Start;
use crate::target::Target;
use crate::target::TargetError;
use crate::target::monitor::Monitor;
use crate::target::program::Program;

/// Which of QEMU's computers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computer {
    /// A PC, started behind PVH.
    X86_64,
    /// The machine `virt` with 32 bits.
    Riscv32,
}

impl Computer {
    /// The program that is it.
    pub const fn program(self) -> &'static str {
        match self {
            Computer::X86_64 => "qemu-system-x86_64",
            Computer::Riscv32 => "qemu-system-riscv32",
        }
    }

    /// How the program comes to this computer.
    pub const fn absence(self) -> &'static str {
        match self {
            Computer::X86_64 => "install QEMU (Debian: apt install qemu-system-x86)",
            Computer::Riscv32 => "install QEMU (Debian: apt install qemu-system-misc)",
        }
    }

    /// What it consists of, with a screen, beside `-nodefaults`: the same on every host, so no
    /// hardware virtualisation.
    pub const fn machine(self) -> &'static [&'static str] {
        match self {
            Computer::X86_64 => {
                &["-machine", "q35,accel=tcg", "-cpu", "max", "-m", "512", "-vga", "std"]
            }
            Computer::Riscv32 => &[
                "-machine",
                "virt",
                "-m",
                "128",
                "-bios",
                "none",
                "-global",
                "virtio-mmio.force-legacy=false",
                "-device",
                "virtio-gpu-device",
            ],
        }
    }

    /// What a host needs: a console of virtio, which takes many bytes at once, and on a PC a way to
    /// end.
    const fn for_hosts(self) -> &'static [&'static str] {
        match self {
            Computer::X86_64 => {
                &["-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-device", "virtio-serial-pci"]
            }
            Computer::Riscv32 => &["-device", "virtio-serial-device"],
        }
    }

    /// How its firmware is given the image in this file.
    pub fn image(self, file: &Path) -> [String; 2] {
        let file = file.display();
        match self {
            Computer::X86_64 => ["-initrd".to_owned(), file.to_string()],
            Computer::Riscv32 => {
                let loader = format!("loader,file={file},addr=0x{IMAGE_ADDRESS:x},force-raw=on");
                ["-device".to_owned(), loader]
            }
        }
    }

    /// Its disk.
    const fn disk(self) -> &'static str {
        match self {
            Computer::X86_64 => "virtio-blk-pci,drive=flash",
            Computer::Riscv32 => "virtio-blk-device,drive=flash",
        }
    }
}

/// Where firmware for [`Computer::Riscv32`] finds its image (`boards/qemu_riscv32`).
const IMAGE_ADDRESS: u32 = 0x8400_0000;

/// Firmware of PCs for QEMU: OVMF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ovmf {
    /// The firmware.
    pub code: PathBuf,
    /// What it remembers, when it is new.
    pub variables: PathBuf,
}

impl Ovmf {
    /// How it comes to this computer.
    pub const ABSENCE: &str = "install OVMF (Debian: apt install ovmf)";

    /// Where distributions put it: Debian and its kin, Fedora, Arch.
    const PLACES: [(&str, &str); 3] = [
        ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
        ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
        ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
    ];

    /// The one that is here.
    pub fn find() -> Option<Ovmf> {
        let places = Ovmf::PLACES.into_iter();
        let mut places = places.map(|(code, variables)| (Path::new(code), Path::new(variables)));
        let found = places.find(|(code, variables)| code.is_file() && variables.is_file());
        found.map(|(code, variables)| Ovmf { code: code.into(), variables: variables.into() })
    }
}

/// What QEMU calls the key that types a character on a US keyboard (`QKeyCode`); small letters,
/// digits and what stands in commands.
pub fn key_of(character: char) -> Option<String> {
    let name = match character {
        'a'..='z' | '0'..='9' => return Some(character.to_string()),
        '\n' => "ret",
        '\t' => "tab",
        ' ' => "spc",
        '.' => "dot",
        ',' => "comma",
        '/' => "slash",
        '-' => "minus",
        '=' => "equal",
        ';' => "semicolon",
        _ => return None,
    };
    Some(name.to_owned())
}

/// QEMU with firmware.
#[derive(Clone, Debug)]
pub struct Qemu {
    /// As what.
    pub computer: Computer,
    /// The ELF file of the firmware.
    pub firmware: PathBuf,
}

impl Target for Qemu {
    fn name(&self) -> String {
        match self.computer {
            Computer::X86_64 => "qemu".to_owned(),
            Computer::Riscv32 => "qemu:riscv32".to_owned(),
        }
    }

    fn lacks(&self, profile: ProfileName) -> Option<String> {
        let has = profile == ProfileName::Pc;
        (!has).then(|| format!("QEMU has no `{}`, only `pc`", profile.name()))
    }

    fn start(&self, start: &Start<'_>) -> Result<Box<dyn Line>, TargetError> {
        let fail =
            |error: std::io::Error| TargetError::Missing(format!("a folder for QEMU: {error}"));
        let folder = tempfile::tempdir().map_err(fail)?;
        let (image, words) = (folder.path().join("image"), folder.path().join("words"));
        let socket = folder.path().join("monitor");
        fs::write(&image, start.image).map_err(fail)?;
        let mut command = Command::new(self.computer.program());
        command.args(["-nodefaults", "-display", "none", "-no-reboot"]);
        command.args(self.computer.machine()).args(self.computer.for_hosts());
        command.args(["-chardev", "stdio,id=line", "-device", "virtconsole,chardev=line"]);
        command.arg("-serial").arg(format!("file:{}", words.display()));
        command.arg("-qmp").arg(format!("unix:{},server=on,wait=off", socket.display()));
        command.arg("-kernel").arg(&self.firmware).args(self.computer.image(&image));
        let has_flash = !start.flash.is_empty();
        if has_flash {
            let disk = disk(&folder);
            fs::write(&disk, start.flash).map_err(fail)?;
            let drive = format!("file={},format=raw,if=none,id=flash", disk.display());
            command.args(["-drive", &drive, "-device", self.computer.disk()]);
        }
        let look = move || look(&folder, &socket, has_flash);
        let absence = self.computer.absence();
        Ok(Box::new(Program::start(&mut command, absence, words, Box::new(look))?))
    }
}

fn disk(folder: &TempDir) -> PathBuf {
    folder.path().join("flash")
}

/// What its screen shows, and what is on its disk.
fn look(folder: &TempDir, socket: &Path, has_flash: bool) -> Result<Look, TargetError> {
    let fail = |error: std::io::Error| TargetError::Unreachable(format!("QEMU's disk: {error}"));
    let picture = Monitor::open(socket)?.picture(&folder.path().join("screen.ppm"))?;
    let flash = if has_flash { Some(fs::read(disk(folder)).map_err(fail)?) } else { None };
    Ok(Look { picture: Some(picture), pins: None, flash })
}
