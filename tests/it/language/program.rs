//! What is written with a header runs: the ping-pong of seed *actor-microkernel* as the seed prints
//! it in Rust, and an actor with a loop of its own that uses each header's conveniences.

use kernel::manifest::Program;

use crate::language::Case;
use crate::language::build::built;
use crate::language::build::run;
use crate::language::build::tools_folder;
use crate::language::tool::ASC;
use crate::language::tool::CLANG;
use crate::language::tool::GO;
use crate::language::tool::Tool;
use crate::language::tool::ZIG;
use crate::seed::bench::World;
use crate::seed::bench::actor;
use crate::seed::bench::knowing;
use crate::seed::ping_pong::check_plays;
use crate::seed::script::POSITIVE;
use crate::seed::script::Row;
use crate::seed::script::check;
use crate::seed::script::script;
use crate::seed::sys::FUNCTIONS;

pub(super) const CASES: &[Case] = &[
    ("c_plays_ping_pong", || plays(&CLANG, "actors/sdk/c/ping_pong.c", "-o")),
    ("zig_plays_ping_pong", || plays(&ZIG, "actors/sdk/zig/ping_pong.zig", "build-exe")),
    ("a_zig_library_plays_ping_pong", || {
        plays(&ZIG, "actors/sdk/zig/ping_pong.zig", "build-lib");
    }),
    ("the_seeds_zig_actor_built_by_its_own_line_plays_ping_pong", || {
        plays(&ZIG, "tests/seed/actor.zig.txt", "build-lib");
    }),
    ("assemblyscript_plays_ping_pong", || {
        plays(&ASC, "actors/sdk/assemblyscript/ping_pong.ts", "-o");
    }),
    ("c_greets", || greets(&CLANG, "actors/sdk/c/greeter.c", "-o", "no such capability")),
    ("zig_greets", || greets(&ZIG, "actors/sdk/zig/greeter.zig", "build-exe", "NoCapability")),
    ("a_zig_library_greets", || {
        greets(&ZIG, "actors/sdk/zig/greeter.zig", "build-lib", "NoCapability");
    }),
    ("assemblyscript_greets", || {
        greets(&ASC, "actors/sdk/assemblyscript/greeter.ts", "-o", "no such capability");
    }),
    ("go_takes_the_header_and_the_ping_pong_written_with_it", go_compiles),
];

fn plays(tool: &Tool, source: &str, word: &str) {
    if let Some(wasm) = built(tool, source, word) {
        check_plays(&wasm);
    }
}

/// The client calls, and is answered by a message; the actor has logged a refusal first.
fn greets(tool: &Tool, source: &str, word: &str, refusal: &str) {
    const ROWS: &[Row] = &[
        ("a call", "sys_cap_call 3 7 'hello' 1024 1064 -1", POSITIVE),
        ("its answer is as long", "load32 1052", "5"),
        ("it has the next opcode", "load32 1048", "8"),
        ("and says the same", "text 1056 5", "hello"),
        ("a second call", "sys_cap_call 3 9 'again' 1024 1064 -1", POSITIVE),
        ("is answered too", "text 1056 5", "again"),
    ];
    let Some(wasm) = built(tool, source, word) else { return };
    let client = knowing(script("client", FUNCTIONS, ROWS), "greeter");
    let greeter = actor("greeter", Program::Wasm(wasm.into()));
    let run = World::of(vec![greeter, client]).run();
    check(&run, "client", FUNCTIONS, ROWS);
    assert_eq!(run.logged("greeter"), [refusal, "hello", "again"]);
}

/// TinyGo, which makes modules small enough to load, is in no package registry. Go's own compiler
/// checks the types of what is imported and exported by the same rules.
fn go_compiles() {
    let out = tools_folder().join("go.wasm").to_string_lossy().into_owned();
    let build = ["build", "-buildmode=c-shared", "-o", &out, "./ping_pong"];
    for arguments in [["vet", "./..."].as_slice(), &build] {
        let Some(mut command) = GO.command() else { return };
        command.args(arguments).current_dir("actors/sdk/tinygo");
        command.envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("GOTOOLCHAIN", "local")]);
        command.envs([("GOPROXY", "off"), ("GOFLAGS", "-mod=mod"), ("GOWORK", "off")]);
        run(command.env("GOCACHE", tools_folder().join("go")));
    }
}
