//! The same scenario on other targets than the kernel of this program is the same story.

mod desk;
mod alone;
mod computer;
mod chip;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::LazyLock;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use protocol::image::Drive;
use sim::command::on::On;
use sim::command::test::scenarios;
use sim::firmware::ESP32C6;
use sim::firmware::PVH;
use sim::firmware::QEMU_RISCV32;
use sim::firmware::UEFI;
use sim::firmware::boot_image;
use sim::play::run_on;
use sim::present;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::scenario::profile::ProfileName;
use sim::stock::Stock;
use sim::story::unsupported;
use sim::target::Target;
use sim::target::TargetError;
use sim::target::qemu::Computer;
use sim::target::qemu::Ovmf;

use crate::scenario;
use crate::scenario::FOLDERS;
use alone::Alone;
use alone::play;
use computer::Switched;
use computer::Way;
use desk::Desks;

/// What firmware plays in QEMU's computers.
const IN_QEMU: [&str; 7] = [
    "blinky/blinks_twice_a_second",
    "boards/a_button_is_told",
    "boards/a_long_loop_needs_no_stack",
    "chaos/a_trap_kills_its_actor_alone",
    "desktop/shell_shows_a_file",
    "flash/state_survives_a_power_cut",
    "schedule/mutex_excludes",
];

/// What firmware plays on the emulated ESP32-C6.
const EMULATED: [&str; 15] = [
    "blinky/blinks_twice_a_second",
    "boards/a_button_is_told",
    "boards/a_long_loop_needs_no_stack",
    "boards/small_actors_live_beside_the_shell",
    "boards/the_shell_is_at_the_line",
    "chaos/a_trap_kills_its_actor_alone",
    "chaos/recursion_kills_its_actor_alone",
    "chaos/shell_answers_under_attack",
    "chaos/wild_memory_access_kills_its_actor_alone",
    "desktop/a_client_that_floods_stops_nobody",
    "desktop/shell_shows_a_file",
    "desktop/windows_share_a_panel",
    "desktop/who_knows_of_no_windows_draws_on_the_desk",
    "flash/state_survives_a_power_cut",
    "schedule/mutex_excludes",
];

/// What boards play by their own clock: what is in front of a person at one.
const ALONE: [(Lone, &str); 6] = [
    (Lone::Computer(Way::Stick), "boards/the_shell_lists_its_files"),
    (Lone::Computer(Way::Kernel(Computer::X86_64)), "boards/the_shell_lists_its_files"),
    (Lone::Computer(Way::Kernel(Computer::X86_64)), "boards/the_shell_is_at_the_line"),
    (Lone::Computer(Way::Kernel(Computer::Riscv32)), "boards/the_shell_lists_its_files"),
    (Lone::Chip, "boards/the_shell_is_at_the_line"),
    (Lone::Chip, "boards/a_button_is_told"),
];

/// A board by its own clock.
#[derive(Clone, Copy)]
enum Lone {
    /// One of QEMU's.
    Computer(Way),
    /// The emulated ESP32-C6.
    Chip,
}

/// A target with firmware that is built once for all cases.
type Ready = LazyLock<Result<Arc<dyn Target>, String>>;

static EMULATOR: Ready = LazyLock::new(|| ready(&On::Emulator));
static PC: Ready = LazyLock::new(|| ready(&On::Qemu(Computer::X86_64)));
static VIRT: Ready = LazyLock::new(|| ready(&On::Qemu(Computer::Riscv32)));

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let desks = FOLDERS.into_iter().map(|folder| (folder, false)).chain([("flash", true)]);
    for (folder, keep_flash) in desks {
        let target: Arc<dyn Target> = Arc::new(Desks { keep_flash });
        let name = if keep_flash { "desk_with_a_used_flash" } else { "desk" };
        let name = format!("story::{name}::{folder}");
        trials.push(Trial::test(name, move || all_on(&format!("scenarios/{folder}"), &target)));
    }
    for file in EMULATED {
        trials.push(on_firmware("emulator", &EMULATOR, file));
    }
    for (name, target, computer) in
        [("qemu", &PC, Computer::X86_64), ("qemu_riscv32", &VIRT, Computer::Riscv32)]
    {
        if has(computer) {
            trials.extend(IN_QEMU.map(|file| on_firmware(name, target, file)));
        } else {
            // Its name is what the summary says of it.
            let name = format!("story::{name} skipped: needs {}", computer.program());
            trials.push(Trial::test(name, || Ok(())).with_ignored_flag(true));
        }
    }
    trials.extend(ALONE.map(|(lone, file)| by_its_own_clock(lone, file)));
    trials
}

fn by_its_own_clock(lone: Lone, file: &'static str) -> Trial {
    let name = match lone {
        Lone::Computer(Way::Stick) => "uefi",
        Lone::Computer(Way::Kernel(Computer::X86_64)) => "pvh",
        Lone::Computer(Way::Kernel(Computer::Riscv32)) => "riscv32",
        Lone::Chip => "emulator",
    };
    let name = format!("story::alone::{name}");
    if let Lone::Computer(way) = lone {
        let computer = if let Way::Kernel(computer) = way { computer } else { Computer::X86_64 };
        if !has(computer) {
            return absent(&name, file, computer.program());
        }
        if matches!(way, Way::Stick) && !require(Ovmf::find().is_some(), Ovmf::ABSENCE) {
            return absent(&name, file, "OVMF");
        }
    }
    Trial::test(format!("{name}::{file}"), move || alone_at(lone, file))
}

/// Boots a scenario's population on a board by its own clock and plays the scenario on it.
fn alone_at(lone: Lone, file: &str) -> Result<(), Failed> {
    let (binary, profile) = match lone {
        Lone::Computer(Way::Stick) => (&UEFI, ProfileName::Pc),
        Lone::Computer(Way::Kernel(Computer::X86_64)) => (&PVH, ProfileName::Pc),
        Lone::Computer(Way::Kernel(Computer::Riscv32)) => (&QEMU_RISCV32, ProfileName::Pc),
        Lone::Chip => (&ESP32C6, ProfileName::Esp32c6),
    };
    let firmware = scenario::builder().build(binary).map_err(|error| error.to_string())?;
    let plans = load(Path::new(&format!("scenarios/{file}.yaml")), &Stock);
    let plans = plans.map_err(|_| "it cannot be read")?;
    let is_its = |plan: &&Plan| plan.boards.values().all(|board| board.profile == profile);
    let plan = plans.iter().find(is_its).ok_or("it has no such board")?;
    let (name, board) = plan.boards.first().ok_or("it has no board")?;
    let image = boot_image(board, name, Drive::Board).ok_or("its code cannot be written down")?;
    let switched = |error: TargetError| error.to_string();
    let mut board: Box<dyn Alone> = match lone {
        Lone::Computer(way) => Box::new(Switched::on(way, &firmware, &image).map_err(switched)?),
        Lone::Chip => Box::new(chip::Board::on(&firmware, &image).map_err(switched)?),
    };
    play(plan, &mut *board)
}

/// A case that cannot be tried here. Its name is what the summary says of it.
fn absent(name: &str, file: &str, what: &str) -> Trial {
    let name = format!("{name}::{file} skipped: needs {what}");
    Trial::test(name, || Ok(())).with_ignored_flag(true)
}

fn on_firmware(name: &str, target: &'static Ready, file: &'static str) -> Trial {
    Trial::test(format!("story::{name}::{file}"), move || {
        let target = target.as_ref().map_err(Failed::from)?;
        all_on(&format!("scenarios/{file}.yaml"), target)
    })
}

/// Whether QEMU is here as this computer.
fn has(computer: Computer) -> bool {
    let found = Command::new(computer.program()).arg("--version").output();
    let is_there = found.is_ok_and(|output| output.status.success());
    require(is_there, computer.absence())
}

/// Whether something is there; where it has to be, it is a failure that it is not.
fn require(is_there: bool, absence: &str) -> bool {
    let is_required = std::env::var_os("ORRERY_REQUIRE_TOOLS").is_some_and(|set| set == "1");
    assert!(is_there || !is_required, "{absence}, as ORRERY_REQUIRE_TOOLS is set");
    is_there
}

fn ready(on: &On) -> Result<Arc<dyn Target>, String> {
    let target = on.target(&scenario::builder()).map_err(|error| error.to_string())?;
    target.ok_or_else(|| "it is a target".to_owned())
}

/// Plays all below a path that the target can do; there must be something.
fn all_on(path: &str, target: &Arc<dyn Target>) -> Result<(), Failed> {
    let files = scenarios(&[path.into()])?;
    let plans = files.iter().flat_map(|file| load(file, &Stock).expect("it can be read"));
    let mut told = 0;
    for plan in plans.filter(|plan| unsupported(plan, &**target).is_empty()) {
        told_twice(&plan, target).map_err(|why| format!("{}: {why}", sim::play::title(&plan)))?;
        told += 1;
    }
    if told == 0 { Err(Failed::from("no scenario there runs elsewhere")) } else { Ok(()) }
}

/// Plays a plan on the kernel of this program and on a target; says where they part.
fn told_twice(plan: &Plan, target: &Arc<dyn Target>) -> Result<(), String> {
    let told = run_on(plan, Some(target)).map_err(|error| present::error(plan, &error))?;
    match told.failure() {
        None => Ok(()),
        Some(failure) => {
            Err(format!("step {} {}: {}", failure.step, failure.expected, failure.seen))
        }
    }
}
