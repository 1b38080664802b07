//! What a kernel may expect of an engine from outside.

use core::any::Any;
use std::sync::Arc;

use engine::Compiler;
use engine::External;
use kernel::engine::ExternalBounds;
use kernel::engine::ExternalEngine;
use kernel::engine::ExternalEntry;
use kernel::engine::ExternalExit;
use kernel::engine::ExternalInstance;
use kernel::engine::Outside;
use kernel::fault::Fault;

const BOUNDS: ExternalBounds =
    ExternalBounds { memory_max: 1 << 20, tables_max: 4, elements_max: 4096 };

/// Answers even numbers at once.
#[derive(Default)]
struct Desk {
    calls: usize,
}

impl Outside for Desk {
    fn call(
        &mut self,
        import: usize,
        words: [u64; 7],
        memory: &mut [u8],
        fuel: &mut u64,
    ) -> Option<u64> {
        assert_eq!(import, 0);
        self.calls += 1;
        *fuel -= 1;
        if let Some(first) = memory.first_mut() {
            *first += 1;
        }
        words[0].is_multiple_of(2).then_some(words[0] * 10)
    }

    fn may_grow(&mut self, bytes: usize) -> bool {
        bytes <= 3 << 16
    }

    fn may_grow_table(&mut self, _: u64) -> bool {
        false
    }
}

fn open(text: &str) -> Box<dyn ExternalInstance> {
    let compiler = Arc::new(Compiler::new(None).expect("this computer has what it takes"));
    let wasm = wat::parse_str(text).expect("the module is well written");
    let module = External(compiler).load(&wasm).expect("it is taken");
    module.open(BOUNDS).expect("it can be made")
}

fn desk(outside: Box<dyn Outside>) -> Box<Desk> {
    let outside: Box<dyn Any> = outside;
    outside.downcast().expect("what is lent is given back")
}

const CALLER: &str = r#"(module (import "env" "ask" (func $ask (param i32) (result i32)))
    (memory (export "memory") 1) (global (export "place") i32 (i32.const 77))
    (func (export "_start")
      (i32.store8 (i32.const 1) (call $ask (i32.const 4)))
      (i32.store8 (i32.const 2) (call $ask (i32.const 5)))
      (i32.store8 (i32.const 3) (i32.load8_u (i32.const 9))))
    (func (export "handle_message") (param i32 i64 i32 i32) (result i32)
      (call $ask (local.get 0))))"#;

#[test]
fn what_is_answered_later_leaves_and_memory_is_shown_meanwhile() {
    let mut instance = open(CALLER);
    instance.set_fuel(1000);
    let (outside, exit) = instance.enter(Box::new(Desk::default()), ExternalEntry::Start);
    assert_eq!(exit, ExternalExit::Left);
    assert_eq!(instance.memory()[..4], [2, 40, 0, 0]);
    let desk_then = desk(outside);
    assert_eq!(desk_then.calls, 2);
    let fuel = instance.fuel();
    instance.memory()[9] = 99;
    let (_, exit) = instance.answer(desk_then, 55);
    assert_eq!(exit, ExternalExit::Finished(0));
    assert_eq!(instance.memory()[..4], [2, 40, 55, 99]);
    assert_eq!(instance.fuel(), fuel, "all of the function was paid at its entry");
    let message = ExternalEntry::Handler([6, 0, 0, 0]);
    let (_, exit) = instance.enter(Box::new(Desk::default()), message);
    assert_eq!(exit, ExternalExit::Finished(60));
}

#[test]
fn fuel_that_does_not_suffice_leaves_and_nothing_of_it_is_lost() {
    let mut instance = open(
        r#"(module (memory (export "memory") 1)
        (func (export "_start") (local i32)
          (loop (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get 0) (i32.const 100))))
          (i32.store (i32.const 0) (local.get 0))))"#,
    );
    instance.set_fuel(50);
    let (mut outside, mut exit) = instance.enter(Box::new(Desk::default()), ExternalEntry::Start);
    let mut turns = 0;
    while let ExternalExit::OutOfFuel(required) = exit {
        assert!(instance.fuel() < required);
        let fuel = instance.fuel();
        instance.set_fuel(fuel + 50);
        (outside, exit) = instance.refuel(outside);
        turns += 1;
    }
    assert_eq!(exit, ExternalExit::Finished(0));
    assert_eq!(instance.memory()[0], 100);
    assert!(10 < turns, "{turns} turns");
    drop(outside);
}

#[test]
fn a_fault_is_told_and_a_refused_growth_is_none() {
    let mut instance = open(
        r#"(module (memory (export "memory") 1)
        (func (export "_start")
          (i32.store (i32.const 0) (memory.grow (i32.const 1)))
          (i32.store (i32.const 4) (memory.grow (i32.const 9)))
          (i32.store (i32.const -4) (i32.const 0))))"#,
    );
    instance.set_fuel(1 << 20);
    let (_, exit) = instance.enter(Box::new(Desk::default()), ExternalEntry::Start);
    assert_eq!(exit, ExternalExit::Faulted(Fault::MemoryOutOfBounds));
    assert_eq!(instance.memory_size(), 2 << 16);
    assert_eq!(instance.memory()[..8], [1, 0, 0, 0, 255, 255, 255, 255]);
    assert!(instance.grow_memory(1), "the kernel's own growth asks nobody");
    assert_eq!(instance.memory_size(), 3 << 16);
}

#[test]
fn globals_are_told_by_name() {
    let mut instance = open(CALLER);
    assert_eq!(instance.global("place"), Some(77));
    assert_eq!(instance.global("memory"), None);
}

#[test]
fn thousands_are_suspended_at_once_and_go_on_in_any_order() {
    let compiler = Arc::new(Compiler::new(None).expect("this computer has what it takes"));
    let wasm = wat::parse_str(CALLER).expect("the module is well written");
    let module = External(compiler).load(&wasm).expect("it is taken");
    let mut suspended = Vec::new();
    for _ in 0..3000 {
        let mut instance = module.open(BOUNDS).expect("it can be made");
        instance.set_fuel(1000);
        let (outside, exit) = instance.enter(Box::new(Desk::default()), ExternalEntry::Start);
        assert_eq!(exit, ExternalExit::Left);
        suspended.push((instance, outside));
    }
    let (even, odd): (Vec<_>, Vec<_>) =
        suspended.into_iter().enumerate().partition(|(place, _)| place % 2 == 0);
    for (place, (mut instance, outside)) in odd.into_iter().chain(even).take(2000) {
        let (_, exit) = instance.answer(outside, place as u64 % 200);
        assert_eq!(exit, ExternalExit::Finished(0));
        assert_eq!(usize::from(instance.memory()[2]), place % 200);
    }
}

#[test]
fn more_memory_than_there_may_be_is_no_instance() {
    let compiler = Arc::new(Compiler::new(None).expect("this computer has what it takes"));
    let wasm = wat::parse_str(r#"(module (memory (export "memory") 17) (func (export "_start")))"#);
    let module = External(compiler).load(&wasm.expect("it is well written")).expect("it is taken");
    assert!(module.open(BOUNDS).is_none());
}
