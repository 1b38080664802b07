//! littlefs in C reads what this writes and the other way round, and neither costs more.
//!
//! C is `tests/c.py`, which needs `python3` with the module `littlefs`; without it the laws that
//! need it are skipped, and say so.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use littlefs::Config;
use littlefs::Filesystem;
use proptest::prelude::*;

use crate::model::Drawn;
use crate::model::Operation;
use crate::model::Tree;
use crate::model::content;
use crate::model::difference;
use crate::model::drawn;
use crate::model::expect;
use crate::model::perform;
use crate::model::tree;
use crate::ram::Ram;

/// The format that C writes: 2.0 has no checksums of what is behind a commit.
const VERSIONS: [u32; 2] = [0x0002_0000, 0x0002_0001];

/// A geometry for both.
#[derive(Clone, Copy)]
struct Geometry {
    block_size: usize,
    block_count: usize,
    program: usize,
    cache: u32,
    cycles: u32,
}

/// What C answered.
struct Answer {
    tree: Tree,
    erases: u64,
    programs: u64,
    programmed: u64,
}

/// Whether C is there. If it is absent and may be, that has been said.
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

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|byte| write!(text, "{byte:02x}").unwrap());
    text
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// An operation as a line for C.
fn line(operation: &Operation) -> String {
    match operation {
        Operation::Write(path, bytes) => format!("write {path} {}", hex(bytes)),
        Operation::Append(path, bytes) => format!("append {path} {}", hex(bytes)),
        Operation::Edit(path, at, bytes) => format!("edit {path} {at} {}", hex(bytes)),
        Operation::Truncate(path, size) => format!("truncate {path} {size}"),
        Operation::CreateDir(path) => format!("mkdir {path}"),
        Operation::Remove(path) => format!("remove {path}"),
        Operation::Rename(from, to) => format!("rename {from} {to}"),
    }
}

/// Lets C do these operations to an image.
fn perform_in_c(image: &Path, geometry: Geometry, version: u32, lines: &[String]) -> Answer {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c.py");
    let Geometry { block_size, block_count, program, cache, cycles } = geometry;
    let mut child = Command::new("python3")
        .arg(script)
        .arg(image)
        .args([block_size, block_count, program].map(|number| number.to_string()))
        .args([cache, cycles, version].map(|number| number.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "C refuses what is possible");
    let text = String::from_utf8(output.stdout).unwrap();
    let (entries, counts) = text.rsplit_once("= ").unwrap();
    let entries = entries.lines().map(|line| {
        let (path, body) = line.split_once(' ').unwrap();
        (path.to_owned(), body.strip_prefix('x').map(bytes_of))
    });
    let counts: Vec<u64> =
        counts.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let [erases, programs, programmed] = counts.try_into().unwrap();
    Answer { tree: entries.collect(), erases, programs, programmed }
}

fn config<const WORD: usize, const SECTOR: usize>(
    flash: &Ram<WORD, SECTOR>,
    geometry: Geometry,
) -> Config {
    let Geometry { cache, cycles, .. } = geometry;
    Config { block_cycles: Some(cycles), cache_size: cache, ..Config::of(flash) }
}

fn image(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Operations that make sense one after another and fit the flash with ease.
fn sensible(model: &mut Tree, steps: &[Drawn], room: usize) -> Vec<Operation> {
    let mut operations = Vec::new();
    for drawn in steps {
        let operation = drawn.of(model);
        let mut after = model.clone();
        let bytes: usize = after.values().flatten().map(Vec::len).sum();
        let is_empty = matches!(
            &operation,
            Operation::Append(_, bytes) | Operation::Edit(_, _, bytes) if bytes.is_empty()
        );
        let grows = !matches!(operation, Operation::Remove(_) | Operation::Rename(..));
        if (grows && room < bytes + 150 * after.len())
            || is_empty
            || expect(&mut after, &operation).is_err()
            || room < after.values().flatten().map(Vec::len).sum()
        {
            continue;
        }
        *model = after;
        operations.push(operation);
    }
    operations
}

/// C and this take turns with one image.
fn take_turns<const WORD: usize, const SECTOR: usize>(
    name: &str,
    geometry: Geometry,
    version: u32,
    turns: &[Vec<Drawn>],
) -> Result<(), TestCaseError> {
    let image = image(name);
    let mut model = Tree::new();
    let room = geometry.block_size * geometry.block_count / 4;
    for (number, turn) in turns.iter().enumerate() {
        let operations = sensible(&mut model, turn, room);
        let mut lines: Vec<String> = operations.iter().map(line).collect();
        if number == 0 {
            lines.insert(0, "format".to_owned());
        }
        // This has made a version 2.1 of it.
        let version = if number == 0 { version } else { VERSIONS[1] };
        if number % 2 == 0 {
            let answer = perform_in_c(&image, geometry, version, &lines);
            prop_assert!(answer.tree == model, "C: {}", difference(&model, &answer.tree));
        }
        let flash = Ram::<WORD, SECTOR>::from_bytes(fs::read(&image).unwrap());
        let config = config(&flash, geometry);
        let mut files = Filesystem::mount(flash, config).map_err(|(_, error)| error).unwrap();
        prop_assert_eq!(files.flash().operations(), 0);
        if number % 2 == 1 {
            for operation in &operations {
                perform(&mut files, operation).unwrap();
            }
        }
        let found = tree(&mut files).unwrap();
        prop_assert!(found == model, "here: {}", difference(&model, &found));
        fs::write(&image, files.into_flash().bytes).unwrap();
        let answer = perform_in_c(&image, geometry, VERSIONS[1], &[]);
        prop_assert!(answer.tree == model, "C again: {}", difference(&model, &answer.tree));
    }
    Ok(())
}

fn turns(max: usize) -> impl Strategy<Value = Vec<Vec<Drawn>>> {
    prop::collection::vec(prop::collection::vec(drawn(max), 1..40), 4..6)
}

fn cases() -> ProptestConfig {
    let all = ProptestConfig::default();
    ProptestConfig { cases: all.cases.div_ceil(128), failure_persistence: None, ..all }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn c_and_this_take_turns_on_a_real_flash(
        turns in turns(9000), version in prop::sample::select(&VERSIONS[..])
    ) {
        if has_c() {
            let (block_size, block_count) = (4096, 64);
            let (program, cache, cycles) = (4, 256, 100);
            let geometry = Geometry { block_size, block_count, program, cache, cycles };
            take_turns::<4, 4096>("real.img", geometry, version, &turns)?;
        }
    }

    #[test]
    fn c_and_this_take_turns_on_small_blocks(
        turns in turns(1000), version in prop::sample::select(&VERSIONS[..])
    ) {
        if has_c() {
            let (block_size, block_count) = (512, 128);
            let (program, cache, cycles) = (16, 64, 7);
            let geometry = Geometry { block_size, block_count, program, cache, cycles };
            take_turns::<16, 512>("small.img", geometry, version, &turns)?;
        }
    }
}

/// Made by C 2.11 with `tests/c.py IMAGE 512 8 16 64 100 131073` from the lines below.
const MADE_BY_C: &[u8] = include_bytes!("../made_by_c.img");

#[test]
fn an_image_that_c_made_is_read_and_written() {
    let operations = [
        Operation::CreateDir("d".into()),
        Operation::Write("d/small".into(), b"few bytes".to_vec()),
        Operation::Write("large".into(), content(300, 9)),
        Operation::CreateDir("empty".into()),
        Operation::Append("large".into(), content(50, 1)),
        Operation::Rename("d/small".into(), "moved".into()),
        Operation::Remove("d".into()),
    ];
    let mut model = Tree::new();
    for operation in &operations {
        expect(&mut model, operation).unwrap();
    }
    let mut flash = Ram::<16, 512>::from_bytes(MADE_BY_C.to_vec());
    let more = Operation::Write("here".into(), content(300, 4));
    for is_written in [false, true] {
        let config = Config { cache_size: 64, ..Config::of(&flash) };
        let mut files = Filesystem::mount(flash, config).map_err(|(_, error)| error).unwrap();
        let found = tree(&mut files).unwrap();
        assert!(found == model, "{}", difference(&model, &found));
        if !is_written {
            expect(&mut model, &more).unwrap();
            perform(&mut files, &more).unwrap();
        }
        flash = files.into_flash();
    }
}

/// 150 operations as a user's files have them: small and larger files are written, appended to,
/// moved and removed below two directories. The same on every computer.
fn workload() -> Vec<Operation> {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) % below
    };
    let mut model = Tree::new();
    let mut operations = Vec::new();
    for path in ["home", "home/logs"] {
        operations.push(Operation::CreateDir(path.into()));
        expect(&mut model, operations.last().unwrap()).unwrap();
    }
    while operations.len() < 150 {
        let directory = ["home", "home/logs"][draw(2) as usize];
        let path = format!("{directory}/file-{}", draw(12));
        let size = [60, 300, 1500, 6000][draw(4) as usize];
        let bytes = content(draw(size) as usize + 1, draw(250) as u8);
        let operation = match draw(10) {
            0..=4 => Operation::Write(path, bytes),
            5..=6 => Operation::Append(path, bytes),
            7 => Operation::Remove(path),
            8 => Operation::Rename(path, format!("home/file-{}", draw(12))),
            _ => Operation::Edit(path, draw(300) as u32, bytes),
        };
        let mut after = model.clone();
        if expect(&mut after, &operation).is_ok() && after != model {
            model = after;
            operations.push(operation);
        }
    }
    operations
}

#[test]
fn a_workload_costs_no_more_than_in_c() {
    let geometry =
        Geometry { block_size: 4096, block_count: 64, program: 4, cache: 256, cycles: 100 };
    let operations = workload();
    let mut flash = Ram::<4, 4096>::new(64);
    let config = config(&flash, geometry);
    Filesystem::format(&mut flash, &config).unwrap();
    let flash = flash.restarted();
    let mut files = Filesystem::mount(flash, config).map_err(|(_, error)| error).unwrap();
    for operation in &operations {
        perform(&mut files, operation).unwrap();
    }
    let found = tree(&mut files).unwrap();
    let flash = files.into_flash();
    println!("{:>10} {:>8} {:>10} {:>10}", "", "erases", "programs", "bytes");
    let row = |name: &str, erases: u64, programs: u64, bytes: u64| {
        println!("{name:>10} {erases:>8} {programs:>10} {bytes:>10}");
    };
    row("this", flash.erases, flash.programs, flash.programmed);
    if !has_c() {
        return;
    }
    let mut lines = vec!["format".to_owned(), "count".to_owned()];
    lines.extend(operations.iter().map(line));
    let c = perform_in_c(&image("cost.img"), geometry, VERSIONS[1], &lines);
    row("C", c.erases, c.programs, c.programmed);
    assert!(found == c.tree, "{}", difference(&c.tree, &found));
    assert!(flash.erases <= c.erases && flash.programs <= c.programs);
    assert!(flash.programmed <= c.programmed);
}
