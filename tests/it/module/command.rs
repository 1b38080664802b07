//! `orrery wasm` as a person uses it, one run after the other over one cache folder, by a clock that
//! the test turns.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use kernel::time::Duration;
use kernel::time::Instant;
use sim::command::Ending;
use sim::command::wasm::Action;
use sim::command::wasm::Options;
use sim::command::wasm::Told;
use sim::command::wasm::Trial;
use sim::command::wasm::perform;

use crate::module::Case;

pub(super) const CASES: &[Case] = &[
    ("five_bad_modules_have_five_different_errors_and_the_next_call_succeeds", five_errors),
    ("a_timeout_of_the_clock_on_the_wall_ends_a_loop", timeout),
    ("arguments_are_given_in_order_or_by_name", arguments),
    ("what_is_cached_is_listed_and_forgotten", cached),
    ("the_cache_folder_keeps_to_its_bounds", bounds),
    ("a_broken_cache_folder_is_an_error_that_says_how_to_go_on", broken),
    ("what_was_counted_goes_on_in_the_next_run", counted),
    ("what_is_no_module_and_no_function_is_said_so", unknown),
];

/// One module that can do everything wrong, and one thing right.
const MODULE: &str = r#"(module
    (import "env" "log" (func $log (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "resizing\1b[2J")
    (global $top (mut i32) (i32.const 1024))
    (func (export "alloc") (param $len i32) (result i32)
        (global.get $top) (global.set $top (i32.add (global.get $top) (local.get $len))))
    (func (export "resize") (param $width i32) (param $height i32) (result i32)
        (call $log (i32.const 0) (i32.const 12))
        (i32.mul (local.get $width) (local.get $height)))
    (func (export "echo") (param $input_ptr i32) (param $input_len i32) (result i32 i32)
        (local.get 0) (local.get 1))
    (func (export "loop") (loop (br 0)))
    (func (export "trap") unreachable)
    (func (export "grow")
        (if (i32.eq (memory.grow (i32.const 2000)) (i32.const -1)) (then unreachable))))"#;

const WASI: &str = r#"(module (import "wasi_snapshot_preview1" "fd_write"
    (func (param i32 i32 i32 i32) (result i32))))"#;

/// A folder of the test's own, and a clock.
struct Desk {
    folder: PathBuf,
    now: Instant,
    /// How much time passes with each look at the clock.
    step: Duration,
}

impl Desk {
    fn new(name: &str) -> Desk {
        let folder = std::env::temp_dir().join(format!("orrery-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("there is room for a test");
        fs::write(folder.join("libtest.wat"), MODULE).expect("there is room for a test");
        fs::write(folder.join("wasi.wat"), WASI).expect("there is room for a test");
        fs::write(folder.join("text.wasm"), "no wasm").expect("there is room for a test");
        let now = Instant::from_nanos(1_700_000_000_000_000_000);
        Desk { folder, now, step: Duration::from_micros(1) }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    fn run(&mut self, action: Action) -> Told {
        let options = Options { cache: self.cache(), action };
        perform(&options, &mut || {
            self.now = self.now + self.step;
            self.now
        })
    }

    fn test(&mut self, module: &str, function: &str, arguments: &[&str]) -> Told {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (module, function) = (module.to_owned(), Some(function.to_owned()));
        // A loop takes no second of the test's.
        let fuel = Some(100_000);
        self.run(Action::Test(Trial { module, function, arguments, fuel, ..Trial::default() }))
    }

    /// The error's first line and the exit code, in which order it was.
    fn error(&mut self, module: &str, function: &str) -> (String, Ending) {
        let told = self.test(module, function, &[]);
        let first = told.errors.lines().next().unwrap_or_default().to_owned();
        (first, told.ending)
    }

    fn list(&mut self) -> String {
        self.run(Action::List).text
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn five_errors() {
    let mut desk = Desk::new("five");
    let resized = "passed: libtest.resize\n  result   480000\n";
    let file = desk.file("libtest.wat");
    assert!(desk.test(&file, "resize", &["800", "600"]).text.starts_with(resized));
    let wasi = desk.file("wasi.wat");
    let text = desk.file("text.wasm");
    let out_of_memory = "out of memory: it wanted 131137536 bytes and may have 67108864";
    for (module, function, error) in [
        ("libtest", "loop", "error: libtest.loop: out of fuel after 99999 instructions"),
        ("libtest", "trap", "error: libtest.trap: it trapped: unreachable executed"),
        ("libtest", "grow", &format!("error: libtest.grow: {out_of_memory}")),
        (
            &wasi,
            "f",
            "error: wasi: it imports `wasi_snapshot_preview1.fd_write`: modules are given no WASI",
        ),
        (&text, "f", "error: text: it is no wasm module: it begins with 6e 6f 20 77 61 73 6d"),
    ] {
        assert_eq!(desk.error(module, function), (error.to_owned(), Ending::Failed));
        let next = desk.test("libtest", "resize", &["800", "600"]);
        assert!(next.text.starts_with(resized), "after {function}: {}", next.errors);
        assert!(next.text.contains("  cache    hit\n"), "{}", next.text);
        assert_eq!((next.errors.as_str(), next.ending), (LOGGED, Ending::Passed));
    }
}

/// Control characters of a module do not reach the terminal.
const LOGGED: &str = "log: resizing\\u{1b}[2J\n";

fn timeout() {
    let mut desk = Desk::new("timeout");
    desk.step = Duration::from_millis(1);
    let mut trial = Trial {
        module: desk.file("libtest.wat"),
        function: Some("loop".to_owned()),
        timeout: Some(Duration::from_millis(4)),
        ..Trial::default()
    };
    let told = desk.run(Action::Test(trial.clone()));
    assert_eq!(told.ending, Ending::Failed);
    // The fourth look at the clock says that it is over; three slices were granted before.
    assert!(
        told.errors.starts_with("error: libtest.loop: timed out after 299999"),
        "{}",
        told.errors
    );
    trial.timeout = None;
    trial.virtual_timeout = Some(Duration::from_micros(20));
    let told = desk.run(Action::Test(trial));
    assert!(
        told.errors.starts_with("error: libtest.loop: timed out after 19999 "),
        "{}",
        told.errors
    );
}

fn arguments() {
    let mut desk = Desk::new("arguments");
    let file = desk.file("libtest.wat");
    let named = desk.test(&file, "resize", &["height=6", "width=-8"]);
    assert!(named.text.contains("  result   -48\n"), "{}", named.text);
    let mut echo = Trial {
        module: file.clone(),
        function: Some("echo".to_owned()),
        input: Some(desk.folder.join("text.wasm")),
        is_text: true,
        ..Trial::default()
    };
    let told = desk.run(Action::Test(echo.clone()));
    assert!(told.text.contains("  result   no wasm\n"), "{}{}", told.text, told.errors);
    (echo.is_text, echo.output) = (false, Some(desk.folder.join("out.bin")));
    let told = desk.run(Action::Test(echo));
    assert!(told.text.contains("  result   7 bytes, written to "), "{}", told.text);
    assert_eq!(fs::read(desk.folder.join("out.bin")).expect("it was written"), b"no wasm");
    for (arguments, error) in [
        (
            &["1"][..],
            "error: libtest.resize: `resize(i32, i32) -> i32` takes 2 arguments, but 1 are given\n",
        ),
        (&["width=1"], "error: libtest.resize: `resize` needs an argument `height`\n"),
        (&["width=1", "2"], "error: some arguments have names and some have none\n"),
    ] {
        let told = desk.test(&file, "resize", arguments);
        assert!(told.errors.starts_with(error), "{}", told.errors);
        assert_ne!(told.ending, Ending::Passed);
    }
}

fn cached() {
    let mut desk = Desk::new("cached");
    assert_eq!(desk.list(), "no modules are cached\n");
    let file = desk.file("libtest.wat");
    let functions = Trial { module: file.clone(), ..Trial::default() };
    let told = desk.run(Action::Test(functions));
    assert!(told.text.contains("  resize(i32, i32) -> i32  (width, height)\n"), "{}", told.text);
    assert!(desk.list().contains("\nlibtest "), "{}", desk.list());
    let unknown = desk.run(Action::Clear { module: Some("libpdf".to_owned()) });
    assert_eq!(
        unknown.errors,
        "error: there is no module `libpdf` in the cache\nhelp: there are: libtest\n"
    );
    let told = desk.run(Action::Clear { module: Some("libtest".to_owned()) });
    assert_eq!((told.text.as_str(), told.ending), ("1 module forgotten\n", Ending::Passed));
    assert_eq!(desk.list(), "no modules are cached\n");
    desk.test(&file, "trap", &[]);
    assert_eq!(desk.run(Action::Clear { module: None }).text, "1 module forgotten\n");
    assert_eq!(files(&desk.cache()), [""; 0]);
}

fn bounds() {
    let mut desk = Desk::new("bounds");
    for index in 0..12 {
        let file = desk.folder.join(format!("m{index}.wat"));
        fs::write(&file, format!("(module (func (export \"f{index}\")))")).expect("there is room");
        desk.test(&file.display().to_string(), &format!("f{index}"), &[]);
    }
    let list = desk.list();
    assert!(list.ends_with("\n10 modules, 322 bytes\n"), "{list}");
    assert!(!list.contains("\nm1 ") && list.contains("\nm2 "), "{list}");
    // The index and a file for each: what made way is gone from the disk too.
    assert_eq!(files(&desk.cache()).len(), 11);
    desk.now = desk.now + Duration::from_secs(3_599);
    desk.test("m5", "f5", &[]);
    desk.now = desk.now + Duration::from_secs(3_601);
    assert_eq!(desk.list(), "no modules are cached\n");
    let told = desk.test("m5", "f5", &[]);
    assert_eq!(told.ending, Ending::Refused);
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn broken() {
    let mut desk = Desk::new("broken");
    let file = desk.file("libtest.wat");
    desk.test(&file, "trap", &[]);
    let index = desk.cache().join("index.json");
    let sound = fs::read_to_string(&index).expect("there is an index");
    let escaping = sound.replace("\"sha256\": \"", "\"sha256\": \"../../");
    for text in [
        "",
        "{}",
        "[1, 2",
        "\u{0}\u{1}",
        &sound.replace("\"version\": 1", "\"version\": 2"),
        &escaping,
    ] {
        fs::write(&index, text).expect("there is room");
        for action in [Action::List, Action::Stats { module: None, is_exposition: true }] {
            let told = desk.run(action);
            assert_eq!(told.ending, Ending::Refused);
            assert!(
                told.errors.contains("index.json: it is no index of a cache: "),
                "{}",
                told.errors
            );
            assert!(told.errors.contains("help: `orrery wasm cache clear` begins anew"));
        }
    }
    // Counters that can count no further stay where they are.
    let full = sound.replace(" 1,\n", &format!(" {},\n", u64::MAX));
    let full = full.replacen(&u64::MAX.to_string(), "1", 1);
    assert_ne!(full, sound);
    fs::write(&index, full).expect("there is room");
    for function in ["trap", "resize"] {
        desk.test("libtest", function, &[]);
        let stats = desk.run(Action::Stats { module: None, is_exposition: false });
        assert!(stats.text.contains("\n  loads    18446744073709551615\n"), "{}", stats.text);
    }
    assert_eq!(desk.run(Action::Clear { module: None }).ending, Ending::Passed);
    assert_eq!(desk.list(), "no modules are cached\n");
    // Other bytes under the name of a hash are found out, and are not run.
    desk.test(&file, "trap", &[]);
    let module = files(&desk.cache()).into_iter().find(|name| name.ends_with(".wasm"));
    let module = desk.cache().join(module.expect("the module was kept"));
    fs::write(module, b"\0asm\x01\0\0\0").expect("there is room");
    let told = desk.test("libtest", "trap", &[]);
    assert!(told.errors.contains("it is not what was put there\nhelp: "), "{}", told.errors);
}

fn counted() {
    let mut desk = Desk::new("counted");
    let file = desk.file("libtest.wat");
    for function in ["trap", "grow", "trap"] {
        desk.test(&file, function, &[]);
    }
    desk.test("libtest", "resize", &["1", "1"]);
    let stats =
        desk.run(Action::Stats { module: Some("libtest".to_owned()), is_exposition: false });
    assert!(stats.text.contains("\n  loads    4\n  calls    4\n"), "{}", stats.text);
    assert!(stats.text.contains("\n  errors   2 panic, 1 oom\n"), "{}", stats.text);
    let stats = desk.run(Action::Stats { module: None, is_exposition: true });
    let line = "\nwasm_errors_total{module=\"libtest\",type=\"panic\"} 2\n";
    assert!(stats.text.contains(line), "{}", stats.text);
    openmetrics_parser::prometheus::parse_prometheus(&stats.text).expect("it is well-formed");
    let none = desk.run(Action::Stats { module: Some("libpdf".to_owned()), is_exposition: false });
    assert_eq!(
        none.errors,
        "error: nothing was counted of a module `libpdf`\nhelp: there are: libtest\n"
    );
}

fn unknown() {
    let mut desk = Desk::new("unknown");
    let (error, ending) = desk.error("nothing", "f");
    let expected = "error: `nothing` is no file, no cached module and no program of the image";
    assert_eq!((error.as_str(), ending), (expected, Ending::Refused));
    let file = desk.file("libtest.wat");
    let (error, ending) = desk.error(&file, "nothing");
    let expected = "error: libtest.nothing: it exports no function `nothing`, but `alloc`, `echo`, \
                    `grow`, `loop`, `resize`, `trap`";
    assert_eq!((error.as_str(), ending), (expected, Ending::Failed));
    // A program of the image is an actor: it wants the kernel's calls.
    let (error, _) = desk.error("echo", "handle_message");
    assert!(error.contains("takes 4 arguments, but 0 are given"), "{error}");
    let wrong = desk.folder.join("wrong.wat");
    fs::write(&wrong, "(module\n  (fnc))").expect("there is room");
    let (error, ending) = desk.error(&wrong.display().to_string(), "f");
    assert!(error.contains("wrong.wat:2:4: it is no WebAssembly text: "), "{error}");
    assert_eq!(ending, Ending::Refused);
}
