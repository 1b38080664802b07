//! Files and the network: `mk_read_file`, `mk_save_state`, `mk_load_state`, `mk_http_get`.

use abi::rights::Rights;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;

use crate::seed::Case;
use crate::seed::bench::World;
use crate::seed::bench::granted;
use crate::seed::mk::FUNCTIONS;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::server::long_byte;
use crate::seed::server::mortal;
use crate::seed::server::server;
use crate::seed::server::silent;

pub(super) const CASES: &[Case] = &[
    ("mk_read_file_reads_what_is_there_and_fits", reading),
    ("mk_save_state_keeps_what_mk_load_state_fetches", keeping),
    ("without_a_directory_there_are_no_files", homeless),
    ("state_cannot_be_saved_with_the_right_to_read_alone", reading_only),
    ("a_file_server_that_does_not_answer_is_no_success", unanswered),
    ("mk_http_get_is_not_available", network),
];

pub(super) const TABLES: &[&[Row]] = &[READER, KEEPER, HOMELESS, READING_ONLY, UNANSWERED, NETWORK];

const READER: &[Row] = &[
    ("a file", "mk_read_file 'hello.txt' 1040 64 1024", "0"),
    ("all of it", "load32 1024", "5"),
    ("as it is", "text 1040 5", "hello"),
    ("a leading slash", "mk_read_file '/hello.txt' 1040 64 1024", "0"),
    ("means the same", "load32 1024", "5"),
    ("a place that is too small", "mk_read_file 'hello.txt' 1104 2 1024", "0"),
    ("has the beginning", "load32 1024", "2"),
    ("alone", "load32 1104", "25960"),
    ("a file that takes several answers", "mk_read_file 'docs/long.txt' 2048 4096 1024", "0"),
    ("is read whole", "load32 1024", "3000"),
    ("from the first byte", "load8 2048", "97"),
    ("over the seam", "load8 3068", LONG_1020),
    ("to the last", "load8 5047", LONG_2999),
    ("and no further", "load8 5048", "0"),
    ("part of it", "mk_read_file 'docs/long.txt' 8192 1500 1024", "0"),
    ("is as long as the place", "load32 1024", "1500"),
    ("and no longer", "load8 9692", "0"),
    ("an empty file", "mk_read_file 'docs/empty' 1040 64 1024", "0"),
    ("is empty", "load32 1024", "0"),
    ("no such file", "mk_read_file 'nothing' 1040 64 1024", "-1"),
    ("a directory", "mk_read_file 'docs' 1040 64 1024", "-1"),
    ("the way up", "mk_read_file '../hello.txt' 1040 64 1024", "-1"),
    ("no path", "mk_read_file 1040 0 1040 64 1024", "-1"),
    ("no text", "mk_read_file '\\ff' 1040 64 1024", "-1"),
    ("a path outside memory", "mk_read_file 65530 20 1040 64 1024", "-1"),
    ("a path of 2 GiB", "mk_read_file 1040 0x7fffffff 1040 64 1024", "-1"),
    ("a place outside memory", "mk_read_file 'hello.txt' 65530 20 1024", "-1"),
    ("no place for the size", "mk_read_file 'hello.txt' 1040 64 65533", "-1"),
];

/// The byte of the long file with which a second answer begins.
const LONG_1020: &str = "103";

/// Its last one.
const LONG_2999: &str = "106";

fn reading() {
    assert_eq!(long_byte(1020).to_string(), LONG_1020);
    assert_eq!(long_byte(2999).to_string(), LONG_2999);
    with_server(READER, server(), Rights::READ);
}

/// A key of 63 bytes.
macro_rules! key {
    () => {
        "a23456789b23456789c23456789d23456789e23456789f23456789g23456789"
    };
}

const KEEPER: &[Row] = &[
    ("nothing is there", "mk_load_state 'count' 1040 64", "-1"),
    ("something is saved", "mk_save_state 'count' 'seven'", "0"),
    ("it is there", "mk_load_state 'count' 1040 64", "5"),
    ("as it was", "text 1040 5", "seven"),
    ("something shorter takes its place", "mk_save_state 'count' 'one'", "0"),
    ("whole", "mk_load_state 'count' 1040 64", "3"),
    ("as it was", "text 1040 3", "one"),
    ("a place that is too small", "mk_load_state 'count' 1104 2", "2"),
    ("has the beginning", "text 1104 2", "on"),
    ("nothing", "mk_save_state 'nothing' 1040 0", "0"),
    ("is kept too", "mk_load_state 'nothing' 1040 64", "0"),
    ("what takes several requests", "store32 4096 305419896", ""),
    ("is saved", "mk_save_state 'large' 2048 2500", "0"),
    ("whole", "mk_load_state 'large' 8192 4096", "2500"),
    ("and right", "load32 10240", "305419896"),
    ("what the server has no room for", "mk_save_state 'large' 2048 5000", "-1"),
    ("leaves what was there", "mk_load_state 'large' 8192 4096", "2500"),
    ("what is never published", "mk_save_state 'unlucky' 'x'", "-1"),
    ("is not there", "mk_load_state 'unlucky' 1040 64", "-1"),
    ("another's state", "mk_save_state '../other' 'x'", "-1"),
    ("cannot be read", "mk_load_state '../other' 1040 64", "-1"),
    ("nor what lies below", "mk_save_state 'a/b' 'x'", "-1"),
    ("nor the folder itself", "mk_save_state '.' 'x'", "-1"),
    ("nor the one above", "mk_save_state '..' 'x'", "-1"),
    ("no key", "mk_save_state 1040 0 'x'", "-1"),
    ("no text", "mk_save_state '\\ff' 'x'", "-1"),
    ("a key of 63 bytes", concat!("mk_save_state '", key!(), "' 'x'"), "0"),
    ("a key of 64", concat!("mk_save_state '", key!(), "h' 'x'"), "-1"),
    ("a key outside memory", "mk_save_state 65530 20 'x'", "-1"),
    ("bytes outside memory", "mk_save_state 'count' 65530 20", "-1"),
    ("a place outside memory", "mk_load_state 'count' 65530 20", "-1"),
    ("what was kept is as it was", "mk_load_state 'count' 1040 64", "3"),
];

fn keeping() {
    with_server(KEEPER, server(), Rights::READ | Rights::WRITE);
}

const HOMELESS: &[Row] = &[
    ("no file", "mk_read_file 'hello.txt' 1040 64 1024", "-1"),
    ("nothing is saved", "mk_save_state 'count' 'x'", "-1"),
    ("nothing is there", "mk_load_state 'count' 1040 64", "-1"),
];

fn homeless() {
    let run = World::of(vec![script("client", FUNCTIONS, HOMELESS), server()]).run();
    check(&run, "client", FUNCTIONS, HOMELESS);
}

const READING_ONLY: &[Row] = &[
    ("it reads", "mk_read_file 'hello.txt' 1040 64 1024", "0"),
    ("but does not save", "mk_save_state 'count' 'x'", "-1"),
];

fn reading_only() {
    with_server(READING_ONLY, server(), Rights::READ);
}

const UNANSWERED: &[Row] = &[
    ("no file", "mk_read_file 'hello.txt' 1040 64 1024", "-1"),
    ("no state", "mk_load_state 'count' 1040 64", "-1"),
    ("nothing is saved", "mk_save_state 'count' 'x'", "-1"),
];

fn unanswered() {
    let rights = Rights::READ | Rights::WRITE;
    with_server(UNANSWERED, silent(), rights);
    with_server(UNANSWERED, mortal(), rights);
}

const NETWORK: &[Row] = &[
    ("there is no network", "mk_http_get 'http://example.org/' 1040 64 1024 1028", "-1"),
    ("nothing was written", "load32 1024", "0"),
];

fn network() {
    let run = World::of(vec![script("client", FUNCTIONS, NETWORK)]).run();
    check(&run, "client", FUNCTIONS, NETWORK);
}

fn with_server(rows: &[Row], server: ActorManifest, rights: Rights) {
    let root = GrantObject::Directory("server".to_owned());
    let client = granted(script("client", FUNCTIONS, rows), root, rights);
    let run = World::of(vec![client, server]).run();
    check(&run, "client", FUNCTIONS, rows);
}
