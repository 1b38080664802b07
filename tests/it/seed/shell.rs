//! The start-up of seed *wasm-actors*, as its document states it, by modules that import the seed's
//! seven functions and nothing else.

use std::borrow::Cow;

use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::manifest::ActorManifest;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Program;
use kernel::manifest::Region;
use kernel::time::Instant;
use kernel::trace::What;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::actor;
use crate::seed::bench::wasm;

pub(super) const CASES: &[Case] = &[
    ("the_shell_of_wasm_actors_reads_a_file_draws_it_and_ends", starts),
    ("the_shells_endpoint_dies_with_it", forgotten),
];

/// The seed's imports with the types that its SDK declares.
const PRELUDE: &str = r#"
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_exit" (func $exit (param i32)))
    (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
    (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
    (import "env" "sys_cap_mem_read" (func $read (param i64 i32 i32 i32) (result i32)))
    (import "env" "sys_cap_mem_write" (func $write (param i64 i32 i32 i32) (result i32)))
    (import "env" "sys_fb_info" (func $screen (result i64)))
    (memory (export "memory") 1)
    (func $refused (param $code i32)
        (if (i32.lt_s (local.get $code) (i32.const 0)) (then unreachable)))"#;

/// Slot 0 is its own endpoint, 1 is the file server, 2 is the screen's server.
const SHELL: &str = r#"
    (data (i32.const 16) "Shell actor started")
    (data (i32.const 48) "Shell: done")
    (data (i32.const 64) "hello.txt")
    ;; x, y and colour, in front of the text to draw.
    (data (i32.const 1024) "\0a\00\0a\00\11\22\33\00")
    (func (export "_start") (local $len i32)
        (call $log (i32.const 16) (i32.const 19))
        (call $refused (call $send
            (i64.const 1) (i32.const 2) (i32.const 64) (i32.const 9) (i64.const 0)))
        (drop (call $recv (i64.const 0) (i32.const 2048) (i32.const 1056)))
        (local.set $len (i32.load (i32.const 2076)))
        (memory.copy (i32.const 1032) (i32.const 2080) (local.get $len))
        (call $refused (call $send (i64.const 2) (i32.const 1) (i32.const 1024)
            (i32.add (i32.const 8) (local.get $len)) (i64.const -1)))
        (call $log (i32.const 48) (i32.const 11))
        (call $exit (i32.const 0)))"#;

/// Slot 1 is the ramdisk, a TAR archive. It looks at its first file, and answers to the capability
/// that came along.
const VFS: &str = r#"
    (func $octal (param $at i32) (result i32) (local $value i32)
        (loop $digit (result i32)
            (if (result i32) (i32.lt_u (i32.load8_u (local.get $at)) (i32.const 48))
                (then (local.get $value))
                (else
                    (local.set $value (i32.add
                        (i32.mul (local.get $value) (i32.const 8))
                        (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
                    (local.set $at (i32.add (local.get $at) (i32.const 1)))
                    (br $digit)))))
    (func $differs (param $len i32) (result i32) (local $at i32)
        (loop $byte (result i32)
            (if (result i32) (i32.eq (local.get $at) (local.get $len))
                (then (i32.load8_u (i32.add (i32.const 4096) (local.get $at))))
                (else
                    (if (i32.ne
                        (i32.load8_u (i32.add (i32.const 4096) (local.get $at)))
                        (i32.load8_u (i32.add (i32.const 2080) (local.get $at))))
                        (then (return (i32.const 1))))
                    (local.set $at (i32.add (local.get $at) (i32.const 1)))
                    (br $byte)))))
    (func (export "_start") (local $len i32)
        (call $refused (call $read
            (i64.const 1) (i32.const 0) (i32.const 4096) (i32.const 512)))
        (loop $next
            (drop (call $recv (i64.const 0) (i32.const 2048) (i32.const 1056)))
            (br_if $next (i32.ne (i32.load (i32.const 2072)) (i32.const 2)))
            (br_if $next (call $differs (i32.load (i32.const 2076))))
            (local.set $len (call $octal (i32.const 4220)))
            (call $refused (call $read
                (i64.const 1) (i32.const 512) (i32.const 8192) (local.get $len)))
            (call $refused (call $send (i64.load (i32.const 2064)) (i32.const 2)
                (i32.const 8192) (local.get $len) (i64.const -1)))
            (br $next)))"#;

/// Slot 1 is the screen. A text is drawn as one pixel of its colour, and said.
const UI: &str = r#"
    (func (export "_start") (local $at i32)
        (loop $next
            (drop (call $recv (i64.const 0) (i32.const 2048) (i32.const 1056)))
            (br_if $next (i32.ne (i32.load (i32.const 2072)) (i32.const 1)))
            ;; The screen is as wide as the upper half of the word says.
            (local.set $at (i32.add
                (i32.load16_u (i32.const 2080))
                (i32.mul
                    (i32.load16_u (i32.const 2082))
                    (i32.wrap_i64 (i64.shr_u (call $screen) (i64.const 32))))))
            (call $refused (call $write (i64.const 1)
                (i32.mul (local.get $at) (i32.const 4)) (i32.const 2084) (i32.const 4)))
            (call $log (i32.const 2088)
                (i32.sub (i32.load (i32.const 2076)) (i32.const 8)))
            (br $next)))"#;

const TEXT: &[u8] = b"Hello, actors";

/// One file as TAR has it (POSIX.1-1988, ustar): a header of 512 bytes, then the file, padded.
fn archive() -> Region {
    let mut bytes = vec![0; 1024];
    bytes[..9].copy_from_slice(b"hello.txt");
    bytes[124..135].copy_from_slice(format!("{:011o}", TEXT.len()).as_bytes());
    bytes[512..512 + TEXT.len()].copy_from_slice(TEXT);
    Region { name: "ramdisk".to_owned(), bytes: Cow::Owned(bytes) }
}

/// An actor whose slots are the seed's; the log has the last.
fn member(name: &str, text: &str, grants: &[(GrantObject, Rights)]) -> ActorManifest {
    let program = wasm(&format!("(module {PRELUDE} {text})"));
    let log = [(GrantObject::Log, Rights::WRITE)];
    let grants = grants.iter().chain(&log).cloned();
    let grants = grants.map(|(object, rights)| Grant { object, rights }).collect();
    ActorManifest { grants, ..actor(name, program) }
}

fn world() -> World {
    let endpoint = |name: &str| (GrantObject::Endpoint(name.to_owned()), Rights::WRITE);
    let ramdisk = GrantObject::Region("ramdisk".to_owned());
    let screen = (GrantObject::Framebuffer, Rights::READ | Rights::WRITE);
    let actors = vec![
        member("vfs", VFS, &[(ramdisk, Rights::READ)]),
        member("ui", UI, &[screen]),
        member("shell", SHELL, &[endpoint("vfs"), endpoint("ui")]),
    ];
    World { regions: vec![archive()], ..World::of(actors) }
}

fn starts() {
    let world = world();
    for actor in &world.actors {
        let Program::Wasm(wasm) = &actor.program else { unreachable!("all of them are modules") };
        assert_eq!(kernel::engine::imports(wasm).map(|imports| imports.len()), Ok(7));
    }
    let run = world.run();
    let text = core::str::from_utf8(TEXT).expect("it is text");
    let log = ["shell: Shell actor started", "shell: Shell: done", &format!("ui: {text}")];
    assert_eq!(run.log(), log);
    assert_eq!(run.pixel(10, 10), [0x11, 0x22, 0x33, 0]);
    assert_eq!(run.pixel(11, 10), [0; 4]);
    let exit = (Instant::ZERO, What::Exit(ExitReason::Exited(0)));
    assert!(run.did("shell").contains(&exit), "{:?}", run.did("shell"));
}

/// The file server was given the shell's endpoint with the request. The seed lists as a limitation
/// that it keeps it; here it is told of the end, and has nothing left of it.
fn forgotten() {
    let run = world().run();
    let did = run.did("shell");
    let released = did.iter().find_map(|(_, what)| match what {
        What::Release { revoked, told, .. } => Some((*revoked, *told)),
        _ => None,
    });
    assert_eq!(released, Some((1, 1)));
}
