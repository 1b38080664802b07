//! Names by capability: each covers a prefix, to find or to give what lies within.

use abi::rights::Rights;
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
    ("a_namespace_capability_covers_its_prefix_and_nothing_else", prefix),
    ("names_are_found_with_one_right_and_given_with_the_other", rights),
    ("a_mount_answers_for_all_below_it", mounts),
    ("what_a_name_leads_to_can_be_sent_to_and_no_more", looked_up),
];

/// Slot 3 is `/svc`, slot 4 is everything.
fn prefix() {
    const ROWS: &[Row] = &[
        ("inside", "sys_ns_register 3 '/svc/a' 0", "0"),
        ("the prefix itself", "sys_ns_register 3 '/svc' 0", "0"),
        ("beside it", "sys_ns_register 3 '/svcs' 0", "-3"),
        ("elsewhere", "sys_ns_register 3 '/node/a' 0", "-3"),
        ("a flat name", "sys_ns_register 3 'a' 0", "-3"),
        ("with the other all of it", "sys_ns_register 4 '/node/a' 0", "0"),
        ("flat names too", "sys_ns_register 4 'a' 0", "0"),
        ("is not found here", "sys_ns_lookup 3 '/node/a'", "-3"),
        ("nor here", "sys_ns_lookup 3 'a'", "-3"),
        ("but here", "sys_ns_lookup 4 'a'", "0"),
        ("nor taken away", "sys_ns_unregister 3 '/node/a'", "-3"),
        ("what is inside is", "sys_ns_unregister 3 '/svc/a'", "0"),
        ("once", "sys_ns_unregister 3 '/svc/a'", "-17"),
        ("and not found", "sys_ns_lookup 3 '/svc/a'", "-17"),
        ("what is taken", "sys_ns_register 4 '/node/a' 0", "-16"),
        ("no name", "sys_ns_register 4 'a b' 0", "-20"),
        ("no text", "sys_ns_register 4 '\\ff' 0", "-20"),
        ("nothing", "sys_ns_register 4 1024 0 0", "-20"),
        ("outside memory", "sys_ns_register 4 65530 20 0", "-6"),
        ("a name for the log", "sys_ns_register 4 'log' 1", "-3"),
        ("a list of what is inside", "sys_ns_list 3 '/svc' 1024 256", "16"),
        ("whole", "text 1024 15", "/svc=4294967296"),
        ("or not at all", "sys_ns_list 3 '/svc' 2048 15", "-9"),
        ("nothing was written", "load32 2048", "0"),
        ("what is wider is cut to what is inside", "sys_ns_list 3 '' 1024 256", "16"),
        ("what is outside", "sys_ns_list 3 '/node' 1024 256", "-3"),
        ("the log has no names", "sys_ns_lookup 1 'a'", "-4"),
        ("nor has nothing", "sys_ns_lookup 60 'a'", "-1"),
    ];
    let both = Rights::READ | Rights::WRITE;
    let actor = script("actor", FUNCTIONS, ROWS);
    let actor = granted(actor, GrantObject::Namespace("/svc".to_owned()), both);
    let actor = granted(actor, GrantObject::Namespace(String::new()), both);
    check(&World::of(vec![actor]).run(), "actor", FUNCTIONS, ROWS);
}

/// Slot 3 may be read, slot 4 may be written.
fn rights() {
    const ROWS: &[Row] = &[
        ("who may only find", "sys_ns_register 3 'a' 0", "-3"),
        ("does not mount", "sys_ns_mount 3 '/a' 0", "-3"),
        ("who may only give", "sys_ns_register 4 'a' 0", "0"),
        ("does not find", "sys_ns_lookup 4 'a'", "-3"),
        ("nor list", "sys_ns_list 4 '' 1024 256", "-3"),
        ("who may find does", "sys_ns_lookup 3 'a'", "0"),
        ("but takes nothing away", "sys_ns_unregister 3 'a'", "-3"),
        ("who may give does", "sys_ns_unregister 4 'a'", "0"),
    ];
    let everything = || GrantObject::Namespace(String::new());
    let actor = granted(script("actor", FUNCTIONS, ROWS), everything(), Rights::READ);
    let actor = granted(actor, everything(), Rights::WRITE);
    check(&World::of(vec![actor]).run(), "actor", FUNCTIONS, ROWS);
}

fn mounts() {
    const ROWS: &[Row] = &[
        ("below a path", "sys_ns_mount 3 '/home' 0", "0"),
        ("everything", "sys_ns_lookup 3 '/home/a/b'", "0"),
        ("and the path itself", "sys_ns_lookup 3 '/home'", "0"),
        ("but not what looks like it", "sys_ns_lookup 3 '/homes'", "-17"),
        ("is one's own", "sys_ns_lookup 3 '/home/a'", "0"),
        ("a mount is no name", "sys_ns_unregister 3 '/home'", "-17"),
        ("a flat name is no mount", "sys_ns_mount 3 'home' 0", "-20"),
        ("a mount is taken", "sys_ns_mount 3 '/home' 0", "-16"),
        ("and taken away", "sys_ns_unmount 3 '/home'", "0"),
        ("once", "sys_ns_unmount 3 '/home'", "-17"),
        ("with all below it", "sys_ns_lookup 3 '/home/a'", "-17"),
    ];
    let everything = GrantObject::Namespace(String::new());
    let actor = script("actor", FUNCTIONS, ROWS);
    let actor = granted(actor, everything, Rights::READ | Rights::WRITE);
    check(&World::of(vec![actor]).run(), "actor", FUNCTIONS, ROWS);
}

/// Slot 3 is everything; the other's slot 4 is the finder.
fn looked_up() {
    const FINDER: &[Row] = &[
        ("a name is given", "sys_cap_recv 0 1024 1056", POSITIVE),
        ("and found", "sys_ns_lookup 3 'other' -> $other", "4"),
        ("as what it was", "sys_ns_lookup 3 'other'", "4"),
        ("it can be sent to", "sys_cap_send $other 7 'x' -1", "0"),
        ("but not granted", "sys_cap_send $other 7 0 0 $other", "-3"),
        ("nor read", "sys_cap_recv $other 1024 1056", "-3"),
        ("nor named again", "sys_ns_register 3 'mine' $other", "-3"),
    ];
    const OTHER: &[Row] = &[
        ("a name", "sys_ns_register 3 'other' 0", "0"),
        ("is given", "sys_cap_send 4 7 0 0 -1", "0"),
        ("and used", "sys_cap_recv 0 1024 1056", POSITIVE),
    ];
    let everything = || GrantObject::Namespace(String::new());
    let both = Rights::READ | Rights::WRITE;
    let finder = granted(script("finder", FUNCTIONS, FINDER), everything(), both);
    let other = granted(script("other", FUNCTIONS, OTHER), everything(), both);
    let run = World::of(vec![finder, knowing(other, "finder")]).run();
    check(&run, "finder", FUNCTIONS, FINDER);
    check(&run, "other", FUNCTIONS, OTHER);
}
