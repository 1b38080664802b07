//! How mistakes in the tree of supervisors and in an actor's place in it are shown.

use crate::scenario::mistake_text::mistakes;

#[test]
fn supervisors_in_a_circle() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors:
  a: { under: c }
  b: { under: a }
  c: { under: b }
  d: { under: b }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: supervisor `a` stands under itself
 --> a.yaml:5:15
  |
5 |   a: { under: c }
  |               ^ `a` under `c` under `b` under `a`
  |
  = help: one of them stands under another, or under none"
    );
}

#[test]
fn a_supervisor_that_decides_strangely() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors:
  top: { strategy: one-for-al, intensity: 1001, period: 0s, restart: always }
  low: { under: tpo, shutdown: never, backoff: { first: 1s, last: 10ms } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: unknown strategy `one-for-al`
 --> a.yaml:5:20
  |
5 |   top: { strategy: one-for-al, intensity: 1001, period: 0s, restart: always }
  |                    ^^^^^^^^^^ there is no such strategy
  |
  = help: did you mean `one-for-all`?

error: `1001` is not a number of restarts
 --> a.yaml:5:43
  |
5 |   top: { strategy: one-for-al, intensity: 1001, period: 0s, restart: always }
  |                                           ^^^^ expected a number from 0 to 1000

error: `period` is no time at all
 --> a.yaml:5:57
  |
5 |   top: { strategy: one-for-al, intensity: 1001, period: 0s, restart: always }
  |                                                         ^^ restarts are counted within it
  |
  = help: write for example `period: 5s`

error: unknown restart `always`
 --> a.yaml:5:70
  |
5 |   top: { strategy: one-for-al, intensity: 1001, period: 0s, restart: always }
  |                                                                      ^^^^^^ there is no such restart
  |
  = help: known here: `permanent`, `transient`, `temporary`

error: unknown supervisor `tpo`
 --> a.yaml:6:17
  |
6 |   low: { under: tpo, shutdown: never, backoff: { first: 1s, last: 10ms } }
  |                 ^^^ there is no such supervisor
  |
  = help: did you mean `top`?

error: unknown shutdown `never`
 --> a.yaml:6:32
  |
6 |   low: { under: tpo, shutdown: never, backoff: { first: 1s, last: 10ms } }
  |                                ^^^^^ expected `kill`, `wait` or how long to wait, such as `5s`
  |
  = help: known here: `kill`, `wait`

error: `last` is shorter than `first`
 --> a.yaml:6:67
  |
6 |   low: { under: tpo, shutdown: never, backoff: { first: 1s, last: 10ms } }
  |                                                                   ^^^^ a back-off grows
  |
  = help: write for example `backoff: { first: 10ms, last: 1s }`"
    );
}

#[test]
fn half_a_backoff() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors:
  top: { backoff: { first: 1s } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `last` is missing
 --> a.yaml:5:21
  |
5 |   top: { backoff: { first: 1s } }
  |                     ^^^^^ `last` belongs here
  |
  = help: add `last: …`"
    );
}

#[test]
fn an_actor_that_cannot_be_supervised_so() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors: { services: {} }
actors:
  vfs: { mailbox: 0, supervisor: servces, restart: tempory, shutdown: 100 }
  blinky: { mailbox: 1025 }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `0` is not a number of messages
 --> a.yaml:6:19
  |
6 |   vfs: { mailbox: 0, supervisor: servces, restart: tempory, shutdown: 100 }
  |                   ^ expected a number from 1 to 1024

error: unknown supervisor `servces`
 --> a.yaml:6:34
  |
6 |   vfs: { mailbox: 0, supervisor: servces, restart: tempory, shutdown: 100 }
  |                                  ^^^^^^^ there is no such supervisor
  |
  = help: did you mean `services`?

error: unknown restart `tempory`
 --> a.yaml:6:52
  |
6 |   vfs: { mailbox: 0, supervisor: servces, restart: tempory, shutdown: 100 }
  |                                                    ^^^^^^^ there is no such restart
  |
  = help: did you mean `temporary`?

error: `100` is not a duration
 --> a.yaml:6:71
  |
6 |   vfs: { mailbox: 0, supervisor: servces, restart: tempory, shutdown: 100 }
  |                                                                       ^^^ the unit is missing
  |
  = help: write `100ms` or `100s`: durations need a unit

error: `1025` is not a number of messages
 --> a.yaml:7:22
  |
7 |   blinky: { mailbox: 1025 }
  |                      ^^^^ expected a number from 1 to 1024"
    );
}

#[test]
fn names_that_cannot_be_registered() {
    let shown = mistakes(
        r#"name: a
version: 1
board: pc
actors:
  blinky: { names: [node/x, /a//b, "a b", /x, /x] }
  vfs: { names: [/x] }
steps: []
"#,
    );
    assert_eq!(
        shown,
        r#"error: `node/x` is not a path
 --> a.yaml:5:21
  |
5 |   blinky: { names: [node/x, /a//b, "a b", /x, /x] }
  |                     ^^^^^^ expected `/` at its beginning
  |
  = help: write for example `/node/local`

error: `/a//b` is not a path
 --> a.yaml:5:29
  |
5 |   blinky: { names: [node/x, /a//b, "a b", /x, /x] }
  |                             ^^^^^ a part of it is empty
  |
  = help: write for example `/node/local`

error: `a b` cannot be registered
 --> a.yaml:5:36
  |
5 |   blinky: { names: [node/x, /a//b, "a b", /x, /x] }
  |                                    ^^^^^ names have 1 to 63 bytes and no spaces
  |
  = help: write a name such as `echo`, or a path such as `/node/local/echo`

error: `/x` is registered twice
 --> a.yaml:5:47
  |
5 |   blinky: { names: [node/x, /a//b, "a b", /x, /x] }
  |                                               ^^ here again
  |
  = help: names are unique on a board: give this actor other `names`

error: `/x` is registered twice
 --> a.yaml:6:18
  |
6 |   vfs: { names: [/x] }
  |                  ^^ here again
  |
  = help: names are unique on a board: give this actor other `names`"#
    );
}

#[test]
fn a_program_that_wants_a_supervisor() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
actors:
  store: {}
steps: []
",
    );
    assert_eq!(
        shown,
        "error: the program `store` wants the supervisor `services`
 --> a.yaml:5:3
  |
5 |   store: {}
  |   ^^^^^ this board has no supervisor `services`
  |
  = help: add `supervisors: { services: {} }`, or name another one here"
    );
}

#[test]
fn a_program_whose_names_are_taken() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors: { services: {} }
actors:
  store: {}
  other: { program: store }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `/node/store` is registered twice
 --> a.yaml:7:3
  |
7 |   other: { program: store }
  |   ^^^^^ here again
  |
  = help: names are unique on a board: give this actor other `names`"
    );
}

#[test]
fn too_many_supervisors() {
    let listed: String = (0..64).map(|number| format!("  s{number}:\n")).collect();
    let shown =
        mistakes(&format!("name: a\nversion: 1\nboard: pc\nsupervisors:\n{listed}steps: []\n"));
    assert_eq!(
        shown,
        "error: too many supervisors
  --> a.yaml:68:3
   |
68 |   s63:
   |   ^^^ one more than the 63 that a kernel takes"
    );
}

#[test]
fn supervisors_of_no_board_in_particular() {
    let shown = mistakes(
        "name: a
version: 1
boards: { left: { profile: pc } }
supervisors: { services: {} }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: with `boards`, `supervisors` belongs to one of them
 --> a.yaml:4:14
  |
4 | supervisors: { services: {} }
  |              ^ which board's?
  |
  = help: move it: `boards: { left: { profile: pc, supervisors: … } }`"
    );
}
