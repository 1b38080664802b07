//! Everything that `cargo test` proves beside each crate's own units, as one test binary: every
//! scenario is a named case, and so are the laws, determinism and tidiness.

mod determinism;
mod engine;
mod flash;
mod fork;
mod fuzz;
mod drawn;
mod interchange;
mod kernel;
mod language;
mod law;
mod new_actor;
mod module;
mod power;
mod pty;
mod scenario;
mod seed;
mod story;
mod tidy;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    std::env::set_current_dir(scenario::root()).expect("the repository is where it was built");
    let suites = [
        tidy::trials(),
        law::trials(),
        kernel::trials(),
        module::trials(),
        seed::trials(),
        language::trials(),
        new_actor::trials(),
        pty::trials(),
        fuzz::trials(),
        drawn::trials(),
        interchange::trials(),
        determinism::trials(),
        engine::trials(),
        fork::trials(),
        power::trials(),
        flash::trials(),
        story::trials(),
        scenario::trials(),
    ];
    let trials = suites.into_iter().flatten().collect();
    libtest_mimic::run(&arguments, trials).exit();
}
