//! Sources are built as their own first lines say.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::language::tool::Tool;

/// The module that a source becomes by the command of its first lines that has this word in it;
/// `None` if the tool is absent. All files of its folder lie beside it.
pub(super) fn built(tool: &Tool, source: &str, word: &str) -> Option<Vec<u8>> {
    let mut command = tool.command()?;
    let source = Path::new(source);
    let folder = fresh_folder(tool, source, word);
    let neighbours = fs::read_dir(source.parent().expect("a source lies in a folder"));
    for neighbour in neighbours.expect("the folder is there").flatten() {
        let copy = fs::read(neighbour.path()).expect("it can be read");
        let name = neighbour.file_name().to_string_lossy().replace(".zig.txt", ".zig");
        fs::write(folder.join(name), copy).expect("there is room for a source");
    }
    let text = fs::read_to_string(source).expect("the source is there");
    command.args(words(tool, &text, word)).current_dir(&folder);
    command.env("ZIG_GLOBAL_CACHE_DIR", tools_folder().join("zig"));
    run(&mut command);
    let stem = source.file_name().and_then(|name| name.to_str()).expect("sources have names");
    let stem = stem.split('.').next().unwrap_or(stem);
    Some(fs::read(folder.join(stem).with_extension("wasm")).expect("the command writes it"))
}

/// Runs a command to its good end.
pub(super) fn run(command: &mut Command) {
    let output = command.output().expect("the tool started before");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}");
}

/// A folder for what tools keep.
pub(super) fn tools_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("language")
}

/// An empty folder for one build.
fn fresh_folder(tool: &Tool, source: &Path, word: &str) -> PathBuf {
    let stem = source.file_stem().and_then(|stem| stem.to_str()).unwrap_or("source");
    let folder = tools_folder().join(format!("{}-{stem}-{word}", tool.name));
    // That it was not there is as good.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("there is room for a folder");
    folder
}

/// The arguments of the tool in the first lines of a source: `//   zig build-lib …`.
fn words<'a>(tool: &Tool, text: &'a str, word: &str) -> Vec<&'a str> {
    let comments = text.lines().take_while(|line| line.starts_with("//"));
    let commands = comments.map(|line| line.trim_start_matches(['/', '!']).split_whitespace());
    let mut commands = commands.map(|words| words.collect::<Vec<_>>());
    let is_wanted = |words: &Vec<&str>| words.first() == Some(&tool.name) && words.contains(&word);
    let words = commands.find(is_wanted);
    words.expect("the source says how it is built")[1..].to_vec()
}
