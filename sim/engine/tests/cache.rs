//! Compiled modules on the disk: kept once, and never trusted if they are damaged.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use engine::Compiler;

/// Bytes of the checksum at the beginning of a file.
const HASH: usize = 32;

fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // It is there if the test ran before.
    drop(fs::remove_dir_all(&directory));
    directory
}

/// Compiles a module as a program does that has just started.
fn compile(directory: &Path) {
    let compiler = Compiler::new(Some(directory)).expect("this computer has what it takes");
    let text = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    let wasm = wat::parse_str(text).expect("the module is well written");
    assert_eq!(compiler.refusal(&wasm), None);
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(directory).expect("it was made");
    files.map(|file| file.expect("it can be read").path()).collect()
}

#[test]
fn a_damaged_file_is_compiled_anew_and_replaced() {
    let directory = directory("cache");
    compile(&directory);
    let files = files(&directory);
    let [path] = &files[..] else { panic!("one file is left, not {files:?}") };
    let whole = fs::read(path).expect("it was written");
    for place in [0, HASH, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        fs::write(path, &damaged).expect("it can be written");
        compile(&directory);
        let now = fs::read(path).expect("it was written again");
        assert!(now == whole, "damage at {place} is mended");
    }
    for len in [0, HASH - 1, HASH, whole.len() - 1] {
        fs::write(path, &whole[..len]).expect("it can be written");
        compile(&directory);
        assert!(fs::read(path).expect("it was written again") == whole, "{len} bytes are too few");
    }
}

#[test]
fn a_whole_file_is_left_as_it_is() {
    let directory = directory("kept");
    compile(&directory);
    let path = files(&directory).remove(0);
    let written = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    let before = written(&path).expect("it is there");
    compile(&directory);
    assert_eq!(written(&path).expect("it is there"), before);
}

#[test]
fn a_directory_that_cannot_be_made_is_no_error() {
    compile(Path::new("/dev/null/nowhere"));
}
