//! What is neither file nor lock: records of capabilities, log, time, turns, pins, network.

use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::manifest::GrantObject;
use kernel::time::Instant;
use kernel::trace::What;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::actor;
use crate::seed::bench::at_ms;
use crate::seed::bench::granted;
use crate::seed::bench::wasm;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::server::server;
use crate::seed::sp::FUNCTIONS;

pub(super) const CASES: &[Case] = &[
    ("sp_get_capabilities_tells_all_that_is_held_or_nothing", records),
    ("sp_log_and_print_log_lines", logging),
    ("sp_sleep_takes_its_time_and_needs_a_clock", sleeping),
    ("sp_yield_and_sp_sched_yield_let_others_run", yielding),
    ("sp_gpio_knows_the_pins_that_were_granted_and_no_others", pins),
    ("sp_net_is_not_available", network),
    ("without_memory_there_is_nowhere_to_read_or_write", no_memory),
];

pub(super) const TABLES: &[&[Row]] = &[HOLDER, LOGGER, SLEEPER, TIMELESS, TURN, PINS, NETWORK];

pub(super) const NO_MEMORY_EXPORT: i32 = -2;

/// Slot 0 is its own endpoint, then come log, clock and directory.
const HOLDER: &[Row] = &[
    ("a file", "sp_fs_open 3 'hello.txt' -> $file", "4"),
    ("a directory", "sp_fs_open 3 'docs' -> $docs", "5"),
    ("a mutex", "sp_mutex_create -> $mutex", "6"),
    ("a semaphore", "sp_sem_create 1 -> $semaphore", "7"),
    ("too little room", "sp_get_capabilities 1040 127", "-8"),
    ("no room", "sp_get_capabilities 1040 0", "-8"),
    ("nothing was written", "load64 1048", "0"),
    ("no memory there", "sp_get_capabilities 65530 128", "-9"),
    ("more than all memory", "sp_get_capabilities 1040 0x7fffffff", "-9"),
    ("less than nothing", "sp_get_capabilities 1040 -1", "-9"),
    ("all of them", "sp_get_capabilities 1040 128", "8"),
    ("its own endpoint", "load64 1040", "0"),
    ("is of no kind of the seed's", "load32 1048", "255"),
    ("with all rights", "load32 1052", "11"),
    ("the log", "load64 1056", "1"),
    ("is another", "load32 1064", "255"),
    ("to write", "load32 1068", "2"),
    ("the clock", "load64 1072", "2"),
    ("is to read", "load32 1084", "1"),
    ("the root", "load64 1088", "3"),
    ("is a directory", "load32 1096", "1"),
    ("as it was granted", "load32 1100", "3"),
    ("the file", "load64 1104", "4"),
    ("is a file", "load32 1112", "0"),
    ("with what its server gave", "load32 1116", "3"),
    ("the other directory", "load32 1128", "1"),
    ("the mutex", "load64 1136", "6"),
    ("is a mutex", "load32 1144", "2"),
    ("the semaphore", "load64 1152", "7"),
    ("is a semaphore", "load32 1160", "3"),
    ("and that is all", "load64 1168", "0"),
    ("what is closed", "sp_fs_close $file", ""),
    ("is held no longer", "sp_get_capabilities 2048 112", "7"),
];

fn records() {
    let root = GrantObject::Directory("server".to_owned());
    let holder = script("holder", FUNCTIONS, HOLDER);
    let holder = granted(holder, root, Rights::READ | Rights::WRITE);
    let run = World::of(vec![holder, server()]).run();
    check(&run, "holder", FUNCTIONS, HOLDER);
}

const LOGGER: &[Row] = &[
    ("by its name in the design", "sp_log 'one'", "one"),
    ("by its name in the code", "print 'two'", "two"),
    ("from outside memory", "sp_log 65530 20", ""),
    ("nothing is logged", "print 65530 20", ""),
];

fn logging() {
    let run = World::of(vec![script("logger", FUNCTIONS, LOGGER)]).run();
    check(&run, "logger", FUNCTIONS, LOGGER);
}

const SLEEPER: &[Row] = &[
    ("it sleeps", "sp_sleep 250", "0"),
    ("no time", "sp_sleep 0", "0"),
    ("less than none", "sp_sleep -7", "0"),
];

const TIMELESS: &[Row] = &[("there is no time", "sp_sleep 5", "-1")];

fn sleeping() {
    let mut timeless = script("timeless", FUNCTIONS, TIMELESS);
    timeless.grants.retain(|grant| grant.object != GrantObject::Clock);
    let run = World::of(vec![script("sleeper", FUNCTIONS, SLEEPER), timeless]).run();
    check(&run, "sleeper", FUNCTIONS, SLEEPER);
    check(&run, "timeless", FUNCTIONS, TIMELESS);
    let moments = run.logged_at("sleeper").into_iter().map(|(at, _)| at);
    assert_eq!(moments.collect::<Vec<_>>(), [at_ms(250); 3]);
}

const TURN: &[Row] = &[
    ("a first turn", "sp_log '1'", "1"),
    ("ends", "sp_yield", ""),
    ("a second", "sp_log '2'", "2"),
    ("ends too", "sp_sched_yield", ""),
    ("a third", "sp_log '3'", "3"),
];

fn yielding() {
    let actors = ["a", "b"].map(|name| script(name, FUNCTIONS, TURN));
    let log = World::of(actors.to_vec()).run().log();
    assert_eq!(log, ["a: 1", "b: 1", "a: 2", "b: 2", "a: 3", "b: 3"]);
}

/// Slot 3 is pins 4 and 5, which may be driven; slot 4 is pin 4, which may be read.
const PINS: &[Row] = &[
    ("nothing drives this input", "sp_gpio_read 4 4", "0"),
    ("it may not be driven", "sp_gpio_write 4 4 1", "-5"),
    ("these may not be read", "sp_gpio_read 3 4", "-5"),
    ("the board has no pins", "sp_gpio_write 3 5 1", "-14"),
    ("a pin that was not granted", "sp_gpio_write 3 6 1", "-13"),
    ("one that no chip has", "sp_gpio_write 3 64 1", "-13"),
    ("one below the first", "sp_gpio_read 4 -1", "-13"),
    ("no pins at all", "sp_gpio_write 1 4 1", "-13"),
    ("no capability", "sp_gpio_read 60 4", "-1"),
    ("nor here", "sp_gpio_write 60 4 1", "-1"),
];

fn pins() {
    let actor = script("actor", FUNCTIONS, PINS);
    let actor = granted(actor, GrantObject::Pins(0b11_0000), Rights::WRITE);
    let actor = granted(actor, GrantObject::Pins(0b1_0000), Rights::READ);
    check(&World::of(vec![actor]).run(), "actor", FUNCTIONS, PINS);
}

const NETWORK: &[Row] = &[
    ("nobody is reached", "sp_net_connect 3 'example.org' 80", "-14"),
    ("nothing is sent", "sp_net_send 3 'x'", "-14"),
    ("nothing is received", "sp_net_recv 3 1040 64", "-14"),
    ("the log is there all the same", "sp_mutex_create", POSITIVE),
];

fn network() {
    check(&World::of(vec![script("actor", FUNCTIONS, NETWORK)]).run(), "actor", FUNCTIONS, NETWORK);
}

fn no_memory() {
    for (import, call) in [
        (
            "sp_get_capabilities\" (func $f (param i32 i32) (result i32",
            "(i32.const 0) (i32.const 64)",
        ),
        (
            "sp_fs_open\" (func $f (param i64 i32 i32) (result i64",
            "(i64.const 3) (i32.const 0) (i32.const 1)",
        ),
        (
            "sp_fs_mkdir\" (func $f (param i64 i32 i32) (result i32",
            "(i64.const 3) (i32.const 0) (i32.const 1)",
        ),
        (
            "sp_fs_read\" (func $f (param i64 i32 i32 i32) (result i32",
            "(i64.const 3) (i32.const 0) (i32.const 1) (i32.const 0)",
        ),
    ] {
        let wrap = if import.ends_with("i64") { "i32.wrap_i64" } else { "i32.add (i32.const 0)" };
        let text = format!(
            r#"(module
                (import "env" "{import})))
                (import "env" "sys_exit" (func $exit (param i32)))
                (func (export "_start") (call $exit ({wrap} (call $f {call})))))"#
        );
        let root = GrantObject::Directory("server".to_owned());
        let bare = granted(actor("bare", wasm(&text)), root, Rights::READ | Rights::WRITE);
        let did = World::of(vec![bare, server()]).run().did("bare");
        let exit = (Instant::ZERO, What::Exit(ExitReason::Exited(NO_MEMORY_EXPORT)));
        assert!(did.contains(&exit), "{import}: {did:?}");
    }
}
