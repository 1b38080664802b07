//! Two writers and a watcher: whatever the schedule, the watcher is told of each change that the file
//! server made, once and in the order in which they were made.

use abi::bus;
use abi::bus::Header;
use abi::rights::Rights;
use kernel::limits::MAILBOX_MESSAGES;
use kernel::manifest::ActorManifest;
use kernel::manifest::ChildSpec;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Program;
use kernel::trace::What;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;
use std::collections::BTreeSet;
use std::fmt::Write;

use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::knowing;
use crate::law::law;

/// Files that the writers quarrel about.
const FILES: [&str; 4] = ["/tmp/a", "/tmp/b", "/tmp/c", "/tmp/d"];

/// Changes that the file server keeps for a slow watcher, and no more.
const KEPT: usize = 32;

/// One request of a writer.
#[derive(Clone, Copy, Debug)]
enum Step {
    Write(usize),
    Append(usize),
    Delete(usize),
    Rename(usize, usize),
}

/// A writer's requests, with rounds of a loop before each.
type Script = Vec<(Step, u32)>;

#[derive(Clone, Debug)]
struct Case {
    writers: [Script; 2],
    /// Of file server, writers and watcher.
    priorities: [u8; 4],
    /// Messages that the watcher's mailbox takes.
    mailbox: usize,
    watcher_spin: u32,
}

pub(super) fn trials() -> Vec<Trial> {
    vec![law("watch::each_change_is_told_once_in_order", cases(), told)]
}

fn cases() -> impl Strategy<Value = Case> {
    let file = || 0..FILES.len();
    let step = prop_oneof![
        3 => file().prop_map(Step::Write),
        1 => file().prop_map(Step::Append),
        2 => file().prop_map(Step::Delete),
        2 => (file(), file()).prop_map(|(file, to)| Step::Rename(file, to)),
    ];
    let spin = || prop_oneof![2 => 0..300u32, 1 => 0..12_000u32];
    let script = || vec((step.clone(), spin()), 1..40);
    let priority = || 14..18u8;
    (
        [script(), script()],
        [priority(), priority(), priority(), priority()],
        1..9usize,
        prop_oneof![2 => 0..300u32, 1 => 0..60_000u32],
    )
        .prop_map(|(writers, priorities, mailbox, watcher_spin)| Case {
            writers,
            priorities,
            mailbox,
            watcher_spin,
        })
}

fn told(case: Case) -> Result<(), TestCaseError> {
    let [server, first, second, watcher] = case.priorities;
    let writer = |name: &str, script: &Script, priority| {
        let actor = ActorManifest { priority, ..actor(name, &writes(script)) };
        knowing(actor, "vfs", Rights::WRITE)
    };
    let watches = actor("watcher", &watches(case.watcher_spin));
    let watches = ActorManifest { priority: watcher, mailbox: case.mailbox, ..watches };
    let cast = vec![
        file_server(server),
        writer("first", &case.writers[0], first),
        writer("second", &case.writers[1], second),
        knowing(watches, "vfs", Rights::WRITE),
    ];
    let run = Run::with_regions(cast, [vec![0; 1024]], 400_000);
    for name in ["first", "second"] {
        prop_assert_eq!(run.logged(name), ["done"]);
    }
    let did = run.did("vfs");
    let is_watched = did.iter().any(|what| is_answer(what, bus::WATCH));
    prop_assert!(is_watched, "or this law shows nothing");
    let (wanted, answered) = changes(&case.writers, &did);
    prop_assert_eq!(answered, case.writers[0].len() + case.writers[1].len());
    let told = run.logged("watcher");
    let is_right = agrees(&told, &wanted);
    prop_assert!(is_right, "told {told:?}\nmade {wanted:?}");
    prop_assert!(KEPT < wanted.len() || !told.contains(&"E"), "few changes are never lost");
    Ok(())
}

/// Every change of the model in the order of the server's answers, from the one on to which the
/// watcher was taken in; and how many requests were answered.
fn changes(writers: &[Script; 2], did: &[What]) -> (Vec<String>, usize) {
    let mut next = [0; 2];
    let mut is_watched = false;
    let mut files = BTreeSet::new();
    let mut changes = Vec::new();
    for what in did {
        is_watched |= is_answer(what, bus::WATCH);
        let What::Send { to, .. } = what else { continue };
        // The server is the first place, and the watcher the last.
        let writer = to.index().wrapping_sub(1);
        let Some(script) = writers.get(writer) else { continue };
        let (step, _) = script[next[writer]];
        next[writer] += 1;
        let change = apply(&mut files, step);
        changes.extend(change.filter(|_| is_watched));
    }
    (changes, next[0] + next[1])
}

fn is_answer(what: &What, kind: u8) -> bool {
    matches!(what, What::Send { opcode, .. } if *opcode == bus::answer(kind))
}

/// What the model changes: a letter and one or two paths.
fn apply(files: &mut BTreeSet<usize>, step: Step) -> Option<String> {
    match step {
        Step::Write(file) | Step::Append(file) => {
            let letter = if files.insert(file) { 'A' } else { 'B' };
            Some(format!("{letter}{}", FILES[file]))
        }
        Step::Rename(file, to) => {
            let is_moved = file != to && files.remove(&file);
            is_moved.then(|| {
                files.insert(to);
                format!("C{}{}", FILES[file], FILES[to])
            })
        }
        Step::Delete(file) => files.remove(&file).then(|| format!("D{}", FILES[file])),
    }
}

/// Whether all was told, but for gaps where the watcher was told that there is one.
fn agrees(told: &[&str], wanted: &[String]) -> bool {
    let mut parts = told.split(|line| *line == "E");
    let first = parts.next().unwrap_or_default();
    let begins = |at: usize, part: &[&str]| {
        wanted[at..].len() >= part.len() && wanted[at..].iter().zip(part).all(|(a, b)| a == b)
    };
    if !begins(0, first) {
        return false;
    }
    let parts: Vec<_> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return first.len() == wanted.len() };
    let mut at = first.len();
    for part in middle {
        let Some(found) = (at..=wanted.len()).find(|at| begins(*at, part)) else { return false };
        at = found + part.len();
    }
    let rest = wanted.len().checked_sub(last.len());
    rest.is_some_and(|rest| at <= rest && begins(rest, last))
}

/// The file server of the image, with an empty ramdisk.
fn file_server(priority: u8) -> ActorManifest {
    let program = image::program("vfs").expect("the image has a file server");
    let grant = |object, rights| Grant { object, rights };
    ActorManifest {
        name: "vfs".to_owned(),
        program: Program::Wasm(program.wasm.into()),
        priority,
        memory: program.memory as usize,
        shared: program.shared as usize,
        mailbox: MAILBOX_MESSAGES,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: vec![
            grant(GrantObject::Region("0".to_owned()), Rights::READ | Rights::GRANT),
            grant(GrantObject::Log, Rights::WRITE),
            grant(GrantObject::Clock, Rights::READ),
        ],
    }
}

fn request(kind: u8, flags: u16, path: &str, data: &[u8]) -> Vec<u8> {
    let data_len = data.len() as u32;
    let mut header = Header { kind, flags, seq: 1, data_len, path: [0; bus::PATH_BYTES] };
    header.path[..path.len()].copy_from_slice(path.as_bytes());
    [&header.encode()[..], data].concat()
}

/// A writer: one request after the other, each answered before the next.
fn writes(script: &Script) -> String {
    let mut data = String::new();
    let mut calls = String::new();
    let mut at = 4096;
    for (step, spin) in script {
        let (kind, bytes) = match *step {
            Step::Write(file) => (bus::WRITE, request(bus::WRITE, 0, FILES[file], b"whole")),
            Step::Append(file) => {
                (bus::WRITE, request(bus::WRITE, bus::APPEND, FILES[file], b"more"))
            }
            Step::Delete(file) => (bus::DELETE, request(bus::DELETE, 0, FILES[file], b"")),
            Step::Rename(file, to) => {
                (bus::RENAME, request(bus::RENAME, 0, FILES[file], FILES[to].as_bytes()))
            }
        };
        let (opcode, len) = (bus::request(kind), bytes.len());
        let escaped = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
        let _ = writeln!(data, "(data (i32.const {at}) \"{escaped}\")");
        let _ = writeln!(
            calls,
            "(call $ask (i32.const {opcode}) (i32.const {at}) (i32.const {len}) (i32.const {spin}))"
        );
        at += len;
    }
    format!(
        r#"(module
        (import "env" "sys_log" (func $log (param i32 i32)))
        (import "env" "sys_yield" (func $yield))
        (import "env" "sys_cap_call"
            (func $call (param i64 i32 i32 i32 i32 i32 i64) (result i64)))
        (memory (export "memory") 1)
        (data (i32.const 0) "donewrong")
        {data}
        (func $ask (param $opcode i32) (param $at i32) (param $len i32) (param $rounds i32)
            (local $answer i64)
            (loop $again
                (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
                (br_if $again (i32.lt_s (i32.const 0) (local.get $rounds))))
            (loop $again
                (local.set $answer (call $call (i64.const 3) (local.get $opcode) (local.get $at)
                    (local.get $len) (i32.const 1024) (i32.const 1056) (i64.const -1)))
                (if (i64.eq (local.get $answer) (i64.const -7))
                    (then (call $yield) (br $again))))
            (if (i64.lt_s (local.get $answer) (i64.const 0))
                (then (call $log (i32.const 4) (i32.const 5)) unreachable)))
        (func (export "_start")
            {calls}
            (call $log (i32.const 0) (i32.const 4))))"#
    )
}

/// A watcher: a line for each change, of a letter for what happened and the paths. It counts along.
fn watches(spin: u32) -> String {
    let bytes = request(bus::WATCH, 0, "/tmp", b"");
    let escaped = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let (opcode, changed) = (bus::request(bus::WATCH), bus::request(bus::CHANGED));
    format!(
        r#"(module
        (import "env" "sys_log" (func $log (param i32 i32)))
        (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
        (import "env" "sys_cap_send_rights"
            (func $send (param i64 i32 i32 i32 i64 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "miscounted")
        (data (i32.const 64) "{escaped}")
        (global $count (mut i32) (i32.const 0))
        (func $hear (local $rounds i32) (local $letter i32)
            (if (i32.ne (i32.load (i32.const 1048)) (i32.const {changed})) (then (return)))
            (global.set $count (i32.add (global.get $count) (i32.const 1)))
            (if (i32.ne (i32.load (i32.const 1060)) (global.get $count))
                (then (call $log (i32.const 0) (i32.const 10))))
            (local.set $letter
                (i32.add (i32.ctz (i32.load16_u (i32.const 1058))) (i32.const 57)))
            (i32.store8 (i32.const 1067) (local.get $letter))
            (if (i32.eq (local.get $letter) (i32.const 67))
                (then
                    (memory.copy (i32.const 1074) (i32.const 1088) (i32.const 6))
                    (call $log (i32.const 1067) (i32.const 13)))
                (else (call $log (i32.const 1067)
                    (select (i32.const 1) (i32.const 7)
                        (i32.eq (local.get $letter) (i32.const 69))))))
            (local.set $rounds (i32.const {spin}))
            (loop $again
                (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
                (br_if $again (i32.lt_s (i32.const 0) (local.get $rounds)))))
        (func (export "_start")
            (if (call $send (i64.const 3) (i32.const {opcode}) (i32.const 64) (i32.const 32)
                    (i64.const 0) (i32.const 2))
                (then unreachable))
            (loop $next
                (if (i64.lt_s (call $recv (i64.const 0) (i32.const 1024) (i32.const 2048))
                        (i64.const 0))
                    (then unreachable))
                (call $hear)
                (br $next))))"#
    )
}
