//! `orrery new actor NAME`: an actor that works, and a scenario that shows it. Whatever is in the way
//! is left alone: all is checked before the first file is written.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use kernel::limits::NAME_MAX;

use crate::command::Ending;
use crate::stock::SERVICES;

/// The files of an actor, below the root of the repository. `@name@` is its name.
const FILES: [(&str, &str); 4] = [
    ("actors/@name@/Cargo.toml", include_str!("template/Cargo.toml.txt")),
    ("actors/@name@/manifest.toml", include_str!("template/manifest.toml.txt")),
    ("actors/@name@/src/lib.rs", include_str!("template/lib.rs.txt")),
    (SCENARIO, include_str!("template/scenario.yaml.txt")),
];

const SCENARIO: &str = "scenarios/@name@/@name@_answers.yaml";

/// The folders that belong to an actor alone.
const FOLDERS: [&str; 2] = ["actors/@name@", "scenarios/@name@"];

/// Names that Rust keeps for itself: its words, and crates that every build has.
const RUST: [&str; 45] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "true",
    "type",
    "while",
];

/// Why there is no new actor.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Makes the actor below this folder, and says what to type next.
pub fn run(root: &Path, name: &str) -> Ending {
    match make(root, name) {
        Ok(files) => {
            println!("made {name}:");
            for file in files {
                println!("  {}", file.display());
            }
            println!("next: cargo run sim --scenario {}", filled(SCENARIO, name));
            Ending::Passed
        }
        Err(Mistake { message, help }) => {
            eprintln!("error: {message}\n  help: {help}");
            Ending::Refused
        }
    }
}

/// Makes the actor; its files are named from the root of the repository.
pub fn make(root: &Path, name: &str) -> Result<Vec<PathBuf>, Mistake> {
    // A crate below `actors/` belongs to the workspace, as Cargo.toml has it.
    let is_ours = ["Cargo.toml", "actors/sdk", "scenarios"].iter().all(|it| root.join(it).exists());
    if !is_ours {
        return Err(mistake(
            "this is not the folder of Orrery's sources",
            "type it where README.md and Cargo.toml lie",
        ));
    }
    check_name(name)?;
    check_is_free(root, name)?;
    write(root, name)
        .map_err(|error| mistake(format!("cannot write: {error}"), "check who may write here"))
}

/// The files of an actor of this name, and what is in them.
pub fn files(name: &str) -> impl Iterator<Item = (PathBuf, String)> {
    FILES.iter().map(move |(path, text)| (PathBuf::from(filled(path, name)), filled(text, name)))
}

fn filled(template: &str, name: &str) -> String {
    template.replace("@name@", name)
}

fn mistake(message: impl Into<String>, help: impl Into<String>) -> Mistake {
    Mistake { message: message.into(), help: help.into() }
}

/// The name becomes a folder, a crate, a file of wasm and a word of scenarios.
fn check_name(name: &str) -> Result<(), Mistake> {
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_word = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| is_plain(letter) || letter == '_');
    if !is_word {
        let plain: String = name
            .to_lowercase()
            .chars()
            .map(|letter| if is_plain(letter) { letter } else { '_' })
            .skip_while(|letter| !letter.is_ascii_lowercase())
            .collect();
        let example = plain.trim_end_matches('_');
        let example = if example.is_empty() { "hello" } else { example };
        return Err(mistake(
            format!("`{}` cannot be the name of an actor", name.escape_debug()),
            format!("use small letters, digits and `_`, a letter first: `{example}`"),
        ));
    }
    if NAME_MAX < name.len() {
        return Err(mistake(
            format!("a name of {} letters is too long", name.len()),
            format!("use at most {NAME_MAX}"),
        ));
    }
    if RUST.contains(&name) {
        let help = format!("call it something else: `{name}_actor`");
        return Err(mistake(format!("`{name}` is a word of Rust"), help));
    }
    Ok(())
}

/// Nobody has the name: no folder, no crate, no service.
fn check_is_free(root: &Path, name: &str) -> Result<(), Mistake> {
    let taken = |by: String| mistake(format!("`{name}` is taken: {by}"), "choose another name");
    for folder in FOLDERS.map(|folder| filled(folder, name)) {
        if root.join(&folder).exists() {
            return Err(taken(format!("{folder} exists")));
        }
    }
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    let line = format!("name = \"{name}\"");
    if lock.lines().any(|entry| entry == line) {
        return Err(taken("a crate that Orrery is built from is called so".to_owned()));
    }
    if SERVICES.iter().any(|service| service.program.name == name) {
        return Err(taken("a service of the kernel image is called so".to_owned()));
    }
    Ok(())
}

fn write(root: &Path, name: &str) -> io::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (file, text) in files(name) {
        let path = root.join(&file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
        written.push(file);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_and_the_help_says_which_would_do() {
        for name in ["hello", "h", "http_2"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for (name, better) in [
            ("my-actor", "`my_actor`"),
            ("../x", "`x`"),
            ("Hello World", "`hello_world`"),
            ("2nd", "`nd`"),
            ("_", "`hello`"),
            ("", "`hello`"),
            ("grüße", "`gr__e`"),
        ] {
            let mistake = check_name(name).expect_err(name);
            assert!(mistake.help.ends_with(better), "{name}: {}", mistake.help);
        }
        assert!(check_name("match").is_err_and(|mistake| mistake.message.contains("word of Rust")));
        assert!(check_name(&"a".repeat(NAME_MAX + 1)).is_err());
    }
}
