//! The borders: constants that wasmi folds, a full stack, operators with a price of their own, and
//! what is refused.

use crate::LIMITS;
use crate::Outcome;
use crate::same;
use metering::Untreatable;
use metering::meter;

fn runs_the_same(text: &str) {
    let wasm = wat::parse_str(text).expect("the module is well written");
    for leaves_one_in in [1, 2, u64::MAX] {
        match same(&wasm, None, 7, leaves_one_in) {
            Outcome::Same { .. } => (),
            other => panic!("{other:?}"),
        }
    }
}

fn reason(text: &str) -> Untreatable {
    let wasm = wat::parse_str(text).expect("the module is well written");
    meter(&wasm, &LIMITS).expect_err("it is not treated")
}

#[test]
fn arms_that_a_constant_decides_cost_what_they_do_in_wasmi() {
    for condition in [0, 1, 5] {
        for (then, other) in [("", ""), ("nop", "br 0"), ("br 0", "(loop)"), ("(loop)", "nop")] {
            for tail in ["", "(else (drop (i32.const 1)) OTHER)"] {
                let tail = tail.replace("OTHER", other);
                runs_the_same(&format!(
                    r#"(module (global $c i32 (i32.const {condition}))
                    (func (export "f") (param i32) (result i32)
                      (if (i32.const {condition}) (then (drop (i32.const 2)) {then}) {tail})
                      (if (i32.and (global.get $c) (i32.const 3)) (then {then}) {tail})
                      (block (br_if 0 (i32.const {condition})) (loop (drop (i32.const 9))))
                      (block (block (block
                        (br_table 0 1 2 (i32.const {condition})))
                        (loop (drop (i32.const 3)))) (loop (drop (i32.const 4))))
                      (if (result i32) (local.get 0)
                        (then (i32.const 1)) (else (i32.const 2)))))"#
                ));
            }
        }
    }
}

#[test]
fn an_arm_that_is_not_there_is_charged_if_it_has_results() {
    runs_the_same(
        r#"(module (func (export "f") (param i32) (result i32)
          (local.get 0)
          (if (param i32) (result i32) (local.get 0) (then (drop) (i32.const 5)))
          (if (param i32) (result i32) (i32.const 0) (then (drop) (i32.const 5)))))"#,
    );
}

#[test]
fn what_traps_for_certain_costs_no_more_than_in_wasmi() {
    let certain = [
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        "(drop (i32.trunc_f32_s (f32.const nan)))",
        "(drop (i32.load offset=4294967295 (i32.const 1)))",
        "(drop (i32.load (i32.const 131073)))",
        "(i64.store offset=65536 (i32.const 65537) (i64.const 0))",
        "(drop (i32.div_u (local.get 0) (i32.const 0)))",
    ];
    for certain in certain {
        runs_the_same(&format!(
            r#"(module (memory (export "memory") 1 2)
            (func (export "f") (param i32)
              (block (br_if 0 (local.get 0)) {certain} (loop (drop (i32.const 1)) (br 0)))
              (loop (drop (i32.const 1))))
            (func (export "g") (param i32) {certain} (loop (drop (i32.const 1)))))"#
        ));
    }
}

#[test]
fn depth_and_height_of_the_stack_end_at_the_same_call() {
    for locals in [0, 1, 7, 30, 62, 63, 100, 2000, 4096] {
        for operands in [0, 1, 5, 70] {
            let kinds = "i32 ".repeat(locals);
            let pushed = "(i32.const 1)".repeat(operands);
            let dropped = "(drop)".repeat(operands);
            runs_the_same(&format!(
                r#"(module (import "" "" (func $host (param i32)))
                (memory (export "memory") 1) (table funcref (elem $f $g))
                (func $f (export "f") (param i32) (local {kinds})
                  (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
                  {pushed} (call $f (local.get 0)) {dropped})
                (func $g (export "g") (param i32)
                  (call $host (local.get 0))
                  (if (i32.lt_u (local.get 0) (i32.const 257))
                    (then (call_indirect (param i32)
                      (i32.add (local.get 0) (i32.const 1)) (i32.const 1))))))"#
            ));
        }
    }
}

#[test]
fn calls_of_the_host_need_room_on_the_stack() {
    for operands in 0..40 {
        let pushed = "(i64.const 1)".repeat(operands);
        let dropped = "(drop)".repeat(operands);
        runs_the_same(&format!(
            r#"(module (import "" "" (func $host (param i32 i64 i32 i64) (result i64)))
            (func $f (export "f") (param i32) {pushed}
              (drop (call $host (local.get 0) (i64.const 1) (i32.const 2) (i64.const 3)))
              (call $f (local.get 0)) {dropped}))"#
        ));
    }
}

#[test]
fn a_stack_that_cannot_be_full_is_not_counted() {
    let counts = |text: &str| {
        let wasm = wat::parse_str(text).expect("the module is well written");
        meter(&wasm, &LIMITS).expect("it is treated").counts_stack
    };
    let flat = "(module (func $f) (func $g (call $f)) (func (export \"h\") (call $g)))";
    assert!(!counts(flat));
    assert!(counts("(module (func $f (export \"f\") (call $f)))"));
    let through_a_table = "(module (table funcref (elem $f)) (func $f (export \"f\")
        (call_indirect (i32.const 0))))";
    assert!(counts(through_a_table));
    let chain: String = (1..300).map(|n| format!("(func $f{n} (call $f{}))", n - 1)).collect();
    assert!(counts(&format!("(module (func $f0) {chain})")));
}

#[test]
fn tail_calls_take_no_depth() {
    runs_the_same(
        r#"(module (table funcref (elem $f $g))
        (func $f (export "f") (param i32) (result i32)
          (if (i32.lt_u (i32.const 999) (local.get 0)) (then (return (i32.const 3))))
          (return_call $g (i32.const 5) (i32.add (local.get 0) (i32.const 1))))
        (func $g (param i32 i32) (result i32) (local i64 i64)
          (return_call_indirect (param i32) (result i32) (local.get 1) (i32.const 0))))"#,
    );
}

#[test]
fn what_moves_much_at_once_costs_what_it_does_in_wasmi() {
    for page in ["", "(pagesize 1)"] {
        let size = if page.is_empty() { "1 3" } else { "65536 200000" };
        runs_the_same(&format!(
            r#"(module (memory (export "memory") {size} {page}) (table $t 300 400 funcref)
            (table $u 10 funcref) (elem $e func $z $z $z) (data $d "0123456789abcdefghijk")
            (func $z)
            (func (export "f") (param i32) (result i32 i32 i32 i32 i32)
              (memory.grow (i32.const 0)) (memory.grow (i32.const 2)) (memory.grow (local.get 0))
              (table.grow $t (ref.null func) (local.get 0))
              (table.grow $t (ref.null func) (i32.const 0)))
            (func (export "g") (result i32)
              (memory.fill (i32.const 5) (i32.const 6) (i32.const 60000))
              (memory.copy (i32.const 100) (i32.const 6) (i32.const 60000))
              (memory.init $d (i32.const 0) (i32.const 1) (i32.const 20))
              (table.init $t $e (i32.const 4) (i32.const 0) (i32.const 3))
              (table.fill $t (i32.const 7) (ref.func $z) (i32.const 290))
              (table.copy $t $t (i32.const 100) (i32.const 0) (i32.const 200))
              (table.copy $u $t (i32.const 0) (i32.const 0) (i32.const 10))
              (data.drop $d) (elem.drop $e)
              (memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))
              (table.init $t $e (i32.const 4) (i32.const 0) (i32.const 0))
              (memory.grow (i32.const 100)))
            (func (export "h") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 9)))
            (elem declare func $z))"#
        ));
    }
}

#[test]
fn every_refusal_says_why() {
    let many = "i64 ".repeat(8);
    let import = |kind: &str| reason(&format!("(module (import \"\" \"\" (func {kind})))"));
    let unfit = |why| Untreatable::Import { function: 0, why };
    assert_eq!(
        import(&format!("(param {many})")),
        unfit("takes more values than a call has words")
    );
    assert_eq!(import("(result i32 i32)"), unfit("gives more than one value"));
    assert_eq!(import("(param funcref)"), unfit("takes or gives a reference"));
    let last = "(module (import \"\" \"\" (func $h)) (func (return_call $h)))";
    assert_eq!(reason(last), Untreatable::EndsInHostCall { function: 1 });
    let through_a_table = "(module (import \"\" \"\" (func $h)) (table funcref (elem $h)) (func)
        (func (return_call_indirect (i32.const 0))))";
    assert_eq!(reason(through_a_table), Untreatable::EndsInHostCall { function: 2 });
    let taken = "(module (func (export \"meter.fuel\")))";
    assert_eq!(reason(taken), Untreatable::TakenName("meter.fuel".to_string()));
    let library = "(module (@custom \"dylink.0\" (before first) \"\"))";
    assert_eq!(reason(library), Untreatable::Library);
    assert!(matches!(reason("(module (memory i64 1))"), Untreatable::Refused(_)));
    let wrong = r#"(module (func (export "f") (param i32 i32) (result i32) (local i32)
        (local.set 2 (i32.add (local.get 0) (i32.const 1)))
        (select (i32.const 11) (i32.const 22) (i32.eqz (local.get 1)))))"#;
    assert!(reason(wrong).to_string().contains("wasmi 2.0.0 gets wrong"));
}
