//! The same programs in QEMU, which compiles them to the host's instructions.

use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

const QEMU: &str = "qemu-system-riscv32";
/// No program takes so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(2);

/// How QEMU counts.
#[derive(Clone, Copy)]
pub(crate) enum Counting {
    /// Not at all.
    Free,
    /// Every instruction, as this emulator does.
    Exact,
}

/// How long QEMU takes for a program that ends by the finisher, in seconds; without what it takes
/// to start. `None` if there is no QEMU, or it fails.
pub(crate) fn measure(program: &Path, counting: Counting) -> Option<f64> {
    let whole = run(program, counting)?;
    let empty = std::env::temp_dir().join("orrery-speed-empty.bin");
    // Ends at once: the finisher is told so by the first instructions.
    let words = [0x0010_02b7_u32, 0x0000_5337, 0x5553_0313, 0x0062_a023, 0x0000_006f];
    std::fs::write(&empty, words.map(u32::to_le_bytes).concat()).ok()?;
    let start = run(&empty, counting)?;
    Some((whole - start).max(f64::EPSILON))
}

/// Its machine `virt` without a program and without a serial line.
pub(crate) fn machine(counting: Counting) -> Command {
    let mut command = Command::new(QEMU);
    command.args(["-machine", "virt", "-bios", "none", "-display", "none", "-monitor", "none"]);
    if let Counting::Exact = counting {
        command.args(["-icount", "shift=0"]);
    }
    command
}

fn run(program: &Path, counting: Counting) -> Option<f64> {
    let begin = Instant::now();
    let mut command = machine(counting);
    command.args(["-serial", "null", "-kernel"]).arg(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return status.success().then(|| begin.elapsed().as_secs_f64());
        }
        if PATIENCE < begin.elapsed() {
            child.kill().ok()?;
            child.wait().ok()?;
            return None;
        }
        std::thread::sleep(LOOK);
    }
}
