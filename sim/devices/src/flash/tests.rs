//! What the chip does and refuses.

use std::time::Duration;

use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;

use crate::flash::CutMode;
use crate::flash::Flash;
use crate::flash::FlashError;
use crate::flash::Quality;
use crate::flash::SECTOR;
use crate::stream::Seed;

fn chip(sectors: usize, quality: Quality) -> Flash {
    Flash::new(vec![0xff; sectors * SECTOR], quality, Seed(1), "pc")
}

fn program(flash: &mut Flash, at: u32, bytes: &[u8]) {
    flash.write(at, bytes).expect("a sound program");
    flash.finish();
}

fn erase(flash: &mut Flash, at: u32) {
    flash.erase(at, at + SECTOR as u32).expect("a sound erase");
    flash.finish();
}

fn read<const N: usize>(flash: &mut Flash, at: u32) -> [u8; N] {
    let mut bytes = [0; N];
    flash.read(at, &mut bytes).expect("inside");
    bytes
}

#[test]
fn programming_only_clears_bits_and_erasing_sets_them() {
    let mut flash = chip(2, Quality::SERIAL);
    program(&mut flash, 4, &[0xf0, 1, 2, 3]);
    program(&mut flash, 4, &[0x0f, 1, 2, 3]);
    assert_eq!(read(&mut flash, 3), [0xff, 0x00, 1, 2, 3, 0xff]);
    assert_eq!(flash.wear().lost_bits, 4);
    erase(&mut flash, 0);
    assert_eq!(read(&mut flash, 4), [0xff; 4]);
    let wear = flash.wear();
    assert_eq!((&wear.erases[..], wear.programs, wear.bytes), (&[1, 0][..], 2, 8));
}

#[test]
fn what_does_not_fit_the_chip_is_refused_and_changes_nothing() {
    let mut flash = chip(2, Quality::SERIAL);
    let end = 2 * SECTOR as u32;
    assert_eq!(flash.write(2, &[0; 4]), Err(FlashError::NotAligned));
    assert_eq!(flash.write(4, &[0; 3]), Err(FlashError::NotAligned));
    assert_eq!(flash.write(252, &[0; 8]), Err(FlashError::NotAligned), "two pages");
    assert_eq!(flash.write(end, &[0; 4]), Err(FlashError::OutOfBounds));
    assert_eq!(flash.erase(0, 2048), Err(FlashError::NotAligned));
    assert_eq!(flash.erase(0, end), Err(FlashError::NotAligned), "one at a time");
    assert_eq!(flash.erase(end, end + 4096), Err(FlashError::OutOfBounds));
    assert_eq!(flash.read(end - 1, &mut [0; 2]), Err(FlashError::OutOfBounds));
    assert_eq!((flash.operations(), flash.wear().erased()), (0, 0));
    assert!(flash.bytes().iter().all(|byte| *byte == 0xff));
}

#[test]
fn a_chip_does_one_thing_at_a_time() {
    let mut flash = chip(1, Quality::SERIAL);
    flash.write(0, &[0; 128]).expect("a sound program");
    assert_eq!(flash.busy_for(), Some(Duration::from_micros(200)), "half a page");
    assert_eq!(flash.write(0, &[0; 4]), Err(FlashError::Busy));
    assert_eq!(flash.erase(0, 4096), Err(FlashError::Busy));
    assert_eq!(flash.read(0, &mut [0]), Err(FlashError::Busy));
    flash.finish();
    flash.erase(0, 4096).expect("a sound erase");
    assert_eq!(flash.busy_for(), Some(Duration::from_millis(45)));
    flash.finish();
    assert_eq!((flash.busy_for(), flash.operations()), (None, 2));
}

#[test]
fn a_cut_touches_only_what_was_being_done() {
    for mode in CutMode::ALL {
        let mut flash = chip(2, Quality::SERIAL);
        program(&mut flash, 0, &[0x55; 256]);
        let before = flash.bytes().to_vec();
        flash.write(256, &[0; 256]).expect("a sound program");
        let mut again = flash.clone();
        flash.cut(mode);
        again.cut(mode);
        assert_eq!(flash.bytes(), again.bytes(), "the same cut leaves the same");
        assert_eq!(flash.bytes()[..256], before[..256]);
        assert_eq!(flash.bytes()[512..], before[512..]);
        let page = &flash.bytes()[256..512];
        let cleared: u32 = page.iter().map(|byte| byte.count_zeros()).sum();
        match mode {
            CutMode::NotStarted => assert_eq!(cleared, 0),
            CutMode::HalfDone => assert_eq!(cleared, 8 * 128),
            CutMode::Torn => assert!((600..1500).contains(&cleared), "{cleared}"),
        }
        let whole = flash.bytes().to_vec();
        flash.cut(mode);
        assert_eq!(flash.bytes(), whole, "an idle chip loses nothing");
    }
}

#[test]
fn a_worn_sector_keeps_bits_that_cannot_be_set() {
    let mut flash = chip(2, Quality { endurance: 3, ..Quality::SERIAL });
    for _ in 0..3 {
        erase(&mut flash, 0);
    }
    assert!(flash.bytes().iter().all(|byte| *byte == 0xff), "it takes as many as it is made for");
    erase(&mut flash, 0);
    let stuck: u32 = flash.bytes().iter().map(|byte| byte.count_zeros()).sum();
    assert_eq!(stuck, 1);
    assert!(flash.bytes()[SECTOR..].iter().all(|byte| *byte == 0xff));
}

#[test]
fn reading_disturbs_after_a_while_and_erasing_begins_anew() {
    let mut flash = chip(1, Quality { disturb: 10, ..Quality::SERIAL });
    for _ in 0..9 {
        read::<1>(&mut flash, 0);
    }
    assert_eq!(flash.wear().rotten_bits, 0);
    erase(&mut flash, 0);
    for _ in 0..9 {
        read::<1>(&mut flash, 0);
    }
    assert_eq!(flash.wear().rotten_bits, 0);
    read::<1>(&mut flash, 0);
    let flipped: u32 = flash.bytes().iter().map(|byte| byte.count_zeros()).sum();
    assert_eq!((flash.wear().rotten_bits, flipped), (1, 1));
}
