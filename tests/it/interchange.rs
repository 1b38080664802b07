//! A flash file is an image for other programs too: littlefs in C lists and takes out what actors have
//! written, and actors read and change what littlefs in C has made, by the commands of
//! `docs/files.md`.
//!
//! C is `python3` with the module `littlefs`; without it the cases are skipped, and say so.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::Ending;
use sim::command::on::On;
use sim::command::sim::Options;
use sim::command::sim::run;
use sim::firmware::Builder;
use sim::play::Review;

/// Where the commands are told.
const DOCUMENT: &str = "docs/files.md";

/// What writes files.
const WRITER: &str = "scenarios/flash/files_are_written_for_other_tools.yaml";

const LIST: &str = "python3 -m littlefs list --block-size 4096 home.bin";
const EXTRACT: &str = "python3 -m littlefs extract --block-size 4096 home.bin home";
const CREATE: &str = "python3 -m littlefs create --block-size 4096 --fs-size 1MB folder home.bin";

/// What is done with a folder's files, behind the document's steps.
const CHANGES: &str = r#"
  - write-serial: "cat /home/letters/one.txt\r"
  - wait-serial: "Dear reader\r\n"
  - wait-serial: "> "
  - write-serial: "append /home/letters/one.txt and dear writer\r"
  - wait-serial: "> "
  - write-serial: "cp /home/long.bin /home/letters/copy.bin\r"
  - wait-serial: "> "
  - write-serial: "mv /home/empty /home/letters/moved\r"
  - wait-serial: "> "
  - write-serial: "rm /home/gone\r"
  - wait-serial: "> "
  - expect: { file: { path: /home/letters/copy.bin, size: 20000B } }
"#;

/// Paths below a folder and what is in them.
type Files = BTreeMap<String, Vec<u8>>;

/// A promise and how it is shown; what is shown wrongly panics with what was seen instead.
type Case = (&'static str, fn());

pub(crate) fn trials() -> Vec<Trial> {
    let cases: [Case; 2] = [
        ("littlefs_in_c_reads_what_actors_have_written", out),
        ("actors_read_and_change_what_littlefs_in_c_has_made", into),
    ];
    let trial = |(name, case): Case| {
        Trial::test(format!("interchange::{name}"), move || {
            if has_c() {
                case();
            }
            Ok::<(), Failed>(())
        })
    };
    cases.into_iter().map(trial).collect()
}

/// Whether littlefs in C is there. If it is absent and may be, that has been said.
fn has_c() -> bool {
    let import = Command::new("python3").args(["-c", "import littlefs"]).output();
    if import.is_ok_and(|output| output.status.success()) {
        return true;
    }
    let absence = "needs python3 with littlefs-python (pip install littlefs-python)";
    let is_required = std::env::var_os("ORRERY_REQUIRE_TOOLS").is_some_and(|set| set == "1");
    assert!(!is_required, "{absence}, and ORRERY_REQUIRE_TOOLS is set");
    println!("skipped: {absence}");
    false
}

fn out() {
    let folder = empty_folder("out");
    play(WRITER.as_ref(), &folder);
    let listed = perform(LIST, &folder);
    let mut listed: Vec<&str> = listed.lines().collect();
    listed.sort_unstable();
    assert_eq!(listed, ["/notes", "/notes/hello.txt", "/notes/one"]);
    perform(EXTRACT, &folder);
    let expected = [
        ("notes/hello.txt", "Hello from the ramdisk.\n"),
        ("notes/one", "the first line\nand another\n"),
    ];
    let expected = expected.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    assert_eq!(files(&folder.join("home")), Files::from(expected));
}

fn into() {
    let folder = empty_folder("into");
    let long: Vec<u8> = (0..20_000_u32).map(|at| ((at * at) >> 7) as u8).collect();
    let given = [
        ("letters/one.txt", b"Dear reader\n".to_vec()),
        ("long.bin", long.clone()),
        ("empty", Vec::new()),
        ("gone", b"soon".to_vec()),
    ];
    for (path, bytes) in &given {
        let path = folder.join("folder").join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("there is room");
        fs::write(path, bytes).expect("there is room for a file");
    }
    perform(CREATE, &folder);
    let text = fs::read_to_string(DOCUMENT).expect("it is there");
    let scenario = text.split_once("```yaml\n").and_then(|(_, rest)| rest.split_once("```"));
    let (scenario, _) = scenario.expect("the document shows a scenario");
    let source = folder.join("home.yaml");
    fs::write(&source, [scenario, CHANGES].concat()).expect("there is room for a file");
    play(&source, &folder);
    perform(EXTRACT, &folder);
    let expected = [
        ("letters/one.txt", b"Dear reader\nand dear writer\n".to_vec()),
        ("letters/copy.bin", long.clone()),
        ("letters/moved", Vec::new()),
        ("long.bin", long),
    ];
    let expected = expected.map(|(path, bytes)| (path.to_owned(), bytes));
    assert!(files(&folder.join("home")) == Files::from(expected), "all are as they were left");
}

/// Plays a scenario with `home.bin` of this folder for its flash.
fn play(scenario: &Path, folder: &Path) {
    let options = Options {
        scenario: scenario.to_owned(),
        seed: None,
        board: None,
        ending: None,
        view: None,
        cut: None,
        flash: Some(folder.join("home.bin")),
        authority: false,
        on: On::Kernel,
        engine: None,
        builder: Builder { cargo: "cargo".into(), cargo_home: None, target: None },
        review: Review::Compare,
        out: folder.join("out"),
    };
    assert!(matches!(run(&options), Ending::Passed), "the run passes");
}

/// Runs a command of the document in a folder. Says what it printed.
fn perform(line: &str, folder: &Path) -> String {
    let text = fs::read_to_string(DOCUMENT).expect("it is there");
    assert!(text.lines().any(|shown| shown == line), "the document shows `{line}`");
    let words: Vec<&str> = line.split(' ').collect();
    let output = Command::new(words[0]).args(&words[1..]).current_dir(folder).output();
    let output = output.expect("it was there");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("paths are text")
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interchange").join(name);
    // That it was not there is as good.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("there is room for a folder");
    folder
}

/// All files below a folder.
fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut open = vec![folder.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("it is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("it lies below").display().to_string();
            found.insert(name, fs::read(&path).expect("it can be read"));
        }
    }
    found
}
