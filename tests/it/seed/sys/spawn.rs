//! Children: made with options and grants, linked, ended, looked at.

use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::fault::Fault;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;
use kernel::time::Instant;
use kernel::trace::What;

use crate::seed::Case;
use crate::seed::bench::Run;
use crate::seed::bench::World;
use crate::seed::bench::granted;
use crate::seed::bench::knowing;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::sys::FUNCTIONS;

pub(super) const CASES: &[Case] = &[
    ("sys_spawn_makes_what_its_options_say", spawning),
    ("memory_is_said_in_all_or_beyond_what_a_module_starts_with", beyond),
    ("a_child_is_given_what_its_maker_grants_and_nothing_else", granting),
    ("sys_spawn_refuses_what_its_maker_may_not_say", refusing),
    ("whose_link_ends_abnormally_ends_too", linked),
    ("whose_link_returns_stays", returned),
    ("who_traps_exits_is_only_told", trapping),
    ("who_is_no_longer_linked_stays", unlinked),
    ("a_child_can_be_linked_from_the_beginning", born_linked),
    ("what_an_actor_holds_is_told_with_the_process_table_alone", looking),
];

/// `SpawnOptions`: priority, restart (2: never), a mailbox for two, 64 KiB of memory, no time to
/// end, flags, and the name.
macro_rules! options {
    ($priority:literal, $flags:literal, $grants:expr) => {
        concat!(
            "'\\",
            $priority,
            "\\02\\02\\00\\00\\00\\01\\00\\00\\00\\00\\00\\",
            $flags,
            "\\00\\00\\00kid",
            "\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00",
            "\\00\\00\\00\\00\\00\\00\\00\\00\\00",
            $grants,
            "'"
        )
    };
}

/// `SpawnGrant`: the slot, and the rights.
macro_rules! grant {
    ($slot:literal, $rights:literal) => {
        concat!(
            "\\",
            $slot,
            "\\00\\00\\00\\00\\00\\00\\00\\",
            $rights,
            "\\00\\00\\00\\00\\00\\00\\00"
        )
    };
}

/// An actor that may make others, by slot 3, and may grant its log.
fn maker(rows: &[Row]) -> ActorManifest {
    let mut maker = script("maker", FUNCTIONS, rows);
    maker.grants[0].rights = Rights::WRITE | Rights::GRANT;
    granted(maker, GrantObject::Spawner(None), Rights::WRITE)
}

fn run(rows: &[Row]) -> Run {
    let run = World::of(vec![maker(rows)]).run();
    check(&run, "maker", FUNCTIONS, rows);
    run
}

fn spawning() {
    const ROWS: &[Row] = &[
        ("a child", concat!("sys_spawn 3 @waiting ", options!("0f", "00", ""), " -> $kid"), "4"),
        ("is a child", "sys_cap_info $kid 1024 24", "0"),
        ("by its kind", "load32 1024", "14"),
        ("it can be sent to", "sys_cap_send $kid 7 'one' -1", "0"),
        ("as often as was said", "sys_cap_send $kid 7 'two' -1", "0"),
        ("and no more", "sys_cap_send $kid 7 'three' -1", "-7"),
        ("it is ended", "sys_stop $kid", "0"),
        ("once", "sys_stop $kid", "-11"),
        ("which is told", "sys_cap_recv 0 1024 1056", "0"),
        ("as an end", "load32 1048", "-16777200"),
        ("by killing", "load32 1064", "1"),
        ("it is forgotten", "sys_stop $kid", "-2"),
        ("nobody is ended by its endpoint", "sys_stop 0", "-4"),
    ];
    assert_eq!(run(ROWS).born("kid"), [What::Spawn { priority: 15, memory: 65536 }]);
}

/// The module has one page, and the options say 64 KiB.
fn beyond() {
    const ROWS: &[Row] = &[
        ("in all", concat!("sys_spawn 3 @waiting ", options!("10", "00", "")), POSITIVE),
        ("beyond", concat!("sys_spawn 3 @waiting ", options!("10", "02", "")), POSITIVE),
    ];
    let memories = [64 << 10, 128 << 10].map(|memory| What::Spawn { priority: 16, memory });
    assert_eq!(run(ROWS).born("kid"), memories);
}

/// The grants: the log to write, and the maker's endpoint to write.
fn granting() {
    const ROWS: &[Row] = &[
        (
            "a child with two grants",
            concat!(
                "sys_spawn 3 @saying ",
                options!("10", "00", concat!(grant!("01", "02"), grant!("00", "02")))
            ),
            POSITIVE,
        ),
        ("sends what it holds", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("which is three", "load32 1056", "3"),
        ("it ends", "sys_cap_recv 0 1024 1056", "0"),
        ("a child without", concat!("sys_spawn 3 @saying ", options!("10", "00", "")), POSITIVE),
        ("has no way to say anything", "sys_cap_recv 0 1024 1056", "0"),
        ("but its end", "load32 1048", "-16777200"),
    ];
    assert_eq!(run(ROWS).logged("kid"), ["here"]);
}

fn refusing() {
    const ROWS: &[Row] = &[
        ("no spawner", concat!("sys_spawn 1 @waiting ", options!("10", "00", "")), "-4"),
        ("nothing", concat!("sys_spawn 60 @waiting ", options!("10", "00", "")), "-1"),
        (
            "more than its own priority",
            concat!("sys_spawn 3 @waiting ", options!("11", "00", "")),
            "-5",
        ),
        (
            "a flag that means nothing",
            concat!("sys_spawn 3 @waiting ", options!("10", "04", "")),
            "-5",
        ),
        ("no options", "sys_spawn 3 @waiting 1024 47", "-9"),
        ("no name", "sys_spawn 3 @waiting 1024 48", "-20"),
        ("options outside memory", "sys_spawn 3 @waiting 65530 48", "-6"),
        (
            "a module outside memory",
            concat!("sys_spawn 3 65530 48 ", options!("10", "00", "")),
            "-6",
        ),
        ("no module", concat!("sys_spawn 3 'asm' ", options!("10", "00", "")), "-20"),
        (
            "one that starts with more memory",
            concat!("sys_spawn 3 @printed ", options!("10", "00", "")),
            "-20",
        ),
        ("half a grant", concat!("sys_spawn 3 @waiting ", options!("10", "00", "\\01\\00")), "-5"),
        (
            "a grant of nothing",
            concat!("sys_spawn 3 @waiting ", options!("10", "00", grant!("3c", "02"))),
            "-1",
        ),
        (
            "a grant of what may not be granted",
            concat!("sys_spawn 3 @waiting ", options!("10", "00", grant!("02", "01"))),
            "-3",
        ),
        (
            "a grant of more than is held",
            concat!("sys_spawn 3 @waiting ", options!("10", "00", grant!("01", "03"))),
            "-3",
        ),
        (
            "a right that means nothing",
            concat!("sys_spawn 3 @waiting ", options!("10", "00", grant!("01", "04"))),
            "-5",
        ),
        ("after all that a child", concat!("sys_spawn 3 @waiting ", options!("10", "00", "")), "4"),
    ];
    run(ROWS);
}

/// Slot 3 is the other, whom it links to.
fn with_link(rows: &[Row], other: &[Row]) -> Run {
    let actor = knowing(script("actor", FUNCTIONS, rows), "other");
    let run = World::of(vec![actor, script("other", FUNCTIONS, other)]).run();
    check(&run, "other", FUNCTIONS, other);
    run
}

const CRASHING: &[Row] =
    &[("a message", "sys_cap_recv 0 1024 1056", POSITIVE), ("crashes it", "trap", "")];

fn exit(reason: ExitReason) -> (Instant, What) {
    (Instant::ZERO, What::Exit(reason))
}

fn linked() {
    const ROWS: &[Row] = &[
        ("the other", "sys_link 3", "0"),
        ("is linked once", "sys_link 3", "0"),
        ("not to oneself", "sys_link 0", "0"),
        ("nor to the log", "sys_link 1", "-4"),
        ("nor to nothing", "sys_link 60", "-1"),
        ("it crashes", "sys_cap_send 3 7 0 0 -1", "0"),
        ("which is never told", "sys_cap_recv 0 1024 1056", "never"),
    ];
    let run = with_link(ROWS, CRASHING);
    assert_eq!(run.logged("actor").len(), ROWS.len() - 1);
    assert!(run.did("other").contains(&exit(ExitReason::Faulted(Fault::Unreachable))));
    assert!(run.did("actor").contains(&exit(ExitReason::Linked)), "{:?}", run.did("actor"));
}

fn returned() {
    const ROWS: &[Row] = &[
        ("the other", "sys_link 3", "0"),
        ("returns", "sys_cap_send 3 7 0 0 -1", "0"),
        ("which is told", "sys_cap_recv 0 1024 1056", "0"),
        ("as a normal end", "load32 1064", "0"),
        ("and cannot be linked any more", "sys_link 3", "-2"),
    ];
    const RETURNING: &[Row] = &[("a message", "sys_cap_recv 0 1024 1056", POSITIVE)];
    check(&with_link(ROWS, RETURNING), "actor", FUNCTIONS, ROWS);
}

fn trapping() {
    const ROWS: &[Row] = &[
        ("exits are trapped", "sys_trap_exits 1", "0"),
        ("the other", "sys_link 3", "0"),
        ("crashes", "sys_cap_send 3 7 0 0 -1", "0"),
        ("which is told", "sys_cap_recv 0 1024 1056", "0"),
        ("as an abnormal end", "load32 1064", "2"),
        ("with the code of a fault", "load32 1068", "-1"),
    ];
    check(&with_link(ROWS, CRASHING), "actor", FUNCTIONS, ROWS);
}

fn unlinked() {
    const ROWS: &[Row] = &[
        ("the other", "sys_link 3", "0"),
        ("is linked no longer", "sys_unlink 3", "0"),
        ("nor ever was twice", "sys_unlink 3", "0"),
        ("it crashes", "sys_cap_send 3 7 0 0 -1", "0"),
        ("which is told", "sys_cap_recv 0 1024 1056", "0"),
        ("as an abnormal end", "load32 1064", "2"),
    ];
    check(&with_link(ROWS, CRASHING), "actor", FUNCTIONS, ROWS);
}

fn born_linked() {
    const ROWS: &[Row] = &[
        ("a child", concat!("sys_spawn 3 @trapping ", options!("10", "01", "")), "never"),
        ("takes its maker along", "sys_cap_recv 0 1024 1056", "never"),
    ];
    let run = World::of(vec![maker(ROWS)]).run();
    // The child has its turn while its maker waits for it to be made.
    assert!(run.logged("maker").is_empty());
    assert!(run.did("maker").contains(&exit(ExitReason::Linked)), "{:?}", run.did("maker"));
}

/// Slot 3 is the process table.
fn looking() {
    const ROWS: &[Row] = &[
        ("everybody has an id", "sys_self -> $own", POSITIVE),
        ("what it holds", "sys_proc_caps 3 $own 1024 160", "4"),
        ("is first its endpoint", "load64 1024", "0"),
        ("by its kind", "load32 1032", "1"),
        ("to itself", "load64 1048", "4294967296"),
        ("not all of it", "sys_proc_caps 3 $own 1024 159", "-9"),
        ("of nobody", "sys_proc_caps 3 12345 1024 160", "-17"),
        ("with something else", "sys_proc_caps 2 $own 1024 160", "-4"),
        ("its own line", "sys_cap_mem_read 3 0 2048 64", "64"),
        ("has its id", "load64 2048", "4294967296"),
        ("and its name", "text 2072 5", "actor"),
        ("half a line", "sys_cap_mem_read 3 32 2048 64", "-5"),
        ("behind the last", "sys_cap_mem_read 3 64 2048 64", "0"),
    ];
    let actor = script("actor", FUNCTIONS, ROWS);
    let actor = granted(actor, GrantObject::Processes, Rights::READ);
    check(&World::of(vec![actor]).run(), "actor", FUNCTIONS, ROWS);
}
