//! Who is waited for runs at the priority of the one who waits: a server of low priority that a
//! client of high priority has called, or who holds its mutex, comes before whoever stands between.
//!
//! The hog, of priority 10, loops for ever. A client of priority 20 sends it on its way just before
//! it begins to wait for somebody of priority 5, so that it is always in between.

use kernel::manifest::ActorManifest;
use kernel::trace::What;

use crate::seed::Case;
use crate::seed::bench::Run;
use crate::seed::bench::World;
use crate::seed::bench::knowing;
use crate::seed::bench::with_priority;
use crate::seed::script::Function;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::script;
use crate::seed::sp;
use crate::seed::sys;

pub(super) const CASES: &[Case] = &[
    ("a_low_server_that_a_high_client_called_runs_before_a_middle_hog", by_call),
    ("a_plain_message_lends_nothing", by_message),
    ("who_is_passed_a_reply_is_lent_the_callers_priority", by_reply),
    ("a_low_owner_of_a_mutex_that_a_high_actor_wants_runs_before_a_middle_hog", by_mutex),
    ("priority_is_lent_along_a_chain_of_waiting", by_chain),
    ("a_timeout_takes_the_loan_back", by_timeout),
];

const HOG: &[Row] = &[
    ("it is sent on its way", "sys_cap_recv 0 1024 1056", POSITIVE),
    ("it runs", "sp_log 'hog'", "hog"),
    ("and runs", "loop_for_ever", ""),
];

fn functions() -> Vec<Function> {
    [sp::FUNCTIONS, sys::FUNCTIONS].concat()
}

fn hog() -> ActorManifest {
    with_priority(script("hog", &functions(), HOG), 10)
}

/// An actor of this priority that can send to the others in slots 3 and following.
fn member(name: &str, priority: u8, others: &[&str], rows: &[Row]) -> ActorManifest {
    let member = with_priority(script(name, &functions(), rows), priority);
    others.iter().fold(member, |member, other| knowing(member, other))
}

/// The lines that were logged in words, in order. The hog may run for a few slices; that is not
/// long enough for others to be rescued.
fn story(actors: Vec<ActorManifest>) -> (Vec<String>, Run) {
    let run = World { slices: 30, ..World::of(actors) }.run();
    let is_words = |line: &String| line.ends_with(|last: char| last.is_ascii_alphabetic());
    (run.log().into_iter().filter(is_words).collect(), run)
}

/// The priorities at which an actor ran after its own.
fn lent(run: &Run, name: &str) -> Vec<u8> {
    let did = run.did(name).into_iter();
    did.filter_map(|(_, what)| match what {
        What::Priority { effective } => Some(effective),
        _ => None,
    })
    .collect()
}

const SERVER: &[Row] = &[
    ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
    ("is served", "sp_log 'serving'", "serving"),
    ("it can be answered", "load64 1040 -> $reply", POSITIVE),
    ("and is", "sys_cap_send $reply 5 0 0 -1", "0"),
    ("then", "sp_log 'idle'", "idle"),
];

fn by_call() {
    const CLIENT: &[Row] = &[
        ("the hog is sent on its way", "sys_cap_send 4 1 0 0 -1", "0"),
        ("a question", "sys_cap_call 3 4 0 0 2048 1056 -1", POSITIVE),
        ("is answered", "sp_log 'answered'", "answered"),
    ];
    let client = member("client", 20, &["server", "hog"], CLIENT);
    let (lines, run) = story(vec![client, member("server", 5, &[], SERVER), hog()]);
    assert_eq!(lines, ["server: serving", "client: answered", "hog: hog"]);
    assert_eq!(lent(&run, "server"), [20, 5]);
}

/// What the law above would see if nothing were lent.
fn by_message() {
    const CLIENT: &[Row] = &[
        ("the hog is sent on its way", "sys_cap_send 4 1 0 0 -1", "0"),
        ("a question", "sys_cap_send 3 4 0 0 0", "0"),
        ("is waited for", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("is answered", "sp_log 'answered'", "answered"),
    ];
    let client = member("client", 20, &["server", "hog"], CLIENT);
    let (lines, run) = story(vec![client, member("server", 5, &[], SERVER), hog()]);
    assert_eq!(lines, ["hog: hog"]);
    assert_eq!(lent(&run, "server"), [] as [u8; 0]);
}

/// The client's question is taken by a clerk of its own priority, who hands the capability to
/// answer it to the server as the answer to the server's own call.
fn by_reply() {
    const CLERK: &[Row] = &[
        ("the server asks for work", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("by this", "load64 1040 -> $server", POSITIVE),
        ("a client asks", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("by this", "load64 1040 -> $client", POSITIVE),
        ("the one is the answer to the other", "sys_cap_send_move $server 5 0 0 $client", "0"),
        ("then", "sp_log 'idle'", "idle"),
    ];
    const WORKING: &[Row] = &[
        ("there is work", "sys_cap_call 3 4 0 0 1024 1056 -1", POSITIVE),
        ("is served", "sp_log 'serving'", "serving"),
        ("it can be answered", "load64 1040 -> $reply", POSITIVE),
        ("and is", "sys_cap_send $reply 5 0 0 -1", "0"),
        ("then", "sp_log 'idle'", "idle"),
    ];
    const CLIENT: &[Row] = &[
        ("when all wait", "sys_sleep 2 1000000", "0"),
        ("the hog is sent on its way", "sys_cap_send 4 1 0 0 -1", "0"),
        ("a question", "sys_cap_call 3 4 0 0 2048 1056 -1", POSITIVE),
        ("is answered", "sp_log 'answered'", "answered"),
    ];
    let client = member("client", 20, &["clerk", "hog"], CLIENT);
    let clerk = member("clerk", 20, &[], CLERK);
    let server = member("server", 5, &["clerk"], WORKING);
    let (lines, run) = story(vec![client, clerk, server, hog()]);
    assert_eq!(lines, ["clerk: idle", "server: serving", "client: answered", "hog: hog"]);
    assert_eq!(lent(&run, "server"), [20, 5]);
}

/// Locks its mutex and gives it away; the other, which outranks it, wants it at once.
const OWNER: &[Row] = &[
    ("a mutex", "sp_mutex_create -> $mutex", POSITIVE),
    ("is locked", "sp_mutex_lock $mutex", "0"),
    ("and known to the other", "sys_cap_send_rights 3 1 0 0 $mutex 2", "0"),
    ("it is still ours", "sp_log 'working'", "working"),
    ("until it is given up", "sp_mutex_unlock $mutex", "0"),
    ("then", "sp_log 'idle'", "idle"),
];

fn by_mutex() {
    const WAITER: &[Row] = &[
        ("a mutex", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("it", "load64 1040 -> $mutex", POSITIVE),
        ("the hog is sent on its way", "sys_cap_send 3 1 0 0 -1", "0"),
        ("the mutex is another's", "sp_mutex_lock $mutex", "0"),
        ("now it is ours", "sp_log 'locked'", "locked"),
    ];
    let waiter = member("waiter", 20, &["hog"], WAITER);
    let (lines, run) = story(vec![member("owner", 5, &["waiter"], OWNER), waiter, hog()]);
    assert_eq!(lines, ["owner: working", "waiter: locked", "hog: hog"]);
    assert_eq!(lent(&run, "owner"), [20, 5]);
}

/// The server, of priority 8, waits for the owner of a mutex; then the client waits for the server.
fn by_chain() {
    const STARTING: &[Row] = &[
        ("a mutex", "sp_mutex_create -> $mutex", POSITIVE),
        ("is locked", "sp_mutex_lock $mutex", "0"),
        ("and known to the server", "sys_cap_send_rights 3 1 0 0 $mutex 2", "0"),
        ("the client is sent on its way", "sys_cap_send 4 1 0 0 -1", "0"),
        ("it is still ours", "sp_log 'working'", "working"),
        ("until it is given up", "sp_mutex_unlock $mutex", "0"),
        ("then", "sp_log 'idle'", "idle"),
    ];
    const SERVING: &[Row] = &[
        ("a mutex", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("it", "load64 1040 -> $mutex", POSITIVE),
        ("is another's until now", "sp_mutex_lock $mutex", "0"),
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("came meanwhile", "sp_log 'serving'", "serving"),
        ("can be answered", "load64 1040 -> $reply", POSITIVE),
        ("and is", "sys_cap_send $reply 5 0 0 -1", "0"),
        ("then", "sp_log 'idle'", "idle"),
    ];
    const CLIENT: &[Row] = &[
        ("it is sent on its way", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("and the hog", "sys_cap_send 4 1 0 0 -1", "0"),
        ("a question", "sys_cap_call 3 4 0 0 2048 1056 -1", POSITIVE),
        ("is answered", "sp_log 'answered'", "answered"),
    ];
    let owner = member("owner", 5, &["server", "client"], STARTING);
    let server = member("server", 8, &[], SERVING);
    let client = member("client", 20, &["server", "hog"], CLIENT);
    let (lines, run) = story(vec![owner, server, client, hog()]);
    assert_eq!(lines, ["owner: working", "server: serving", "client: answered", "hog: hog"]);
    assert_eq!(lent(&run, "owner"), [8, 20, 5]);
    assert_eq!(lent(&run, "server"), [20, 8]);
}

fn by_timeout() {
    const CLIENT: &[Row] = &[
        ("a question", "sys_cap_call 3 4 0 0 2048 1056 1000000", "-12"),
        ("comes too late", "sp_log 'alone'", "alone"),
    ];
    const LAZY: &[Row] = &[
        ("a question", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("can wait", "sys_sleep 2 5000000", "0"),
        ("a while", "sp_log 'awake'", "awake"),
    ];
    let client = member("client", 20, &["server"], CLIENT);
    let (lines, run) = story(vec![client, member("server", 5, &[], LAZY)]);
    assert_eq!(lines, ["client: alone", "server: awake"]);
    assert_eq!(lent(&run, "server"), [20, 5]);
}
