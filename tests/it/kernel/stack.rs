//! No instruction of an actor makes the native stack grow: each is executed thousands of times on
//! a small one. An interpreter whose dispatch is no tail call on this target dies here.

use std::thread;

use crate::kernel::Case;
use crate::kernel::bench::Run;
use crate::kernel::bench::actor;

pub(super) const CASES: &[Case] =
    &[("no_loop_of_any_instruction_grows_the_native_stack", instructions)];

/// Bytes of native stack: a few times what one slice needs, far less than one that grows.
const STACK: usize = 192 * 1024;

/// One of every kind of instruction that an interpreter treats in its own way.
const LOOPS: [&str; 24] = [
    "",
    // A constant zero is turned into `memory.size`; growing that is refused is another way again.
    "(drop (memory.grow (i32.const 0)))",
    "(drop (memory.grow (i32.wrap_i64 (i64.shr_u (global.get 0) (i64.const 32)))))",
    "(drop (memory.grow (i32.const 9999)))",
    "(drop (memory.size))",
    "(memory.fill (i32.const 0) (i32.const 1) (i32.const 8))",
    "(memory.copy (i32.const 0) (i32.const 8) (i32.const 8))",
    "(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 4))",
    "(data.drop 1)",
    "(elem.drop 1)",
    "(table.init 0 (i32.const 0) (i32.const 0) (i32.const 1))",
    "(table.copy (i32.const 0) (i32.const 0) (i32.const 1))",
    "(table.fill (i32.const 0) (ref.func $leaf) (i32.const 1))",
    "(drop (table.grow (ref.func $leaf) (i32.const 1)))",
    "(table.set (i32.const 0) (table.get (i32.const 0)))",
    "(call $leaf)",
    "(call_indirect (i32.const 0))",
    "(drop (call $self))",
    "(global.set 0 (i64.add (global.get 0) (i64.const 1)))",
    "(drop (i64.div_s (i64.const 7) (global.get 0)))",
    "(drop (i32.trunc_f64_s (f64.sqrt (f64.const 2))))",
    "(drop (i64.trunc_sat_f32_u (f32.nearest (f32.const 2.5))))",
    "(i64.store (i32.const 16) (i64.load (i32.const 24)))",
    "(block (block (br_table 0 1 (i32.wrap_i64 (global.get 0)))))",
];

fn instructions() {
    let on_small_stack = thread::Builder::new().stack_size(STACK).spawn(|| {
        for body in LOOPS {
            let run = Run::of(vec![actor("looper", &looping(body))], 40);
            assert_eq!(run.logged("looper"), [] as [&str; 0], "{body}");
            assert_eq!(run.did("looper").len(), 40, "{body}: it is preempted 40 times");
        }
    });
    on_small_stack.expect("a thread can be had").join().expect("nothing grew");
}

fn looping(body: &str) -> String {
    format!(
        r#"(module
            (import "env" "sys_self" (func $self (result i64)))
            (memory (export "memory") 1)
            (table 1 funcref)
            (elem $one func $leaf)
            (elem (i32.const 0) $leaf)
            (elem declare func $leaf)
            (data $bytes "abcd")
            (data $more "efgh")
            (global (mut i64) (i64.const 1))
            (func $leaf)
            (func (export "_start") (loop {body} (br 0))))"#
    )
}
