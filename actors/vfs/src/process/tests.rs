//! What `/proc` shows, with a table that only the test has.

use super::*;
use core::cell::Cell;
use sdk::Handle;
use sdk::Rights;
use sdk::abi::object::ObjectKind;
use sdk::abi::process::ProcessState;

/// A table of these records, in which somebody dies between two looks if it is told to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) records: Vec<ProcessRecord>,
    pub(crate) held: Vec<HeldRecord>,
    /// After how many looks the first record is no more.
    pub(crate) dies_after: Option<u32>,
    looks: Cell<u32>,
}

impl Model {
    fn now(&self) -> &[ProcessRecord] {
        let begin = self.dies_after.is_some_and(|looks| looks <= self.looks.get());
        &self.records[usize::from(begin)..]
    }
}

impl Table for Model {
    fn count(&self) -> Result<u32, Refusal> {
        Ok(self.now().len() as u32)
    }

    fn record(&self, index: u32) -> Result<Option<ProcessRecord>, Refusal> {
        let record = self.now().get(index as usize).copied();
        self.looks.set(self.looks.get() + 1);
        Ok(record)
    }

    fn held(&self, id: u64, buffer: &mut [u8]) -> Result<usize, Refusal> {
        if self.records.iter().all(|record| record.id != id) {
            return Err(Refusal::NotFound);
        }
        for (place, record) in buffer.chunks_exact_mut(HeldRecord::BYTES).zip(&self.held) {
            place.copy_from_slice(&record.encode());
        }
        Ok(self.held.len())
    }
}

pub(crate) fn record(id: u64, name: &str) -> ProcessRecord {
    let mut padded = [0; ProcessRecord::NAME_BYTES];
    padded[..name.len()].copy_from_slice(name.as_bytes());
    ProcessRecord {
        id,
        fuel: 1234,
        memory: 49_152,
        queued: 3,
        priority: 18,
        state: ProcessState::Waiting,
        restarts: 2,
        name: padded,
    }
}

fn id(index: u64, generation: u64) -> u64 {
    generation << 32 | index
}

/// Actors in places 0, 1, 4 and 9.
pub(crate) fn model() -> Model {
    let names = ["first", "vfs", "name with spaces\nand lines", "shell"];
    let places = [id(0, 1), id(1, 7), id(4, 2), id(9, 0x7fff_ffff)];
    let records = places.iter().zip(names).map(|(id, name)| record(*id, name)).collect();
    let held = HeldRecord {
        handle: Handle::new(3, 5),
        kind: ObjectKind::Framebuffer,
        rights: Rights::ALL,
        badge: 0xbeef,
        object: u64::MAX,
        from: id(9, 1),
    };
    let bare = HeldRecord {
        handle: Handle::OWN_ENDPOINT,
        kind: ObjectKind::Log,
        rights: Rights::NONE,
        badge: 0,
        object: 0,
        from: 0,
    };
    Model { records, held: vec![held, bare], ..Model::default() }
}

/// The whole text, read in pieces of every size, which must not matter.
fn text(read: impl Fn(u32, &mut [u8]) -> Result<usize, Refusal>) -> String {
    let mut whole = vec![0; 100_000];
    let count = read(0, &mut whole).unwrap();
    whole.truncate(count);
    for size in [1, 2, 7, 100, 1020] {
        let mut pieces: Vec<u8> = Vec::new();
        let mut piece = vec![0; size];
        loop {
            let count = read(pieces.len() as u32, &mut piece).unwrap();
            if count == 0 {
                break;
            }
            pieces.extend(&piece[..count]);
        }
        assert_eq!(pieces, whole, "in pieces of {size}");
    }
    assert_eq!(read(u32::MAX, &mut [0; 8]), Ok(0));
    String::from_utf8(whole).unwrap()
}

#[test]
fn every_actor_has_its_line_in_stat_and_the_first_one_too() {
    let model = model();
    let text = text(|offset, buffer| read_statistics(&model, offset, buffer));
    assert_eq!(text.len() as u32, statistics_size(&model).unwrap());
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    let first = ["4294967296", "first", "waiting", "18", "3", "1234", "49152", "2"];
    assert_eq!((lines.len(), &lines[0][..]), (4, &first[..]));
    assert_eq!(lines[2][1], "name?with?spaces?and?lines");
    assert!(lines.iter().all(|line| line.len() == first.len()));
}

#[test]
fn a_status_says_one_thing_a_line() {
    let model = model();
    let text = text(|offset, buffer| read_status(&model, id(1, 7), offset, buffer));
    assert_eq!(text.len() as u32, status_size(&model, id(1, 7)).unwrap());
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    let id = id(1, 7).to_string();
    let wanted = [
        ["id", &id],
        ["name", "vfs"],
        ["state", "waiting"],
        ["priority", "18"],
        ["queued", "3"],
        ["fuel", "1234"],
        ["memory", "49152"],
        ["restarts", "2"],
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn what_an_actor_holds_says_from_whom() {
    let model = model();
    let text = text(|offset, buffer| read_held(&model, id(0, 1), offset, buffer));
    assert_eq!(text.len() as u32, held_size(&model, id(0, 1)).unwrap());
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    let from = id(9, 1).to_string();
    let first =
        ["5", "framebuffer", "read+write+grant", "0x000000000000beef", "0xffffffffffffffff", &from];
    assert_eq!(lines[0], first);
    assert_eq!(lines[1][..3], ["0", "log", "none"]);
}

#[test]
fn an_actor_is_found_by_index_and_by_id_and_only_in_its_own_life() {
    let model = model();
    for record in &model.records {
        let index = record.id as u32;
        assert_eq!(find(&model, &index.to_string()), Ok(record.id));
        assert_eq!(find(&model, &record.id.to_string()), Ok(record.id));
        assert_eq!(require_living(&model, record.id), Ok(()));
        assert_eq!(require_living(&model, record.id ^ 1 << 40), Err(Refusal::Dead));
    }
    for component in ["2", "10", "-1", "+1", "", "1x", "99999999999999999999", "8589934593", "stat"]
    {
        assert_eq!(find(&model, component), Err(Refusal::NotFound), "{component}");
    }
}

#[test]
fn an_actor_is_found_although_others_die_meanwhile() {
    for dies_after in 0..12 {
        let model = Model { dies_after: Some(dies_after), ..self::model() };
        assert_eq!(find(&model, "9"), Ok(id(9, 0x7fff_ffff)), "{dies_after}");
        let model = Model { dies_after: Some(dies_after), ..self::model() };
        assert_eq!(require_living(&model, id(1, 7)), Ok(()), "{dies_after}");
    }
}
