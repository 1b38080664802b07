//! How mistakes in the boards, actors and files of a scenario are shown.

use crate::scenario::mistake_text::mistakes;

#[test]
fn a_missing_wasm_file() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
actors:
  mine: { wasm: missing.wasm }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: cannot find the file `missing.wasm`
 --> a.yaml:5:17
  |
5 |   mine: { wasm: missing.wasm }
  |                 ^^^^^^^^^^^^ no such file
  |
  = help: paths are relative to the scenario's folder, `.`"
    );
}

#[test]
fn a_missing_file_with_a_near_name() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
ramdisk:
  a.txt: { file: Cargo.tom }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: cannot find the file `Cargo.tom`
 --> a.yaml:5:18
  |
5 |   a.txt: { file: Cargo.tom }
  |                  ^^^^^^^^^ no such file
  |
  = help: paths are relative to the scenario's folder, `.`"
    );
}

#[test]
fn a_file_that_is_no_wasm() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
actors:
  mine: { wasm: Cargo.toml }
steps: []
",
    );
    assert_eq!(
        shown,
        r"error: `Cargo.toml` is not WebAssembly
 --> a.yaml:5:17
  |
5 |   mine: { wasm: Cargo.toml }
  |                 ^^^^^^^^^^ this file does not begin with `\0asm`
  |
  = help: name the compiled module, such as `actor.wasm`"
    );
}

#[test]
fn an_unknown_program() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
actors:
  disk: { program: vsf }
  echo: {}
steps: []
",
    );
    assert_eq!(
        shown,
        "error: unknown program `vsf`
 --> a.yaml:5:20
  |
5 |   disk: { program: vsf }
  |                    ^^^ there is no such program
  |
  = help: did you mean `vfs`?

error: unknown program `echo`
 --> a.yaml:6:3
  |
6 |   echo: {}
  |   ^^^^ without `program`, an actor runs the program of its name
  |
  = help: known here: `vfs`, `shell`, `blinky`, `store`, `ns`"
    );
}

#[test]
fn an_unknown_profile() {
    let shown = mistakes(
        "name: a
version: 1
board: esp32
steps: []
",
    );
    assert_eq!(
        shown,
        "error: unknown board profile `esp32`
 --> a.yaml:3:8
  |
3 | board: esp32
  |        ^^^^^ there is no such board profile
  |
  = help: did you mean `esp32c6`?"
    );
}

#[test]
fn an_unknown_grant() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
actors:
  vfs: { grants: { ramdsk: read, log: wirte, font: write } }
  shell: { grants: { vfs: read } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: unknown object `ramdsk`
 --> a.yaml:5:20
  |
5 |   vfs: { grants: { ramdsk: read, log: wirte, font: write } }
  |                    ^^^^^^ neither an actor nor a region nor a device of this board
  |
  = help: did you mean `ramdisk`?

error: unknown right `wirte`
 --> a.yaml:5:39
  |
5 |   vfs: { grants: { ramdsk: read, log: wirte, font: write } }
  |                                       ^^^^^ rights are `read`, `write`, `grant`, joined by `+`
  |
  = help: did you mean `write`?

error: `write` of `font` cannot be granted
 --> a.yaml:5:52
  |
5 |   vfs: { grants: { ramdsk: read, log: wirte, font: write } }
  |                                                    ^^^^^ more than there is
  |
  = help: this region belongs to the image and cannot be written: grant `read`

error: `read` of `vfs` cannot be granted
 --> a.yaml:6:27
  |
6 |   shell: { grants: { vfs: read } }
  |                           ^^^^ more than there is
  |
  = help: only an actor itself receives from its endpoint: grant `write`"
    );
}

#[test]
fn a_default_grant_that_is_not_there() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
actors:
  shell: {}
steps: []
",
    );
    assert_eq!(
        shown,
        "error: the program `shell` wants `vfs`
 --> a.yaml:5:3
  |
5 |   shell: {}
  |   ^^^^^ this board has no `vfs`
  |
  = help: add an actor `vfs`, or list other `grants` here"
    );
}

#[test]
fn a_file_name_that_escapes() {
    let shown = mistakes(
        r#"name: a
version: 1
ramdisk: { ../a: x, "": y }
steps: []
"#,
    );
    assert_eq!(
        shown,
        r#"error: `../a` cannot be a file's name
 --> a.yaml:3:12
  |
3 | ramdisk: { ../a: x, "": y }
  |            ^^^^ expected a relative path without `..`

error: `` cannot be a file's name
 --> a.yaml:3:21
  |
3 | ramdisk: { ../a: x, "": y }
  |                     ^^ expected a relative path without `..`"#
    );
}

#[test]
fn an_actor_named_like_a_device() {
    let shown = mistakes(
        "name: a
version: 1
actors: { log: { program: vfs } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: `log` is the name of something else
 --> a.yaml:3:11
  |
3 | actors: { log: { program: vfs } }
  |           ^^^ grants could not tell the two apart
  |
  = help: give the actor another name and say `program: …`"
    );
}

#[test]
fn too_much_contents() {
    let shown = mistakes(
        "name: a
version: 1
regions: { a: { bytes: 60MiB }, b: { bytes: 60MiB } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: this scenario brings too much along
 --> a.yaml:3:45
  |
3 | regions: { a: { bytes: 60MiB }, b: { bytes: 60MiB } }
  |                                             ^^^^^ 62914560 bytes here
  |
  = help: all contents together may have 64 MiB"
    );
}

#[test]
fn board_and_boards() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
boards: { left: { profile: pc } }
actors: {}
steps: []
",
    );
    assert_eq!(
        shown,
        "error: a scenario has either `board` or `boards`
 --> a.yaml:3:8
  |
3 | board: pc
  |        ^^ beside `boards`
  |
  = help: keep one of the two

error: with `boards`, `actors` belongs to one of them
 --> a.yaml:5:9
  |
5 | actors: {}
  |         ^ which board's?
  |
  = help: move it: `boards: { left: { profile: pc, actors: … } }`"
    );
}

#[test]
fn a_step_on_no_board_in_particular() {
    let shown = mistakes(
        "name: a
version: 1
boards: { left: { profile: pc }, right: { profile: pc } }
wires: [ left.gpio2 -> rigth.gpio4, left.gpio2 ]
steps:
  - delay: 1s
  - press: Enter
  - press: Enter
    board: middle
",
    );
    assert_eq!(
        shown,
        "error: unknown board `rigth`
 --> a.yaml:4:10
  |
4 | wires: [ left.gpio2 -> rigth.gpio4, left.gpio2 ]
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^ there is no such board
  |
  = help: did you mean `right`?

error: `left.gpio2` is not a wire
 --> a.yaml:4:37
  |
4 | wires: [ left.gpio2 -> rigth.gpio4, left.gpio2 ]
  |                                     ^^^^^^^^^^ expected two pins with `->` between
  |
  = help: write for example `left.gpio2 -> right.gpio4`

error: which board is this step about?
 --> a.yaml:7:5
  |
7 |   - press: Enter
  |     ^^^^^ `board` is missing
  |
  = help: add `board: …`; the boards are `left`, `right`

error: unknown board `middle`
 --> a.yaml:9:12
  |
9 |     board: middle
  |            ^^^^^^ there is no such board
  |
  = help: known here: `left`, `right`"
    );
}

#[test]
fn endings_without_an_ending() {
    let shown = mistakes("name: a\nversion: 1\nboard: pc\nsteps: []\nendings: {}\n");
    assert_eq!(
        shown,
        "error: `endings` is empty
 --> a.yaml:5:10
  |
5 | endings: {}
  |          ^ expected a name with steps
  |
  = help: write for example `by-hand: [ … ]`, or leave `endings` out"
    );
}

#[test]
fn an_ending_that_cannot_be_a_folder() {
    let shown = mistakes("name: a\nversion: 1\nboard: pc\nsteps: []\nendings: { ../a: [] }\n");
    assert_eq!(
        shown,
        "error: `../a` cannot name an ending
 --> a.yaml:5:12
  |
5 | endings: { ../a: [] }
  |            ^^^^ 1 to 32 letters, digits, `_`, `-` and `.`, a letter or digit first"
    );
}

#[test]
fn a_mistake_in_an_ending() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
steps: []
endings:
  late:
    - delay: soon
",
    );
    assert!(shown.contains(" --> a.yaml:7:14\n"), "{shown}");
}
