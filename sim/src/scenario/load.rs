//! From a file to plans.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kernel::limits::NAME_MAX;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Source;
use crate::scenario::catalogue::Catalogue;
use crate::scenario::check_board::Variant;
use crate::scenario::check_board::variants;
use crate::scenario::check_board::wires;
use crate::scenario::check_file::Files;
use crate::scenario::check_step::Steps;
use crate::scenario::check_word::name;
use crate::scenario::check_word::number;
use crate::scenario::plan::Ending;
use crate::scenario::plan::Plan;
use crate::scenario::plan::Step;
use crate::scenario::raw::RawScenario;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;
use crate::scenario::yaml;

/// The seed of a scenario that names none.
const SEED: u64 = 1;

/// Bytes of a scenario file.
const FILE_MAX: u64 = 4 << 20;

/// Reads a scenario file: one plan, or one for each profile and ending that
/// it lists.
pub fn load(path: &Path, catalogue: &dyn Catalogue) -> Result<Vec<Plan>, Diagnostics> {
    let fail = |reason: String, hint: &str| Diagnostics {
        source: Source { path: path.into(), text: String::new() },
        list: vec![Diagnostic {
            message: format!("cannot read {}: {reason}", quoted(&path.to_string_lossy())),
            bytes: None,
            label: String::new(),
            hint: Some(hint.into()),
        }],
    };
    let metadata = fs::metadata(path)
        .map_err(|error| fail(error.to_string(), "give the path of a scenario file"))?;
    if !metadata.is_file() {
        return Err(fail("it is not a file".into(), "give the path of a scenario file"));
    }
    if FILE_MAX < metadata.len() {
        let reason = format!("it is longer than {} MiB", FILE_MAX >> 20);
        return Err(fail(reason, "bring large contents along as `{ file: path }`"));
    }
    let contents =
        fs::read(path).map_err(|error| fail(error.to_string(), "check who may read it"))?;
    let text = String::from_utf8(contents)
        .map_err(|error| fail(error.utf8_error().to_string(), "save it as UTF-8"))?;
    parse(path, text, path.parent().unwrap_or(Path::new("")), catalogue)
}

/// Reads the text of a scenario. The path is only repeated; files are looked for under `base`.
pub fn parse(
    path: &Path,
    text: String,
    base: &Path,
    catalogue: &dyn Catalogue,
) -> Result<Vec<Plan>, Diagnostics> {
    let source = Source { path: path.into(), text };
    let raw: RawScenario = yaml::read(&source)?;
    let mut report = Report::new(&source);
    number(&mut report, &raw.version, "version of this language", u64::MAX).inspect(|version| {
        if *version != 1 {
            let mistake = Mistake::new(format!("version {version} is unknown"))
                .label("this program reads version 1");
            report.refuse(&raw.version, mistake);
        }
    });
    if raw.name.value.trim().is_empty() {
        let mistake = Mistake::new("this scenario has no name")
            .label("expected a fact")
            .hint("write what is seen, such as `name: the shell shows a file`");
        report.refuse(&raw.name, mistake);
    }
    let seed = raw.seed.as_ref().and_then(|word| number(&mut report, word, "seed", u64::MAX));
    let variants = variants(&mut report, base, catalogue, &raw);
    let mut plans = Vec::new();
    for variant in variants {
        let variant = plans_of(&mut report, base, catalogue, &raw, variant);
        plans.extend(variant.into_iter().map(|plan| Plan { seed: seed.unwrap_or(SEED), ..plan }));
    }
    report.finish()?;
    Ok(plans)
}

/// The plans of one variant: one for each ending.
fn plans_of(
    report: &mut Report,
    base: &Path,
    catalogue: &dyn Catalogue,
    raw: &RawScenario,
    variant: Variant,
) -> Vec<Plan> {
    let source = report.source;
    let wires = wires(report, &variant.boards, raw);
    let mut checker = Steps {
        report,
        catalogue,
        files: Files::new(base, catalogue),
        boards: &variant.boards,
        snapshots: BTreeSet::new(),
    };
    let beginning = checker.steps(&raw.steps, None);
    let endings = endings(&mut checker, raw, beginning);
    let plan = Plan {
        name: raw.name.value.clone(),
        author: raw.author.as_ref().map(|author| author.value.clone()),
        source: source.path.clone(),
        variant: variant.name,
        ending: None,
        seed: SEED,
        boards: variant.boards.into_iter().map(|(name, board)| (name, board.plan)).collect(),
        wires,
        steps: Vec::new(),
    };
    let ending = |(ending, steps)| Plan { ending, steps, ..plan.clone() };
    endings.into_iter().map(ending).collect()
}

/// The steps of each ending, those of the beginning among them. A scenario without endings has one
/// that has no name.
fn endings(
    checker: &mut Steps<'_, '_>,
    raw: &RawScenario,
    beginning: Vec<Step>,
) -> Vec<(Option<Ending>, Vec<Step>)> {
    let Some(endings) = &raw.endings else { return vec![(None, beginning)] };
    if endings.value.0.is_empty() {
        let mistake = Mistake::new("`endings` is empty")
            .label("expected a name with steps")
            .hint("write for example `by-hand: [ … ]`, or leave `endings` out");
        checker.report.refuse(endings, mistake);
    }
    let taken = checker.snapshots.clone();
    let ending = |(key, steps): &(Word, Vec<_>)| {
        name(checker.report, key, "an ending", NAME_MAX);
        checker.snapshots.clone_from(&taken);
        let ending = Ending { name: key.value.clone(), begins: beginning.len() };
        let steps = [beginning.clone(), checker.steps(steps, None)].concat();
        (Some(ending), steps)
    };
    endings.value.0.iter().map(ending).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;

    use abi::process::ProcessState;
    use abi::rights::Rights;
    use kernel::manifest::GrantObject;
    use kernel::manifest::Program;

    use super::*;
    use crate::diagnostic::Place;
    use crate::scenario::catalogue::sample::Sample;
    use crate::scenario::catalogue::sample::WASM;
    use crate::scenario::plan::Action;
    use crate::scenario::plan::Condition;
    use crate::scenario::plan::PinPlace;
    use crate::scenario::plan::SnapshotKind;
    use crate::scenario::plan::Touch;
    use crate::scenario::plan::Wire;
    use crate::scenario::profile::ProfileName;

    fn plans(text: &str) -> Vec<Plan> {
        parse(Path::new("a.yaml"), text.into(), Path::new(""), &Sample)
            .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
    }

    fn actions(steps: &str) -> Vec<Action> {
        let head = "name: a\nversion: 1\nboard: pc\nactors: { vfs: {}, shell: {} }\nsteps:\n";
        let plan = plans(&format!("{head}{steps}")).remove(0);
        plan.steps.into_iter().map(|step| step.action).collect()
    }

    #[test]
    fn a_wokwi_scenario_loads_as_it_is() {
        let plans = plans(
            r"
name: 'Push button counter test'
version: 1
author: 'Somebody'

steps:
  - wait-serial: 'Hello, counter!'
  - delay: 200ms
  - name: the led is on
    expect-pin:
      part-id: esp
      pin: 2
      value: 1
  - write-serial: [27, 0x5b, 65]
  - touch: { part-id: lcd, x: 10, y: 20, duration: 80ms, wait: true }
  - touch-press: { part-id: lcd, x: 10, y: 20 }
  - touch-move: { part-id: lcd, x: 11, y: 20 }
  - touch-release: { part-id: lcd, x: 11, y: 20 }
  - take-screenshot: { part-id: lcd, save-to: 'out/screen.png' }
",
        );
        let [plan] = plans.as_slice() else { panic!("one plan") };
        assert_eq!(plan.author.as_deref(), Some("Somebody"));
        assert_eq!(plan.variant, None);
        assert_eq!(plan.seed, 1);
        let [_, _, led, serial, touch, .., picture] = plan.steps.as_slice() else {
            panic!("nine steps")
        };
        assert_eq!(led.name.as_deref(), Some("the led is on"));
        assert_eq!(led.place, Place { line: 9, column: 5 });
        let condition = Condition::Pin { pin: 2, high: true };
        assert_eq!(led.action, Action::Until { condition, within: Duration::ZERO });
        assert_eq!(serial.action, Action::WriteSerial(vec![27, 0x5b, 65]));
        let tap = Touch::Tap { duration: Duration::from_millis(80), wait: true };
        assert_eq!(touch.action, Action::Touch { x: 10, y: 20, touch: tap });
        let save_to = Some("out/screen.png".into());
        assert_eq!(picture.action, Action::TakeScreenshot { save_to, compare_with: None });
    }

    #[test]
    fn a_button_is_wired_by_parts() {
        let text = "name: a\nversion: 1\nparts: { btn1: { button: gpio4 }, led1: { led: gpio5 } }\n\
                    steps:\n  - set-control: { part-id: btn1, control: pressed, value: 1 }\n  \
                    - expect-pin: { part-id: led1, name: A, value: 0 }\n";
        let plan = plans(text).remove(0);
        assert_eq!(plan.steps[0].action, Action::SetPin { pin: 4, high: false });
        let condition = Condition::Pin { pin: 5, high: false };
        assert_eq!(plan.steps[1].action, Action::Until { condition, within: Duration::ZERO });
    }

    #[test]
    fn a_button_is_wired_by_the_diagram_beside_the_scenario() {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scenario/sample");
        let text = "name: a\nversion: 1\nsteps:\n  \
                    - set-control: { part-id: btn1, control: pressed, value: 1 }\n  \
                    - expect-pin: { part-id: led1, pin: A, value: 1 }\n";
        let plans = parse(Path::new("a.yaml"), text.into(), &base, &Sample);
        let plan = plans.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).remove(0);
        assert_eq!(plan.steps[0].action, Action::SetPin { pin: 4, high: false });
        let condition = Condition::Pin { pin: 5, high: true };
        assert_eq!(plan.steps[1].action, Action::Until { condition, within: Duration::ZERO });
    }

    #[test]
    fn actors_have_their_programs_manifest_unless_the_scenario_says_otherwise() {
        let text = "name: a\nversion: 1\nboard: pc\nregions: { orders: loop }\nactors:\n  vfs:\n  \
                    busy: { program: shell, priority: 3, memory: 8KiB, \
                    grants: { orders: read, vfs: write+grant, gpio3: read } }\nsteps: []\n";
        let plan = plans(text).remove(0);
        let board = &plan.boards["pc"];
        let names: Vec<&str> = board.regions.iter().map(|region| region.name.as_str()).collect();
        assert_eq!(names, ["font", "ramdisk", "orders"]);
        let [vfs, busy] = board.actors.as_slice() else { panic!("two actors") };
        assert_eq!((vfs.manifest.priority, vfs.manifest.memory), (18, 48 << 10));
        assert_eq!(vfs.manifest.grants[0].object, GrantObject::Region("ramdisk".into()));
        let Program::Wasm(bytes) = &vfs.manifest.program else { panic!("vfs is a module") };
        assert_eq!(**bytes, *WASM);
        assert_eq!(busy.program, "shell");
        assert_eq!((busy.manifest.priority, busy.manifest.memory), (3, 8 << 10));
        let objects: Vec<_> = busy.manifest.grants.iter().map(|grant| &grant.object).collect();
        let (orders, vfs) =
            (GrantObject::Region("orders".into()), GrantObject::Endpoint("vfs".into()));
        assert_eq!(objects, [&orders, &vfs, &GrantObject::Pins(1 << 3)]);
        assert_eq!(busy.manifest.grants[1].rights, Rights::WRITE | Rights::GRANT);
    }

    #[test]
    fn the_ramdisk_is_an_archive_of_all_files() {
        let long = "d/".repeat(80) + "long.txt";
        let text = format!(
            "name: a\nversion: 1\nramdisk: {{ a.txt: no, {long}: \"x\", b: {{ bytes: 300 }} }}\n\
             steps: []\n"
        );
        let region = plans(&text).remove(0).boards["esp32c6"].regions[1].clone();
        let mut archive = tar::Archive::new(&*region.bytes);
        let mut files = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((entry.path().unwrap().to_string_lossy().into_owned(), bytes));
        }
        assert_eq!(files[0], ("a.txt".into(), b"no".to_vec()));
        assert_eq!(files[1].0, long);
        assert_eq!((files[2].1[250], files[2].1[251]), (250, 0));
    }

    #[test]
    fn waits_are_patient_and_expectations_are_not() {
        let actions = actions(
            r#"
  - wait: { log: hello, actor: shell }
  - expect: { frame: { text: Hello }, within: 100ms }
  - expect: { actor: shell, state: dead }
    within: 1s
  - wait: { message: { from: shell, to: vfs, opcode: read, text: hello } }
  - never: { log: BREACH }
  - never: { serial: panic, for: 1s }
  - stable-for: { pin: gpio2, level: low, for: 100ms, within: 2s }
"#,
        );
        let within: Vec<Option<u128>> = actions
            .iter()
            .map(|action| match action {
                Action::Until { within, .. } | Action::StableFor { within, .. } => {
                    Some(within.as_millis())
                }
                Action::Never { duration, .. } => duration.map(|duration| duration.as_millis()),
                other => panic!("{other:?}"),
            })
            .collect();
        let expected =
            [Some(10_000), Some(100), Some(1000), Some(10_000), None, Some(1000), Some(2000)];
        assert_eq!(within, expected);
        let Action::Until { condition, .. } = &actions[2] else { panic!("an expectation") };
        let actor = "shell".into();
        assert_eq!(*condition, Condition::Actor { actor, state: ProcessState::Dead });
        let Action::Until { condition, .. } = &actions[3] else { panic!("a wait") };
        let (from, to) = (Some("shell".into()), Some("vfs".into()));
        let text = Some("hello".into());
        assert_eq!(*condition, Condition::Message { from, to, opcode: Some(2), text });
    }

    #[test]
    fn snapshots_have_names_of_their_own() {
        let steps =
            "  - snapshot: frame\n  - snapshot: [frame, trace]\n  - snapshot: { serial: b }\n";
        let names: Vec<(SnapshotKind, String)> = actions(steps)
            .into_iter()
            .flat_map(|action| match action {
                Action::Snapshot(snapshots) => snapshots,
                other => panic!("{other:?}"),
            })
            .map(|snapshot| (snapshot.kind, snapshot.name))
            .collect();
        let expected = [
            (SnapshotKind::Frame, "frame".into()),
            (SnapshotKind::Frame, "frame-2".into()),
            (SnapshotKind::Trace, "trace".into()),
            (SnapshotKind::Serial, "b".into()),
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_list_of_profiles_gives_a_plan_for_each() {
        let plans = plans("name: a\nversion: 1\nseed: 9\nboard: [pc, esp32c6]\nsteps: []\n");
        let variants: Vec<_> = plans.iter().map(|plan| plan.variant.as_deref()).collect();
        assert_eq!(variants, [Some("pc"), Some("esp32c6")]);
        assert_eq!(plans[1].boards["esp32c6"].profile, ProfileName::Esp32c6);
        assert_eq!(plans[1].seed, 9);
    }

    #[test]
    fn several_boards_are_joined_by_wires() {
        let text = "name: a\nversion: 1\n\
                    boards: { left: { profile: pc, actors: { blinky: } },\n  \
                    right: { profile: pc } }\n\
                    wires: [ left.gpio2 -> right.gpio4 ]\nsteps:\n  - delay: 1s\n  \
                    - expect: { pin: gpio4, level: 1 }\n    board: right\n  \
                    - expect-pin: { part-id: left, name: 2, value: 1 }\n";
        let plan = plans(text).remove(0);
        let place = |board: &str, pin| PinPlace { board: board.into(), pin };
        assert_eq!(plan.wires, [Wire { output: place("left", 2), input: place("right", 4) }]);
        let boards: Vec<&str> = plan.steps.iter().map(|step| step.board.as_str()).collect();
        assert_eq!(boards, ["left", "right", "left"]);
        assert_eq!(plan.steps[1].text, "expect: { pin: gpio4, level: 1 }\n    board: right");
    }

    #[test]
    fn a_missing_scenario_is_one_line_and_a_hint() {
        let shown = load(Path::new("missing.yaml"), &Sample).map_err(|error| error.to_string());
        let shown = shown.err().unwrap_or_default();
        assert!(shown.starts_with("error: cannot read `missing.yaml`: "), "{shown}");
        assert!(shown.ends_with("\n |\n = help: give the path of a scenario file"), "{shown}");
    }
}
