//! Capabilities that move, shrink and are looked at.

use std::borrow::Cow;

use abi::rights::Rights;
use kernel::manifest::GrantObject;
use kernel::manifest::Region;

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
    ("a_capability_that_moves_leaves_its_slot", moving),
    ("a_capability_that_is_sent_away_is_gone", sending),
    ("narrowing_leads_to_less_and_never_to_more", narrowing),
    ("what_is_minted_has_at_most_what_its_original_has", minting),
];

fn moving() {
    const ROWS: &[Row] = &[
        ("the other", "sys_cap_move 3 -> $moved", "4"),
        ("is here now", "sys_cap_send $moved 7 0 0 -1", "0"),
        ("and there no more", "sys_cap_send 3 7 0 0 -1", "-2"),
        ("from where it is it moves again", "sys_cap_move $moved -> $back", "4294967299"),
        ("into the free slot", "sys_cap_send $back 7 0 0 -1", "0"),
        ("what is not there", "sys_cap_move $moved", "-2"),
        ("or never was", "sys_cap_move 60", "-1"),
    ];
    let mover = knowing(script("mover", FUNCTIONS, ROWS), "other");
    let other = script("other", FUNCTIONS, LISTENING);
    check(&World::of(vec![mover, other]).run(), "mover", FUNCTIONS, ROWS);
}

const LISTENING: &[Row] =
    &[("a message", "sys_cap_recv 0 1024 1056", POSITIVE), ("what came along", "load64 1040", "3")];

fn sending() {
    const ROWS: &[Row] = &[
        ("what may not be granted", "sys_cap_send_move 3 7 0 0 1", "-3"),
        ("stays", "sys_cap_info 1 1024 24", "0"),
        ("a second way to oneself", "sys_cap_copy 0 -> $copy", "4"),
        ("is sent away", "sys_cap_send_move 3 7 0 0 $copy", "0"),
        ("and is gone", "sys_cap_info $copy 1024 24", "-2"),
        ("the other ends, so it is revoked", "sys_cap_recv 0 1024 1056", "0"),
        ("what is sent to the dead", "sys_cap_send_move 3 7 0 0 0", "-2"),
        ("stays", "sys_cap_info 0 1024 24", "0"),
    ];
    let sender = knowing(script("sender", FUNCTIONS, ROWS), "other");
    let run = World::of(vec![sender, script("other", FUNCTIONS, LISTENING)]).run();
    check(&run, "sender", FUNCTIONS, ROWS);
    check(&run, "other", FUNCTIONS, LISTENING);
}

/// Kinds: 1 endpoint, 2 memory, 14 child, 16 directory, 17 file. Slot 3 is the other, to send to;
/// slot 4 is the other as a child.
fn narrowing() {
    const ROWS: &[Row] = &[
        ("a directory of one's own", "sys_cap_narrow 0 16 10 7 -> $directory", "5"),
        ("is one", "sys_cap_info $directory 1024 24", "0"),
        ("by its kind", "load32 1024", "16"),
        ("its rights", "load32 1028", "10"),
        ("and its badge", "load64 1032", "7"),
        ("it is no way to send", "sys_cap_send $directory 7 0 0 -1", "-4"),
        ("nor to call", "sys_cap_call $directory 7 0 0 2048 1056 -1", "-4"),
        ("nor back to an endpoint", "sys_cap_narrow $directory 1 2 7", "-5"),
        ("nor to a file", "sys_cap_narrow $directory 17 2 7", "-5"),
        ("a file", "sys_cap_narrow 0 17 1 8", "6"),
        ("needs a badge", "sys_cap_narrow 0 17 1 0", "-5"),
        ("so does a directory", "sys_cap_narrow 0 16 1 0", "-5"),
        ("a child's endpoint", "sys_cap_narrow 4 1 2 0 -> $endpoint", "7"),
        ("is a way to send", "sys_cap_send $endpoint 7 0 0 -1", "0"),
        ("but not to end it", "sys_stop $endpoint", "-4"),
        ("nor to become a child's", "sys_cap_narrow $endpoint 14 2 0", "-4"),
        ("more rights than there are", "sys_cap_narrow 3 1 3 0", "-3"),
        ("a right that means nothing", "sys_cap_narrow 3 1 4 0", "-5"),
        ("no such kind", "sys_cap_narrow 3 99 2 0", "-5"),
        ("not this kind", "sys_cap_narrow 3 2 2 0", "-4"),
        ("not of the log", "sys_cap_narrow 1 16 2 7", "-4"),
        ("not of nothing", "sys_cap_narrow 60 16 2 7", "-1"),
    ];
    let actor = knowing(script("actor", FUNCTIONS, ROWS), "other");
    let child = GrantObject::Child("other".to_owned());
    let actor = granted(actor, child, Rights::WRITE | Rights::GRANT);
    let other = script("other", FUNCTIONS, LISTENING);
    check(&World::of(vec![actor, other]).run(), "actor", FUNCTIONS, ROWS);
}

/// Slot 3 is 64 bytes of memory.
fn minting() {
    const ROWS: &[Row] = &[
        ("a way to oneself with a badge", "sys_cap_mint 0 2 7 -> $badged", "4"),
        ("is used", "sys_cap_send $badged 9 'x' -1", "0"),
        ("and seen by its badge", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("which is this", "load64 1032", "7"),
        ("it is badged for good", "sys_cap_mint $badged 2 8", "-14"),
        ("with fewer rights", "sys_cap_mint $badged 3 7", "-3"),
        ("part of the memory", "sys_cap_mint_range 3 1 16 32 -> $part", "5"),
        ("has its size", "sys_cap_info $part 1024 24", "0"),
        ("in bytes", "load64 1040", "32"),
        ("is not written", "sys_cap_mem_write $part 0 1024 4", "-3"),
        ("the whole is", "sys_cap_mem_write 3 16 'word'", "4"),
        ("and read in part", "sys_cap_mem_read $part 0 2048 4", "4"),
        ("where it is", "text 2048 4", "word"),
        ("to its end", "sys_cap_mem_read $part 28 2048 4", "4"),
        ("and not beyond", "sys_cap_mem_read $part 29 2048 4", "-5"),
        ("nor before", "sys_cap_mem_read $part -1 2048 1", "-5"),
        ("a larger part", "sys_cap_mint_range $part 1 0 33", "-5"),
        ("all of it is revoked", "sys_cap_revoke 3", "0"),
        ("so the part is gone", "sys_cap_info $part 1024 24", "-2"),
        ("but not the whole", "sys_cap_mem_read 3 16 2048 4", "4"),
        ("a copy", "sys_cap_copy 3 -> $copy", POSITIVE),
        ("is dropped", "sys_cap_delete $copy", "0"),
        ("once", "sys_cap_delete $copy", "-2"),
        ("too small a place for what it is", "sys_cap_info 3 1024 23", "-9"),
    ];
    let memory = GrantObject::Region("memory".to_owned());
    let actor = granted(script("actor", FUNCTIONS, ROWS), memory, Rights::READ | Rights::WRITE);
    let bytes = Cow::Owned(vec![0; 64]);
    let regions = vec![Region { name: "memory".to_owned(), bytes }];
    let run = World { regions, ..World::of(vec![actor]) }.run();
    check(&run, "actor", FUNCTIONS, ROWS);
}
