//! Flash, and memory that an actor makes.

use abi::rights::Rights;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::granted;
use crate::seed::bench::knowing;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::sys::FUNCTIONS;

pub(super) const CASES: &[Case] = &[
    ("flash_takes_its_time_and_others_run_meanwhile", time),
    ("flash_is_refused_what_does_not_fit_it", refusals),
    ("a_part_of_flash_reaches_no_further", parts),
    ("who_wants_the_flash_waits_for_its_turn", turns),
    ("flash_works_on_when_its_user_dies", death),
    ("memory_that_is_made_goes_with_the_last_who_has_it", memory),
    ("memory_is_made_up_to_what_may_be_shared", share),
];

fn storing(name: &str, rows: &[Row], first: u32, len: u32) -> ActorManifest {
    let rights = Rights::READ | Rights::WRITE | Rights::GRANT;
    granted(script(name, FUNCTIONS, rows), GrantObject::Flash(first, len), rights)
}

/// Slot 3 is all of the flash.
fn time() {
    const STORING: &[Row] = &[
        ("its shape", "sys_flash_info 3 1024 16", "0"),
        ("is four sectors", "load32 1024", "16384"),
        ("of 4 KiB", "load32 1028", "4096"),
        ("with pages", "load32 1032", "256"),
        ("and words", "load32 1036", "4"),
        ("half a page", "sys_flash_program 3 128 1024 128", "128"),
        ("takes half of 0.4 ms", "sys_time 2", "200000"),
        ("a sector", "sys_flash_erase 3 4096", "4096"),
        ("takes 45 ms", "sys_time 2", "45200000"),
        ("a word", "sys_flash_program 3 4096 'abcd'", "4"),
        ("is read", "sys_flash_read 3 4095 2048 6", "6"),
        ("at once", "sys_time 2", "45206250"),
        ("between", "load8 2048", "255"),
        ("its neighbours", "load32 2049", "1684234849"),
    ];
    const OTHER: &[Row] =
        &[("another", "sys_sleep 2 1000000", "0"), ("runs", "sys_time 2", "1000000")];
    let run =
        World::of(vec![storing("storing", STORING, 0, 16384), script("other", FUNCTIONS, OTHER)])
            .run();
    check(&run, "storing", FUNCTIONS, STORING);
    check(&run, "other", FUNCTIONS, OTHER);
    assert_eq!(run.flash[4095..4101], *b"\xffabcd\xff");
}

/// Slot 3 is all of the flash, slot 4 the same to read, slot 5 the same to write.
fn refusals() {
    const ROWS: &[Row] = &[
        ("two bytes", "sys_flash_program 3 0 'ab'", "-20"),
        ("between words", "sys_flash_program 3 2 'abcd'", "-20"),
        ("two pages", "sys_flash_program 3 252 'abcdefgh'", "-20"),
        ("no bytes are nothing", "sys_flash_program 3 0 ''", "0"),
        ("behind the end", "sys_flash_program 3 16384 'abcd'", "-5"),
        ("before the beginning", "sys_flash_program 3 -4 'abcd'", "-5"),
        ("half a sector", "sys_flash_erase 3 2048", "-20"),
        ("a sector behind the last", "sys_flash_erase 3 16384", "-5"),
        ("bytes behind the last", "sys_flash_read 3 16380 1024 5", "-5"),
        ("memory that it has not", "sys_flash_read 3 0 -16 32", "-6"),
        ("without the right to write", "sys_flash_program 4 0 'abcd'", "-3"),
        ("nor to erase", "sys_flash_erase 4 0", "-3"),
        ("without the right to read", "sys_flash_read 5 0 1024 4", "-3"),
        ("no flash", "sys_flash_read 2 0 1024 4", "-4"),
        ("no flash to look at", "sys_flash_info 2 1024 16", "-4"),
        ("nothing", "sys_flash_erase 60 0", "-1"),
        ("a small buffer", "sys_flash_info 3 1024 15", "-9"),
        ("its size is told", "sys_cap_info 4 1024 24", "0"),
        ("too", "load32 1040", "16384"),
        ("and nothing took any time", "sys_time 2", "0"),
    ];
    let driver = storing("driver", ROWS, 0, 16384);
    let driver = granted(driver, GrantObject::Flash(0, 16384), Rights::READ);
    let driver = granted(driver, GrantObject::Flash(0, 16384), Rights::WRITE);
    let run = World::of(vec![driver]).run();
    check(&run, "driver", FUNCTIONS, ROWS);
    assert!(run.flash.iter().all(|byte| *byte == 0xff));
}

/// Slot 3 is the two sectors in the middle.
fn parts() {
    const ROWS: &[Row] = &[
        ("its beginning", "sys_flash_program 3 0 'abcd'", "4"),
        ("its end", "sys_flash_program 3 8188 'efgh'", "4"),
        ("no further", "sys_flash_program 3 8192 'abcd'", "-5"),
        ("its second sector", "sys_cap_mint_range 3 3 4096 4096 -> $part", POSITIVE),
        ("has that end", "sys_flash_read $part 4092 1024 4", "4"),
        ("as text", "text 1024 4", "efgh"),
        ("and no more", "sys_flash_erase $part 4096", "-5"),
        ("more than it has", "sys_cap_mint_range 3 3 4096 4097", "-5"),
        ("more rights", "sys_cap_mint_range $part 11 0 4096", "-3"),
    ];
    let run = World::of(vec![storing("driver", ROWS, 4096, 8192)]).run();
    check(&run, "driver", FUNCTIONS, ROWS);
    assert_eq!(run.flash[4096..4100], *b"abcd");
    assert_eq!(run.flash[12284..12288], *b"efgh");
}

/// All three come at the same moment.
fn turns() {
    const FIRST: &[Row] = &[
        ("a sector", "sys_flash_erase 3 0", "4096"),
        ("as long as that takes", "sys_time 2", "45000000"),
    ];
    const SECOND: &[Row] = &[
        ("a page", "sys_flash_program 3 0 1024 256", "256"),
        ("comes after that", "sys_time 2", "45400000"),
    ];
    const THIRD: &[Row] =
        &[("reading", "sys_flash_read 3 0 1024 4", "4"), ("waits too", "sys_time 2", "45400000")];
    let run = World::of(vec![
        storing("first", FIRST, 0, 16384),
        storing("second", SECOND, 0, 16384),
        storing("third", THIRD, 0, 16384),
    ])
    .run();
    check(&run, "first", FUNCTIONS, FIRST);
    check(&run, "second", FUNCTIONS, SECOND);
    check(&run, "third", FUNCTIONS, THIRD);
}

/// Slot 4 of the killer is the victim as its child.
fn death() {
    const VICTIM: &[Row] = &[("a sector", "sys_flash_erase 3 0", "")];
    const KILLER: &[Row] = &[
        ("a moment later", "sys_sleep 2 1000000", "0"),
        ("it ends who erases", "sys_stop 4", "0"),
        ("and what it programs", "sys_flash_program 3 4096 'abcd'", "4"),
        ("comes after the erase", "sys_time 2", "45006250"),
    ];
    let killer = storing("killer", KILLER, 0, 16384);
    let killer = granted(killer, GrantObject::Child("victim".into()), Rights::ALL);
    let run = World::of(vec![storing("victim", VICTIM, 0, 16384), killer]).run();
    check(&run, "killer", FUNCTIONS, KILLER);
}

/// The receiver is slot 3 of the maker, who may share 8 KiB.
fn memory() {
    const MAKER: &[Row] = &[
        ("8 KiB", "sys_mem_create 8192 -> $page", POSITIVE),
        ("are all", "sys_mem_create 1", "-18"),
        ("with something in it", "sys_cap_mem_write $page 4096 'hello'", "5"),
        ("goes to another", "sys_cap_send 3 6 'x' $page", "0"),
        ("and is given up", "sys_cap_delete $page", "0"),
        ("but the other has it", "sys_mem_create 1", "-18"),
        ("until it has it no more", "sys_sleep 2 2000000", "0"),
        ("then it can be made anew", "sys_mem_create 8192 -> $again", POSITIVE),
        ("all zeros", "sys_cap_mem_read $again 4096 1024 4", "4"),
        ("indeed", "load32 1024", "0"),
    ];
    const RECEIVER: &[Row] = &[
        ("memory", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("which it was given", "load64 1040 -> $page", POSITIVE),
        ("is read", "sys_cap_mem_read $page 4096 2048 5", "5"),
        ("as it was written", "text 2048 5", "hello"),
        ("for a while", "sys_sleep 2 1000000", "0"),
        ("and given up", "sys_cap_delete $page", "0"),
    ];
    let maker = ActorManifest { shared: 8192, ..script("maker", FUNCTIONS, MAKER) };
    let run = World::of(vec![knowing(maker, "receiver"), script("receiver", FUNCTIONS, RECEIVER)]);
    let run = run.run();
    check(&run, "maker", FUNCTIONS, MAKER);
    check(&run, "receiver", FUNCTIONS, RECEIVER);
}

fn share() {
    const ROWS: &[Row] = &[
        ("nothing", "sys_mem_create 0", "-5"),
        ("less than nothing", "sys_mem_create -1", "-5"),
        ("some", "sys_mem_create 4000 -> $some", POSITIVE),
        ("the rest", "sys_mem_create 96", POSITIVE),
        ("and no more", "sys_mem_create 1", "-18"),
        ("a copy", "sys_cap_copy $some -> $copy", POSITIVE),
        ("keeps it", "sys_cap_delete $some", "0"),
        ("as it is", "sys_mem_create 4000", "-18"),
        ("until it goes too", "sys_cap_delete $copy", "0"),
        ("and then", "sys_mem_create 4000", POSITIVE),
    ];
    const POOR: &[Row] = &[("who may share nothing", "sys_mem_create 1", "-18")];
    let rich = ActorManifest { shared: 4096, ..script("rich", FUNCTIONS, ROWS) };
    let run = World::of(vec![rich, script("poor", FUNCTIONS, POOR)]).run();
    check(&run, "rich", FUNCTIONS, ROWS);
    check(&run, "poor", FUNCTIONS, POOR);
}
