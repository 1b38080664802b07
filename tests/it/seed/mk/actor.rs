//! Other actors: `mk_spawn_wasm`, `mk_stop`, `mk_list_actors`.

use abi::rights::Rights;
use kernel::fault::ExitReason;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;
use kernel::time::Instant;
use kernel::trace::What;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::granted;
use crate::seed::bench::knowing;
use crate::seed::mk::FUNCTIONS;
use crate::seed::mk::naming;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;

pub(super) const CASES: &[Case] = &[
    ("mk_spawn_wasm_needs_a_spawner_and_a_module", spawning),
    ("the_printed_actor_can_be_loaded_by_another", loading),
    ("mk_stop_ends_ones_own_children_and_oneself", stopping),
    ("mk_stop_ends_anybody_with_the_process_table_alone", stopping_all),
    ("mk_list_actors_needs_the_process_table", listing),
    ("mk_stop_of_oneself_is_the_last_call", suicide),
];

pub(super) const TABLES: &[&[Row]] =
    &[CHILDLESS, MAKER, LOADER, STOPPER, RULER, BLIND, SEEING, SUICIDE];

const CHILDLESS: &[Row] = &[("nobody lets it make actors", "mk_spawn_wasm @waiting 4", "0")];

const MAKER: &[Row] = &[
    ("no module", "mk_spawn_wasm 'asm' 4", "0"),
    ("nothing at all", "mk_spawn_wasm 1024 0 4", "0"),
    ("a module outside memory", "mk_spawn_wasm 65530 20 4", "0"),
    ("a module of negative length", "mk_spawn_wasm 1024 -1 4", "0"),
    ("one without an entry", "mk_spawn_wasm '\\00asm\\01\\00\\00\\00' 4", "0"),
    ("a module", "mk_spawn_wasm @waiting 2 -> $child", POSITIVE),
    ("can be sent to", "mk_send $child 7 'one'", "1"),
    ("as often as its mailbox takes", "mk_send $child 7 'two'", "1"),
    ("and no more", "mk_send $child 7 'three'", "0"),
    ("the usual mailbox", "mk_spawn_wasm @waiting 0", POSITIVE),
    ("a boundless one", "mk_spawn_wasm @waiting -1", POSITIVE),
    ("one that answers", "mk_spawn_wasm @echoing 4 -> $echo", POSITIVE),
    ("is asked", "mk_send $echo 8 'hear'", "1"),
    ("and answers its maker", "mk_recv_full 1024 1040 16 1028 1032", "0"),
    ("in its own words", "text 1040 4", "hear"),
    ("one that ends", "mk_spawn_wasm @returning 4", POSITIVE),
    ("tells its maker", "mk_recv_full 1024 1040 16 1028 1032", "0"),
    ("in the seed's words", "load32 1024", "-16777200"),
    ("normally", "load8 1048", "0"),
    ("one that traps", "mk_spawn_wasm @trapping 4", POSITIVE),
    ("tells its maker", "mk_recv_full 1024 1040 16 1028 1032", "0"),
    ("that it did not end normally", "load8 1048", "2"),
];

fn making(actor: ActorManifest) -> ActorManifest {
    granted(actor, GrantObject::Spawner(None), Rights::WRITE)
}

fn spawning() {
    let run = World::of(vec![script("childless", FUNCTIONS, CHILDLESS)]).run();
    check(&run, "childless", FUNCTIONS, CHILDLESS);
    let run = World::of(vec![making(script("maker", FUNCTIONS, MAKER))]).run();
    check(&run, "maker", FUNCTIONS, MAKER);
}

/// What the seed's shell does with `load`: whoever may grant its clock gives the child time.
const LOADER: &[Row] = &[
    ("the printed actor", "mk_spawn_wasm @printed 16 -> $child", POSITIVE),
    ("takes a ping", "mk_send $child 200 'hello'", "1"),
    ("and answers", "mk_recv_full 1024 1040 16 1028 1032", "0"),
    ("with a pong", "load32 1024", "201"),
    ("in the same words", "text 1040 5", "hello"),
    ("after 100 ms", "mk_time_ms", "100"),
];

fn loading() {
    let mut loader = making(script("loader", FUNCTIONS, LOADER));
    for grant in &mut loader.grants {
        grant.rights = grant.rights | Rights::GRANT;
    }
    check(&World::of(vec![loader]).run(), "loader", FUNCTIONS, LOADER);
}

const STOPPER: &[Row] = &[
    ("a child", "mk_spawn_wasm @waiting 4 -> $child", POSITIVE),
    ("is ended", "mk_stop $child", "0"),
    ("once", "mk_stop $child", "-1"),
    ("which its maker is told", "mk_recv_full 1024 1040 16 1028 1032", "0"),
    ("as a killing", "load8 1048", "1"),
    ("nobody", "mk_stop 12345", "-1"),
    ("somebody it can only send to", "mk_lookup 'other' -> $other", POSITIVE),
    ("is not its to end", "mk_stop $other", "-1"),
    ("but it still can send", "mk_send $other 7 0 0", "1"),
    ("oneself", "mk_self -> $own", POSITIVE),
];

const SUICIDE: &[Row] =
    &[("oneself", "mk_self -> $own", POSITIVE), ("is ended at once", "mk_stop $own", "never")];

fn stopping() {
    const OTHER: &[Row] = &[("it waits", "mk_recv 1024 1040 16 1028", "0")];
    let other = script("other", FUNCTIONS, OTHER);
    let other = ActorManifest { names: vec!["other".to_owned()], ..other };
    let stopper = knowing(naming(making(script("stopper", FUNCTIONS, STOPPER))), "other");
    let run = World::of(vec![stopper, other]).run();
    check(&run, "stopper", FUNCTIONS, STOPPER);
    check(&run, "other", FUNCTIONS, OTHER);
}

fn suicide() {
    let run = World::of(vec![script("actor", FUNCTIONS, SUICIDE)]).run();
    assert_eq!(run.logged("actor").len(), 1, "nothing after its end");
    let did = run.did("actor");
    assert!(did.contains(&(Instant::ZERO, What::Exit(ExitReason::Killed))), "{did:?}");
}

const RULER: &[Row] = &[
    ("somebody", "mk_lookup 'other' -> $other", POSITIVE),
    ("is ended", "mk_stop $other", "0"),
    ("and is nobody now", "mk_stop $other", "-1"),
];

fn stopping_all() {
    const OTHER: &[Row] = &[("it waits", "mk_recv 1024 1040 16 1028", "0")];
    for (rights, is_ended) in [(Rights::WRITE, true), (Rights::READ, false)] {
        let other = script("other", FUNCTIONS, OTHER);
        let other = ActorManifest { names: vec!["other".to_owned()], ..other };
        let ruler = naming(script("ruler", FUNCTIONS, RULER));
        let ruler = granted(ruler, GrantObject::Processes, rights);
        let run = World::of(vec![other, ruler]).run();
        let killed = (Instant::ZERO, What::Exit(ExitReason::Killed));
        assert_eq!(run.did("other").contains(&killed), is_ended);
        match is_ended {
            true => check(&run, "ruler", FUNCTIONS, RULER),
            false => assert_eq!(run.logged("ruler")[1..], ["-1", "-1"]),
        }
    }
}

const BLIND: &[Row] = &[
    ("nobody lets it see", "mk_list_actors 1040 8 1024", "-1"),
    ("nothing was written", "load64 1040", "0"),
];

const SEEING: &[Row] = &[
    ("everybody", "mk_list_actors 1040 8 1024", "0"),
    ("is two", "load32 1024", "2"),
    ("in order", "load64 1040", "4294967296"),
    ("of their places", "load64 1048", "4294967297"),
    ("and nobody else", "load64 1056", "0"),
    ("room for one", "mk_list_actors 1104 1 1024", "0"),
    ("holds one", "load32 1024", "1"),
    ("and no more", "load64 1112", "0"),
    ("no room", "mk_list_actors 1104 0 1024", "-1"),
    ("less than none", "mk_list_actors 1104 -1 1024", "-1"),
    ("a place outside memory", "mk_list_actors 65530 8 1024", "-1"),
    ("no place for the number", "mk_list_actors 1040 8 65533", "-1"),
];

fn listing() {
    let blind = script("blind", FUNCTIONS, BLIND);
    let seeing = script("seeing", FUNCTIONS, SEEING);
    // The other waits until both are counted.
    let seeing = granted(seeing, GrantObject::Processes, Rights::READ);
    let run = World::of(vec![seeing, blind]).run();
    check(&run, "seeing", FUNCTIONS, SEEING);
    check(&run, "blind", FUNCTIONS, BLIND);
}
