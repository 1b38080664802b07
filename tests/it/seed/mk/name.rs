//! Names: `mk_register`, `mk_lookup`, `mk_reverse_lookup`, `mk_ns_list`, `mk_node_name`.

use abi::rights::Rights;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::granted;
use crate::seed::bench::with_priority;
use crate::seed::mk::FUNCTIONS;
use crate::seed::mk::naming;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;

pub(super) const CASES: &[Case] = &[
    ("mk_register_takes_a_name_once_and_mk_lookup_finds_its_actor", names),
    ("mk_reverse_lookup_prefers_flat_names_and_ends_them_with_a_zero", reverse),
    ("mk_ns_list_tells_whole_lines_of_paths_alone", listing),
    ("mk_calls_reach_no_name_outside_their_prefix", prefix),
    ("without_a_namespace_there_are_no_names", nameless),
    ("mk_node_name_is_cut_but_tells_its_true_length", node),
];

pub(super) const TABLES: &[&[Row]] = &[OWNER, FINDER, REVERSER, LISTER, CONFINED, NAMELESS, NODE];

/// A name of 63 bytes.
macro_rules! word {
    () => {
        "a23456789b23456789c23456789d23456789e23456789f23456789g23456789"
    };
}

const OWNER: &[Row] = &[
    ("a flat name", "mk_register 'echo'", "0"),
    ("is taken once", "mk_register 'echo'", "-1"),
    ("a path", "mk_register '/node/local/echo'", "0"),
    ("a word of 63 bytes", concat!("mk_register '", word!(), "'"), "0"),
    ("no word of 64", concat!("mk_register '", word!(), "h'"), "-1"),
    ("the empty name", "mk_register 1024 0", "-1"),
    ("two words", "mk_register 'a b'", "-1"),
    ("no text", "mk_register '\\ff'", "-1"),
    ("the way up", "mk_register '/node/../echo'", "-1"),
    ("a name outside memory", "mk_register 65530 20", "-1"),
    ("the names stay as long as their owner", "mk_recv 1024 1040 16 1028", "0"),
    ("whoever found it can send", "text 1040 2", "hi"),
];

const FINDER: &[Row] = &[
    ("everybody has an id", "mk_self -> $own", POSITIVE),
    ("what was registered", "mk_lookup 'echo' -> $echo", POSITIVE),
    ("is found by its path as well", "mk_lookup '/node/local/echo'", POSITIVE),
    ("nobody", "mk_lookup 'nobody'", "0"),
    ("nobody is called so", "mk_lookup 1024 0", "0"),
    ("no text", "mk_lookup '\\ff'", "0"),
    ("a name outside memory", "mk_lookup 65530 20", "0"),
    ("a name is taken for others too", "mk_register 'echo'", "-1"),
    ("finding is being able to send", "mk_send $echo 7 'hi'", "1"),
    ("its owner ends", "mk_recv 1024 1040 16 1028", "0"),
    ("and with it its names", "mk_lookup 'echo'", "0"),
    ("which are free again", "mk_register 'echo'", "0"),
    ("for the next", "mk_lookup 'echo' -> $echo", POSITIVE),
    ("which is the caller", "mk_send $echo 7 'me'", "1"),
    ("it has the message", "mk_recv_full 1024 1040 16 1028 1032", "0"),
    ("from itself", "text 1040 2", "me"),
];

fn names() {
    let owner = naming(script("owner", FUNCTIONS, OWNER));
    let finder = with_priority(naming(script("finder", FUNCTIONS, FINDER)), 15);
    let run = World::of(vec![owner, finder]).run();
    check(&run, "owner", FUNCTIONS, OWNER);
    check(&run, "finder", FUNCTIONS, FINDER);
    let logged = run.logged("finder");
    assert_eq!(logged[1], logged[2], "both names are one actor's");
}

const REVERSER: &[Row] = &[
    ("everybody has an id", "mk_self -> $own", POSITIVE),
    ("it has no name", "mk_reverse_lookup $own 1024 16", "0"),
    ("a path", "mk_register '/node/echo'", "0"),
    ("is better than none", "mk_reverse_lookup $own 1024 16", "10"),
    ("and is told", "text 1024 10", "/node/echo"),
    ("a flat name", "mk_register 'echo'", "0"),
    ("is better", "mk_reverse_lookup $own 1024 16", "4"),
    ("and is told", "text 1024 4", "echo"),
    ("with a zero behind it", "load8 1028", "0"),
    ("a place that is too small", "mk_reverse_lookup $own 1056 4", "3"),
    ("has what fits before the zero", "text 1056 3", "ech"),
    ("which is there", "load8 1059", "0"),
    ("and nothing behind it", "store32 1040 -1", ""),
    ("room for a zero alone", "mk_reverse_lookup $own 1040 1", "0"),
    ("has it", "load32 1040", "-256"),
    ("no room", "mk_reverse_lookup $own 1040 0", "0"),
    ("nobody", "mk_reverse_lookup 12345 1024 16", "0"),
    ("a place outside memory", "mk_reverse_lookup $own 65530 16", "0"),
];

fn reverse() {
    let run = World::of(vec![naming(script("reverser", FUNCTIONS, REVERSER))]).run();
    check(&run, "reverser", FUNCTIONS, REVERSER);
}

const LISTER: &[Row] = &[
    ("there is no path", "mk_ns_list '/' 1040 256 1024", "0"),
    ("so nothing is told", "load32 1024", "0"),
    ("a flat name", "mk_register 'echo'", "0"),
    ("a path", "mk_register '/node/b'", "0"),
    ("another", "mk_register '/node/a'", "0"),
    ("and one elsewhere", "mk_register '/svc'", "0"),
    ("the paths of the node", "mk_ns_list '/node' 1040 256 1024", "0"),
    ("two lines", "load32 1024", "38"),
    ("in order", "text 1040 18", "/node/a=4294967296"),
    ("one below the other", "text 1059 18", "/node/b=4294967296"),
    ("part of a component", "mk_ns_list '/node/' 1040 256 1024", "0"),
    ("is enough", "load32 1024", "38"),
    ("as in the seed", "mk_ns_list '/no' 1040 256 1024", "0"),
    ("which compares bytes", "load32 1024", "38"),
    ("every path", "mk_ns_list 1040 0 1040 256 1024", "0"),
    ("is no flat name", "load32 1024", "54"),
    ("room for one line and a half", "mk_ns_list '/node' 1040 30 1024", "0"),
    ("holds one", "load32 1024", "19"),
    ("no room", "mk_ns_list '/node' 1040 0 1024", "0"),
    ("holds none", "load32 1024", "0"),
    ("there is no such path", "mk_ns_list '/nothing' 1040 256 1024", "0"),
    ("nothing is told", "load32 1024", "0"),
    ("no text", "mk_ns_list '\\ff' 1040 256 1024", "-1"),
    ("a place outside memory", "mk_ns_list '/node' 65530 256 1024", "-1"),
    ("no place for the size", "mk_ns_list '/node' 1040 256 65533", "-1"),
    ("a prefix outside memory", "mk_ns_list 65530 20 1040 256 1024", "-1"),
];

fn listing() {
    let run = World::of(vec![naming(script("lister", FUNCTIONS, LISTER))]).run();
    check(&run, "lister", FUNCTIONS, LISTER);
}

const CONFINED: &[Row] = &[
    ("inside", "mk_register '/svc/mine'", "0"),
    ("the prefix itself", "mk_register '/svc'", "0"),
    ("what only looks like it", "mk_register '/svcs'", "-1"),
    ("outside", "mk_register '/node/mine'", "-1"),
    ("a flat name", "mk_register 'mine'", "-1"),
    ("what is inside is found", "mk_lookup '/svc/mine'", POSITIVE),
    ("what is outside is not", "mk_lookup '/node/other'", "0"),
    ("nor is a flat name", "mk_lookup 'other'", "0"),
    ("the whole list", "mk_ns_list '/' 1040 256 1024", "0"),
    ("is what is inside", "load32 1024", "37"),
    ("beginning with this", "text 1040 15", "/svc=4294967297"),
    ("what is outside is not listed", "mk_ns_list '/node' 1040 256 1024", "-1"),
];

fn prefix() {
    const OTHER: &[Row] = &[("nothing comes", "mk_recv 1024 1040 16 1028", "0")];
    let other = script("other", FUNCTIONS, OTHER);
    let names = vec!["other".to_owned(), "/node/other".to_owned()];
    let other = ActorManifest { names, ..other };
    let inside = GrantObject::Namespace("/svc".to_owned());
    let confined = script("confined", FUNCTIONS, CONFINED);
    let confined = granted(confined, inside, Rights::READ | Rights::WRITE);
    let run = World::of(vec![other, confined]).run();
    check(&run, "confined", FUNCTIONS, CONFINED);
}

const NAMELESS: &[Row] = &[
    ("nothing is registered", "mk_register 'me'", "-1"),
    ("nothing is found", "mk_lookup 'me'", "0"),
    ("nor the other way round", "mk_self -> $own", POSITIVE),
    ("though it has a name", "mk_reverse_lookup $own 1040 16", "0"),
    ("nothing is listed", "mk_ns_list '/' 1040 256 1024", "-1"),
    ("and nothing was written", "load32 1040", "0"),
];

fn nameless() {
    let nameless = script("nameless", FUNCTIONS, NAMELESS);
    let nameless = ActorManifest { names: vec!["me".to_owned()], ..nameless };
    let run = World::of(vec![nameless]).run();
    check(&run, "nameless", FUNCTIONS, NAMELESS);
}

const NODE: &[Row] = &[
    ("the whole name", "mk_node_name 1024 16", "12"),
    ("as the manifest has it", "text 1024 12", "orrery-bench"),
    ("a place that is too small", "mk_node_name 1040 6", "12"),
    ("has the beginning", "text 1040 6", "orrery"),
    ("and nothing behind it", "load8 1046", "0"),
    ("no place", "mk_node_name 1040 0", "12"),
    ("a place outside memory", "mk_node_name 65530 16", "-1"),
    ("a negative length", "mk_node_name 1024 -1", "-1"),
];

fn node() {
    let run = World::of(vec![script("node", FUNCTIONS, NODE)]).run();
    check(&run, "node", FUNCTIONS, NODE);
}
