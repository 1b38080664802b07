//! Messages, time and text: `mk_send`, `mk_recv`, `mk_sleep_ms`, `mk_log` and their kin.

use abi::rights::Rights;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::granted;
use crate::seed::bench::knowing;
use crate::seed::bench::with_priority;
use crate::seed::mk::FUNCTIONS;
use crate::seed::mk::naming;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;

pub(super) const CASES: &[Case] = &[
    ("mk_send_says_1_or_0_and_mk_recv_cuts_but_tells_the_true_size", sending),
    ("mk_recv_refuses_a_bad_pointer_and_keeps_the_message", bad_pointers),
    ("mk_recv_timeout_is_late_at_its_time_and_only_then", timeouts),
    ("mk_sleep_ms_takes_its_time_whatever_comes_and_loses_nothing", sleeping),
    ("without_a_clock_there_is_no_time", timeless),
    ("mk_log_names_its_level_and_keeps_255_bytes", logging),
    ("mk_print_writes_to_the_serial_line_if_it_may", printing),
];

pub(super) const TABLES: &[&[Row]] =
    &[SENDER, RECEIVER, CLUMSY, IMPATIENT, SLEEPER, TIMELESS, LOGGER, PRINTER];

const SENDER: &[Row] = &[
    ("everybody has an id", "mk_self -> $own", POSITIVE),
    ("so has the receiver", "mk_lookup 'receiver' -> $receiver", POSITIVE),
    ("nobody has this id", "mk_send 12345 7 'x'", "0"),
    ("nor this one", "mk_send -1 7 'x'", "0"),
    ("an id of nobody", "mk_send_u32 0 7 1", "0"),
    ("there is room", "mk_send $receiver 7 'one'", "1"),
    ("and again", "mk_send_u32 $receiver 8 305419896", "1"),
    ("the mailbox is full", "mk_send $receiver 9 'three'", "0"),
    ("for this call too", "mk_send_u32 $receiver 9 3", "0"),
    ("to oneself", "mk_send $own 10 'me'", "1"),
    ("the payload lies outside", "mk_send $own 11 65530 7", "0"),
    ("its length is negative", "mk_send $own 11 1024 -1", "0"),
    ("it is too long", "mk_send $own 11 1024 1025", "0"),
    ("it is as long as it may be", "mk_send $own 12 1024 1024", "1"),
    ("the type is one of the kernel's", "mk_send $own 0xff000010 0 0", "0"),
    ("what one sends oneself arrives", "mk_recv_full 1024 1040 16 1028 1032", "0"),
    ("with its type", "load32 1024", "10"),
    ("and its text", "text 1040 2", "me"),
    ("the next", "mk_recv 1024 1040 16 1028", "0"),
    ("has its true size", "load32 1028", "1024"),
    ("the receiver runs and answers", "mk_recv 1024 1040 16 1028", "0"),
    ("though nobody gave it the way", "text 1040 4", "back"),
    ("the receiver ends", "mk_recv 1024 1040 16 1028", "0"),
    ("which is told", "load32 1024", "-16777200"),
    ("the dead take nothing", "mk_send $receiver 7 'x'", "0"),
];

const RECEIVER: &[Row] = &[
    ("a buffer that is too small", "mk_recv 1024 1040 2 1028", "0"),
    ("the type", "load32 1024", "7"),
    ("the true size", "load32 1028", "3"),
    ("what there was room for", "text 1040 2", "on"),
    ("nothing behind it", "load8 1042", "0"),
    ("the next one, and who sent it", "mk_recv_full 1024 1040 16 1028 1032", "0"),
    ("four bytes", "load32 1028", "4"),
    ("the word", "load32 1040", "305419896"),
    ("the sender", "load64 1032 -> $sender", POSITIVE),
    ("can be answered", "mk_send $sender 13 'back'", "1"),
];

fn sending() {
    let sender = knowing(naming(script("sender", FUNCTIONS, SENDER)), "receiver");
    let receiver = script("receiver", FUNCTIONS, RECEIVER);
    let names = vec!["receiver".to_owned()];
    let receiver = ActorManifest { mailbox: 2, names, ..with_priority(receiver, 15) };
    let run = World::of(vec![sender, receiver]).run();
    check(&run, "sender", FUNCTIONS, SENDER);
    check(&run, "receiver", FUNCTIONS, RECEIVER);
}

const CLUMSY: &[Row] = &[
    ("everybody has an id", "mk_self -> $own", POSITIVE),
    ("a message waits", "mk_send $own 7 'kept'", "1"),
    ("no place for the type", "mk_recv 65533 1040 16 1028", "-1"),
    ("no place for the payload", "mk_recv 1024 65530 16 1028", "-1"),
    ("a payload of negative length", "mk_recv 1024 1040 -1 1028", "-1"),
    ("no place for the size", "mk_recv 1024 1040 16 -1", "-1"),
    ("no place for the sender", "mk_recv_full 1024 1040 16 1028 65529", "-1"),
    ("nor here", "mk_recv_timeout 1024 1040 16 1028 -1 5", "-1"),
    ("nothing was written", "load32 1024", "0"),
    ("the message is still there", "mk_recv_timeout 1024 1040 16 1028 1032 5", "0"),
    ("whole", "text 1040 4", "kept"),
];

fn bad_pointers() {
    let run = World::of(vec![script("clumsy", FUNCTIONS, CLUMSY)]).run();
    check(&run, "clumsy", FUNCTIONS, CLUMSY);
}

const IMPATIENT: &[Row] = &[
    ("nothing comes", "mk_recv_timeout 1024 1040 16 1028 1032 50", "-2"),
    ("it is as late as was said", "mk_time_ms", "50"),
    ("something comes at 70", "mk_recv_timeout 1024 1040 16 1028 1032 50", "0"),
    ("it is what was sent", "text 1040 4", "then"),
    ("and in time", "mk_time_ms", "70"),
    ("nothing comes again", "mk_recv_timeout 1024 1040 16 1028 1032 50", "-2"),
    ("the last deadline, 100, is forgotten", "mk_time_ms", "120"),
    ("no time at all", "mk_recv_timeout 1024 1040 16 1028 1032 0", "-2"),
    ("nor less than none", "mk_recv_timeout 1024 1040 16 1028 1032 -5", "-2"),
    ("took any", "mk_time_ms", "120"),
    ("a message waits", "mk_self -> $own", POSITIVE),
    ("from before", "mk_send $own 7 'soon'", "1"),
    ("no time at all suffices for it", "mk_recv_timeout 1024 1040 16 1028 1032 0", "0"),
    ("something comes at 140", "mk_recv_timeout 1024 1040 16 1028 1032 50", "0"),
    ("then there is no deadline any more", "mk_recv 1024 1040 16 1028", "0"),
    ("also not the last, 170", "mk_time_ms", "300"),
];

fn timeouts() {
    const OTHER: &[Row] = &[
        ("it waits", "mk_sleep_ms 70", "0"),
        ("who is meant", "mk_lookup 'impatient' -> $impatient", POSITIVE),
        ("and sends", "mk_send $impatient 7 'then'", "1"),
        ("it waits again", "mk_sleep_ms 70", "0"),
        ("and sends", "mk_send $impatient 7 'more'", "1"),
        ("it waits once more", "mk_sleep_ms 160", "0"),
        ("and sends", "mk_send $impatient 7 'last'", "1"),
        ("it stays, so that its end is not what comes", "mk_sleep_ms 1000", "0"),
    ];
    let impatient = script("impatient", FUNCTIONS, IMPATIENT);
    let impatient = ActorManifest { names: vec!["impatient".to_owned()], ..impatient };
    let other = naming(script("other", FUNCTIONS, OTHER));
    let run = World::of(vec![impatient, other]).run();
    check(&run, "impatient", FUNCTIONS, IMPATIENT);
    check(&run, "other", FUNCTIONS, OTHER);
}

const SLEEPER: &[Row] = &[
    ("everybody has an id", "mk_self -> $own", POSITIVE),
    ("a message is there already", "mk_send $own 7 'first'", "1"),
    ("it sleeps", "mk_sleep_ms 1000", "0"),
    ("for as long as it said", "mk_time_ms", "1000"),
    ("no time", "mk_sleep_ms 0", "0"),
    ("less than no time", "mk_sleep_ms -1", "0"),
    ("take none", "mk_time_ms", "1000"),
    ("what was there", "mk_recv 1024 1040 16 1028", "0"),
    ("is still there", "text 1040 5", "first"),
    ("what came meanwhile", "mk_recv 1024 1040 16 1028", "0"),
    ("came", "text 1040 6", "second"),
];

fn sleeping() {
    const OTHER: &[Row] = &[
        ("who is meant", "mk_lookup 'sleeper' -> $sleeper", POSITIVE),
        ("in the middle of the night", "mk_sleep_ms 500", "0"),
        ("a message", "mk_send $sleeper 7 'second'", "1"),
        ("it stays", "mk_sleep_ms 1000", "0"),
    ];
    let sleeper = script("sleeper", FUNCTIONS, SLEEPER);
    let sleeper = ActorManifest { names: vec!["sleeper".to_owned()], ..sleeper };
    let run = World::of(vec![sleeper, naming(script("other", FUNCTIONS, OTHER))]).run();
    check(&run, "sleeper", FUNCTIONS, SLEEPER);
    check(&run, "other", FUNCTIONS, OTHER);
}

const TIMELESS: &[Row] = &[
    ("there is no time", "mk_time_ms", "-1"),
    ("nor sleep", "mk_sleep_ms 5", "-1"),
    ("nor a deadline", "mk_recv_timeout 1024 1040 16 1028 1032 5", "-1"),
    ("everybody has an id", "mk_self -> $own", POSITIVE),
    ("messages can be sent", "mk_send $own 7 0 0", "1"),
    ("and received", "mk_recv 1024 1040 16 1028", "0"),
];

fn timeless() {
    let mut actor = script("timeless", FUNCTIONS, TIMELESS);
    actor.grants.retain(|grant| grant.object != GrantObject::Clock);
    let run = World::of(vec![actor]).run();
    check(&run, "timeless", FUNCTIONS, TIMELESS);
}

const LOGGER: &[Row] = &[
    ("debugging", "mk_log 0 'a'", "debug: a"),
    ("information", "mk_log 1 'b'", "b"),
    ("a warning", "mk_log 2 'c'", "warning: c"),
    ("an error", "mk_log 3 'd'", "error: d"),
    ("a level of its own", "mk_log 9 'e'", "error: e"),
    ("a line outside memory", "mk_log 1 65530 20", ""),
    ("zeros, of which the kernel keeps 255", "mk_log 1 1024 300", LONG_LINE),
    ("what is printed without a serial line is logged", "mk_print 'f'", "f"),
];

/// 255 bytes of no meaning.
const LONG_LINE: &str = match core::str::from_utf8(&[0; 255]) {
    Ok(line) => line,
    Err(_) => "",
};

fn logging() {
    let run = World::of(vec![script("logger", FUNCTIONS, LOGGER)]).run();
    check(&run, "logger", FUNCTIONS, LOGGER);
}

const PRINTER: &[Row] = &[
    ("raw text", "mk_print 'no '", ""),
    ("is not cut into lines", "mk_print 'line\\0a'", ""),
    ("nothing from outside memory", "mk_print 65530 20", ""),
];

fn printing() {
    let printer = script("printer", FUNCTIONS, PRINTER);
    let printer = granted(printer, GrantObject::Serial, Rights::WRITE);
    let run = World::of(vec![printer]).run();
    check(&run, "printer", FUNCTIONS, PRINTER);
    assert_eq!(run.serial(), "no line\n");
}
