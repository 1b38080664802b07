//! The same scenario on other targets than the kernel of this program is the same story.

mod desk;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::LazyLock;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::on::On;
use sim::command::test::scenarios;
use sim::firmware::Builder;
use sim::play::run_on;
use sim::present;
use sim::scenario::load::load;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::story::unsupported;
use sim::target::Target;
use sim::target::qemu::Computer;

use crate::scenario::FOLDERS;
use desk::Desks;

/// What firmware plays in QEMU's computers.
const IN_QEMU: [&str; 6] = [
    "blinky/blinks_twice_a_second",
    "boards/a_long_loop_needs_no_stack",
    "chaos/a_trap_kills_its_actor_alone",
    "desktop/shell_shows_a_file",
    "flash/state_survives_a_power_cut",
    "schedule/mutex_excludes",
];

/// What firmware plays on the emulated ESP32-C6.
const EMULATED: [&str; 12] = [
    "blinky/blinks_twice_a_second",
    "boards/a_long_loop_needs_no_stack",
    "boards/small_actors_live_beside_the_shell",
    "chaos/a_trap_kills_its_actor_alone",
    "chaos/recursion_kills_its_actor_alone",
    "chaos/shell_answers_under_attack",
    "chaos/wild_memory_access_kills_its_actor_alone",
    "desktop/shell_shows_a_file",
    "desktop/windows_share_a_panel",
    "desktop/who_knows_of_no_windows_draws_on_the_desk",
    "flash/state_survives_a_power_cut",
    "schedule/mutex_excludes",
];

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
    trials
}

fn on_firmware(name: &str, target: &'static Ready, file: &'static str) -> Trial {
    Trial::test(format!("story::{name}::{file}"), move || {
        let target = target.as_ref().map_err(Failed::from)?;
        all_on(&format!("scenarios/{file}.yaml"), target)
    })
}

/// Whether QEMU is here as this computer; where it has to be, it is a failure that it is not.
fn has(computer: Computer) -> bool {
    let found = Command::new(computer.program()).arg("--version").output();
    let is_there = found.is_ok_and(|output| output.status.success());
    let is_required = std::env::var_os("ORRERY_REQUIRE_TOOLS").is_some_and(|set| set == "1");
    let absence = computer.absence();
    assert!(is_there || !is_required, "{absence}, as ORRERY_REQUIRE_TOOLS is set");
    is_there
}

fn ready(on: &On) -> Result<Arc<dyn Target>, String> {
    let builder = Builder {
        cargo: std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from),
        cargo_home: std::env::var_os("CARGO_HOME").map(PathBuf::from),
        target: std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from),
    };
    let target = on.target(&builder).map_err(|error| error.to_string())?;
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
