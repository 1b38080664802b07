//! What wasmi does that the specification of WebAssembly does not tell, and the borders of its
//! stack.

use crate::same;

fn runs_the_same(text: &str) {
    let wasm = wat::parse_str(text).expect("the module is well written");
    for leaves_one_in in [1, 2, u64::MAX] {
        same(&wasm, None, 7, leaves_one_in).expect("the module is valid");
    }
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
                        (then (i32.const 1)) (else (i32.const 2))))
                    (func (export "g") (param i32) (result i32)
                      (local.get 0) (i32.const 8)
                      (if (param i32) (result i32) (i32.const {condition})
                        (then (i32.add (i32.const 1))) (else (i32.add (i32.const 2))))
                      (i32.add)
                      (if (param i32) (result i32) (local.get 0)
                        (then (i32.add (i32.const 1))))))"#
                )
                .replace("(if (param i32) (result i32) (local.get 0)\n                        (then (i32.add (i32.const 1))))", "(drop (i32.const 0))"));
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
fn what_traps_for_certain_ends_reachable_code() {
    let certain = [
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
        "(drop (i64.rem_s (i64.const 1) (i64.sub (i64.const 3) (i64.const 3))))",
        "(drop (i32.trunc_f32_s (f32.const nan)))",
        "(drop (i64.trunc_f64_u (f64.const -5)))",
        "(drop (i32.load offset=4294967295 (i32.const 1)))",
        "(drop (i32.load (i32.const 131073)))",
        "(drop (i32.load (i32.const 131072)))",
        "(i64.store offset=65536 (i32.const 65537) (i64.const 0))",
        "(drop (i32.div_u (local.get 0) (i32.const 0)))",
        "(drop (i32.div_u (local.get 0) (i32.eqz (ref.is_null (ref.null func)))))",
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
    for locals in [0, 1, 7, 30, 60, 62, 63, 64, 100, 2000, 4096] {
        for operands in [0, 1, 5, 70] {
            let kinds = "i32 ".repeat(locals);
            let pushed = "(i32.const 1)".repeat(operands);
            let dropped = "(drop)".repeat(operands);
            runs_the_same(&format!(
                r#"(module (import "" "" (func $host (param i32)))
                (memory (export "memory") 1)
                (func $f (export "f") (param i32) (local {kinds})
                  (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
                  {pushed} (call $f (local.get 0)) {dropped})
                (func $g (export "g") (param i32)
                  (call $host (local.get 0))
                  (if (i32.lt_u (local.get 0) (i32.const 257))
                    (then (call $g (i32.add (local.get 0) (i32.const 1)))))))"#
            ));
        }
    }
}

#[test]
fn tail_calls_take_no_depth() {
    runs_the_same(
        r#"(module (import "" "" (func $host (param i32 i32) (result i32)))
        (table funcref (elem $f $g))
        (func $f (export "f") (param i32) (result i32)
          (if (i32.lt_u (i32.const 999) (local.get 0)) (then (return (i32.const 3))))
          (return_call $g (i32.const 5) (i32.add (local.get 0) (i32.const 1))))
        (func $g (param i32 i32) (result i32) (local i64 i64)
          (return_call_indirect (param i32) (result i32) (local.get 1) (i32.const 0)))
        (func (export "last") (param i32) (result i32)
          (return_call $host (i32.const 1) (local.get 0))))"#,
    );
}

#[test]
fn tables_keep_their_size_and_memories_stay_below_their_limit() {
    runs_the_same(
        r#"(module (memory (export "memory") 1) (table $t 3 funcref)
        (func (export "f") (param i32) (result i32 i32 i32 i32 i32)
          (memory.grow (i32.const 0)) (memory.grow (i32.const 3)) (memory.grow (local.get 0))
          (table.grow $t (ref.null func) (local.get 0)) (table.grow $t (ref.null func) (i32.const 0)))
        (func (export "g") (result i32)
          (memory.fill (i32.const 5) (i32.const 6) (i32.const 60000))
          (memory.copy (i32.const 100) (i32.const 6) (i32.const 60000))
          (memory.grow (i32.const 100))))"#,
    );
}

#[test]
fn a_select_that_wasmi_gets_wrong_is_refused() {
    let module = |condition: &str| {
        let text = format!(
            r#"(module (func (export "f") (param i32 i32) (result i32) (local i32)
            (local.set 2 (i32.add (local.get 0) (i32.const 1)))
            (select (i32.const 11) (i32.const 22) {condition})))"#
        );
        wat::parse_str(text).expect("the module is well written")
    };
    let wrong = ["(i32.eqz (local.get 1))", "(i32.ne (i32.const 0) (local.get 1))"];
    for condition in wrong {
        let error = xip::Module::new(module(condition)).expect_err("it is refused");
        assert!(error.to_string().contains("wasmi 2.0.0 gets wrong"), "{error}");
    }
    let right = [
        "(i32.eqz (local.get 2))",
        "(local.get 1)",
        "(i32.eqz (i32.add (local.get 1) (local.get 0)))",
    ];
    for condition in right {
        assert!(same(&module(condition), None, 1, 1).is_some(), "{condition} is accepted");
    }
}

/// wasmi 2.0.0 gives 1005: it adds an argument of the call in place of its answer.
#[test]
fn a_call_of_the_host_at_the_end_of_a_nested_function_answers_its_caller() {
    let text = r#"(module (import "" "" (func $host (param i32 i32) (result i32)))
        (func $g (param i32 i32 i32) (result i32)
          (return_call $host (local.get 1) (local.get 2)))
        (func (export "f") (param i32) (result i32) (local i64 i64)
          (i32.add (i32.const 1000)
            (call $g (local.get 0) (i32.const 5) (i32.const 6)))))"#;
    struct Leaver;
    impl xip::Host for Leaver {
        fn call(&mut self, _: usize, _: &[u64], _: &mut [u8], _: &mut u64) -> Option<u64> {
            None
        }
        fn may_grow(&mut self, _: usize, _: usize) -> bool {
            true
        }
    }
    let wasm = wat::parse_str(text).expect("the module is well written");
    let module = xip::Module::new(wasm).expect("the module is valid");
    let given = xip::Given {
        fuel: 0,
        calls_max: 256,
        values_max: 8192,
        tables_max: 4,
        elements_max: 4096,
        globals: &[],
        spare: 0,
        memory_reserved: 0,
        memory: None,
        tables: &[],
    };
    let mut instance = xip::Instance::open(&module, &given, &mut Leaver).expect("it opens");
    instance.set_fuel(1000);
    let function = module.export("f").expect("it is exported").index;
    assert_eq!(instance.enter(function, &[1], &mut Leaver), xip::Exit::Called(0));
    assert_eq!(instance.arguments(), [5, 6]);
    assert_eq!(instance.answer(&[77], &mut Leaver), xip::Exit::Finished);
    assert_eq!(instance.results(), [1077]);
}
