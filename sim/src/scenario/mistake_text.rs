//! How mistakes in the text of a scenario are shown, and that no text makes the reader panic.

use std::path::Path;

use proptest::prelude::*;

use crate::scenario::catalogue::sample::Sample;
use crate::scenario::load::parse;

/// What is shown for this scenario, which has mistakes.
pub(crate) fn mistakes(text: &str) -> String {
    match parse(Path::new("a.yaml"), text.into(), Path::new(""), &Sample) {
        Ok(plans) => format!("no mistakes: {plans:#?}"),
        Err(diagnostics) => diagnostics.to_string(),
    }
}

/// A scenario with these steps on a PC with a shell; they begin on its sixth line.
pub(crate) fn shell(steps: &str) -> String {
    format!("name: a\nversion: 1\nboard: pc\nactors: {{ vfs: {{}}, shell: {{}} }}\nsteps:\n{steps}")
}

#[test]
fn a_wrong_unit() {
    let shown = mistakes(&shell(
        "  - delay: 200msec
",
    ));
    assert_eq!(
        shown,
        "error: `200msec` is not a duration
 --> a.yaml:6:12
  |
6 |   - delay: 200msec
  |            ^^^^^^^ unknown unit
  |
  = help: units of time are ns, us, ms, s, min and h, such as `200ms`"
    );
}

#[test]
fn a_missing_unit() {
    let shown = mistakes(&shell(
        "  - wait-serial: hello
    within: 200
",
    ));
    assert_eq!(
        shown,
        "error: `200` is not a duration
 --> a.yaml:7:13
  |
7 |     within: 200
  |             ^^^ the unit is missing
  |
  = help: write `200ms` or `200s`: durations need a unit"
    );
}

#[test]
fn an_unknown_key_at_the_top() {
    let shown = mistakes(
        "name: a
version: 1
bord: pc
steps: []
",
    );
    assert_eq!(
        shown,
        "error: unknown key `bord`
 --> a.yaml:3:1
  |
3 | bord: pc
  | ^^^^ there is no such key
  |
  = help: did you mean `board`?"
    );
}

#[test]
fn an_unknown_key_in_an_actor() {
    let shown = mistakes(
        "name: a
version: 1
actors:
  vfs: { prioritty: 3 }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: unknown key `prioritty`
 --> a.yaml:4:10
  |
4 |   vfs: { prioritty: 3 }
  |          ^^^^^^^^^ there is no such key
  |
  = help: did you mean `priority`?"
    );
}

#[test]
fn a_duplicate_actor() {
    let shown = mistakes(
        "name: a
version: 1
actors:
  vfs: {}
  vfs: {}
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `vfs` is given twice
 --> a.yaml:5:3
  |
5 |   vfs: {}
  |   ^^^ here again
  |
  = help: keep one of the two"
    );
}

#[test]
fn a_missing_name() {
    let shown = mistakes(
        "version: 1
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `name` is missing
 --> a.yaml:2:1
  |
2 | steps: []
  | ^^^^^ `name` belongs here
  |
  = help: add `name: …`"
    );
}

#[test]
fn missing_steps() {
    let shown = mistakes(
        "name: a
version: 1
",
    );
    assert_eq!(
        shown,
        "error: `steps` is missing
 --> a.yaml:2:1
  |
2 | version: 1
  | ^^^^^^^ `steps` belongs here
  |
  = help: add `steps: …`"
    );
}

#[test]
fn another_version() {
    let shown = mistakes(
        "name: a
version: 2
steps: []
",
    );
    assert_eq!(
        shown,
        "error: version 2 is unknown
 --> a.yaml:2:10
  |
2 | version: 2
  |          ^ this program reads version 1"
    );
}

#[test]
fn unquoted_colon() {
    let shown = mistakes(&shell(
        "  - wait-serial: shell: ready
",
    ));
    assert_eq!(
        shown,
        "error: not YAML: mapping values are not allowed in this context
 --> a.yaml:6:23
  |
6 |   - wait-serial: shell: ready
  |                       ^ a second `:`
  |
  = help: put text that contains `: ` in quotes"
    );
}

#[test]
fn a_tabulator() {
    let shown = mistakes(
        "name: a\nversion: 1\nboard: pc\nactors: { vfs: {}, shell: {} }\nsteps:\n\t- delay: 1s\n",
    );
    assert_eq!(
        shown,
        "error: not YAML: tabs disallowed within this context (block indentation)
 --> a.yaml:6:2
  |
6 |     - delay: 1s
  |     ^ a tabulator
  |
  = help: indent with spaces"
    );
}

#[test]
fn an_empty_file() {
    let shown = mistakes("");
    assert_eq!(
        shown,
        "error: there is nothing here
 --> a.yaml:1:1
  |
1 |
  | ^
  |
  = help: a scenario begins with `name: …`, `version: 1` and `steps:`"
    );
}

#[test]
fn a_list_where_a_map_belongs() {
    let shown = mistakes(
        "- delay: 1s
",
    );
    assert_eq!(
        shown,
        "error: expected a map
 --> a.yaml:1:1
  |
1 | - delay: 1s
  | ^ this is not a map
  |
  = help: write `key: value` pairs, or `{ key: value }`"
    );
}

#[test]
fn a_map_where_text_belongs() {
    let shown = mistakes(&shell(
        "  - wait-serial: { text: x }
",
    ));
    assert_eq!(
        shown,
        "error: expected one value
 --> a.yaml:6:18
  |
6 |   - wait-serial: { text: x }
  |                  ^ this is not one value
  |
  = help: write text, a number or a duration"
    );
}

#[test]
fn a_number_as_contents() {
    let shown = mistakes(
        "name: a
version: 1
ramdisk: { a.txt: 12 }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: expected text in quotes, `{ bytes: 70000 }`, `{ file: path }`, `{ program: echo }` or \
         `{ wat: \"(module)\" }`
 --> a.yaml:3:12
  |
3 | ramdisk: { a.txt: 12 }
  |            ^^^^^ this is integer 12"
    );
}

#[test]
fn an_unknown_key_in_contents() {
    let shown = mistakes(
        "name: a
version: 1
ramdisk: { a.txt: { flie: x } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: unknown key `flie`
 --> a.yaml:3:21
  |
3 | ramdisk: { a.txt: { flie: x } }
  |                     ^^^^ there is no such key
  |
  = help: did you mean `file`?"
    );
}

#[test]
fn a_bad_size_and_priority() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
actors:
  vfs: { memory: 64, priority: 32 }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `64` is not a size
 --> a.yaml:5:18
  |
5 |   vfs: { memory: 64, priority: 32 }
  |                  ^^ the unit is missing
  |
  = help: write `64KiB` or `64B`: sizes need a unit

error: `32` is not a priority
 --> a.yaml:5:32
  |
5 |   vfs: { memory: 64, priority: 32 }
  |                                ^^ expected a number from 0 to 31"
    );
}

const SCENARIO: &str = r#"
name: mutated
version: 1
board: [pc, esp32c6]
seed: 7
ramdisk: { hello.txt: "Hello", big.bin: { bytes: 4KiB }, v: { program: vfs }, w: { wat: "(module)" } }
regions: { orders: "loop" }
actors:
  vfs:
  shell: { priority: 16, memory: 64KiB, grants: { vfs: write, gpio2: read+write } }
  blinky: { mailbox: 32, supervisor: low, restart: transient, shutdown: 100ms, names: [/n/x, y],
    grants: { namespace(/n): read, child(vfs): write, interrupt(5): read, spawner(low): write } }
supervisors: { low: { under: top, backoff: { first: 10ms, last: 1s } }, top: { period: 2s } }
parts: { btn1: { button: gpio4 } }
steps:
  - wait-serial: "shell: ready"
  - type: &text "cat hello.txt\n"
  - wait: { message: { to: vfs, opcode: read, text: *text }, within: 1.5s }
  - stable-for: { pin: gpio2, level: low, for: 100ms }
  - preempt: { actor: shell, fuel: 123 }
  - never: { actor: vfs, reaches: namespace(/n) }
  - expect: { actor: vfs, exited: normal }
  - snapshot: { frame: here }
"#;

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        mistakes(&text);
    }

    #[test]
    fn no_yaml_panics(text in "([a-z&*!|>'\"#%@?: {}\\[\\],\\-\n\t0ä]|steps:|wait: ){0,60}") {
        mistakes(&text);
    }

    #[test]
    fn no_mutated_scenario_panics(
        at in 0..SCENARIO.len(),
        removed in 0_usize..40,
        added in "(\\PC|[ \n\t:{}\\[\\]&*'\"\\-]){0,6}",
    ) {
        let at = SCENARIO.floor_char_boundary(at);
        let rest = &SCENARIO[SCENARIO.floor_char_boundary(at + removed)..];
        mistakes(&format!("{}{added}{rest}", &SCENARIO[..at]));
    }
}

#[test]
fn the_scenario_to_mutate_is_right() {
    assert!(mistakes(SCENARIO).starts_with("no mistakes"), "{}", mistakes(SCENARIO));
}

#[test]
fn a_long_scenario_is_read_in_proportion_to_its_length() {
    let steps = "  - press: Enter\n  - press: Entr\n".repeat(10_000);
    assert_eq!(mistakes(&shell(&steps)).matches("error: ").count(), 20);
}

#[test]
fn hostile_texts_end_at_a_limit() {
    let deep = format!("name: {}", "[".repeat(100_000));
    let aliases = format!("name: &a x\nsteps: [{}]", "*a,".repeat(100_000));
    let bomb = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n";
    let long = format!("{}: 1", "x".repeat(1_000_000));
    for text in [deep.as_str(), &aliases, bomb, &long, "\u{feff}name: a", "name: \0", "%YAML 9"] {
        assert!(mistakes(text).starts_with("error: "));
    }
}
