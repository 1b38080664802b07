//! The firmware of `boards/qemu_riscv32` on the machine `virt`: ours, and QEMU's.

use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Stdio;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use emulator::cpu::Cpu;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::symbol::Symbols;
use emulator::virt::IMAGE;
use emulator::virt::Options;
use emulator::virt::Virt;

use crate::qemu::Counting;
use crate::qemu::machine;
use crate::stopwatch::Stopwatch;
use crate::stopwatch::used_by;
use crate::talk::Board;
use crate::talk::Cost;
use crate::talk::Figures;
use crate::talk::talk;

/// Ticks between two looks at what it has sent, and how many looks are taken at once.
const LOOK: u64 = 100_000;
const LOOKS: u64 = 100;
/// For how long QEMU is listened to at once. Many such moments in vain end the measurement.
const PATIENCE: Duration = Duration::from_millis(100);

struct Ours {
    cpu: Cpu,
    machine: Virt,
    symbols: Symbols,
    begin: Stopwatch,
}

/// Boots firmware with an image on our machine and uses it. Time begins with the bytes of the file.
pub(crate) fn measure(firmware: &[u8], image: &[u8]) -> Result<Figures, String> {
    let begin = Stopwatch::start();
    let elf = Elf::parse(firmware).map_err(|error| error.to_string())?;
    let booted = Virt::boot(&elf, &Options::default());
    let (mut cpu, machine) = booted.map_err(|error| error.to_string())?;
    if !cpu.memory_mut().write(IMAGE, image) {
        return Err("the image does not fit".to_owned());
    }
    talk(&mut Ours { cpu, machine, symbols: elf.symbols, begin })
}

impl Board for Ours {
    fn hear(&mut self) -> Result<Vec<u8>, String> {
        let mut said = Vec::new();
        for _ in 0..LOOKS {
            let until = self.cpu.clock() + LOOK;
            match self.cpu.run(&mut self.machine, until) {
                Stop::Limit | Stop::Idle => said = self.machine.take_output(),
                Stop::Exit(code) => return Err(format!("it has ended with {code}")),
                Stop::Lost(report) => return Err(report.text(&self.symbols)),
            }
            if !said.is_empty() {
                break;
            }
        }
        Ok(said)
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.machine.receive(bytes, &mut self.cpu.bus());
        Ok(())
    }

    fn cost(&self) -> Cost {
        Cost { seconds: self.begin.elapsed().as_secs_f64(), retired: self.cpu.retired() }
    }
}

/// A QEMU, until it is dropped.
struct Qemu {
    child: Child,
    typed: ChildStdin,
    said: Receiver<Vec<u8>>,
    begin: Stopwatch,
}

/// The same with QEMU; `None` if there is none. Its time is what its threads had of a processor.
pub(crate) fn measure_qemu(
    firmware: &Path,
    image: &Path,
    counting: Counting,
) -> Option<Result<Figures, String>> {
    let begin = Stopwatch::start();
    let mut command = machine(counting);
    let loader = format!("loader,file={},addr={IMAGE:#x},force-raw=on", image.display());
    command.args(["-m", "128", "-serial", "stdio", "-device", &loader, "-kernel"]).arg(firmware);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let (typed, mut output) = (child.stdin.take()?, child.stdout.take()?);
    let (send, said) = channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count) = output.read(&mut bytes) {
            if count == 0 || send.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    Some(talk(&mut Qemu { child, typed, said, begin }))
}

impl Board for Qemu {
    fn hear(&mut self) -> Result<Vec<u8>, String> {
        match self.said.recv_timeout(PATIENCE) {
            Ok(bytes) => Ok(bytes),
            Err(RecvTimeoutError::Timeout) => Ok(Vec::new()),
            Err(RecvTimeoutError::Disconnected) => Err("it has ended".to_owned()),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        let written = self.typed.write_all(bytes).and_then(|()| self.typed.flush());
        written.map_err(|error| error.to_string())
    }

    fn cost(&self) -> Cost {
        let used = used_by(self.child.id()).unwrap_or(self.begin.elapsed());
        Cost { seconds: used.as_secs_f64(), retired: 0 }
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
