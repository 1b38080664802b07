//! `orrery new actor` makes what the tutorial shows, and leaves alone what is in its way.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use libtest_mimic::Failed;
use libtest_mimic::Trial;
use sim::command::new::files;
use sim::command::new::make;

use crate::scenario::root;

/// What a new actor is looked up in, copied from the repository.
const COPIED: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

pub(crate) fn trials() -> Vec<Trial> {
    let cases: [(&str, fn()); 4] = [
        ("has_its_files", made),
        ("takes_no_name_that_somebody_has", taken),
        ("is_made_in_the_repository_only", elsewhere),
        ("is_what_the_tutorial_shows", tutorial),
    ];
    let trial = |(name, case): (&str, fn())| {
        Trial::test(format!("new_actor::{name}"), move || {
            case();
            Ok::<(), Failed>(())
        })
    };
    cases.into_iter().map(trial).collect()
}

/// A repository with nothing in it but what `make` looks at.
fn repository(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new_actor").join(name);
    // That it was not there is as good.
    let _ = fs::remove_dir_all(&folder);
    for inside in ["actors/sdk", "actors/echo", "scenarios/desktop"] {
        fs::create_dir_all(folder.join(inside)).expect("there is room for a folder");
    }
    for file in COPIED {
        fs::copy(root().join(file), folder.join(file)).expect("there is room for a file");
    }
    folder
}

fn made() {
    let folder = repository("made");
    let written = make(&folder, "hello").expect("nobody is called so");
    assert_eq!(written, files("hello").map(|(path, _)| path).collect::<Vec<_>>());
    for (path, text) in files("hello") {
        assert_eq!(fs::read_to_string(folder.join(&path)).ok().as_deref(), Some(&*text));
        assert!(!text.contains("@name@"), "{}", path.display());
    }
}

fn taken() {
    let folder = repository("taken");
    make(&folder, "mine").expect("nobody is called so");
    for (name, reason) in [
        ("mine", "actors/mine exists"),
        ("echo", "actors/echo exists"),
        ("desktop", "scenarios/desktop exists"),
        ("kernel", "a crate that Orrery is built from is called so"),
        ("wasmi", "a crate that Orrery is built from is called so"),
        ("ns", "a service of the kernel image is called so"),
    ] {
        let mistake = make(&folder, name).expect_err(name);
        assert_eq!(mistake.message, format!("`{name}` is taken: {reason}"));
    }
    for name in ["../escape", "a/b", "UP", "a-b", ""] {
        assert!(make(&folder, name).is_err(), "{name}");
    }
}

fn elsewhere() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new_actor");
    fs::create_dir_all(&folder).expect("there is room for a folder");
    let mistake = make(&folder, "hello").expect_err("there is no repository");
    assert_eq!(mistake.message, "this is not the folder of Orrery's sources");
    assert!(!folder.join("actors").exists());
}

fn tutorial() {
    let text = fs::read_to_string("docs/tutorial.md").expect("there is a tutorial");
    for (path, made) in files("hello") {
        let mut blocks = text.split("```").filter_map(|block| block.split_once('\n'));
        let is_shown = blocks.any(|(_, inside)| inside == made);
        assert!(is_shown, "{} is shown otherwise than it is made", path.display());
    }
}
