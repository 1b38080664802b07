//! How mistakes in the steps of a scenario are shown.

use crate::scenario::mistake_text::mistakes;
use crate::scenario::mistake_text::shell;

#[test]
fn a_typo_in_a_step() {
    let shown = mistakes(&shell(
        r#"  - wait-seral: "shell: ready"
"#,
    ));
    assert_eq!(
        shown,
        r#"error: unknown step `wait-seral`
 --> a.yaml:6:5
  |
6 |   - wait-seral: "shell: ready"
  |     ^^^^^^^^^^ there is no such step
  |
  = help: did you mean `wait-serial`?"#
    );
}

#[test]
fn an_unknown_actor() {
    let shown = mistakes(&shell(
        "  - wait: { actor: shel, state: dead }
",
    ));
    assert_eq!(
        shown,
        "error: unknown actor `shel`
 --> a.yaml:6:20
  |
6 |   - wait: { actor: shel, state: dead }
  |                    ^^^^ there is no such actor
  |
  = help: did you mean `shell`?"
    );
}

#[test]
fn an_unknown_pin() {
    let shown = mistakes(
        "name: a
version: 1
board: esp32c6
steps:
  - set-pin: { pin: gpio31, level: high }
  - expect: { pin: led, level: on }
",
    );
    assert_eq!(
        shown,
        "error: unknown pin `gpio31`
 --> a.yaml:5:21
  |
5 |   - set-pin: { pin: gpio31, level: high }
  |                     ^^^^^^ esp32c6 has `gpio0` to `gpio30`

error: unknown pin `led`
 --> a.yaml:6:20
  |
6 |   - expect: { pin: led, level: on }
  |                    ^^^ esp32c6 has `gpio0` to `gpio30`
  |
  = help: pins are written as `gpio2`

error: unknown level `on`
 --> a.yaml:6:32
  |
6 |   - expect: { pin: led, level: on }
  |                                ^^ there is no such level
  |
  = help: known here: `high`, `low`, `1`, `0`"
    );
}

#[test]
fn an_unknown_state() {
    let shown = mistakes(&shell(
        "  - expect: { actor: shell, state: sleepy }
",
    ));
    assert_eq!(
        shown,
        "error: unknown state `sleepy`
 --> a.yaml:6:36
  |
6 |   - expect: { actor: shell, state: sleepy }
  |                                    ^^^^^^ there is no such state
  |
  = help: known here: `ready`, `waiting`, `sleeping`, `dead`"
    );
}

#[test]
fn an_unknown_opcode() {
    let shown = mistakes(&shell(
        "  - wait: { message: { to: vfs, opcode: raed } }
",
    ));
    assert_eq!(
        shown,
        "error: unknown opcode `raed`
 --> a.yaml:6:41
  |
6 |   - wait: { message: { to: vfs, opcode: raed } }
  |                                         ^^^^ there is no such opcode
  |
  = help: did you mean `read`?"
    );
}

#[test]
fn an_unknown_key_name() {
    let shown = mistakes(&shell(
        "  - press: Entr
",
    ));
    assert_eq!(
        shown,
        "error: unknown key `Entr`
 --> a.yaml:6:12
  |
6 |   - press: Entr
  |            ^^^^ a key such as `Enter`, or a chord such as `Ctrl+C`
  |
  = help: did you mean `Enter`?"
    );
}

#[test]
fn two_commands_in_a_step() {
    let shown = mistakes(&shell(
        "  - delay: 1s
    press: Enter
",
    ));
    assert_eq!(
        shown,
        "error: a step is one command
 --> a.yaml:6:5
  |
6 |   - delay: 1s
  |     ^^^^^ `delay`, `press` are given
  |
  = help: write one step for each, each after `- `"
    );
}

#[test]
fn a_step_without_a_value() {
    let shown = mistakes(&shell(
        "  - delay:
",
    ));
    assert_eq!(
        shown,
        "error: this step does nothing
 --> a.yaml:6:5
  |
6 |   - delay:
  |     ^^^^^ expected a command with a value
  |
  = help: write for example `- delay: 1s`"
    );
}

#[test]
fn chip_output_is_refused() {
    let shown = mistakes(&shell(
        "  - expect-chip-output: hello
",
    ));
    assert_eq!(
        shown,
        "error: `expect-chip-output` is not supported
 --> a.yaml:6:25
  |
6 |   - expect-chip-output: hello
  |                         ^^^^^ there are no Wokwi custom chips here
  |
  = help: what an actor logs is seen by `expect: { log: … }`"
    );
}

#[test]
fn a_control_of_an_unwired_part() {
    let shown = mistakes(&shell(
        "  - set-control: { part-id: btn1, control: pressed, value: 1 }
",
    ));
    assert_eq!(
        shown,
        "error: unknown button `btn1`
 --> a.yaml:6:29
  |
6 |   - set-control: { part-id: btn1, control: pressed, value: 1 }
  |                             ^^^^ there is no such button
  |
  = help: say how it is wired: `parts: { btn1: { button: gpio4 } }`"
    );
}

#[test]
fn times_where_they_do_not_belong() {
    let shown = mistakes(&shell(
        "  - delay: 1s
    within: 2s
  - expect: { log: x, for: 1s }
  - wait: { log: x, within: 1s }
    within: 2s
  - stable-for: { pin: gpio2, level: low }
  - stable-for: { pin: gpio2, level: low, for: 2s, within: 1s }
",
    ));
    assert_eq!(
        shown,
        "error: `delay` takes no `within`
 --> a.yaml:7:13
  |
7 |     within: 2s
  |             ^^ `within` goes with what is waited for

error: `expect` takes no `for`
 --> a.yaml:8:28
  |
8 |   - expect: { log: x, for: 1s }
  |                            ^^ `for` goes with `never` and `stable-for`

error: `within` is given twice
 --> a.yaml:9:29
  |
9 |   - wait: { log: x, within: 1s }
  |                             ^^ here and beside the command
  |
  = help: keep one of the two

error: `for` is missing
  --> a.yaml:11:17
   |
11 |   - stable-for: { pin: gpio2, level: low }
   |                 ^ for how long?
   |
   = help: add for example `for: 100ms`

error: `within` is shorter than `for`
  --> a.yaml:12:60
   |
12 |   - stable-for: { pin: gpio2, level: low, for: 2s, within: 1s }
   |                                                            ^^ too soon
   |
   = help: `within` is when the stable time is over at the latest"
    );
}

#[test]
fn conditions_that_do_not_fit() {
    let shown = mistakes(&shell(
        r#"  - expect: {}
  - expect: { pin: gpio1 }
  - expect: { log: x, serial: y }
  - expect: { log: x, level: high }
  - expect: { serial: "" }
"#,
    ));
    assert_eq!(
        shown,
        r#"error: this says nothing to look for
 --> a.yaml:6:13
  |
6 |   - expect: {}
  |             ^ expected a condition
  |
  = help: give one of `serial`, `log`, `pin`, `actor`, `message`, `frame`, `file`, `tree`, `power`, `all`

error: `level` is missing
 --> a.yaml:7:13
  |
7 |   - expect: { pin: gpio1 }
  |             ^ `level` belongs here
  |
  = help: add for example `level: high`

error: this looks for several things at once
 --> a.yaml:8:13
  |
8 |   - expect: { log: x, serial: y }
  |             ^ `serial`, `log` are given
  |
  = help: write one step for each

error: `level` does not belong to `log`
 --> a.yaml:9:30
  |
9 |   - expect: { log: x, level: high }
  |                              ^^^^ `level` goes with `pin`

error: an empty text is found everywhere
  --> a.yaml:10:23
   |
10 |   - expect: { serial: "" }
   |                       ^^ expected at least one character"#
    );
}

#[test]
fn a_touch_beside_the_screen() {
    let shown = mistakes(
        "name: a
version: 1
board: esp32c6
steps:
  - touch: { part-id: lcd, x: 320, y: 10 }
",
    );
    assert_eq!(
        shown,
        "error: `320` is not a column of this screen
 --> a.yaml:5:31
  |
5 |   - touch: { part-id: lcd, x: 320, y: 10 }
  |                               ^^^ expected a number from 0 to 319"
    );
}

#[test]
fn a_screenshot_outside() {
    let shown = mistakes(&shell(
        "  - take-screenshot: { save-to: ../../x.png }
  - take-screenshot: { part-id: lcd }
",
    ));
    assert_eq!(
        shown,
        "error: `../../x.png` leaves the output folder
 --> a.yaml:6:33
  |
6 |   - take-screenshot: { save-to: ../../x.png }
  |                                 ^^^^^^^^^^^ expected a relative path without `..`
  |
  = help: write for example `save-to: screen.png`

error: this picture would be seen by nobody
 --> a.yaml:7:22
  |
7 |   - take-screenshot: { part-id: lcd }
  |                      ^ expected `save-to` or `compare-with`
  |
  = help: or write `snapshot: frame`"
    );
}

#[test]
fn a_snapshot_of_something_else() {
    let shown = mistakes(&shell(
        "  - snapshot: fram
  - snapshot: { frame: here }
  - snapshot: { trace: here }
",
    ));
    assert_eq!(
        shown,
        "error: unknown kind of snapshot `fram`
 --> a.yaml:6:15
  |
6 |   - snapshot: fram
  |               ^^^^ there is no such kind of snapshot
  |
  = help: did you mean `frame`?

error: `here` is taken
 --> a.yaml:8:24
  |
8 |   - snapshot: { trace: here }
  |                        ^^^^ an earlier snapshot has this name"
    );
}

#[test]
fn a_slice_of_nobody() {
    let shown = mistakes(&shell(
        "  - preempt: { actor: shel, fuel: -1 }
  - interrupt: 256
  - interrupt: 5
    within: 1s
",
    ));
    assert_eq!(
        shown,
        "error: unknown actor `shel`
 --> a.yaml:6:23
  |
6 |   - preempt: { actor: shel, fuel: -1 }
  |                       ^^^^ there is no such actor
  |
  = help: did you mean `shell`?

error: `-1` is not a fuel count
 --> a.yaml:6:35
  |
6 |   - preempt: { actor: shel, fuel: -1 }
  |                                   ^^ expected a number from 0 to 18446744073709551615

error: `256` is not an interrupt line
 --> a.yaml:7:16
  |
7 |   - interrupt: 256
  |                ^^^ expected a number from 0 to 255

error: `interrupt` takes no `within`
 --> a.yaml:9:13
  |
9 |     within: 1s
  |             ^^ `within` goes with what is waited for"
    );
}

#[test]
fn an_actor_of_which_nothing_or_too_much_is_said() {
    let shown = mistakes(&shell(
        "  - expect: { actor: shell }
  - expect: { actor: shell, state: dead, restarts: 2 }
  - expect: { log: x, restarts: 2 }
  - expect: { actor: shell, restarts: many }
  - expect: { actor: shell, generation: 0 }
  - expect: { actor: shell, exited: kiled }
",
    ));
    assert_eq!(
        shown,
        "error: this says nothing about the actor
 --> a.yaml:6:13
  |
6 |   - expect: { actor: shell }
  |             ^ what does it do?
  |
  = help: give one of `state`, `restarts`, `generation`, `exited`, `reaches`

error: this looks for several things at once
 --> a.yaml:7:52
  |
7 |   - expect: { actor: shell, state: dead, restarts: 2 }
  |                                                    ^ `state`, `restarts` are given
  |
  = help: write one step for each

error: `restarts` does not belong to `log`
 --> a.yaml:8:33
  |
8 |   - expect: { log: x, restarts: 2 }
  |                                 ^ `restarts` goes with `actor`

error: `many` is not a number of restarts
 --> a.yaml:9:39
  |
9 |   - expect: { actor: shell, restarts: many }
  |                                       ^^^^ expected a number from 0 to 4294967295

error: `0` is not a generation
  --> a.yaml:10:41
   |
10 |   - expect: { actor: shell, generation: 0 }
   |                                         ^ expected a number from 1 to 2147483647

error: unknown exit `kiled`
  --> a.yaml:11:37
   |
11 |   - expect: { actor: shell, exited: kiled }
   |                                     ^^^^^ there is no such exit
   |
   = help: did you mean `killed`?"
    );
}
