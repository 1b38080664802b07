//! The actor that seed *actor-microkernel* prints, compiled from its text, runs unchanged.

use abi::message::EXIT_NOTICE;
use kernel::fault::ExitReason;
use kernel::manifest::ActorManifest;
use kernel::manifest::Program;
use kernel::time::Instant;
use kernel::trace::What;

use crate::seed::Case;
use crate::seed::bench::Run;
use crate::seed::bench::World;
use crate::seed::bench::actor;
use crate::seed::bench::at_ms;
use crate::seed::bench::knowing;
use crate::seed::mk::FUNCTIONS;
use crate::seed::mk::naming;
use crate::seed::printed;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;

pub(super) const CASES: &[Case] = &[
    ("the_printed_actor_imports_what_it_prints_and_nothing_else", imports),
    ("the_printed_actor_answers_after_exactly_100_ms", answers),
    ("the_printed_actor_stops_at_message_0", stops),
    ("messages_neither_wake_the_printed_actor_early_nor_are_lost", undisturbed),
];

fn playing(wasm: &[u8]) -> ActorManifest {
    let printed = actor("printed", Program::Wasm(wasm.to_vec().into()));
    // The seed gives it nothing; here it needs the time to sleep, and has it.
    ActorManifest { names: vec!["printed".to_owned()], ..printed }
}

fn run(wasm: &[u8], rows: &[Row]) -> Run {
    let client = naming(knowing(script("client", FUNCTIONS, rows), "printed"));
    let run = World::of(vec![playing(wasm), client]).run();
    check(&run, "client", FUNCTIONS, rows);
    run
}

fn imports() {
    let mut imports = kernel::engine::imports(printed::printed()).expect("it is a module");
    imports.sort();
    assert_eq!(imports, ["env.mk_send", "env.mk_sleep_ms"]);
}

/// Whatever it was written in: panics if a module is not as good as the printed actor.
pub(crate) fn check_plays(wasm: &[u8]) {
    check_answers(wasm);
    check_stops(wasm);
}

fn answers() {
    check_answers(printed::printed());
}

fn check_answers(wasm: &[u8]) {
    const ROWS: &[Row] = &[
        ("the actor has a name", "mk_lookup 'printed' -> $printed", POSITIVE),
        ("a ping", "mk_send $printed 200 'hello'", "1"),
        ("its answer", "mk_recv_full 1024 1040 64 1028 1032", "0"),
        ("it is a pong", "load32 1024", "201"),
        ("as long as the ping", "load32 1028", "5"),
        ("saying the same", "text 1040 5", "hello"),
        ("and comes after 100 ms", "mk_time_ms", "100"),
        ("a second ping", "mk_send $printed 200 'again'", "1"),
        ("is answered too", "mk_recv 1024 1040 64 1028", "0"),
        ("in the same way", "text 1040 5", "again"),
        ("after as long", "mk_time_ms", "200"),
    ];
    let run = run(wasm, ROWS);
    let is_pong = |(_, what): &&(Instant, What)| matches!(what, What::Send { opcode: 201, .. });
    let did = run.did("printed");
    let pongs: Vec<Instant> = did.iter().filter(is_pong).map(|(at, _)| *at).collect();
    assert_eq!(pongs, [at_ms(100), at_ms(200)]);
}

fn stops() {
    check_stops(printed::printed());
}

fn check_stops(wasm: &[u8]) {
    const ROWS: &[Row] = &[
        ("the actor has a name", "mk_lookup 'printed' -> $printed", POSITIVE),
        ("something it does not know", "mk_send $printed 77 0 0", "1"),
        ("the message to stop", "mk_send $printed 0 0 0", "1"),
        ("its end is told", "mk_recv_full 1024 1040 64 1028 1032", "0"),
        ("as a child's exit", "load32 1024", "-16777200"),
        ("it was a normal one", "load32 1048", "0"),
        ("the name went with it", "mk_lookup 'printed'", "0"),
        ("and it cannot be reached", "mk_send $printed 200 0 0", "0"),
    ];
    assert_eq!(EXIT_NOTICE.cast_signed(), -16_777_200);
    let did = run(wasm, ROWS).did("printed");
    assert!(did.contains(&(Instant::ZERO, What::Exit(ExitReason::Returned))), "{did:?}");
}

/// Everything that comes while the actor sleeps waits in its mailbox, in order. Seed 001 woke at
/// the first of these messages and lost it.
fn undisturbed() {
    const ROWS: &[Row] = &[
        ("the actor has a name", "mk_lookup 'printed' -> $printed", POSITIVE),
        ("a first ping", "mk_send $printed 200 'one'", "1"),
        ("something it does not know", "mk_send $printed 77 0 0", "1"),
        ("10 ms later", "mk_sleep_ms 10", "0"),
        ("while it sleeps, another ping", "mk_send $printed 200 'two'", "1"),
        ("and something else", "mk_send_u32 $printed 78 5", "1"),
        ("the first answer", "mk_recv 1024 1040 64 1028", "0"),
        ("is the first ping's", "text 1040 3", "one"),
        ("and not early", "mk_time_ms", "100"),
        ("the second answer", "mk_recv 1024 1040 64 1028", "0"),
        ("is the second ping's", "text 1040 3", "two"),
        ("the actor begins with it when it is done with the first", "mk_time_ms", "200"),
    ];
    let run = run(printed::printed(), ROWS);
    let received = run.did("printed").into_iter().filter_map(|(at, what)| match what {
        What::Receive { opcode, .. } => Some((at, opcode)),
        _ => None,
    });
    let expected = [(0, 200), (100, 77), (100, 200), (200, 78)];
    let expected = expected.map(|(millis, opcode)| (at_ms(millis), opcode));
    // Whatever comes after that is the client's end.
    assert_eq!(received.take(4).collect::<Vec<_>>(), expected);
}
