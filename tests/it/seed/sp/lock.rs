//! Locks: `sp_mutex_*` and `sp_sem_*`.
//!
//! The seed has no way to give a lock to another; here that is a message (`sys_cap_send_rights`),
//! so the scripts of several actors mix both families.

use std::borrow::Cow;

use abi::rights::Rights;
use kernel::manifest::GrantObject;
use kernel::manifest::Region;
use kernel::time::Instant;
use kernel::trace::What;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::actor;
use crate::seed::bench::at_ms;
use crate::seed::bench::granted;
use crate::seed::bench::knowing;
use crate::seed::bench::wasm;
use crate::seed::script::Function;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::sp;
use crate::seed::sys;

pub(super) const CASES: &[Case] = &[
    ("locks_answer_with_the_seeds_codes", codes),
    ("a_mutex_excludes_across_yields_and_preemption", exclusion),
    ("without_the_mutex_updates_are_lost", no_exclusion),
    ("a_mutex_goes_to_who_waited_first", order),
    ("a_semaphore_lets_in_as_many_as_it_has_permits", permits),
    ("a_mutex_is_free_when_its_owner_crashes", crash),
    ("a_lock_can_be_had_as_long_as_a_capability_to_it", shared),
];

pub(super) const TABLES: &[&[Row]] = &[ALONE, KEEPER, WAITER, CRASHING, HEIR, READING];

/// Slot 3 is the next that is free.
const ALONE: &[Row] = &[
    ("a mutex", "sp_mutex_create -> $mutex", "3"),
    ("is not held by its maker", "sp_mutex_unlock $mutex", "-5"),
    ("is locked", "sp_mutex_lock $mutex", "0"),
    ("so it cannot be tried", "sp_mutex_try_lock $mutex", "-11"),
    ("nor waited for by who has it", "sp_mutex_lock $mutex", "-11"),
    ("it is unlocked", "sp_mutex_unlock $mutex", "0"),
    ("once", "sp_mutex_unlock $mutex", "-5"),
    ("and can be tried", "sp_mutex_try_lock $mutex", "0"),
    ("once", "sp_mutex_try_lock $mutex", "-11"),
    ("a semaphore", "sp_sem_create 2 -> $semaphore", "4"),
    ("has a permit", "sp_sem_acquire $semaphore", "0"),
    ("and another", "sp_sem_try_acquire $semaphore", "0"),
    ("and no third", "sp_sem_try_acquire $semaphore", "-12"),
    ("one is given back", "sp_sem_release $semaphore", "0"),
    ("and can be had", "sp_sem_try_acquire $semaphore", "0"),
    ("once", "sp_sem_try_acquire $semaphore", "-12"),
    ("a semaphore without permits", "sp_sem_create 0 -> $empty", "5"),
    ("has none", "sp_sem_try_acquire $empty", "-12"),
    ("until one is given", "sp_sem_release $empty", "0"),
    ("by whomever", "sp_sem_acquire $empty", "0"),
    ("less than no permits", "sp_sem_create -1", "-5"),
    ("a semaphore is no mutex", "sp_mutex_lock $semaphore", "-13"),
    ("nor here", "sp_mutex_try_lock $semaphore", "-13"),
    ("nor here", "sp_mutex_unlock $semaphore", "-13"),
    ("a mutex is no semaphore", "sp_sem_acquire $mutex", "-13"),
    ("nor here", "sp_sem_try_acquire $mutex", "-13"),
    ("nor here", "sp_sem_release $mutex", "-13"),
    ("the log is neither", "sp_mutex_lock 1", "-13"),
    ("nor here", "sp_sem_acquire 1", "-13"),
    ("there is no such capability", "sp_mutex_lock 60", "-1"),
    ("nor here", "sp_mutex_try_lock 60", "-1"),
    ("nor here", "sp_mutex_unlock 60", "-1"),
    ("nor here", "sp_sem_acquire 60", "-1"),
    ("nor here", "sp_sem_try_acquire 60", "-1"),
    ("nor here", "sp_sem_release -1", "-1"),
];

fn codes() {
    check(
        &World::of(vec![script("alone", sp::FUNCTIONS, ALONE)]).run(),
        "alone",
        sp::FUNCTIONS,
        ALONE,
    );
}

/// Slot 3 is memory that all share. It adds one to a number in it
/// thirty times, and gives up its turn between reading and writing: by a call the even times, by
/// using up its slice the odd ones.
const WORKER: &str = r#"(module
    (import "env" "sp_mutex_lock" (func $lock (param i64) (result i32)))
    (import "env" "sp_mutex_unlock" (func $unlock (param i64) (result i32)))
    (import "env" "sp_yield" (func $yield))
    (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
    (import "env" "sys_cap_mem_read" (func $read (param i64 i32 i32 i32) (result i32)))
    (import "env" "sys_cap_mem_write" (func $write (param i64 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func $expect (param i32 i32)
        (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
    (func $spin (local $i i32)
        (loop (br_if 0 (i32.lt_u (i32.const 0) (local.tee $i
            (i32.sub (select (local.get $i) (i32.const 20000) (local.get $i))
                (i32.const 1)))))))
    (func (export "_start") (local $mutex i64) (local $time i32)
        (drop (call $recv (i64.const 0) (i32.const 1024) (i32.const 1056)))
        (local.set $mutex (i64.load (i32.const 1040)))
        (loop $again
            LOCK
            (call $expect (i32.const 4)
                (call $read (i64.const 3) (i32.const 0) (i32.const 16) (i32.const 4)))
            (if (i32.and (local.get $time) (i32.const 1))
                (then (call $spin))
                (else (call $yield)))
            (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.const 1)))
            (call $expect (i32.const 4)
                (call $write (i64.const 3) (i32.const 0) (i32.const 16) (i32.const 4)))
            UNLOCK
            (br_if $again (i32.lt_u
                (local.tee $time (i32.add (local.get $time) (i32.const 1)))
                (i32.const 30))))))"#;

/// Makes a mutex, gives it to three workers, and looks at the number when they have had time.
const GIVER: &[Row] = &[
    ("a mutex", "sp_mutex_create -> $mutex", POSITIVE),
    ("for the first", "sys_cap_send_rights 4 1 0 0 $mutex 2", "0"),
    ("for the second", "sys_cap_send_rights 5 1 0 0 $mutex 2", "0"),
    ("for the third", "sys_cap_send_rights 6 1 0 0 $mutex 2", "0"),
    ("the workers end", "sys_cap_recv 0 1024 1056", "0"),
    ("one after the other", "sys_cap_recv 0 1024 1056", "0"),
    ("all of them", "sys_cap_recv 0 1024 1056", "0"),
    ("the number", "sys_cap_mem_read 3 0 1024 4", "4"),
];

/// What three workers counted to.
fn counted(is_locked: bool) -> u32 {
    let (lock, unlock) = match is_locked {
        true => (
            "(call $expect (i32.const 0) (call $lock (local.get $mutex)))",
            "(call $expect (i32.const 0) (call $unlock (local.get $mutex)))",
        ),
        false => ("", ""),
    };
    let text = WORKER.replace("UNLOCK", unlock).replace("LOCK", lock);
    let shared = || GrantObject::Region("shared".to_owned());
    let rights = Rights::READ | Rights::WRITE;
    let functions = functions();
    let mut rows = GIVER.to_vec();
    rows.push(("is", "load32 1024", POSITIVE));
    let giver = granted(script("giver", &functions, &rows), shared(), rights);
    let giver = ["a", "b", "c"].iter().fold(giver, |giver, worker| knowing(giver, worker));
    let mut actors = vec![giver];
    for name in ["a", "b", "c"] {
        let worker = granted(actor(name, wasm(&text)), shared(), rights);
        actors.push(worker);
    }
    let bytes = Cow::Owned(vec![0; 4]);
    let regions = vec![Region { name: "shared".to_owned(), bytes }];
    let run = World { regions, ..World::of(actors) }.run();
    check(&run, "giver", &functions, &rows);
    let preempted = run.did("a").iter().filter(|(_, what)| *what == What::Preempt).count();
    assert!(10 < preempted, "its slices did end in the middle: {preempted}");
    let logged = run.logged("giver");
    logged.last().and_then(|line| line.parse().ok()).expect("the number is last")
}

fn functions() -> Vec<Function> {
    [sp::FUNCTIONS, sys::FUNCTIONS].concat()
}

fn exclusion() {
    assert_eq!(counted(true), 90);
}

/// What the law above would see if a mutex did nothing, as the seed's does.
fn no_exclusion() {
    let counted = counted(false);
    assert!(counted < 90, "{counted}");
}

/// Slot 3 is who waits.
const KEEPER: &[Row] = &[
    ("a mutex", "sp_mutex_create -> $mutex", "6"),
    ("is the keeper's", "sp_mutex_lock $mutex", "0"),
    ("the first learns of it", "sys_cap_send_rights 3 1 0 0 $mutex 2", "0"),
    ("at once", "sp_sleep 10", "0"),
    ("the second later", "sys_cap_send_rights 4 1 0 0 $mutex 2", "0"),
    ("by 10 ms", "sp_sleep 10", "0"),
    ("the third last", "sys_cap_send_rights 5 1 0 0 $mutex 2", "0"),
    ("by 20 ms", "sp_sleep 10", "0"),
    ("all wait", "sp_mutex_try_lock $mutex", "-11"),
    ("until it is given up", "sp_mutex_unlock $mutex", "0"),
    ("it goes to the first at once", "sp_mutex_try_lock $mutex", "-11"),
    ("and the keeper waits behind the last", "sp_mutex_lock $mutex", "0"),
];

/// Slot 3 is who gave it the lock.
const WAITER: &[Row] = &[
    ("a lock comes", "sys_cap_recv 0 1024 1056", POSITIVE),
    ("it", "load64 1040 -> $mutex", POSITIVE),
    ("is another's", "sp_mutex_unlock $mutex", "-5"),
    ("until it is given up", "sp_mutex_lock $mutex", "0"),
    ("it is kept a while", "sp_sleep 100", "0"),
    ("and given up", "sp_mutex_unlock $mutex", "0"),
];

fn order() {
    let functions = functions();
    let keeper = ["a", "b", "c"]
        .iter()
        .fold(script("keeper", &functions, KEEPER), |keeper, waiter| knowing(keeper, waiter));
    let waiters = ["c", "b", "a"].map(|name| script(name, &functions, WAITER));
    let actors = [vec![keeper], waiters.to_vec()].concat();
    let run = World::of(actors).run();
    check(&run, "keeper", &functions, KEEPER);
    for (name, moment) in [("a", 30), ("b", 130), ("c", 230)] {
        check(&run, name, &functions, WAITER);
        assert_eq!(run.logged_at(name)[3].0, at_ms(moment), "`{name}` has it");
    }
    let kept = run.logged_at("keeper");
    assert_eq!(kept[kept.len() - 1].0, at_ms(330), "after the last");
}

/// Four visitors want in; two may be inside at once. Each stays for 10 ms.
fn permits() {
    const VISITOR: &[Row] = &[
        ("a semaphore comes", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("it", "load64 1040 -> $semaphore", POSITIVE),
        ("lets in", "sp_sem_acquire $semaphore", "0"),
        ("for a while", "sp_sleep 10", "0"),
        ("and out", "sp_sem_release $semaphore", "0"),
    ];
    const HOST: &[Row] = &[
        ("a semaphore", "sp_sem_create 2 -> $semaphore", "7"),
        ("for the first", "sys_cap_send_rights 3 1 0 0 $semaphore 2", "0"),
        ("for the second", "sys_cap_send_rights 4 1 0 0 $semaphore 2", "0"),
        ("for the third", "sys_cap_send_rights 5 1 0 0 $semaphore 2", "0"),
        ("for the fourth", "sys_cap_send_rights 6 1 0 0 $semaphore 2", "0"),
        ("all are out", "sp_sleep 100", "0"),
        ("a permit", "sp_sem_try_acquire $semaphore", "0"),
        ("and the other", "sp_sem_try_acquire $semaphore", "0"),
        ("are all there are", "sp_sem_try_acquire $semaphore", "-12"),
    ];
    let functions = functions();
    let names = ["a", "b", "c", "d"];
    let host =
        names.iter().fold(script("host", &functions, HOST), |host, visitor| knowing(host, visitor));
    let visitors = names.map(|name| script(name, &functions, VISITOR));
    let run = World::of([vec![host], visitors.to_vec()].concat()).run();
    check(&run, "host", &functions, HOST);
    let moments = names.map(|name| {
        check(&run, name, &functions, VISITOR);
        run.logged_at(name)[2].0
    });
    assert_eq!(moments, [at_ms(0), at_ms(0), at_ms(10), at_ms(10)]);
}

/// Slot 3 is the heir.
const CRASHING: &[Row] = &[
    ("a mutex", "sp_mutex_create -> $mutex", "4"),
    ("for the heir", "sys_cap_send_rights 3 1 0 0 $mutex 2", "0"),
    ("is the maker's", "sp_mutex_lock $mutex", "0"),
    ("for 25 ms", "sp_sleep 25", "0"),
    ("and then it crashes", "trap", ""),
];

/// Slot 3 is the one that crashes.
const HEIR: &[Row] = &[
    ("a lock comes", "sys_cap_recv 0 1024 1056", POSITIVE),
    ("it", "load64 1040 -> $mutex", POSITIVE),
    ("is another's", "sp_mutex_try_lock $mutex", "-11"),
    ("until that one crashes", "sp_mutex_lock $mutex", "0"),
    ("now it is ours", "sp_mutex_try_lock $mutex", "-11"),
    ("to give up", "sp_mutex_unlock $mutex", "0"),
    ("and take", "sp_mutex_lock $mutex", "0"),
];

fn crash() {
    let functions = functions();
    let crashing = knowing(script("crashing", &functions, CRASHING), "heir");
    let run = World::of(vec![crashing, script("heir", &functions, HEIR)]).run();
    check(&run, "crashing", &functions, CRASHING);
    check(&run, "heir", &functions, HEIR);
    let moments: Vec<Instant> = run.logged_at("heir").into_iter().map(|(at, _)| at).collect();
    assert_eq!(moments[2..4], [at_ms(0), at_ms(25)]);
}

/// Slot 3 is the other. It gives the lock to read, which is of no use, then to write, and takes
/// that back.
const READING: &[Row] = &[
    ("a mutex", "sp_mutex_create -> $mutex", "4"),
    ("to read alone", "sys_cap_send_rights 3 1 0 0 $mutex 1", "0"),
    ("to write", "sys_cap_send_rights 3 1 0 0 $mutex 2", "0"),
    ("is locked", "sp_mutex_lock $mutex", "0"),
    ("for 5 ms", "sp_sleep 5", "0"),
    ("then nobody else has it", "sys_cap_revoke $mutex", "0"),
    ("nor waits for it", "sp_mutex_unlock $mutex", "0"),
    ("or has it", "sp_mutex_lock $mutex", "0"),
];

fn shared() {
    const OTHER: &[Row] = &[
        ("a lock comes", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("it", "load64 1040 -> $mutex", POSITIVE),
        ("cannot be taken", "sp_mutex_lock $mutex", "-5"),
        ("nor tried", "sp_mutex_try_lock $mutex", "-5"),
        ("a better one comes", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("it", "load64 1040 -> $mutex", POSITIVE),
        ("is waited for until it is taken away", "sp_mutex_lock $mutex", "-1"),
        ("it is no more", "sp_mutex_try_lock $mutex", "-1"),
    ];
    let functions = functions();
    let giver = knowing(script("giver", &functions, READING), "other");
    let run = World::of(vec![giver, script("other", &functions, OTHER)]).run();
    check(&run, "giver", &functions, READING);
    check(&run, "other", &functions, OTHER);
    assert_eq!(run.logged_at("other")[6].0, at_ms(5));
}
