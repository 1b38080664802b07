//! How mistakes in modules that are written as text are shown.

use crate::scenario::mistake_text::mistakes;

#[test]
fn a_module_with_a_mistake_in_a_block() {
    let shown = mistakes(
        r#"name: a
version: 1
board: [pc, esp32c6]
actors:
  mine:
    wat: |
      (module
        (memory 1)

        (func (export "_start") (cal $log)))
    grants: { log: write }
steps: []
"#,
    );
    assert_eq!(
        shown,
        r#"error: this is not WebAssembly text
  --> a.yaml:10:34
   |
10 |         (func (export "_start") (cal $log)))
   |                                  ^^^ unknown operator or unexpected token"#
    );
}

#[test]
fn a_module_that_is_written_otherwise() {
    let shown = mistakes(
        r#"name: a
version: 1
board: pc
actors:
  mine: { wat: "(module\n  (func (call $log)))" }
steps: []
"#,
    );
    assert_eq!(
        shown,
        r#"error: line 2 of it is not WebAssembly text
 --> a.yaml:5:16
  |
5 |   mine: { wat: "(module\n  (func (call $log)))" }
  |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown func: failed to find name `$log`
  |
  = help: write it as a block behind `wat: |`, and its lines can be shown"#
    );
}

#[test]
fn several_codes_for_one_actor() {
    let shown = mistakes(
        r#"name: a
version: 1
board: pc
actors:
  mine: { wat: "(module)", program: vfs }
steps: []
"#,
    );
    assert_eq!(
        shown,
        r#"error: an actor has either a `program` or a `wat`
 --> a.yaml:5:37
  |
5 |   mine: { wat: "(module)", program: vfs }
  |                                     ^^^ beside `wat`
  |
  = help: keep one of the two"#
    );
}

#[test]
fn a_file_of_the_ramdisk_with_a_mistake_in_its_module() {
    let shown = mistakes(
        r#"name: a
version: 1
ramdisk:
  bad.wasm:
    wat: |
      (module
        (memry 1))
steps: []
"#,
    );
    assert_eq!(
        shown,
        "error: this is not WebAssembly text
 --> a.yaml:7:10
  |
7 |         (memry 1))
  |          ^^^^^ expected valid module field"
    );
}

#[test]
fn a_file_of_the_ramdisk_of_no_program() {
    let shown = mistakes(
        "name: a
version: 1
ramdisk: { a.wasm: { program: vsf }, b.wasm: { program: ns } }
steps: []
",
    );
    assert_eq!(
        shown,
        "error: unknown program `vsf`
 --> a.yaml:3:31
  |
3 | ramdisk: { a.wasm: { program: vsf }, b.wasm: { program: ns } }
  |                               ^^^ there is no such program
  |
  = help: did you mean `vfs`?

error: unknown program `ns`
 --> a.yaml:3:57
  |
3 | ramdisk: { a.wasm: { program: vsf }, b.wasm: { program: ns } }
  |                                                         ^^ a service of the kernel image is no module
  |
  = help: known here: `vfs`, `shell`, `blinky`, `store`"
    );
}

#[test]
fn contents_of_two_kinds() {
    let shown = mistakes(
        r#"name: a
version: 1
ramdisk: { a.wasm: { program: vfs, wat: "(module)" } }
steps: []
"#,
    );
    assert_eq!(
        shown,
        r#"error: not YAML: contents are one thing, not several
 --> a.yaml:3:20
  |
3 | ramdisk: { a.wasm: { program: vfs, wat: "(module)" } }
  |                    ^ the reading stopped here"#
    );
}
