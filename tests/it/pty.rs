//! A terminal program attaches to a board: a run with a pseudo-terminal, and a process at the other
//! end of it that types, reads, and goes.

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::runner;
use sim::runner::Runner;
use sim::scenario::load::load;
use sim::scenario::load::parse;
use sim::scenario::plan::Plan;
use sim::stock::Stock;
use sim::view;
use sim::view::pty::Until;

/// A shell on a terminal, and nothing more.
const SCENARIO: &str = r#"
name: a shell at a terminal
version: 1
board: pc
actors:
  vfs: {}
  tty: {}
  shell:
    grants: { vfs: write, clock: read, namespace: read }
steps:
  - wait-serial: "> "
"#;

/// Waits for the link, types a line, reads until it has been done, and goes.
const PROGRAM: &str = r#"
while ! test -e "$0"; do sleep 0.05; done
exec 3<>"$0"
printf 'echo "from a \303\244 process"\r' >&3
while read -r line <&3; do
  case "$line" in "from a ä process"*) exit 0 ;; esac
done
exit 1
"#;

pub(crate) fn trials() -> Vec<Trial> {
    if !Path::new("/dev/ptmx").exists() {
        let name = "pty::skipped_because_this_computer_has_no_pseudo_terminals";
        return vec![Trial::test(name, || Ok(())).with_ignored_flag(true)];
    }
    let name = "pty::a_program_attaches_types_and_goes_and_the_session_can_be_played";
    let attached = || {
        attach();
        Ok::<(), Failed>(())
    };
    vec![Trial::test(name, attached)]
}

fn attach() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pty");
    fs::create_dir_all(&folder).expect("there is room for a folder");
    let (source, saved) = (folder.join("terminal.yaml"), folder.join("saved.yaml"));
    fs::write(&source, SCENARIO).expect("there is room for a file");
    let link = folder.join("line");
    let mut program = Command::new("sh");
    let mut program = program.args(["-c", PROGRAM]).arg(&link).spawn().expect("there is a shell");
    let plan = first(load(&source, &Stock).ok());
    let mut runner = Runner::new(&plan).expect("it boots");
    let pty = view::pty::Options { link: Some(link.clone()), until: Until::Left };
    let save = Some(saved.clone());
    let options = view::Options { has_window: false, pty: Some(pty), speed: 1.0, save };
    view::play(&mut runner, &options);
    let status = program.wait().expect("it was there");
    assert!(status.success(), "it read what it waited for");
    assert!(fs::read_link(&link).is_err(), "the link is gone with the terminal");
    assert!(runner.report().failure.is_none(), "the run has passed");
    let text = fs::read_to_string(&saved).expect("the session was saved");
    assert!(text.contains(r#"write-serial: "echo \"from a ä process\"\x0d""#), "{text}");
    let text = text + "  - wait-serial: \"\\nfrom a ä process\"\n";
    let replayed = first(parse(&saved, text, &folder, &Stock).ok());
    let report = runner::run(&replayed).expect("it boots again");
    assert!(report.failure.is_none(), "what was typed does the same again");
}

fn first(plans: Option<Vec<Plan>>) -> Plan {
    let plan = plans.and_then(|plans| plans.into_iter().next());
    plan.expect("the scenario is sound")
}
