//! `sys_cap_call` and the capability to answer it, which is used up by the first answer.

use kernel::time::Instant;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::at_ms;
use crate::seed::bench::knowing;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::sys::FUNCTIONS;

pub(super) const CASES: &[Case] = &[
    ("a_call_is_answered_once", answered),
    ("a_reply_gives_up_what_it_went_through_if_it_did", replied),
    ("a_caller_is_told_when_its_call_is_dropped", dropped),
    ("a_caller_is_told_when_its_callee_dies", dead),
    ("a_caller_is_told_when_its_callee_dies_before_it_has_read", unread),
    ("a_call_can_be_passed_on_and_answered_by_another", passed_on),
    ("a_caller_is_not_given_the_reply_it_waits_for", given_back),
    ("a_call_is_dropped_with_its_last_copy_only", copied),
    ("a_call_ends_at_its_deadline_and_cannot_be_answered_later", late),
    ("a_call_is_refused_before_anything_is_sent", refused),
    ("what_comes_with_an_answer_that_does_not_fit_is_not_kept", too_large),
];

/// Slot 3 is the callee. The answer lies at 2048: its opcode at 2072, its payload from 2080 on.
const ASKING: &[Row] = &[
    ("a question", "sys_cap_call 3 4 'ask' 2048 1056 -1", POSITIVE),
    ("has an answer", "load32 2072", "5"),
    ("in words", "text 2080 3", "yes"),
];

fn answered() {
    const SERVER: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("in words", "text 1056 3", "ask"),
        ("that can be answered", "load64 1040 -> $reply", "3"),
        ("is", "sys_cap_send $reply 5 'yes' -1", "0"),
        ("once", "sys_cap_send $reply 5 'no!' -1", "-2"),
        ("and not copied", "sys_cap_copy $reply", "-2"),
        ("nor dropped", "sys_cap_delete $reply", "-2"),
    ];
    pair(ASKING, SERVER);
}

/// The first question comes with a capability that is used up, the second thing with an endpoint
/// that is not.
fn replied() {
    const CLIENT: &[Row] = &[
        ("a question", "sys_cap_call 3 4 'ask' 2048 1056 -1", POSITIVE),
        ("has an answer", "text 2080 3", "yes"),
        ("a message with its own address", "sys_cap_send 3 4 'and' 0", "0"),
        ("has one too", "sys_cap_recv 0 2048 1056", POSITIVE),
        ("in words", "text 2080 4", "well"),
    ];
    const SERVER: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("that can be answered", "load64 1040 -> $reply", "3"),
        ("not with what is not held", "sys_cap_reply $reply 5 'yes' 60 2", "-1"),
        ("nor with rights that do not exist", "sys_cap_reply $reply 5 'yes' -1 0x7fffffff", "-5"),
        ("is", "sys_cap_reply $reply 5 'yes' -1 0", "0"),
        ("once", "sys_cap_reply $reply 5 'no!' -1 0", "-2"),
        ("a message", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("with an address", "load64 1040 -> $address", POSITIVE),
        ("is answered", "sys_cap_reply $address 5 'well' -1 0", "0"),
        ("and the address given up", "sys_cap_info $address 1024 24", "-2"),
        ("where there was one", "sys_cap_reply 2 5 'oops' -1 0", "-3"),
    ];
    pair(CLIENT, SERVER);
}

/// Each question comes to one of these.
const IN_VAIN: &[Row] = &[("a question", "sys_cap_call 3 4 'ask' 2048 1056 -1", "-15")];
const TO_THE_DEAD: &[Row] = &[
    ("a question", "sys_cap_call 3 4 'ask' 2048 1056 -1", "-11"),
    ("another", "sys_cap_call 3 4 'ask' 2048 1056 -1", "-11"),
    ("the notice of the end", "sys_cap_recv 0 1024 1056", "0"),
    ("frees the slot", "sys_cap_call 3 4 'ask' 2048 1056 -1", "-2"),
];

fn dropped() {
    const SERVER: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("that can be answered", "load64 1040 -> $reply", "3"),
        ("is not", "sys_cap_delete $reply", "0"),
    ];
    pair(IN_VAIN, SERVER);
}

fn dead() {
    const RETURNING: &[Row] = &[("a question", "sys_cap_recv 0 1024 1056", POSITIVE)];
    const CRASHING: &[Row] =
        &[("a question", "sys_cap_recv 0 1024 1056", POSITIVE), ("ends it", "trap", "")];
    pair(TO_THE_DEAD, RETURNING);
    pair(TO_THE_DEAD, CRASHING);
}

fn unread() {
    const SERVER: &[Row] = &[("it never reads", "trap", "")];
    pair(TO_THE_DEAD, SERVER);
}

fn passed_on() {
    const FRONT: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("that can be answered", "load64 1040 -> $reply", "4"),
        ("is passed on", "sys_cap_send_move 3 6 'ask' $reply", "0"),
        ("so it is not ours any more", "sys_cap_send $reply 5 'no!' -1", "-2"),
    ];
    const BACK: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("that can be answered", "load64 1040 -> $reply", "3"),
        ("by somebody else than was asked", "sys_cap_send $reply 5 'yes' -1", "0"),
    ];
    let client = knowing(script("client", FUNCTIONS, ASKING), "front");
    let front = knowing(script("front", FUNCTIONS, FRONT), "back");
    let run = World::of(vec![client, front, script("back", FUNCTIONS, BACK)]).run();
    check(&run, "client", FUNCTIONS, ASKING);
    check(&run, "front", FUNCTIONS, FRONT);
    check(&run, "back", FUNCTIONS, BACK);
    let id = run.logged("client")[0].parse::<u64>().map(|id| id & 0xffff);
    assert_eq!(id, Ok(2), "the answer is from whoever answered");
}

fn given_back() {
    const SERVER: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("that can be answered", "load64 1040 -> $reply", "4"),
        ("is not for the one who asked", "sys_cap_send_move 3 6 'ask' $reply", "-4"),
        ("nor is a copy", "sys_cap_send 3 6 'ask' $reply", "-4"),
        ("nor as its own answer", "sys_cap_send $reply 6 'ask' $reply", "-4"),
        ("but this is", "sys_cap_send $reply 5 'yes' -1", "0"),
    ];
    let client = knowing(script("client", FUNCTIONS, ASKING), "server");
    let server = knowing(script("server", FUNCTIONS, SERVER), "client");
    let run = World::of(vec![client, server]).run();
    check(&run, "client", FUNCTIONS, ASKING);
    check(&run, "server", FUNCTIONS, SERVER);
}

fn copied() {
    const SERVER: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("that can be answered", "load64 1040 -> $reply", "3"),
        ("is kept twice", "sys_cap_copy $reply -> $copy", "4"),
        ("dropped once", "sys_cap_delete $reply", "0"),
        ("the caller waits", "sys_sleep 2 5000000", "0"),
        ("for this", "sys_cap_send $copy 5 'yes' -1", "0"),
    ];
    let moments = pair(ASKING, SERVER);
    assert_eq!(moments, [at_ms(5); 3]);
}

fn late() {
    const CLIENT: &[Row] = &[
        ("a question", "sys_cap_call 3 4 'ask' 2048 1056 5000000", "-12"),
        ("without an answer", "load32 2072", "0"),
        ("another, in time", "sys_cap_call 3 4 'ask' 2048 1056 20000000", POSITIVE),
        ("has its own answer", "text 2080 3", "yes"),
        ("no time at all", "sys_cap_call 3 4 'ask' 2048 1056 0", "-12"),
    ];
    const SERVER: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("that can be answered", "load64 1040 -> $reply", "3"),
        ("takes too long", "sys_sleep 2 15000000", "0"),
        ("it cannot be answered any more", "sys_cap_send $reply 5 'no!' -1", "-2"),
        ("the next", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("has its own capability", "load64 1040 -> $reply", POSITIVE),
        ("and can", "sys_cap_send $reply 5 'yes' -1", "0"),
        ("the last", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("came too late", "load64 1040 -> $reply", POSITIVE),
        ("before it was read", "sys_cap_send $reply 5 'no!' -1", "-2"),
    ];
    let moments = pair(CLIENT, SERVER);
    assert_eq!(moments[..3], [at_ms(5), at_ms(5), at_ms(15)]);
}

fn refused() {
    const CLIENT: &[Row] = &[
        ("oneself", "sys_cap_call 0 4 'ask' 2048 1056 -1", "-4"),
        ("the log", "sys_cap_call 1 4 'ask' 2048 1056 -1", "-4"),
        ("the clock, which is not written", "sys_cap_call 2 4 'ask' 2048 1056 -1", "-3"),
        ("nothing", "sys_cap_call 60 4 'ask' 2048 1056 -1", "-1"),
        ("a question that is too long", "sys_cap_call 3 4 1024 1025 2048 1056 -1", "-8"),
        ("one outside memory", "sys_cap_call 3 4 65530 20 2048 1056 -1", "-6"),
        ("no place for an answer", "sys_cap_call 3 4 'ask' 65530 1056 -1", "-6"),
        ("a word of the kernel's", "sys_cap_call 3 0xff000010 'ask' 2048 1056 -1", "-5"),
        ("the mailbox", "sys_cap_send 3 1 0 0 -1", "0"),
        ("is full", "sys_cap_call 3 4 'ask' 2048 1056 -1", "-7"),
        ("no time without a clock", "sys_cap_delete 2", "0"),
        ("can be said", "sys_cap_call 3 4 'ask' 2048 1056 5", "-1"),
    ];
    const SERVER: &[Row] = &[("one message", "sys_cap_recv 0 1024 1056", POSITIVE)];
    let client = knowing(script("client", FUNCTIONS, CLIENT), "server");
    let mut server = script("server", FUNCTIONS, SERVER);
    server.mailbox = 1;
    let run = World::of(vec![client, server]).run();
    check(&run, "client", FUNCTIONS, CLIENT);
    check(&run, "server", FUNCTIONS, SERVER);
}

fn too_large() {
    const CLIENT: &[Row] = &[
        ("a place for 2 bytes", "sys_cap_call 3 4 'ask' 2048 34 -1", "-9"),
        ("is left as it was", "load32 2072", "0"),
        ("what came along is not here", "sys_cap_info 4 1024 24", "-2"),
    ];
    const SERVER: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("that can be answered", "load64 1040 -> $reply", "3"),
        ("is, with something", "sys_cap_send_rights $reply 5 'yes' 0 2", "0"),
        ("it stays, so that this is not revoked", "sys_sleep 2 1000000", "0"),
    ];
    pair(CLIENT, SERVER);
}

/// Runs a client and its server; says when the client's rows returned.
fn pair(client: &[Row], server: &[Row]) -> Vec<Instant> {
    let asking = knowing(script("client", FUNCTIONS, client), "server");
    let run = World::of(vec![asking, script("server", FUNCTIONS, server)]).run();
    check(&run, "client", FUNCTIONS, client);
    check(&run, "server", FUNCTIONS, server);
    run.logged_at("client").into_iter().map(|(at, _)| at).collect()
}
