//! Whatever is done, the tree is what the same operations make of a map.

use littlefs::Config;
use littlefs::Error;
use littlefs::Filesystem;
use proptest::prelude::*;

use crate::model::Drawn;
use crate::model::Operation;
use crate::model::Tree;
use crate::model::difference;
use crate::model::drawn;
use crate::model::expect;
use crate::model::perform;
use crate::model::read;
use crate::model::tree;
use crate::ram::Dead;
use crate::ram::Ram;

/// Mounts a new file system.
fn made<const WORD: usize, const SECTOR: usize>(sectors: usize) -> Filesystem<Ram<WORD, SECTOR>> {
    let mut flash = Ram::new(sectors);
    let config = config(&flash);
    Filesystem::format(&mut flash, &config).unwrap();
    Filesystem::mount(flash, config).map_err(|(_, error)| error).unwrap()
}

fn config<const WORD: usize, const SECTOR: usize>(flash: &Ram<WORD, SECTOR>) -> Config {
    Config { block_cycles: Some(20), ..Config::of(flash) }
}

fn mounted<const WORD: usize, const SECTOR: usize>(
    flash: Ram<WORD, SECTOR>,
) -> Filesystem<Ram<WORD, SECTOR>> {
    let config = config(&flash);
    Filesystem::mount(flash, config).map_err(|(_, error)| error).unwrap()
}

/// Does the operations here and in the model; mounts again after some.
fn play<const WORD: usize, const SECTOR: usize>(
    sectors: usize,
    steps: &[(Drawn, bool)],
) -> Result<(), TestCaseError> {
    let mut files = made::<WORD, SECTOR>(sectors);
    let (used_at_first, _) = files.usage().unwrap();
    let mut model = Tree::new();
    for (drawn, must_mount) in steps {
        let operation = &drawn.of(&model);
        let mut after = model.clone();
        let expected = expect(&mut after, operation);
        let done = perform(&mut files, operation);
        match (done, expected) {
            (Ok(()), Ok(())) => model = after,
            // Being full is no mistake, and nothing has changed.
            (Err(Error::NoSpace), _) => (),
            (done, expected) => {
                let as_expected = done.map_err(without_flash) == expected;
                prop_assert!(as_expected, "{operation:?}: {done:?}, not {expected:?}");
            }
        }
        if *must_mount {
            files = mounted(files.into_flash().restarted());
            prop_assert_eq!(files.flash().operations(), 0, "a consistent one is not written to");
        }
        let found = tree(&mut files).unwrap();
        prop_assert!(found == model, "{:?}: {}", operation, difference(&model, &found));
    }
    // Deepest first.
    for path in model.keys().rev() {
        files.remove(path).unwrap();
    }
    let (used, count) = files.usage().unwrap();
    // The superblock may have moved out of the root, once or twice.
    prop_assert!(used <= used_at_first + 4, "{used} of {count} are used by nothing");
    Ok(())
}

fn without_flash(error: Error<Dead>) -> Error<()> {
    match error {
        Error::Flash(_) => Error::Flash(()),
        Error::Corrupt => Error::Corrupt,
        Error::Foreign => Error::Foreign,
        Error::Blank => Error::Blank,
        Error::NotFound => Error::NotFound,
        Error::Exists => Error::Exists,
        Error::NotADirectory => Error::NotADirectory,
        Error::IsADirectory => Error::IsADirectory,
        Error::NotEmpty => Error::NotEmpty,
        Error::NameTooLong => Error::NameTooLong,
        Error::TooLarge => Error::TooLarge,
        Error::NoSpace => Error::NoSpace,
        Error::ReadOnly => Error::ReadOnly,
        Error::Invalid => Error::Invalid,
    }
}

fn steps(max: usize, count: usize) -> impl Strategy<Value = Vec<(Drawn, bool)>> {
    prop::collection::vec((drawn(max), prop::bool::weighted(0.2)), 1..count)
}

fn cases() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn operations_on_a_small_flash_equal_a_map(steps in steps(2000, 60)) {
        play::<1, 512>(16, &steps)?;
    }

    #[test]
    fn operations_on_a_real_flash_equal_a_map(steps in steps(20_000, 60)) {
        play::<4, 4096>(64, &steps)?;
    }

    #[test]
    fn operations_on_long_words_equal_a_map(steps in steps(3000, 60)) {
        play::<64, 1024>(32, &steps)?;
    }
}

#[test]
fn a_new_version_is_seen_when_it_is_committed_and_the_old_one_stays_readable() {
    let mut files = made::<4, 4096>(64);
    let old: Vec<u8> = vec![1; 9000];
    perform(&mut files, &Operation::Write("log".into(), old.clone())).unwrap();
    let reader = files.open("log").unwrap();
    let writer = files.edit("log").unwrap();
    files.write(writer, 9000, &[2; 100]).unwrap();
    assert_eq!(files.stat("log").unwrap().size, 9000);
    files.commit(writer).unwrap();
    assert_eq!(files.stat("log").unwrap().size, 9100);
    files.remove("log").unwrap();
    // All blocks are taken by others, as far as they may be.
    let mut writes = (0..).map(|number| Operation::Write(format!("{number}"), vec![3; 4000]));
    let refused = writes.find_map(|write| perform(&mut files, &write).err());
    assert_eq!(refused, Some(Error::NoSpace));
    let mut bytes = vec![0; 9000];
    assert_eq!(files.read(reader, 0, &mut bytes).unwrap(), 9000);
    assert_eq!(bytes, old);
    files.close(reader);
    files.close(writer);
    perform(&mut files, &Operation::Write("more".into(), vec![4; 8000])).unwrap();
}

#[test]
fn what_is_full_can_be_emptied() {
    let mut files = made::<4, 512>(16);
    let mut paths = Vec::new();
    for number in 0.. {
        let directory = Operation::CreateDir(format!("directory-{number}"));
        let file = Operation::Write(format!("file-{number}"), vec![number as u8; 60]);
        for (operation, path) in
            [(directory, format!("directory-{number}")), (file, format!("file-{number}"))]
        {
            if perform(&mut files, &operation).is_ok() {
                paths.push(path);
            }
        }
        if 40 < number {
            break;
        }
    }
    assert!(8 < paths.len());
    for path in paths {
        files.remove(&path).unwrap();
    }
    perform(&mut files, &Operation::Write("file".into(), vec![1; 3000])).unwrap();
}

#[test]
fn a_version_can_be_committed_again_and_again() {
    let mut files = made::<4, 4096>(64);
    let id = files.create("log").unwrap();
    assert_eq!(files.stat("log"), Err(Error::NotFound));
    let mut expected = Vec::new();
    for number in 0..200u8 {
        let line = [number; 37];
        files.write(id, files.size(id), &line).unwrap();
        expected.extend(line);
        files.commit(id).unwrap();
        assert_eq!(read(&mut files, "log").unwrap(), expected);
    }
}

#[test]
fn listing_goes_on_where_it_stopped() {
    let mut files = made::<4, 512>(64);
    for number in 0..60 {
        perform(&mut files, &Operation::Write(format!("{number:02}"), vec![0; 20])).unwrap();
    }
    let mut names = Vec::new();
    let mut first = 0;
    loop {
        let mut count = 0;
        let next = files
            .list("/", first, |name, _| {
                names.push(name.to_owned());
                count += 1;
                count < 7
            })
            .unwrap();
        if next == first {
            break;
        }
        first = next;
    }
    let expected: Vec<String> = (0..60).map(|number| format!("{number:02}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn a_flash_for_reading_refuses_changes() {
    let mut files = made::<4, 512>(16);
    perform(&mut files, &Operation::Write("a".into(), vec![1; 10])).unwrap();
    let flash = files.into_flash().restarted();
    let config = config(&flash);
    let mut files = Filesystem::mount_read_only(flash, config).map_err(|(_, error)| error).unwrap();
    assert_eq!(read(&mut files, "a").unwrap(), [1; 10]);
    assert_eq!(files.remove("a"), Err(Error::ReadOnly));
    assert_eq!(files.create("b"), Err(Error::ReadOnly));
    assert_eq!(files.create_dir("b"), Err(Error::ReadOnly));
    assert_eq!(files.flash().operations(), 0);
}

#[test]
fn a_blank_flash_is_blank_and_another_format_is_foreign() {
    let blank = Ram::<4, 4096>::new(16);
    let config = Config::of(&blank);
    let found = Filesystem::mount(blank, config.clone());
    assert!(matches!(found, Err((_, Error::Blank))));
    let mut foreign = Ram::<4, 4096>::new(16);
    foreign.bytes[..512].fill(0x5a);
    let found = Filesystem::mount(foreign, config);
    assert!(matches!(found, Err((flash, Error::Foreign)) if flash.operations() == 0));
}
