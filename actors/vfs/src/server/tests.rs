//! The whole service, asked as the kernel asks.

use super::*;
use crate::archive::Member;
use crate::process::tests::Model;
use crate::process::tests::model;

const RAMDISK: &[u8] = b"hello, documents";

type Tested = Server<&'static [u8], Model, Deaf>;

/// A watcher that hears everything and keeps nothing.
#[derive(Debug)]
struct Deaf;

impl Listener for Deaf {
    fn tell(&self, _: &[u8]) -> Result<(), Refusal> {
        Ok(())
    }
}

fn server(processes: Option<Model>) -> Tested {
    let mut index = Index::default();
    for (name, offset, size) in [("hello.txt", 0, 5), ("docs/a/b", 7, 4), ("docs/c", 11, 5)] {
        index.insert(Member { name, offset, size }).unwrap();
    }
    Server::new(RAMDISK, index, Scratch::new().unwrap(), processes)
}

/// Asks, and expects a capability of this kind; answers its badge and rights.
fn opened(server: &mut Tested, badge: u64, opcode: u32, path: &str) -> Result<Opened, Refusal> {
    match server.answer(badge, opcode, path.as_bytes(), &mut [])? {
        Answer::Capability(opened) => {
            assert_ne!(opened.badge, 0, "a directory or file has a badge");
            Ok(opened)
        }
        other => panic!("{path}: {other:?}"),
    }
}

fn open(server: &mut Tested, badge: u64, path: &str) -> Result<(ObjectKind, u64), Refusal> {
    let opened = opened(server, badge, file::OPEN, path)?;
    assert_eq!(opened.rights, Rights::READ, "opening never gives more than reading");
    Ok((opened.kind, opened.badge))
}

fn file_badge(server: &mut Tested, path: &str) -> u64 {
    let (kind, badge) = open(server, 0, path).unwrap();
    assert_eq!(kind, ObjectKind::File, "{path}");
    badge
}

fn read_at(server: &mut Tested, badge: u64, offset: u32, len: u32) -> Result<Vec<u8>, Refusal> {
    let mut buffer = [0xee; file::READ_MAX];
    let payload = [offset.to_le_bytes(), len.to_le_bytes()].concat();
    match server.answer(badge, file::READ_AT, &payload, &mut buffer)? {
        Answer::Bytes(count) => Ok(buffer[..count].to_vec()),
        other => panic!("{other:?}"),
    }
}

fn status(server: &mut Tested, badge: u64, opcode: u32, payload: &[u8]) -> Result<u32, Refusal> {
    match server.answer(badge, opcode, payload, &mut [])? {
        Answer::Status(status) => Ok(status),
        other => panic!("{other:?}"),
    }
}

fn write_at(server: &mut Tested, badge: u64, offset: u32, bytes: &[u8]) -> Result<u32, Refusal> {
    let payload = [&offset.to_le_bytes(), bytes].concat();
    status(server, badge, file::WRITE_AT, &payload)
}

#[test]
fn files_of_the_ramdisk_are_opened_and_read_in_parts() {
    let mut server = server(None);
    let badge = file_badge(&mut server, "/hello.txt");
    assert_eq!(status(&mut server, badge, file::SIZE, &[]), Ok(5));
    assert_eq!(read_at(&mut server, badge, 1, 3), Ok(b"ell".to_vec()));
    assert_eq!(read_at(&mut server, badge, 3, u32::MAX), Ok(b"lo".to_vec()), "and no byte more");
    for offset in [5, 6, u32::MAX] {
        assert_eq!(read_at(&mut server, badge, offset, 1), Ok(vec![]));
    }
    assert_eq!(open(&mut server, 0, "hello"), Err(Refusal::NotFound));
}

#[test]
fn a_directory_leads_to_what_is_below_it_and_nowhere_else() {
    let mut server = server(Some(model()));
    let (kind, docs) = open(&mut server, 0, "docs").unwrap();
    assert_eq!(kind, ObjectKind::Directory);
    let (_, inner) = open(&mut server, docs, "a").unwrap();
    let (kind, badge) = open(&mut server, inner, "b").unwrap();
    assert_eq!((kind, badge), (ObjectKind::File, file_badge(&mut server, "docs/a/b")));
    assert_eq!(read_at(&mut server, badge, 0, 9), Ok(b"docu".to_vec()));
    assert_eq!(open(&mut server, docs, ""), Ok((ObjectKind::Directory, docs)));
    for path in ["../hello.txt", "..", "a/../../hello.txt", "a/..", "a//b", "a/./b", "c/"] {
        assert_eq!(open(&mut server, docs, path), Err(Refusal::Invalid), "{path}");
    }
    for path in ["hello.txt", "/hello.txt", "tmp", "/proc/stat"] {
        assert_eq!(open(&mut server, docs, path), Err(Refusal::NotFound), "{path}");
    }
    assert_eq!(open(&mut server, 0, "/tmp/../hello.txt"), Err(Refusal::Invalid));
    assert_eq!(open(&mut server, badge, "x"), Err(Refusal::WrongObject), "a file is none");
    assert_eq!(read_at(&mut server, docs, 0, 1), Err(Refusal::WrongObject));
    assert_eq!(status(&mut server, docs, file::SIZE, &[]), Err(Refusal::WrongObject));
}

#[test]
fn a_file_in_tmp_is_created_written_published_and_removed() {
    let mut server = server(None);
    status(&mut server, 0, file::MAKE_DIRECTORY, b"tmp/state").unwrap();
    let created = opened(&mut server, 0, file::CREATE, "/tmp/state/key").unwrap();
    assert_eq!((created.kind, created.rights), (ObjectKind::File, Rights::READ | Rights::WRITE));
    assert_eq!(write_at(&mut server, created.badge, 0, b"value"), Ok(5));
    assert_eq!(open(&mut server, 0, "tmp/state/key"), Err(Refusal::NotFound));
    assert_eq!(status(&mut server, created.badge, file::COMMIT, &[]), Ok(0));
    let (_, directory) = open(&mut server, 0, "tmp/state").unwrap();
    let (_, badge) = open(&mut server, directory, "key").unwrap();
    assert_eq!(read_at(&mut server, badge, 0, 99), Ok(b"value".to_vec()));
    assert_eq!(write_at(&mut server, created.badge, 0, b"other"), Err(Refusal::NoRight));
    let mut whole = [0; 8];
    assert_eq!(server.read_whole(b"tmp/state/key", &mut whole), Ok(5));
    assert_eq!(server.read_whole(b"tmp/state/key", &mut whole[..4]), Err(Refusal::TooLong));
    assert_eq!(status(&mut server, directory, file::REMOVE, b"key"), Ok(0));
    assert_eq!(read_at(&mut server, badge, 0, 99), Err(Refusal::Stale));
    assert_eq!(status(&mut server, 0, file::REMOVE, b"tmp/state"), Ok(0));
    assert_eq!(open(&mut server, directory, ""), Err(Refusal::Stale));
}

#[test]
fn nothing_but_tmp_can_be_changed() {
    let mut server = server(Some(model()));
    for path in ["new", "hello.txt", "docs/new", "proc/new", "", "tmpx/a"] {
        assert_eq!(opened(&mut server, 0, file::CREATE, path), Err(Refusal::ReadOnly), "{path}");
        let removed = status(&mut server, 0, file::REMOVE, path.as_bytes());
        assert_eq!(removed, Err(Refusal::ReadOnly), "{path}");
    }
    assert_eq!(status(&mut server, 0, file::MAKE_DIRECTORY, b"new"), Err(Refusal::ReadOnly));
    for path in ["docs", "hello.txt", "tmp", "proc", ""] {
        let made = status(&mut server, 0, file::MAKE_DIRECTORY, path.as_bytes());
        assert_eq!(made, Err(Refusal::Exists), "{path}");
    }
    assert_eq!(opened(&mut server, 0, file::CREATE, "tmp"), Err(Refusal::WrongObject));
    assert_eq!(status(&mut server, 0, file::REMOVE, b"tmp"), Err(Refusal::ReadOnly));
    for path in ["hello.txt", "proc/stat", "proc/1/status", "proc/1/caps"] {
        let badge = file_badge(&mut server, path);
        assert_eq!(write_at(&mut server, badge, 0, b"x"), Err(Refusal::ReadOnly), "{path}");
        assert_eq!(status(&mut server, badge, file::COMMIT, &[]), Err(Refusal::ReadOnly));
    }
    assert_eq!(write_at(&mut server, 0, 0, b"x"), Err(Refusal::WrongObject));
}

#[test]
fn a_draft_that_could_not_be_handed_over_is_no_more() {
    let mut server = server(None);
    let created = opened(&mut server, 0, file::CREATE, "tmp/a").unwrap();
    server.take_back(created);
    assert_eq!(write_at(&mut server, created.badge, 0, b"x"), Err(Refusal::Stale));
    let created = opened(&mut server, 0, file::CREATE, "tmp/a").unwrap();
    status(&mut server, created.badge, file::COMMIT, &[]).unwrap();
    let found = opened(&mut server, 0, file::OPEN, "tmp/a").unwrap();
    server.take_back(found);
    assert_eq!(open(&mut server, 0, "tmp/a"), Ok((ObjectKind::File, found.badge)), "not a draft");
}

#[test]
fn proc_is_there_only_with_a_process_table() {
    let mut without = server(None);
    for path in ["proc", "proc/stat", "proc/1/status", "/proc/1"] {
        assert_eq!(open(&mut without, 0, path), Err(Refusal::NotFound), "{path}");
    }
    let mut with = server(Some(model()));
    let stat = file_badge(&mut with, "proc/stat");
    let text = String::from_utf8(read_at(&mut with, stat, 0, 2000).unwrap()).unwrap();
    assert_eq!(text.lines().count(), 4);
    assert_eq!(status(&mut with, stat, file::SIZE, &[]), Ok(text.len() as u32));
    let (kind, actor) = open(&mut with, 0, "proc/1").unwrap();
    assert_eq!(kind, ObjectKind::Directory);
    let (_, status_of) = open(&mut with, actor, "status").unwrap();
    assert_eq!(status_of, file_badge(&mut with, "proc/1/status"));
    let text = String::from_utf8(read_at(&mut with, status_of, 0, 2000).unwrap()).unwrap();
    assert!(text.contains("vfs\n"));
    let caps = file_badge(&mut with, "proc/1/caps");
    assert_eq!(read_at(&mut with, caps, 0, 3), Ok(b" 5 ".to_vec()));
    for path in ["proc/2", "proc/1/x", "proc/1/status/x", "proc/stat/x", "proc/self"] {
        assert!(open(&mut with, 0, path).is_err(), "{path}");
    }
}

#[test]
fn the_file_of_an_actor_never_speaks_of_its_successor() {
    let mut server = server(Some(model()));
    let (_, directory) = open(&mut server, 0, "proc/1").unwrap();
    let badges = ["proc/1/status", "proc/1/caps"].map(|path| file_badge(&mut server, path));
    server.processes.as_mut().unwrap().records[1].id += 1 << 32;
    assert_eq!(open(&mut server, directory, "status"), Err(Refusal::Dead));
    assert_eq!(open(&mut server, directory, ""), Err(Refusal::Dead));
    assert_eq!(read_at(&mut server, badges[0], 0, 9), Err(Refusal::Dead));
    assert!(read_at(&mut server, badges[1], 0, 9).is_err());
    assert!(open(&mut server, 0, "proc/1/status").is_ok());
}

#[test]
fn no_request_makes_the_server_panic() {
    let mut server = server(Some(model()));
    let mut state = 1u64;
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 20
    };
    let paths = ["tmp", "tmp/a", "tmp/a/b", "tmp/b", "docs", "proc/1", "proc/stat", "a", "", ".."];
    let mut badges = vec![0u64];
    for _ in 0..100_000 {
        let opcode = file::OPEN + (random() % 10) as u32;
        let badge = match random() % 16 {
            0 => (random() << 32) ^ random(),
            1 => ((random() % 11) << 56) | (random() % 64),
            _ => badges[random() as usize % badges.len()],
        };
        let payload = match opcode {
            file::WRITE_AT | file::READ_AT if random() % 32 != 0 => {
                let len = 8 + random() as usize % (file::WRITE_MAX - 8);
                let mut payload = vec![random() as u8; len];
                payload[..4].copy_from_slice(&(random() as u32 % 20_000).to_le_bytes());
                payload[4..8].copy_from_slice(&(random() as u32 % 2000).to_le_bytes());
                payload
            }
            _ => paths[random() as usize % paths.len()].as_bytes().to_vec(),
        };
        let mut buffer = [0; file::READ_MAX];
        if let Ok(Answer::Capability(opened)) = server.answer(badge, opcode, &payload, &mut buffer)
        {
            badges.push(opened.badge);
            let excess = badges.len().saturating_sub(64);
            badges.drain(1..1 + excess);
        }
    }
    assert!(0 < server.scratch.file_count(), "or this test shows little");
}
