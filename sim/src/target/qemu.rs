//! QEMU: firmware in virtual computers that others have made, as an independent judge of firmware and
//! models.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use devices::picture::Picture;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::scenario::profile::ProfileName;
use crate::target::Line;
use crate::target::Look;
use crate::target::Start;
use crate::target::Target;
use crate::target::TargetError;
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

    /// What it consists of: no sound, no network, nothing by default; the same on every host, so no
    /// hardware virtualisation. The line is a console of virtio, which takes many bytes at once.
    const fn parts(self) -> &'static [&'static str] {
        match self {
            Computer::X86_64 => &[
                "-machine",
                "q35,accel=tcg",
                "-cpu",
                "max",
                "-m",
                "512",
                "-vga",
                "std",
                "-device",
                "isa-debug-exit,iobase=0xf4,iosize=4",
                "-device",
                "virtio-serial-pci",
            ],
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
                "-device",
                "virtio-serial-device",
            ],
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
        command.args(self.computer.parts());
        command.args(["-chardev", "stdio,id=line", "-device", "virtconsole,chardev=line"]);
        command.arg("-serial").arg(format!("file:{}", words.display()));
        command.arg("-qmp").arg(format!("unix:{},server=on,wait=off", socket.display()));
        command.arg("-kernel").arg(&self.firmware);
        match self.computer {
            Computer::X86_64 => command.arg("-initrd").arg(&image),
            Computer::Riscv32 => command.arg("-device").arg(format!(
                "loader,file={},addr=0x{IMAGE_ADDRESS:x},force-raw=on",
                image.display()
            )),
        };
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
    let fail = |error: std::io::Error| TargetError::Unreachable(format!("QEMU's monitor: {error}"));
    let file = folder.path().join("screen.ppm");
    let mut monitor = monitor::Monitor::open(socket).map_err(fail)?;
    monitor.ask("screendump", &json!({ "filename": file })).map_err(fail)?;
    let picture = picture(&fs::read(&file).map_err(fail)?)
        .ok_or_else(|| TargetError::Unreachable("QEMU's picture cannot be read".to_owned()))?;
    let flash = if has_flash { Some(fs::read(disk(folder)).map_err(fail)?) } else { None };
    Ok(Look { picture: Some(picture), pins: None, flash })
}

/// A picture in the form P6 (Netpbm, "PPM Format Specification").
fn picture(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes;
    let mut word = || {
        let start = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let len = rest[start..].iter().position(u8::is_ascii_whitespace)?;
        let word = std::str::from_utf8(&rest[start..start + len]).ok()?;
        rest = &rest[start + len + 1..];
        Some(word)
    };
    if word()? != "P6" {
        return None;
    }
    let (width, height) = (word()?.parse::<usize>().ok()?, word()?.parse::<usize>().ok()?);
    if word()? != "255" || rest.len() != width.checked_mul(height)?.checked_mul(3)? {
        return None;
    }
    let pixels = rest.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    Some(Picture { width, height, pixels: pixels.collect() })
}

/// QEMU's monitor (QEMU Machine Protocol specification).
#[cfg(unix)]
mod monitor {
    use std::os::unix::net::UnixStream;

    use super::*;

    pub(super) struct Monitor {
        stream: BufReader<UnixStream>,
    }

    impl Monitor {
        pub(super) fn open(socket: &Path) -> std::io::Result<Monitor> {
            let stream = BufReader::new(UnixStream::connect(socket)?);
            let mut monitor = Monitor { stream };
            monitor.line()?;
            monitor.ask("qmp_capabilities", &json!({}))?;
            Ok(monitor)
        }

        /// Asks for one thing, and waits until it is done.
        pub(super) fn ask(&mut self, what: &str, arguments: &Value) -> std::io::Result<Value> {
            let request = json!({ "execute": what, "arguments": arguments });
            writeln!(self.stream.get_mut(), "{request}")?;
            loop {
                let answer: Value = serde_json::from_str(&self.line()?)?;
                if let Some(error) = answer.get("error") {
                    return Err(std::io::Error::other(error.to_string()));
                }
                // Events come in between.
                if let Some(value) = answer.get("return") {
                    return Ok(value.clone());
                }
            }
        }

        fn line(&mut self) -> std::io::Result<String> {
            let mut line = String::new();
            match self.stream.read_line(&mut line)? {
                0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(line),
            }
        }
    }
}

#[cfg(not(unix))]
mod monitor {
    use super::*;

    pub(super) struct Monitor;

    impl Monitor {
        pub(super) fn open(_: &Path) -> std::io::Result<Monitor> {
            Err(std::io::Error::other("QEMU's monitor is a Unix socket"))
        }

        pub(super) fn ask(&mut self, _: &str, _: &Value) -> std::io::Result<Value> {
            unreachable!("there is none")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_and_everything_else_is_none() {
        let bytes = b"P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06";
        let read = picture(bytes).unwrap();
        assert_eq!((read.width, read.height), (2, 1));
        assert_eq!(read.pixels, [[1, 2, 3], [4, 5, 6]]);
        for len in 0..bytes.len() {
            assert_eq!(picture(&bytes[..len]), None, "{len}");
        }
        assert_eq!(picture(b"P6\n99999999999 99999999999\n255\n"), None);
    }
}
