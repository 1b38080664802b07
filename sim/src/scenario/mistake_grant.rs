//! How mistakes in what actors are given, and in what they must not reach, are shown.

use crate::scenario::mistake_text::mistakes;
use crate::scenario::mistake_text::shell;

#[test]
fn which_one_of_several() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors: { services: {} }
actors:
  vfs:
    grants:
      child: read
      directory(vsf): read
      spawner(sevices): write
steps: []
",
    );
    assert_eq!(
        shown,
        "error: which `child`?
 --> a.yaml:8:7
  |
8 |       child: read
  |       ^^^^^ there are several
  |
  = help: write for example `child(shell)`

error: unknown actor `vsf`
 --> a.yaml:9:7
  |
9 |       directory(vsf): read
  |       ^^^^^^^^^^^^^^ there is no such actor
  |
  = help: did you mean `vfs`?

error: unknown supervisor `sevices`
  --> a.yaml:10:7
   |
10 |       spawner(sevices): write
   |       ^^^^^^^^^^^^^^^^ there is no such supervisor
   |
   = help: did you mean `services`?"
    );
}

#[test]
fn a_prefix_that_is_no_path() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors: { services: {} }
actors:
  vfs:
    grants:
      namespace(node): read
      namespace(/node/): read
      namespace(/node/local: read
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `node` is not a path
 --> a.yaml:8:7
  |
8 |       namespace(node): read
  |       ^^^^^^^^^^^^^^^ expected `/` at its beginning
  |
  = help: write for example `namespace(/node/local)`; `namespace` alone is everything

error: `/node/` is not a path
 --> a.yaml:9:7
  |
9 |       namespace(/node/): read
  |       ^^^^^^^^^^^^^^^^^ a part of it is empty
  |
  = help: write for example `namespace(/node/local)`; `namespace` alone is everything

error: `namespace(/node/local` is not closed
  --> a.yaml:10:7
   |
10 |       namespace(/node/local: read
   |       ^^^^^^^^^^^^^^^^^^^^^ expected `)` at its end
   |
   = help: write for example `namespace(/node/local)`"
    );
}

#[test]
fn interrupts_that_there_are_not() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors: { services: {} }
actors:
  vfs:
    grants:
      interrupt(256): read
      intrrupt(5): read
      log(1): write
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `256` is not an interrupt line
 --> a.yaml:8:7
  |
8 |       interrupt(256): read
  |       ^^^^^^^^^^^^^^ expected a number from 0 to 255

error: unknown kind of object `intrrupt`
 --> a.yaml:9:7
  |
9 |       intrrupt(5): read
  |       ^^^^^^^^^^^ there is no such kind of object
  |
  = help: did you mean `interrupt`?

error: `log` is one object
  --> a.yaml:10:7
   |
10 |       log(1): write
   |       ^^^^^^ nothing goes in parentheses here"
    );
}

#[test]
fn rights_that_mean_nothing() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors: { services: {} }
actors:
  vfs:
    grants:
      interrupt(5): read+write
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `read+write` of `interrupt(5)` cannot be granted
 --> a.yaml:8:21
  |
8 |       interrupt(5): read+write
  |                     ^^^^^^^^^^ more than there is
  |
  = help: an interrupt is waited for, its device causes it: grant `read`"
    );
}

#[test]
fn ports_that_there_are_not() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
supervisors: { services: {} }
actors:
  vfs:
    grants:
      ports(0x400..0x3f8): read
      ports(8): read
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `0x400..0x3f8` is not a range of ports
 --> a.yaml:8:7
  |
8 |       ports(0x400..0x3f8): read
  |       ^^^^^^^^^^^^^^^^^^^ expected the first port and the one behind the last, 1 to 65535 apart
  |
  = help: write for example `ports(0x3f8..0x400)`

error: `8` is not a range of ports
 --> a.yaml:9:7
  |
9 |       ports(8): read
  |       ^^^^^^^^ expected the first port and the one behind the last, 1 to 65535 apart
  |
  = help: write for example `ports(0x3f8..0x400)`"
    );
}

#[test]
fn ports_of_a_board_that_has_none() {
    let shown = mistakes(
        "name: a
version: 1
actors: { vfs: { grants: { ports(0x60..0x65): read } } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: esp32c6 has no I/O ports
 --> a.yaml:3:28
  |
3 | actors: { vfs: { grants: { ports(0x60..0x65): read } } }
  |                            ^^^^^^^^^^^^^^^^^ only x86 processors have
  |
  = help: devices of this board are memory, pins and interrupts"
    );
}

#[test]
fn an_actor_named_like_a_kind_of_object() {
    let shown = mistakes(
        "name: a
version: 1
actors: { child: { program: vfs } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `child` is the name of something else
 --> a.yaml:3:11
  |
3 | actors: { child: { program: vfs } }
  |           ^^^^^ grants could not tell the two apart
  |
  = help: give the actor another name and say `program: …`"
    );
}

#[test]
fn reaching_for_what_is_not_there() {
    let shown = mistakes(&shell(
        "  - never: { actor: shell, reaches: gpio32 }
  - never: { actor: shell, reaches: child(vsf) }
  - never: { actor: shell, reaches: ramdsk }
",
    ));
    assert_eq!(
        shown,
        "error: unknown pin `gpio32`
 --> a.yaml:6:37
  |
6 |   - never: { actor: shell, reaches: gpio32 }
  |                                     ^^^^^^ pc has `gpio0` to `gpio31`

error: unknown actor `vsf`
 --> a.yaml:7:37
  |
7 |   - never: { actor: shell, reaches: child(vsf) }
  |                                     ^^^^^^^^^^ there is no such actor
  |
  = help: did you mean `vfs`?

error: unknown object `ramdsk`
 --> a.yaml:8:37
  |
8 |   - never: { actor: shell, reaches: ramdsk }
  |                                     ^^^^^^ neither an actor nor a region nor a device of this board
  |
  = help: did you mean `ramdisk`?"
    );
}
