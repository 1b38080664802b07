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
