//! How mistakes about flash and power are shown.

use crate::scenario::mistake_text::mistakes;

#[test]
fn a_cut_has_one_of_three_modes() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
steps:
  - cut-power: tron
",
    );
    assert_eq!(
        shown,
        "error: unknown mode of a power cut `tron`
 --> a.yaml:5:16
  |
5 |   - cut-power: tron
  |                ^^^^ there is no such mode of a power cut
  |
  = help: did you mean `torn`?"
    );
}

#[test]
fn power_is_cut_where_there_is_flash() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
steps:
  - cut-power: { operation: 3 }
",
    );
    assert_eq!(
        shown,
        "error: this board has no flash
 --> a.yaml:5:16
  |
5 |   - cut-power: { operation: 3 }
  |                ^ there is nothing that could be cut short or looked at
  |
  = help: give it one: `flash: {}` is a blank chip of 1 MiB, all of it `home`"
    );
}

#[test]
fn a_planned_cut_says_when() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
flash: {}
steps:
  - cut-power: { mode: torn }
",
    );
    assert_eq!(
        shown,
        "error: when does power go?
 --> a.yaml:6:16
  |
6 |   - cut-power: { mode: torn }
  |                ^ `operation` or `during` is missing
  |
  = help: write `cut-power: torn` for now, or for example `{ operation: 3 }`"
    );
}

#[test]
fn an_exploration_has_its_own_keys() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
flash: {}
steps:
  - cut-power: { during: [{ delay: 1s }], mode: torn, then: [{ reboot: 1ms }] }
",
    );
    assert_eq!(
        shown,
        "error: `mode` does not belong here
 --> a.yaml:6:49
  |
6 |   - cut-power: { during: [{ delay: 1s }], mode: torn, then: [{ reboot: 1ms }] }
  |                                                 ^^^^ `mode` goes with `operation`"
    );
}

#[test]
fn power_comes_back_after_a_cut() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
flash: {}
steps:
  - cut-power: { during: [{ delay: 1s }] }
",
    );
    assert_eq!(
        shown,
        "error: power never comes back
 --> a.yaml:6:16
  |
6 |   - cut-power: { during: [{ delay: 1s }] }
  |                ^ `then` begins with `reboot`
  |
  = help: write for example `then: [{ reboot: 100ms }]`"
    );
}

#[test]
fn a_flash_has_whole_sectors() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
flash: { size: 1000B }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: a flash has whole sectors
 --> a.yaml:4:16
  |
4 | flash: { size: 1000B }
  |                ^^^^^ expected a multiple of 4KiB, at most 64 MiB"
    );
}

#[test]
fn partitions_have_their_own_sectors() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
flash: { partitions: { a: 0..4096, b: 0..8192, c: 1..2 } }
steps:
  - expect: { file: { path: /home/a } }
  - expect: { file: { path: /a/x, is: y, absent: true } }
  - expect: { power: of }
",
    );
    assert_eq!(
        shown,
        "error: two partitions share bytes
 --> a.yaml:4:39
  |
4 | flash: { partitions: { a: 0..4096, b: 0..8192, c: 1..2 } }
  |                                       ^^^^^^^ `a` has some of these

error: `1..2` is not a part of this flash
 --> a.yaml:4:51
  |
4 | flash: { partitions: { a: 0..4096, b: 0..8192, c: 1..2 } }
  |                                                   ^^^^ expected whole sectors of 4KiB between 0 and 1048576
  |
  = help: write for example `0x10000..0x50000` or `64KiB..1MiB`

error: unknown partition `home`
 --> a.yaml:6:29
  |
6 |   - expect: { file: { path: /home/a } }
  |                             ^^^^^^^ there is no such partition
  |
  = help: known here: `a`, `b`

error: this says several things of the file
 --> a.yaml:7:21
  |
7 |   - expect: { file: { path: /a/x, is: y, absent: true } }
  |                     ^ expected one of `is`, `holds`, `size` and `absent`
  |
  = help: write one step for each

error: unknown state of power `of`
 --> a.yaml:8:22
  |
8 |   - expect: { power: of }
  |                      ^^ there is no such state of power
  |
  = help: did you mean `on`?"
    );
}

#[test]
fn bits_and_partitions_are_those_there_are() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
flash: { size: 4KiB }
actors: { vfs: { grants: { flash(hme): read } } }
steps:
  - flip-bit: { at: 4096, bit: 8 }
",
    );
    assert_eq!(
        shown,
        "error: unknown partition `hme`
 --> a.yaml:5:28
  |
5 | actors: { vfs: { grants: { flash(hme): read } } }
  |                            ^^^^^^^^^^ there is no such partition
  |
  = help: did you mean `home`?

error: `4096` is not a byte of the flash
 --> a.yaml:7:21
  |
7 |   - flip-bit: { at: 4096, bit: 8 }
  |                     ^^^^ expected a number from 0 to 4095

error: `8` is not a bit
 --> a.yaml:7:32
  |
7 |   - flip-bit: { at: 4096, bit: 8 }
  |                                ^ expected a number from 0 to 7"
    );
}

#[test]
fn flash_is_granted_where_there_is_some() {
    let shown = mistakes(
        "name: a
version: 1
board: pc
actors: { vfs: { grants: { flash(home): read } } }
steps:
  - wait: { all: [{ log: x, within: 1s }] }
",
    );
    assert_eq!(
        shown,
        "error: this board has no flash
 --> a.yaml:4:28
  |
4 | actors: { vfs: { grants: { flash(home): read } } }
  |                            ^^^^^^^^^^^ there is nothing to grant
  |
  = help: give it one: `flash: {}` is a blank chip of 1 MiB, all of it `home`

error: a part of `all` has no time of its own
 --> a.yaml:6:37
  |
6 |   - wait: { all: [{ log: x, within: 1s }] }
  |                                     ^^ the time goes beside `all`"
    );
}
