//! What watchers are told, against a list of all that happened.

use super::*;
use std::cell::RefCell;
use std::rc::Rc;

/// A mailbox with room for this many messages.
#[derive(Debug, Default)]
struct Slots {
    room: usize,
    told: Vec<Vec<u8>>,
    is_dead: bool,
}

type Mailbox = Rc<RefCell<Slots>>;

impl Listener for Mailbox {
    fn tell(&self, payload: &[u8]) -> Result<(), Refusal> {
        let mut mailbox = self.borrow_mut();
        if mailbox.is_dead {
            return Err(Refusal::Dead);
        }
        mailbox.room = mailbox.room.checked_sub(1).ok_or(Refusal::Full)?;
        mailbox.told.push(payload.to_vec());
        Ok(())
    }
}

fn mailbox(room: usize) -> Mailbox {
    Rc::new(RefCell::new(Slots { room, ..Slots::default() }))
}

fn change(what: u16, path: &str, to: &str) -> Change {
    Change { what, path: path.into(), to: to.into(), replaces: false }
}

/// Count, what happened, path, and where it is now.
fn told(mailbox: &Mailbox) -> Vec<(u32, u16, String, String)> {
    let mailbox = mailbox.borrow();
    let read = |message: &Vec<u8>| {
        let header = Header::decode(message.first_chunk().unwrap()).unwrap();
        let end = header.path.iter().position(|byte| *byte == 0).unwrap_or(PATH_BYTES);
        let mut path = header.path[..end].to_vec();
        let mut rest = &message[Header::BYTES..];
        if header.flags & bus::CONTINUED != 0 {
            let len = usize::from(rest[0]) | usize::from(rest[1]) << 8;
            path.extend_from_slice(&rest[2..2 + len]);
            rest = &rest[2 + len..];
        }
        assert_eq!(rest.len(), header.data_len as usize);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (header.seq, header.flags & !bus::CONTINUED, text(&path), text(rest))
    };
    mailbox.told.iter().map(read).collect()
}

#[test]
fn each_change_is_told_once_in_order_to_whom_it_concerns() {
    let mut watchers = Watchers::default();
    let (all, tmp, inner) = (mailbox(99), mailbox(99), mailbox(99));
    watchers.add(all.clone(), "", 0).unwrap();
    watchers.add(tmp.clone(), "tmp", 0).unwrap();
    watchers.add(inner.clone(), "tmp/d", "tmp/d".len()).unwrap();
    watchers.push(change(bus::MADE, "tmp/d/a", ""));
    watchers.push(change(bus::WRITTEN, "home/a", ""));
    watchers.push(change(bus::MOVED, "tmp/d/a", "tmp/a-name-longer-than-twenty"));
    watchers.push(change(bus::MOVED, "tmp/x", "tmp/d/y"));
    assert!(!watchers.tell());
    let long = "/tmp/a-name-longer-than-twenty";
    assert_eq!(told(&all).len(), 4);
    assert_eq!(told(&all)[1], (2, bus::WRITTEN, "/home/a".into(), String::new()));
    assert_eq!(told(&tmp)[1], (2, bus::MOVED, "/tmp/d/a".into(), long.into()));
    let wanted = [(1, bus::MADE, "a"), (2, bus::GONE, "a"), (3, bus::MADE, "y")];
    let wanted = wanted.map(|(seq, what, path)| (seq, what, path.to_string(), String::new()));
    assert_eq!(told(&inner), wanted, "and no path above its directory is seen");
    assert_eq!(told(&tmp).len(), 3);
}

#[test]
fn a_full_mailbox_delays_and_a_dead_watcher_is_forgotten() {
    let mut watchers = Watchers::default();
    let (slow, dead) = (mailbox(1), mailbox(9));
    watchers.add(slow.clone(), "tmp", 0).unwrap();
    watchers.add(dead.clone(), "tmp", 0).unwrap();
    dead.borrow_mut().is_dead = true;
    for path in ["tmp/a", "tmp/b", "tmp/c"] {
        watchers.push(change(bus::GONE, path, ""));
    }
    assert!(watchers.tell());
    assert_eq!((told(&slow).len(), watchers.all.len()), (1, 1));
    slow.borrow_mut().room = 9;
    assert!(!watchers.tell());
    let paths: Vec<String> = told(&slow).into_iter().map(|(_, _, path, _)| path).collect();
    assert_eq!(paths, ["/tmp/a", "/tmp/b", "/tmp/c"]);
    assert_eq!((watchers.changes.len(), watchers.bytes), (0, 0));
}

#[test]
fn who_is_too_slow_is_told_that_it_lost_something_and_nobody_else_loses() {
    let mut watchers = Watchers::default();
    let (slow, quick, other) = (mailbox(0), mailbox(999), mailbox(0));
    watchers.add(slow.clone(), "tmp", 0).unwrap();
    watchers.add(quick.clone(), "tmp", 0).unwrap();
    watchers.add(other.clone(), "home", 0).unwrap();
    for number in 0..CHANGES_MAX + 3 {
        watchers.push(change(bus::MADE, &format!("tmp/{number}"), ""));
        watchers.tell();
    }
    slow.borrow_mut().room = 99;
    assert!(!watchers.tell());
    let seen = told(&slow);
    assert_eq!(seen[0], (1, bus::OVERRUN, "/tmp".into(), String::new()));
    assert_eq!(seen.len(), 4, "and what came then");
    assert_eq!(seen[3], (4, bus::MADE, "/tmp/34".into(), String::new()));
    assert_eq!(told(&quick).len(), CHANGES_MAX + 3);
    assert_eq!(told(&other), [], "what does not concern it is no loss");
}

#[test]
fn watchers_are_bounded_and_changes_are_kept_for_watchers_alone() {
    let mut watchers = Watchers::default();
    watchers.push(change(bus::GONE, "tmp/a", ""));
    assert!(watchers.changes.is_empty());
    for _ in 0..WATCHERS_MAX {
        watchers.add(mailbox(1), "", 0).unwrap();
    }
    assert_eq!(watchers.add(mailbox(1), "", 0).unwrap_err().1, Refusal::NoRoom);
    let long: String = "n".repeat(500);
    for _ in 0..100 {
        watchers.push(change(bus::GONE, &long, ""));
        assert!(watchers.bytes <= CHANGE_BYTES_MAX);
    }
    watchers.retain(|_| false);
    assert!(!watchers.tell() && watchers.changes.is_empty());
}
