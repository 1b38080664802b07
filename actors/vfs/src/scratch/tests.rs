//! What `/tmp` keeps, and whom it refuses.

use super::*;
use sdk::abi::file::PATH_MAX;
use std::collections::BTreeMap;

fn scratch() -> Scratch {
    Scratch::new().unwrap()
}

/// Writes and publishes a file.
fn publish(scratch: &mut Scratch, path: &str, bytes: &[u8]) -> Result<Id, Refusal> {
    let id = scratch.create(scratch.top(), path)?;
    scratch.write(id, 0, bytes)?;
    scratch.commit(id)?;
    Ok(id)
}

fn contents(scratch: &Scratch, id: Id) -> Result<Vec<u8>, Refusal> {
    let mut bytes = vec![0; scratch.size(id)? as usize];
    let count = scratch.read(id, 0, &mut bytes)?;
    assert_eq!(count, bytes.len());
    Ok(bytes)
}

fn listed(scratch: &Scratch) -> Vec<(String, u32)> {
    let mut files = Vec::new();
    scratch.each_file(0, |path, size| {
        files.push((path.to_string(), size));
        Some(())
    });
    files
}

#[test]
fn a_draft_is_seen_by_nobody_until_it_is_published_whole() {
    let mut scratch = scratch();
    let top = scratch.top();
    let former = publish(&mut scratch, "a", b"former").unwrap();
    let draft = scratch.create(top, "a").unwrap();
    scratch.write(draft, 0, b"new and ").unwrap();
    assert_eq!(scratch.find(top, "a"), Ok(former));
    assert_eq!(contents(&scratch, former), Ok(b"former".to_vec()));
    scratch.write(draft, 8, b"longer").unwrap();
    assert_eq!(listed(&scratch), [("tmp/a".to_string(), 6)]);
    scratch.commit(draft).unwrap();
    assert_eq!(scratch.find(top, "a"), Ok(draft));
    assert_eq!(contents(&scratch, draft), Ok(b"new and longer".to_vec()));
    assert_eq!(contents(&scratch, former), Err(Refusal::Stale), "a reader sees no mixture");
    assert_eq!(listed(&scratch), [("tmp/a".to_string(), 14)]);
}

#[test]
fn what_is_published_is_not_written_any_more() {
    let mut scratch = scratch();
    let id = publish(&mut scratch, "a", b"x").unwrap();
    assert_eq!(scratch.write(id, 0, b"y"), Err(Refusal::NoRight));
    assert_eq!(scratch.write(id, 0, b""), Err(Refusal::NoRight));
    assert_eq!(scratch.commit(id), Err(Refusal::NoRight));
    assert_eq!(contents(&scratch, id), Ok(b"x".to_vec()));
}

#[test]
fn a_stale_id_reaches_nothing_even_if_its_place_is_taken_again() {
    let mut scratch = scratch();
    let top = scratch.top();
    let old = publish(&mut scratch, "old", b"old").unwrap();
    scratch.remove(top, "old").unwrap();
    let new = publish(&mut scratch, "new", b"new").unwrap();
    assert_eq!(old.place, new.place, "or this test shows nothing");
    assert_eq!(scratch.kind(old), Err(Refusal::Stale));
    assert_eq!(contents(&scratch, old), Err(Refusal::Stale));
    assert_eq!(scratch.write(old, 0, b"y"), Err(Refusal::Stale));
    assert_eq!(scratch.commit(old), Err(Refusal::Stale));
    scratch.make_directory(top, "d").unwrap();
    let directory = scratch.find(top, "d").unwrap();
    scratch.remove(top, "d").unwrap();
    scratch.make_directory(top, "d").unwrap();
    assert_eq!(scratch.create(directory, "x"), Err(Refusal::Stale));
    assert_eq!(scratch.find(directory, ""), Err(Refusal::Stale));
    assert_eq!(scratch.kind(Id { place: 255, generation: 0 }), Err(Refusal::Stale));
}

#[test]
fn the_draft_that_was_not_written_to_for_the_longest_time_gives_way() {
    let mut scratch = scratch();
    let top = scratch.top();
    let drafts: Vec<Id> =
        (0..DRAFTS_MAX).map(|_| scratch.create(top, "same name").unwrap()).collect();
    scratch.write(drafts[0], 0, b"x").unwrap();
    let last = scratch.create(top, "a").unwrap();
    assert_eq!(scratch.write(drafts[1], 0, b"x"), Err(Refusal::Stale));
    for id in drafts.iter().filter(|id| **id != drafts[1]).chain([&last]) {
        assert_eq!(scratch.kind(*id), Ok(Kind::Draft));
    }
}

#[test]
fn drafts_give_way_to_a_write_that_fits_then_and_only_then() {
    let mut scratch = scratch();
    let top = scratch.top();
    let kept = publish(&mut scratch, "kept", &[1; QUOTA / 2]).unwrap();
    let abandoned = scratch.create(top, "abandoned").unwrap();
    scratch.write(abandoned, 0, &[2; QUOTA / 4]).unwrap();
    let draft = scratch.create(top, "draft").unwrap();
    assert_eq!(scratch.write(draft, 0, &[3; QUOTA / 2 + 1]), Err(Refusal::Quota));
    assert_eq!(scratch.kind(abandoned), Ok(Kind::Draft), "nothing was gained by dropping it");
    assert_eq!(scratch.write(draft, QUOTA as u32, b"x"), Err(Refusal::Quota));
    assert_eq!(scratch.write(draft, u32::MAX, b"x"), Err(Refusal::Quota));
    assert_eq!(scratch.size(draft), Ok(0), "all or nothing");
    scratch.write(draft, 0, &[3; QUOTA / 2]).unwrap();
    assert_eq!(scratch.kind(abandoned), Err(Refusal::Stale));
    scratch.commit(draft).unwrap();
    assert_eq!(contents(&scratch, kept), Ok(vec![1; QUOTA / 2]));
    assert_eq!(contents(&scratch, draft), Ok(vec![3; QUOTA / 2]));
    let none_left = scratch.create(top, "more").unwrap();
    assert_eq!(scratch.write(none_left, 0, b"x"), Err(Refusal::Quota));
    scratch.remove(top, "kept").unwrap();
    assert_eq!(scratch.write(none_left, 0, b"x"), Ok(()));
}

#[test]
fn a_gap_shows_nothing_of_what_was_there_before() {
    let mut scratch = scratch();
    let top = scratch.top();
    publish(&mut scratch, "secret", &[0x5e; QUOTA]).unwrap();
    scratch.remove(top, "secret").unwrap();
    let id = scratch.create(top, "a").unwrap();
    scratch.write(id, QUOTA as u32 - 1, b"x").unwrap();
    let bytes = contents(&scratch, id).unwrap();
    assert_eq!((bytes.len(), bytes.last()), (QUOTA, Some(&b'x')));
    assert!(bytes[..QUOTA - 1].iter().all(|byte| *byte == 0));
}

#[test]
fn places_run_out_with_a_refusal_and_drafts_take_none_for_ever() {
    let mut scratch = scratch();
    let top = scratch.top();
    let draft = scratch.create(top, "draft").unwrap();
    for number in 1..NODES {
        publish(&mut scratch, &format!("{number}"), b"").unwrap();
    }
    assert_eq!(scratch.kind(draft), Err(Refusal::Stale));
    assert_eq!(scratch.make_directory(top, "d"), Err(Refusal::NoRoom));
    assert_eq!(scratch.create(top, "1"), Err(Refusal::NoRoom));
    scratch.remove(top, "7").unwrap();
    assert_eq!(scratch.make_directory(top, "d"), Ok(()));
}

#[test]
fn directories_are_made_once_and_removed_empty() {
    let mut scratch = scratch();
    let top = scratch.top();
    assert_eq!(scratch.make_directory(top, "a/b"), Err(Refusal::NotFound));
    scratch.make_directory(top, "a").unwrap();
    scratch.make_directory(top, "a/b").unwrap();
    assert_eq!(scratch.make_directory(top, "a/b"), Err(Refusal::Exists));
    assert_eq!(scratch.create(top, "a/b"), Err(Refusal::WrongObject));
    assert_eq!(scratch.create(top, ""), Err(Refusal::WrongObject));
    let inner = scratch.find(top, "a/b").unwrap();
    let draft = scratch.create(inner, "f").unwrap();
    assert_eq!(scratch.remove(top, "a"), Err(Refusal::NotEmpty));
    assert_eq!(scratch.remove(inner, ""), Err(Refusal::ReadOnly), "not through itself");
    assert_eq!(scratch.remove(top, ""), Err(Refusal::ReadOnly));
    assert_eq!(scratch.remove(top, "a/b"), Ok(()));
    assert_eq!(scratch.commit(draft), Err(Refusal::Stale), "its directory is no more");
    assert_eq!(scratch.remove(top, "a"), Ok(()));
    assert_eq!(scratch.remove(top, "a"), Err(Refusal::NotFound));
}

#[test]
fn a_directory_that_came_first_keeps_its_path() {
    let mut scratch = scratch();
    let top = scratch.top();
    let draft = scratch.create(top, "a").unwrap();
    scratch.make_directory(top, "a").unwrap();
    assert_eq!(scratch.commit(draft), Err(Refusal::WrongObject));
    assert_eq!(scratch.kind(draft), Ok(Kind::Draft));
}

#[test]
fn no_path_becomes_longer_than_a_request_can_name() {
    let mut scratch = scratch();
    let mut directory = scratch.top();
    let name = "n".repeat(64);
    for _ in 0..3 {
        scratch.make_directory(directory, &name).unwrap();
        directory = scratch.find(directory, &name).unwrap();
    }
    // Three names of 64 bytes and three slashes leave 60 of 255 bytes.
    assert_eq!(scratch.create(directory, &name[..61]), Err(Refusal::NameTooLong));
    let id = scratch.create(directory, &name[..60]).unwrap();
    scratch.commit(id).unwrap();
    assert_eq!(listed(&scratch)[0].0.len(), "tmp/".len() + PATH_MAX);
    assert_eq!(scratch.create(directory, &"n".repeat(65)), Err(Refusal::NameTooLong));
}

#[test]
fn files_are_listed_by_path_from_where_one_likes() {
    let mut scratch = scratch();
    let top = scratch.top();
    publish(&mut scratch, "b", b"1").unwrap();
    scratch.make_directory(top, "a").unwrap();
    publish(&mut scratch, "a/c", b"22").unwrap();
    publish(&mut scratch, "a.txt", b"").unwrap();
    let all = listed(&scratch);
    let names: Vec<&str> = all.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["tmp/a.txt", "tmp/a/c", "tmp/b"]);
    assert_eq!(scratch.file_count(), 3);
    let mut seen = Vec::new();
    scratch.each_file(1, |name, _| {
        seen.push(name.to_string());
        None
    });
    assert_eq!(seen, ["tmp/a/c"], "and no more than is wanted");
}

/// A file as the model has it.
#[derive(Clone, Default)]
struct Written {
    name: &'static str,
    bytes: Vec<u8>,
    is_published: bool,
}

/// Whatever is done in whatever order: an id names what it named first or nothing, and a name leads
/// to what was published under it last.
#[test]
fn ids_and_names_lead_to_what_a_model_says() {
    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
    let mut scratch = scratch();
    let top = scratch.top();
    let mut known: Vec<(Id, Written)> = Vec::new();
    let mut names: BTreeMap<&str, Id> = BTreeMap::new();
    let mut state = 3u32;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let mut refused = 0;
    for turn in 0..30_000 {
        let name = NAMES[random(5)];
        match random(8) {
            0 => {
                if let Ok(id) = scratch.create(top, name) {
                    assert!(known.iter().all(|(other, _)| *other != id), "ids are never reused");
                    known.push((id, Written { name, ..Written::default() }));
                }
            }
            1 => {
                let removed = scratch.remove(top, name).is_ok();
                assert_eq!(removed, names.remove(name).is_some());
            }
            2 if !known.is_empty() => {
                let at = known.len() - 1 - random(known.len().min(10));
                let (id, written) = &mut known[at];
                if scratch.commit(*id).is_ok() {
                    written.is_published = true;
                    names.insert(written.name, *id);
                }
            }
            _ if !known.is_empty() => {
                // Mostly the latest, or they would all be stale.
                let at = known.len() - 1 - random(known.len().min(10));
                let (id, written) = &mut known[at];
                let (offset, len) = (random(4000), random(1020) + 1);
                match scratch.write(*id, offset as u32, &vec![turn as u8; len]) {
                    Ok(()) => {
                        assert!(!written.is_published);
                        let size = written.bytes.len().max(offset + len);
                        written.bytes.resize(size, 0);
                        written.bytes[offset..offset + len].fill(turn as u8);
                    }
                    Err(_) => refused += 1,
                }
            }
            _ => (),
        }
        let at = known.len().saturating_sub(20);
        for (id, written) in &known[at..] {
            if let Ok(bytes) = contents(&scratch, *id) {
                assert!(bytes == written.bytes, "turn {turn}");
            }
        }
        for (name, id) in &names {
            assert_eq!(scratch.find(top, name), Ok(*id), "turn {turn}");
            assert_eq!(scratch.kind(*id), Ok(Kind::File));
        }
        assert_eq!(scratch.file_count(), names.len());
        assert!(scratch.drafts().count() <= DRAFTS_MAX);
    }
    assert!(100 < refused && 1000 < known.len(), "or this test shows little");
}
