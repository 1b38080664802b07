//! Blocks that are worn out are given up; what they held goes elsewhere.

use littlefs::Config;
use littlefs::Error;
use littlefs::Filesystem;
use proptest::prelude::*;

use crate::model::Drawn;
use crate::model::Tree;
use crate::model::difference;
use crate::model::drawn;
use crate::model::drawn_directories;
use crate::model::expect;
use crate::model::perform;
use crate::model::tree;
use crate::ram::Ram;

const SECTORS: usize = 64;

fn config(flash: &Ram<4, 512>) -> Config {
    // The map of free blocks is small, so that it is filled often and in the middle of things.
    Config { block_cycles: Some(30), lookahead_size: 1, ..Config::of(flash) }
}

/// Does the operations while block after block wears out.
fn wear(steps: &[(Drawn, Option<u8>)]) -> Result<(), TestCaseError> {
    let mut flash = Ram::<4, 512>::new(SECTORS);
    let made = config(&flash);
    Filesystem::format(&mut flash, &made).unwrap();
    let mut files = Filesystem::mount(flash, made).map_err(|(_, error)| error).unwrap();
    let mut model = Tree::new();
    for (drawn, worn) in steps {
        // The first two blocks have no substitute, and some must be left.
        if let Some(block) = worn.map(u32::from).filter(|block| 2 <= *block)
            && files.flash().worn.len() < SECTORS / 3
        {
            files.flash().worn.insert(block);
        }
        let operation = drawn.of(&model);
        let mut after = model.clone();
        let expected = expect(&mut after, &operation);
        match (perform(&mut files, &operation), expected) {
            (Ok(()), Ok(())) => model = after,
            (Err(Error::NoSpace), _) | (Err(_), Err(_)) => (),
            (done, _) => return Err(TestCaseError::fail(format!("{operation:?}: {done:?}"))),
        }
        let found = tree(&mut files).unwrap();
        prop_assert!(found == model, "{operation:?}: {}", difference(&model, &found));
    }
    let flash = files.into_flash().restarted();
    let made = config(&flash);
    let mut files = Filesystem::mount(flash, made).map_err(|(_, error)| error).unwrap();
    let found = tree(&mut files).unwrap();
    prop_assert!(found == model, "mounted again: {}", difference(&model, &found));
    Ok(())
}

/// Does the operations on a flash of which a quarter is worn: each erase there leaves some bits 0.
fn dent<const SECTOR: usize>(
    sectors: usize,
    dents: u8,
    steps: &[(Drawn, bool)],
) -> Result<(), TestCaseError> {
    let mut flash = Ram::<4, SECTOR>::new(sectors);
    flash.dents = dents;
    let made = Config { block_cycles: Some(30), lookahead_size: 1, ..Config::of(&flash) };
    while Filesystem::format(&mut flash, &made).is_err() {}
    let mut files = mounted(flash, &made);
    let mut model = Tree::new();
    for (drawn, must_mount) in steps {
        let operation = drawn.of(&model);
        let mut after = model.clone();
        let expected = expect(&mut after, &operation);
        let done = perform(&mut files, &operation);
        match (&done, expected) {
            (Ok(()), Ok(())) => model = after,
            (Err(Error::NoSpace), _) | (Err(_), Err(_)) => (),
            _ => return Err(TestCaseError::fail(format!("{operation:?}: {done:?}"))),
        }
        let look = |files: &mut Filesystem<Ram<4, SECTOR>>, how| {
            let failed = |error| format!("{operation:?}: {done:?}, {how}: {error:?}");
            let found = tree(files).map_err(|error| TestCaseError::fail(failed(error)))?;
            let difference = difference(&model, &found);
            prop_assert!(found == model, "{operation:?}: {done:?}, {how}: {difference}");
            Ok(())
        };
        look(&mut files, "as it is")?;
        let flash = files.flash().clone();
        let reader = Filesystem::mount_read_only(flash.clone(), made.clone());
        look(&mut reader.map_err(|(_, error)| error).unwrap(), "only read")?;
        look(&mut mounted(flash.restarted(), &made), "mounted again")?;
        if *must_mount {
            files = mounted(files.into_flash().restarted(), &made);
        }
    }
    Ok(())
}

fn mounted<const SECTOR: usize>(
    flash: Ram<4, SECTOR>,
    config: &Config,
) -> Filesystem<Ram<4, SECTOR>> {
    Filesystem::mount(flash, config.clone()).map_err(|(_, error)| error).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn worn_blocks_lose_nothing(
        steps in prop::collection::vec(
            (drawn(1500), prop::option::weighted(0.3, 0..SECTORS as u8)), 1..60)
    ) {
        wear(&steps)?;
    }

    #[test]
    fn what_is_refused_on_bits_that_stay_0_changes_nothing(
        sectors in 12..SECTORS,
        dents in 1..4_u8,
        steps in prop::collection::vec((drawn(1500), prop::bool::weighted(0.1)), 1..60)
    ) {
        dent::<512>(sectors, dents, &steps)?;
    }

    #[test]
    fn directories_that_move_on_worn_blocks_are_each_there_once(
        dents in 4..12_u8,
        steps in prop::collection::vec((drawn_directories(), prop::bool::weighted(0.02)), 1..200)
    ) {
        dent::<4096>(SECTORS, dents, &steps)?;
    }

    #[test]
    fn what_is_refused_on_large_worn_blocks_changes_nothing(
        sectors in 12..SECTORS,
        dents in 1..12_u8,
        steps in prop::collection::vec((drawn(6000), prop::bool::weighted(0.1)), 1..60)
    ) {
        dent::<4096>(sectors, dents, &steps)?;
    }
}

#[test]
fn metadata_wears_all_blocks_alike() {
    let mut flash = Ram::<4, 512>::new(SECTORS);
    let made = config(&flash);
    Filesystem::format(&mut flash, &made).unwrap();
    let mut files = Filesystem::mount(flash, made).map_err(|(_, error)| error).unwrap();
    files.create_dir("d").unwrap();
    for number in 0..30_000_u32 {
        let id = files.create("d/counter").unwrap();
        files.write(id, 0, &number.to_le_bytes()).unwrap();
        files.commit(id).unwrap();
        files.close(id);
    }
    let erased = &files.flash().erased;
    let most = erased.iter().skip(2).max().unwrap();
    let mean = erased.iter().sum::<u32>() / erased.len() as u32;
    println!("most {most}, mean {mean}");
    assert!(*most < 4 * mean, "one block was erased {most} times, all {mean} times");
}
