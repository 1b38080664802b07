//! What `/home` does with a flash, and whom it refuses.

use super::*;
use crate::volume::Data;
use crate::volume::How;
use crate::volume::Volume;
use sdk::flash::ErrorType;
use sdk::flash::NorFlashError;
use sdk::flash::NorFlashErrorKind;
use sdk::flash::ReadNorFlash;

/// Flash in memory. Programming clears bits.
#[derive(Clone, Debug)]
pub(crate) struct Ram(Vec<u8>);

/// It never fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Never;

impl NorFlashError for Never {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Ram {
    type Error = Never;
}

impl ReadNorFlash for Ram {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Never> {
        bytes.copy_from_slice(&self.0[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.len()
    }
}

impl NorFlash for Ram {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Never> {
        self.0[from as usize..to as usize].fill(0xff);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Never> {
        for (cell, byte) in self.0[offset as usize..].iter_mut().zip(bytes) {
            *cell &= byte;
        }
        Ok(())
    }
}

/// A blank flash of so many sectors.
pub(crate) fn blank(sectors: usize) -> Ram {
    Ram(vec![0xff; sectors * Ram::ERASE_SIZE])
}

fn put(home: &mut Home<Ram>, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
    home.write(path, How::Whole, Data::Inline(bytes))
}

fn got(home: &mut Home<Ram>, path: &str) -> Result<Vec<u8>, Refusal> {
    let mut bytes = vec![0; home.status(path)?.size as usize];
    let count = home.read(path, 0, &mut bytes)?;
    assert_eq!(count, bytes.len());
    Ok(bytes)
}

fn flash_of(home: Home<Ram>) -> Ram {
    match home.state {
        State::Ready(files) => files.into_flash(),
        State::Refused(flash, _) => flash,
        State::Away => panic!("the flash is away"),
    }
}

#[test]
fn blank_flash_is_formatted_once_and_keeps_what_is_written() {
    let (mut home, mounted) = Home::mount(blank(16), false);
    assert_eq!(mounted, Mounted::Formatted);
    home.make_directory("d").unwrap();
    put(&mut home, "d/a", &[7; 5000]).unwrap();
    let (mut home, mounted) = Home::mount(flash_of(home), false);
    assert_eq!(mounted, Mounted::Ready);
    assert_eq!(got(&mut home, "d/a"), Ok(vec![7; 5000]));
}

#[test]
fn what_is_foreign_or_damaged_is_refused_and_not_touched_until_somebody_formats_it() {
    let (mut home, _) = Home::mount(blank(16), false);
    put(&mut home, "a", b"kept").unwrap();
    let mut damaged = flash_of(home);
    damaged.0[..8192].chunks_mut(4096).for_each(|block| block[40..].fill(0));
    let mut foreign = blank(16);
    foreign.0[..9].copy_from_slice(b"a picture");
    for flash in [damaged, foreign] {
        let before = flash.clone();
        let (mut home, mounted) = Home::mount(flash, false);
        let Mounted::Refused(refusal) = mounted else { panic!("{mounted:?}") };
        assert!(matches!(refusal, Refusal::Foreign | Refusal::Corrupt));
        assert_eq!(got(&mut home, "a"), Err(refusal));
        assert_eq!(put(&mut home, "a", b"x"), Err(refusal));
        assert_eq!(home.remove("a"), Err(refusal));
        let flash = flash_of(home);
        assert!(flash.0 == before.0, "nothing was changed");
        let (mut home, _) = Home::mount(flash, true);
        assert_eq!(home.format(), Err(Refusal::ReadOnly));
        let (mut home, _) = Home::mount(flash_of(home), false);
        assert_eq!(home.format(), Ok(()));
        assert_eq!(got(&mut home, "a"), Err(Refusal::NotFound));
        assert_eq!(put(&mut home, "a", b"x"), Ok(()));
    }
}

#[test]
fn a_read_only_home_shows_everything_and_changes_nothing() {
    let (mut home, _) = Home::mount(blank(16), false);
    put(&mut home, "a", b"kept").unwrap();
    let flash = flash_of(home);
    let before = flash.0.clone();
    let (mut home, mounted) = Home::mount(flash, true);
    assert_eq!((mounted, got(&mut home, "a")), (Mounted::Ready, Ok(b"kept".to_vec())));
    assert!(!home.status("a").unwrap().is_writable);
    let refused = [
        put(&mut home, "a", b"x"),
        home.truncate("a", 0),
        home.make_directory("d"),
        home.remove("a"),
        home.rename("a", "b"),
        home.format(),
        home.create(home.top(), "b").map(drop),
    ];
    assert_eq!(refused, [Err(Refusal::ReadOnly); 7]);
    assert!(flash_of(home).0 == before);
}

#[test]
fn a_full_flash_refuses_and_loses_nothing() {
    let (mut home, _) = Home::mount(blank(16), false);
    put(&mut home, "kept", &[1; 3000]).unwrap();
    let mut count = 0;
    let refusal = loop {
        match put(&mut home, &format!("f{count}"), &[2; 6000]) {
            Ok(()) => count += 1,
            Err(refusal) => break refusal,
        }
    };
    assert_eq!(refusal, Refusal::NoRoom);
    assert!(3 < count);
    assert_eq!(home.status(&format!("f{count}")), Err(Refusal::NotFound));
    assert_eq!(put(&mut home, "kept", &[3; 30_000]), Err(Refusal::NoRoom));
    assert_eq!(got(&mut home, "kept"), Ok(vec![1; 3000]));
    home.remove("f0").unwrap();
    assert_eq!(put(&mut home, "again", &[4; 3000]), Ok(()));
    let long = "n".repeat(256);
    assert_eq!(put(&mut home, &long, b"x"), Err(Refusal::NameTooLong));
}

#[test]
fn what_is_open_is_the_same_file_or_refused() {
    let (mut home, _) = Home::mount(blank(16), false);
    put(&mut home, "a", b"former").unwrap();
    let top = home.top();
    let a = home.find(top, "a").unwrap();
    assert_eq!(home.find(top, "a"), Ok(a), "opened twice it is one");
    home.rename("a", "b").unwrap();
    assert_eq!((home.path_of(a).as_deref(), home.size_of(a)), (Ok("b"), Ok(6)));
    put(&mut home, "b", b"new").unwrap();
    assert_eq!(home.size_of(a), Err(Refusal::Stale));
    home.make_directory("d").unwrap();
    let d = home.find(top, "d").unwrap();
    let draft = home.create(d, "c").unwrap();
    home.write_to(draft, 0, b"draft").unwrap();
    assert_eq!(home.status("d/c"), Err(Refusal::NotFound));
    home.commit(draft).unwrap();
    assert_eq!(got(&mut home, "d/c"), Ok(b"draft".to_vec()));
    assert_eq!(home.write_to(draft, 0, b"x"), Err(Refusal::NoRight));
    home.remove("d/c").unwrap();
    home.remove("d").unwrap();
    assert_eq!(home.kind(draft), Err(Refusal::Stale));
    assert_eq!(home.find(d, "c"), Err(Refusal::Stale));
}

#[test]
fn the_place_that_was_not_used_for_the_longest_time_gives_way() {
    let (mut home, _) = Home::mount(blank(16), false);
    let top = home.top();
    let first = home.create(top, "first").unwrap();
    let second = home.create(top, "second").unwrap();
    for number in 0..PLACES - 3 {
        home.create(top, &format!("{number}")).unwrap();
    }
    home.write_to(first, 0, b"used").unwrap();
    home.create(top, "one more").unwrap();
    assert_eq!(home.kind(second), Err(Refusal::Stale));
    assert_eq!(home.commit(first), Ok(()));
    assert_eq!(home.kind(home.top()), Ok(Kind::Directory), "the top never gives way");
}
