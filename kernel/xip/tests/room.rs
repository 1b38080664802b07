//! Whatever a module is, checking it takes no memory that was not there when it was asked for. The
//! allocator of this program counts; it moves what grows, as the smallest allocators do.

use image::program::Program;
use peak_alloc::PeakAlloc;
use std::fmt::Write;
use xip::LoadError;
use xip::Module;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// What is left for small pieces, which are not asked for: the kernel's `HEADROOM`.
const HEADROOM: usize = 8 * 1024;

/// Bytes that there are, in all.
const HEAPS: [usize; 7] = [9_000, 12_000, 20_000, 50_000, 130_000, 500_000, 5_000_000];

/// Checks a module in a heap of this size. Says what became of it, and what it took at most.
fn check(wasm: &[u8], heap: usize) -> (Result<(), LoadError>, usize) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let mut room = |bytes: usize| {
        let taken = HEAP.current_usage() - before;
        bytes.checked_add(taken + HEADROOM).is_some_and(|wanted| wanted <= heap)
    };
    let ending = Module::new_within(wasm, &mut room).map(drop);
    (ending, HEAP.peak_usage() - before)
}

/// There is one test, because another's memory would be counted too.
#[test]
fn checking_takes_no_more_than_there_is() {
    let mut most = 0;
    for (name, wasm) in hostile() {
        for heap in HEAPS {
            let (ending, taken) = check(&wasm, heap);
            assert!(taken <= heap, "{name}: {taken} bytes of {heap}, {ending:?}");
        }
        most = most.max(check(&wasm, usize::MAX).1 / wasm.len());
    }
    println!("hostile modules take up to {most} times their size");
    assert!(40 < most, "these modules are not hostile");
    for Program { name, wasm, .. } in image::PROGRAMS {
        let enough = wasm.len() / 2 + 40 * 1024;
        let (ending, taken) = check(wasm, enough);
        println!("{name}: {} bytes take {taken}", wasm.len());
        assert_eq!(ending, Ok(()), "{name} in {enough} bytes");
    }
}

/// Modules that are small for what they want.
fn hostile() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for section in 1..=13 {
        for count in [1_000, 100_000, 1_000_000, u32::MAX] {
            all.push((format!("section {section} of {count}"), claim(section, count)));
        }
    }
    for count in [10, 300, 3_000, 20_000] {
        for (name, text) in texts(count) {
            let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            all.push((format!("{name}, {count} times"), wasm));
        }
        all.push((format!("{count} handlers"), handlers(count as u32)));
    }
    all
}

/// A section that says it has so many items, and has none.
fn claim(section: u8, count: u32) -> Vec<u8> {
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    let number = leb(count);
    wasm.extend([section, number.len() as u8]);
    wasm.extend(number);
    wasm
}

/// A body that handles exceptions, with so many handlers.
fn handlers(count: u32) -> Vec<u8> {
    let mut body = vec![0, 0x1F, 0x40];
    body.extend(leb(count));
    // Each catches whatever comes.
    (0..count).for_each(|_| body.extend([2, 0]));
    body.extend([0x0B, 0x0B]);
    let mut code = vec![1];
    code.extend(leb(body.len() as u32));
    code.extend(body);
    let mut wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0A".to_vec();
    wasm.extend(leb(code.len() as u32));
    wasm.extend(code);
    wasm
}

fn leb(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while 0x7F < value {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// The same thing so many times, each in a module of its own.
fn texts(count: usize) -> Vec<(&'static str, String)> {
    let many = |part: &str| part.repeat(count);
    let each = |part: &dyn Fn(usize) -> String| -> String { (0..count).map(part).collect() };
    let body = |rest: &str| format!("(module (memory 1) (func {rest}))");
    let wide = "i32 ".repeat(200);
    let values = "(i32.const 0)".repeat(200);
    let mut nested = String::new();
    for _ in 0..count.min(3_000) {
        let _ = write!(nested, "(i32.const 1) (if (type 0) (then ");
    }
    let closed = ")) ".repeat(count.min(3_000));
    vec![
        ("types", format!("(module {})", many("(type (func))"))),
        ("types in groups", format!("(module {})", many("(rec (type (func)))"))),
        (
            "different types",
            format!(
                "(module {})",
                each(&|n| format!("(type (func (param {}i64)))", "i32 ".repeat(n % 50)))
            ),
        ),
        ("wide types", format!("(module {})", many(&format!("(type (func (param {wide})))")))),
        ("imports", format!("(module {})", each(&|n| format!("(import \"\" \"{n}\" (func))")))),
        ("globals", format!("(module {})", many("(global i32 (i32.const 0))"))),
        ("functions", format!("(module {})", many("(func)"))),
        ("exports", format!("(module (func) {})", each(&|n| format!("(export \"{n}\" (func 0))")))),
        ("tables", format!("(module {})", many("(table 0 funcref)"))),
        ("references", format!("(module (func) {})", many("(elem declare func 0)"))),
        (
            "functions that are referred to",
            format!("(module {} (elem func {}))", many("(func)"), each(&|n| format!("{n} "))),
        ),
        ("data", format!("(module (memory 1) {})", many("(data \"\")"))),
        ("locals of two types", body(&many("(local i32 i64)"))),
        ("locals", body(&format!("(local {})", many("i32 ")))),
        ("values", body(&many("(i32.const 0)"))),
        ("blocks", body(&format!("{}{}", many("(block "), many(")")))),
        ("loops", body(&format!("{}{}", many("(loop (br_if 0 (i32.const 1)) "), many(")")))),
        ("branches", body(&format!("(block {})", many("(br_if 0 (i32.load (i32.const 0)))")))),
        (
            "branches of blocks",
            body(&format!("{}{}", many("(block (br_if 0 (i32.load (i32.const 0))) "), many(")"))),
        ),
        (
            "long branches",
            body(&format!("(block (block {}))", many("(br_if 1 (i32.load (i32.const 0))) nop"))),
        ),
        ("branches back", body(&format!("(loop {})", many("(br_if 0 (i32.load (i32.const 0)))")))),
        (
            "a table of branches",
            body(&format!("(block (br_table {} (i32.load (i32.const 0))))", many("0 "))),
        ),
        (
            "a table of branches to as many blocks",
            body(&format!(
                "{}(br_table {} (i32.load (i32.const 0))){}",
                many("(block "),
                each(&|n| format!("{n} ")),
                many(")")
            )),
        ),
        (
            "wide arms",
            format!(
                "(module (type (func (param {wide}) (result {wide}))) (func {values} {nested} \
                 {closed} unreachable))"
            ),
        ),
        (
            "wide results",
            format!(
                "(module (type (func (result {wide}))) (func $give (type 0) {values}) (func {} \
                 unreachable))",
                "(call $give)".repeat(count.min(3_000))
            ),
        ),
    ]
}
