//! Whatever the flash holds, there is an answer.

use littlefs::Config;
use littlefs::Error;
use littlefs::Filesystem;
use proptest::prelude::*;

use crate::model::Drawn;
use crate::model::Operation;
use crate::model::Tree;
use crate::model::content;
use crate::model::drawn;
use crate::model::expect;
use crate::model::perform;
use crate::ram::Ram;

type Flash = Ram<4, 512>;

const SECTORS: usize = 24;

/// The most that anything may read: a loop would read for ever.
const READS_MAX: u64 = 3_000_000;

fn config(flash: &Flash) -> Config {
    Config { block_cycles: Some(7), ..Config::of(flash) }
}

/// Looks at everything to a certain depth, and changes much. Errors are answers.
fn use_it(flash: Flash, steps: &[Drawn]) -> Result<(), TestCaseError> {
    let made = config(&flash);
    if let Ok(mut files) = Filesystem::mount_read_only(flash.clone(), made.clone()) {
        look(&mut files, "", 4);
        prop_assert_eq!(files.flash().operations(), 0);
        prop_assert!(files.flash().reads < READS_MAX);
    }
    let Ok(mut files) = Filesystem::mount(flash, made) else { return Ok(()) };
    look(&mut files, "", 4);
    let mut model = Tree::new();
    for drawn in steps {
        let operation = drawn.of(&model);
        if perform(&mut files, &operation).is_ok() {
            let _ = expect(&mut model, &operation);
        }
    }
    look(&mut files, "", 4);
    let _ = files.usage();
    prop_assert!(files.flash().reads < READS_MAX, "{} reads", files.flash().reads);
    Ok(())
}

fn look(files: &mut Filesystem<Flash>, directory: &str, depth: usize) {
    let mut paths = Vec::new();
    let mut count = 0;
    let _ = files.list(directory, 0, |name, _| {
        paths.push(format!("{directory}/{name}"));
        count += 1;
        count < 40
    });
    for path in paths {
        let _ = files.stat(&path);
        if let Ok(id) = files.open(&path) {
            let mut part = [0; 64];
            for offset in [0, 100, 5000, u32::MAX - 10] {
                let _ = files.read(id, offset, &mut part);
            }
            files.close(id);
        }
        if depth != 0 {
            look(files, &path, depth - 1);
        }
    }
}

/// An image with a bit of everything in it.
fn image() -> Vec<u8> {
    let mut flash = Flash::new(SECTORS);
    let made = config(&flash);
    Filesystem::format(&mut flash, &made).unwrap();
    let mut files = Filesystem::mount(flash, made).map_err(|(_, error)| error).unwrap();
    let operations = [
        Operation::CreateDir("d".into()),
        Operation::CreateDir("d/e".into()),
        Operation::Write("d/inline".into(), content(30, 1)),
        Operation::Write("d/list".into(), content(2000, 2)),
        Operation::Write("list".into(), content(1200, 3)),
        Operation::Rename("list".into(), "d/e/list".into()),
        Operation::Remove("d/inline".into()),
    ];
    for operation in &operations {
        perform(&mut files, operation).unwrap();
    }
    for number in 0..12 {
        let path = format!("d/{number}");
        perform(&mut files, &Operation::Write(path, content(20, number))).unwrap();
    }
    files.into_flash().bytes
}

/// The checksum of commits, by the book.
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    })
}

/// A block with these tags and one valid checksum, as if it were honest.
fn block(revision: u32, tags: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = revision.to_le_bytes().to_vec();
    let mut previous = u32::MAX;
    let last = (0x500_u32 << 20 | 0x3ff << 10 | 4, Vec::new());
    for (tag, data) in tags.iter().chain([&last]) {
        bytes.extend(((tag & 0x7fff_ffff) ^ previous).to_be_bytes());
        bytes.extend(data);
        previous = tag & 0x7fff_ffff;
    }
    bytes.extend(crc(&bytes).to_le_bytes());
    bytes.resize(512.max(bytes.len()), 0xff);
    bytes.truncate(512);
    bytes
}

/// Draws a tag with its data: of a kind that there is, about an entry near the beginning, with
/// numbers that may be blocks.
fn tag() -> impl Strategy<Value = (u32, Vec<u8>)> {
    let kinds = [
        0x001, 0x002, 0x0ff, 0x200, 0x201, 0x202, 0x305, 0x401, 0x4ff, 0x600, 0x601, 0x7ff, 0x5ff,
        0x101, 0x47f,
    ];
    let kind = prop::sample::select(kinds.to_vec());
    let id = prop_oneof![4 => 0..4u32, 1 => Just(0x3ff), 1 => 0..0x400u32];
    let word = prop_oneof![
        4 => 0..SECTORS as u32 + 1,
        1 => Just(u32::MAX),
        1 => any::<u32>(),
        1 => Just(0x4ff << 20),
        1 => Just(0x8000_0000),
        1 => 0..4000u32,
    ];
    let words = prop::collection::vec(word, 0..4);
    let is_removed = prop::bool::weighted(0.05);
    (kind, id, words, is_removed).prop_map(|(kind, id, words, is_removed)| {
        let data: Vec<u8> = words.iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
        let length = if is_removed { 0x3ff } else { data.len() as u32 };
        (kind << 20 | id << 10 | length, if is_removed { Vec::new() } else { data })
    })
}

/// The superblock's tags, so that mounting goes on.
fn superblock() -> Vec<(u32, Vec<u8>)> {
    let words = [0x0002_0001, 512, SECTORS as u32, 255, 0x7fff_ffff, 1022_u32];
    let data = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    vec![(0x0ff << 20 | 8, b"littlefs".to_vec()), (0x201 << 20 | 24, data)]
}

fn cases() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_bytes_are_an_error(
        bytes in prop::collection::vec(any::<u8>(), SECTORS * 512)
    ) {
        use_it(Flash::from_bytes(bytes), &[])?;
    }

    #[test]
    fn flipped_bits_are_an_error_or_no_matter(
        flips in prop::collection::vec((0..SECTORS * 512 * 8, 0..9u8), 1..40),
        steps in prop::collection::vec(drawn(600), 0..8),
    ) {
        let mut bytes = image();
        for (bit, width) in flips {
            bytes[bit / 8] ^= if width == 8 { 0xff } else { 1 << (bit % 8) };
        }
        use_it(Flash::from_bytes(bytes), &steps)?;
    }

    #[test]
    fn nonsense_with_valid_checksums_is_an_error_or_no_matter(
        blocks in prop::collection::vec(prop::collection::vec(tag(), 0..12), SECTORS),
        revisions in prop::collection::vec(0..4u32, SECTORS),
        steps in prop::collection::vec(drawn(600), 0..8),
    ) {
        let blocks = blocks.iter().zip(revisions).enumerate().flat_map(|(number, (tags, revision))| {
            let mut all = if number < 2 { superblock() } else { Vec::new() };
            all.extend(tags.iter().cloned());
            block(revision, &all)
        });
        use_it(Flash::from_bytes(blocks.collect()), &steps)?;
    }

    #[test]
    fn a_tree_of_sensible_tags_is_an_error_or_no_matter(
        tails in prop::collection::vec((0..SECTORS as u32, 0..SECTORS as u32), SECTORS),
        lists in prop::collection::vec((0..SECTORS as u32, 0..14_000u32), SECTORS),
        pending in prop::option::of((0..SECTORS as u32, 0..SECTORS as u32, 0..5u32)),
        orphans in any::<bool>(),
        steps in prop::collection::vec(drawn(600), 0..8),
    ) {
        // Directories and lists that point anywhere, also back.
        let blocks = (0..SECTORS).flat_map(|number| {
            let words = |left: u32, right: u32| [left.to_le_bytes(), right.to_le_bytes()].concat();
            let (left, right) = tails[number];
            let (head, size) = lists[number];
            let mut tags = if number < 2 { superblock() } else { Vec::new() };
            let id = if number < 2 { 1 << 10 } else { 0 };
            tags.push((0x002 << 20 | id | 1, b"a".to_vec()));
            tags.push((0x200 << 20 | id | 8, words(right, left)));
            tags.push((0x001 << 20 | (id + (1 << 10)) | 1, b"b".to_vec()));
            tags.push((0x202 << 20 | (id + (1 << 10)) | 8, words(head, size)));
            let kind = if head % 3 == 0 { 0x601 } else { 0x600 };
            tags.push((kind << 20 | 0x3ff << 10 | 8, words(left, right)));
            if let (0 | 1, Some((left, right, id))) = (number, pending) {
                let tag = 0x4ff_u32 << 20 | id << 10 | u32::from(orphans) << 31;
                let state = [tag.to_le_bytes().to_vec(), words(left, right)].concat();
                tags.push((0x7ff << 20 | 0x3ff << 10 | 12, state));
            }
            block(number as u32 % 2, &tags)
        });
        use_it(Flash::from_bytes(blocks.collect()), &steps)?;
    }
}

#[test]
fn a_list_of_pairs_that_is_a_loop_is_corrupt() {
    let mut tags = superblock();
    tags.push((0x600 << 20 | 0x3ff << 10 | 8, [2_u32.to_le_bytes(), 3_u32.to_le_bytes()].concat()));
    let mut bytes = [block(1, &tags), block(2, &tags)].concat();
    let back = [0_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    let last = block(1, &[(0x600 << 20 | 0x3ff << 10 | 8, back)]);
    bytes.extend(last.iter().chain(&last));
    bytes.resize(SECTORS * 512, 0xff);
    let flash = Flash::from_bytes(bytes);
    let made = config(&flash);
    let found = Filesystem::mount(flash, made);
    assert!(matches!(found, Err((flash, Error::Corrupt)) if flash.operations() == 0));
}
