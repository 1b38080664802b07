//! QEMU's computers by their own clock, as `docs/boards.md` starts them: a PC whose firmware starts
//! a USB stick, a PC behind PVH, and the machine `virt`.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use devices::picture::Picture;
use sim::stick;
use sim::target::Look;
use sim::target::TargetError;
use sim::target::monitor::Monitor;
use sim::target::program::Program;
use sim::target::qemu;
use sim::target::qemu::Computer;
use sim::target::qemu::Ovmf;
use tempfile::TempDir;

use crate::story::alone::Alone;

/// For how long to listen at once. Under load a frame takes as long.
const MOMENT: Duration = Duration::from_millis(100);

/// How a computer comes to its firmware.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// UEFI firmware starts it from a USB stick.
    Stick,
    /// QEMU starts it.
    Kernel(Computer),
}

/// A computer that is switched on, until it is dropped.
pub(super) struct Switched {
    program: Program,
    folder: TempDir,
}

impl Switched {
    /// Switches one on that boots this image with this firmware.
    pub(super) fn on(way: Way, firmware: &Path, image: &[u8]) -> Result<Switched, TargetError> {
        let fail = |error: std::io::Error| TargetError::Missing(error.to_string());
        let folder = tempfile::tempdir().map_err(fail)?;
        let computer = match way {
            Way::Stick => Computer::X86_64,
            Way::Kernel(computer) => computer,
        };
        let mut command = Command::new(computer.program());
        command.args(["-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"]);
        let socket = format!("unix:{},server=on,wait=off", socket(&folder).display());
        command.args(["-qmp", &socket]);
        let file = folder.path().join("image");
        match way {
            Way::Stick => {
                let program = fs::read(firmware).map_err(fail)?;
                let stick = stick::bootable(&program, image);
                let stick = stick.map_err(|error| TargetError::Other(error.to_string()))?;
                fs::write(&file, stick).map_err(fail)?;
                let ovmf = Ovmf::find().ok_or(TargetError::Missing(Ovmf::ABSENCE.to_owned()))?;
                command.args(stick_parts(&ovmf, &file));
            }
            Way::Kernel(computer) => {
                fs::write(&file, image).map_err(fail)?;
                command.args(computer.machine()).args(keyboard(computer));
                command.arg("-kernel").arg(firmware).args(computer.image(&file));
            }
        }
        let look = || Ok(Look::default());
        let words = folder.path().join("words");
        let program = Program::start(&mut command, computer.absence(), words, Box::new(look))?;
        Ok(Switched { program, folder })
    }

    fn monitor(&self) -> Result<Monitor, TargetError> {
        Monitor::open(&socket(&self.folder))
    }
}

fn socket(folder: &TempDir) -> PathBuf {
    folder.path().join("monitor")
}

/// A PC with its firmware, and the stick in a USB 3 socket.
fn stick_parts(ovmf: &Ovmf, stick: &Path) -> Vec<String> {
    let flash = |rest: &str| format!("if=pflash,format=raw,{rest}");
    let drives = [
        flash(&format!("readonly=on,file={}", ovmf.code.display())),
        flash(&format!("snapshot=on,file={}", ovmf.variables.display())),
        format!("file={},format=raw,if=none,id=stick,readonly=on", stick.display()),
    ];
    let words = ["-machine", "pc,accel=tcg", "-cpu", "max", "-m", "512", "-vga", "std"];
    let devices = ["-device", "qemu-xhci", "-device", "usb-storage,drive=stick"];
    let drives = drives.into_iter().flat_map(|drive| ["-drive".to_owned(), drive]);
    words.map(str::to_owned).into_iter().chain(drives).chain(devices.map(str::to_owned)).collect()
}

/// The keyboard that a computer lacks so far.
fn keyboard(computer: Computer) -> &'static [&'static str] {
    match computer {
        Computer::X86_64 => &[],
        Computer::Riscv32 => &["-device", "virtio-keyboard-device"],
    }
}

impl Alone for Switched {
    fn hear(&mut self) -> Result<Vec<u8>, TargetError> {
        self.program.receive_within(MOMENT)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        sim::target::Line::send(&mut self.program, bytes)
    }

    fn type_text(&mut self, text: &str) -> Result<(), TargetError> {
        let mut monitor = self.monitor()?;
        text.chars().try_for_each(|character| {
            let key = qemu::key_of(character);
            let key = key.ok_or_else(|| TargetError::Other(format!("no key is {character:?}")))?;
            monitor.press(&[key.as_str()])
        })
    }

    fn drive(&mut self, _: u8, _: bool) -> Result<(), TargetError> {
        Err(TargetError::Other("it has no inputs".to_owned()))
    }

    fn picture(&mut self) -> Result<Picture, TargetError> {
        self.monitor()?.picture(&self.folder.path().join("screen.ppm"))
    }
}
