//! QEMU: firmware for x86-64 in a virtual PC, as an independent judge of firmware and models.

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

/// The program.
pub const PROGRAM: &str = "qemu-system-x86_64";

/// How it comes to this computer.
pub const ABSENCE: &str = "install QEMU (Debian: apt install qemu-system-x86)";

/// QEMU with the firmware behind PVH.
#[derive(Clone, Debug)]
pub struct Qemu {
    /// The ELF file of the firmware.
    pub firmware: PathBuf,
}

impl Target for Qemu {
    fn name(&self) -> String {
        "qemu".to_owned()
    }

    fn lacks(&self, profile: ProfileName) -> Option<String> {
        let has = profile == ProfileName::Pc;
        (!has).then(|| format!("QEMU has no `{}`, only `pc`", profile.name()))
    }

    fn start(&self, start: &Start<'_>) -> Result<Box<dyn Line>, TargetError> {
        let fail =
            |error: std::io::Error| TargetError::Missing(format!("a folder for QEMU: {error}"));
        let folder = tempfile::tempdir().map_err(fail)?;
        let image = folder.path().join("image");
        fs::write(&image, start.image).map_err(fail)?;
        let mut command = Command::new(PROGRAM);
        // No sound, no network, no default devices; TCG, so that it is the same on every host.
        command.args(["-machine", "q35,accel=tcg", "-cpu", "max", "-m", "512", "-nodefaults"]);
        command.args(["-display", "none", "-vga", "std", "-no-reboot", "-serial", "stdio"]);
        command.args(["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]);
        command.arg("-kernel").arg(&self.firmware).arg("-initrd").arg(&image);
        if !start.flash.is_empty() {
            let disk = disk(&folder);
            fs::write(&disk, start.flash).map_err(fail)?;
            command
                .arg("-drive")
                .arg(format!("file={},format=raw,if=none,id=flash", disk.display()));
            command.args(["-device", "virtio-blk-pci,drive=flash,disable-legacy=on"]);
        }
        let socket = folder.path().join("monitor");
        command.arg("-qmp").arg(format!("unix:{},server,nowait", socket.display()));
        let has_flash = !start.flash.is_empty();
        let look = move || look(&folder, &socket, has_flash);
        Ok(Box::new(Program::start(&mut command, ABSENCE, Box::new(look))?))
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
