//! Files: `sp_fs_open`, `sp_fs_read`, `sp_fs_size`, `sp_fs_close`, `sp_fs_mkdir`.

use abi::rights::Rights;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;
use kernel::trace::What;

use crate::seed::Case;
use crate::seed::bench::Run;
use crate::seed::bench::World;
use crate::seed::bench::granted;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::server::mortal;
use crate::seed::server::server;
use crate::seed::server::silent;
use crate::seed::sp::FUNCTIONS;

pub(super) const CASES: &[Case] = &[
    ("sp_fs_opens_reads_measures_makes_and_closes", browsing),
    ("sp_fs_refuses_with_the_seeds_codes", refusing),
    ("lengths_that_a_guest_chooses_are_checked_before_anything_else", lengths),
    ("sp_fs_needs_the_right_to_read_or_to_write", rights),
    ("a_dead_file_server_is_no_capability_and_a_silent_one_an_error", unanswered),
];

pub(super) const TABLES: &[&[Row]] =
    &[BROWSER, REFUSED, LENGTHS, READ_ONLY, WRITE_ONLY, ORPHAN, IGNORED];

/// Slot 3 is the root.
const BROWSER: &[Row] = &[
    ("a file", "sp_fs_open 3 'hello.txt' -> $file", POSITIVE),
    ("has a size", "sp_fs_size $file", "5"),
    ("is read", "sp_fs_read $file 1040 64 0", "5"),
    ("as it is", "text 1040 5", "hello"),
    ("in part", "sp_fs_read $file 1104 2 1", "2"),
    ("from the middle", "text 1104 2", "el"),
    ("at its end", "sp_fs_read $file 1040 64 5", "0"),
    ("behind it", "sp_fs_read $file 1040 64 4096", "0"),
    ("before its beginning, which is far behind it", "sp_fs_read $file 1040 64 -1", "0"),
    ("nothing of it", "sp_fs_read $file 1040 0 0", "0"),
    ("a path", "sp_fs_open 3 'docs/long.txt' -> $long", POSITIVE),
    ("what takes several answers", "sp_fs_size $long", "3000"),
    ("is read whole", "sp_fs_read $long 2048 4096 0", "3000"),
    ("to the last byte", "load8 5047", "106"),
    ("and no further", "load8 5048", "0"),
    ("or from the middle", "sp_fs_read $long 8192 4096 1000", "2000"),
    ("on", "load8 8192", "109"),
    ("a directory", "sp_fs_open 3 'docs' -> $docs", POSITIVE),
    ("has no size", "sp_fs_size $docs", "0"),
    ("and leads to what is in it", "sp_fs_open $docs 'empty' -> $empty", POSITIVE),
    ("which may be empty", "sp_fs_size $empty", "0"),
    ("a new directory", "sp_fs_mkdir 3 'new'", "0"),
    ("is there", "sp_fs_open 3 'new'", POSITIVE),
    ("once", "sp_fs_mkdir 3 'new'", "-7"),
    ("below another", "sp_fs_mkdir $docs 'inner'", "0"),
    ("it is there too", "sp_fs_open 3 'docs/inner'", POSITIVE),
    ("what is closed", "sp_fs_close $file", ""),
    ("is not read", "sp_fs_read $file 1040 64 0", "-1"),
    ("nor measured", "sp_fs_size $file", "-1"),
    ("nor closed again", "sp_fs_close $file", ""),
    ("what is opened again", "sp_fs_open 3 'hello.txt' -> $again", POSITIVE),
    ("is another", "sp_fs_read $file 1040 64 0", "-1"),
    ("and can be read", "sp_fs_read $again 1040 64 0", "5"),
    ("a directory that is closed", "sp_fs_close $docs", ""),
    ("leads nowhere", "sp_fs_open $docs 'empty'", "-1"),
    ("but what was opened in it stays", "sp_fs_size $empty", "0"),
    ("closing the log", "sp_fs_close 1", ""),
    ("is closing nothing", "sp_log 'still there'", "still there"),
];

fn browsing() {
    with_server(BROWSER, server(), Rights::READ | Rights::WRITE);
}

const REFUSED: &[Row] = &[
    ("a file", "sp_fs_open 3 'hello.txt' -> $file", POSITIVE),
    ("a mutex", "sp_mutex_create -> $mutex", POSITIVE),
    ("no such capability", "sp_fs_open 60 'hello.txt'", "-1"),
    ("nor could there be", "sp_fs_open -1 'hello.txt'", "-1"),
    ("an error is no capability", "sp_fs_open -2 'hello.txt'", "-1"),
    ("nor here", "sp_fs_mkdir 60 'x'", "-1"),
    ("nor here", "sp_fs_read 60 1040 64 0", "-1"),
    ("nor here", "sp_fs_size 60", "-1"),
    ("a path outside memory", "sp_fs_open 3 65530 20", "-3"),
    ("here too", "sp_fs_mkdir 3 65530 20", "-3"),
    ("no text", "sp_fs_open 3 '\\ff'", "-4"),
    ("here neither", "sp_fs_mkdir 3 '\\c3('", "-4"),
    ("a file is no directory", "sp_fs_open $file 'x'", "-6"),
    ("nor is the log", "sp_fs_mkdir 1 'x'", "-6"),
    ("there is no such file", "sp_fs_open 3 'nothing'", "-7"),
    ("nor such a way", "sp_fs_open 3 '../hello.txt'", "-7"),
    ("nowhere", "sp_fs_open 3 1040 0", "-7"),
    ("nothing", "sp_fs_mkdir 3 1040 0", "-7"),
    ("a path longer than there can be", "sp_fs_open 3 1040 256", "-7"),
    ("what is there", "sp_fs_mkdir 3 'hello.txt'", "-7"),
    ("a place outside memory", "sp_fs_read $file 65530 20 0", "-9"),
    ("a directory is no file", "sp_fs_read 3 1040 64 0", "-10"),
    ("nor is the log", "sp_fs_read 1 1040 64 0", "-10"),
    ("a mutex has no size", "sp_fs_size $mutex", "-10"),
    ("the file is still there", "sp_fs_size $file", "5"),
];

fn refusing() {
    with_server(REFUSED, server(), Rights::READ | Rights::WRITE);
}

/// The seed's kernel took as much memory of its own as a guest said, and died of it.
const LENGTHS: &[Row] = &[
    ("a path of 4 GiB", "sp_fs_open 3 1040 -1", "-3"),
    ("of 2 GiB", "sp_fs_open 3 1040 0x7fffffff", "-3"),
    ("at the end of all addresses", "sp_fs_open 3 -1 -1", "-3"),
    ("a directory's", "sp_fs_mkdir 3 1040 -1", "-3"),
    ("a file of 4 GiB", "sp_fs_read 3 1040 -1 0", "-9"),
    ("of 2 GiB", "sp_fs_read 3 1040 0x7fffffff 0", "-9"),
    ("as many records", "sp_get_capabilities 1040 -1", "-9"),
];

fn lengths() {
    let run = with_server(LENGTHS, server(), Rights::READ | Rights::WRITE);
    let did = run.did("client");
    let asks = did.iter().filter(|(_, what)| matches!(what, What::Send { .. })).count();
    assert_eq!(asks, 0, "the server was not even asked");
}

const READ_ONLY: &[Row] = &[
    ("it reads", "sp_fs_open 3 'hello.txt'", POSITIVE),
    ("but makes nothing", "sp_fs_mkdir 3 'x'", "-5"),
];

const WRITE_ONLY: &[Row] = &[
    ("it makes", "sp_fs_mkdir 3 'x'", "0"),
    ("but opens nothing", "sp_fs_open 3 'hello.txt'", "-5"),
];

fn rights() {
    with_server(READ_ONLY, server(), Rights::READ);
    with_server(WRITE_ONLY, server(), Rights::WRITE);
}

const ORPHAN: &[Row] = &[
    ("the server dies of it", "sp_fs_open 3 'hello.txt'", "-1"),
    ("and stays dead", "sp_fs_open 3 'hello.txt'", "-1"),
];

const IGNORED: &[Row] = &[
    ("the server does not answer", "sp_fs_open 3 'hello.txt'", "-7"),
    ("nor here", "sp_fs_mkdir 3 'x'", "-7"),
];

fn unanswered() {
    with_server(ORPHAN, mortal(), Rights::READ | Rights::WRITE);
    with_server(IGNORED, silent(), Rights::READ | Rights::WRITE);
}

fn with_server(rows: &[Row], server: ActorManifest, rights: Rights) -> Run {
    let root = GrantObject::Directory("server".to_owned());
    let client = granted(script("client", FUNCTIONS, rows), root, rights);
    let run = World::of(vec![client, server]).run();
    check(&run, "client", FUNCTIONS, rows);
    run
}
