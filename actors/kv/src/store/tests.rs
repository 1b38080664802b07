//! Laws of the store, against a map and virtual time.

use super::*;
use crate::calendar::Calendar;
use crate::shelf::Shelf;
use alloc::collections::BTreeMap;
use core::time::Duration;
use proptest::prelude::*;

const ALL: Wanted<'_> =
    Wanted { prefix: b"", after: None, limit: usize::MAX, room: usize::MAX, overhead: 1 };

fn store() -> Store<Shelf> {
    Store { drawer: Shelf::default() }
}

fn value(store: &mut Store<Shelf>, key: &[u8], now: u64) -> Result<Vec<u8>, Refusal> {
    let size = store.size(key, now)?;
    let mut bytes = vec![0; size as usize];
    assert_eq!(store.read(key, 0, &mut bytes), Ok(bytes.len()));
    Ok(bytes)
}

#[test]
fn what_ended_is_gone_and_takes_no_room() {
    let mut store = store();
    store.put(b"a", Body::Bytes(b"1\n2"), Some(500)).unwrap();
    store.put(b"b", Body::Bytes(b""), None).unwrap();
    assert_eq!(value(&mut store, b"a", 499), Ok(b"1\n2".to_vec()));
    assert_eq!(value(&mut store, b"a", 500), Err(Refusal::NotFound));
    assert_eq!(store.drawer.files.len(), 1);
    assert_eq!(value(&mut store, b"b", u64::MAX - 1), Ok(Vec::new()));
}

#[test]
fn limits_have_their_names() {
    let mut store = store();
    assert_eq!(store.put(&[1; 127], Body::Bytes(b"x"), None), Ok(()));
    assert_eq!(store.put(&[1; 128], Body::Bytes(b"x"), None), Err(Refusal::NameTooLong));
    let long = vec![0; VALUE_MAX as usize + 1];
    assert_eq!(store.put(b"a", Body::Bytes(&long), None), Err(Refusal::TooLong));
    assert_eq!(store.put(b"a", Body::Bytes(&long[1..]), None), Ok(()));
}

#[test]
fn what_is_damaged_is_told_and_can_be_forgotten() {
    let mut store = store();
    store.drawer.files.insert("a".into(), b"something".into());
    assert_eq!(store.size(b"a", 0), Err(Refusal::Corrupt));
    assert_eq!(store.list(ALL, 0).unwrap().len(), 1);
    assert_eq!(store.delete(b"a", 0), Ok(()));
}

#[test]
fn time_goes_on_through_a_restart_and_stands_still_without_power() {
    let mut shelf = Shelf::default();
    let seconds = Duration::from_secs;
    let mut calendar = Calendar::start(&mut shelf, seconds(5)).unwrap();
    calendar.keep(&mut shelf, seconds(10), false).unwrap();
    assert!(shelf.files.is_empty(), "who has no value that ends writes nothing");
    calendar.keep(&mut shelf, seconds(100), true).unwrap();
    let noted = calendar.time(seconds(100));
    let restarted = Calendar::start(&mut shelf.clone(), seconds(130)).unwrap();
    assert_eq!(restarted.time(seconds(130)), noted + 30_000);
    assert_eq!(restarted.time(seconds(131)), calendar.time(seconds(131)));
    let rebooted = Calendar::start(&mut shelf, seconds(2)).unwrap();
    assert_eq!(rebooted.time(seconds(2)), noted + 2_000, "what passed behind the note is lost");
    let again = Calendar::start(&mut shelf, seconds(4)).unwrap();
    assert_eq!(again.time(seconds(4)), noted + 4_000, "and is not lost twice");
}

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<u8>, Vec<u8>, u64),
    Delete(Vec<u8>),
    Get(Vec<u8>),
    List(Vec<u8>, usize, usize),
    Pass(u64),
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    // Few keys, among them those that are names of directories and prefixes of each other.
    prop_oneof![
        4 => proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'/'), Just(b'_')], 0..4),
        1 => Just(b"..".to_vec()),
        2 => proptest::collection::vec(0u8.., 0..3),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let value = proptest::collection::vec(0u8.., 0..20);
    prop_oneof![
        4 => (key(), value, 0u64..50).prop_map(|(key, value, ttl)| Step::Put(key, value, ttl)),
        1 => key().prop_map(Step::Delete),
        3 => key().prop_map(Step::Get),
        2 => (key(), 0usize..6, 0usize..30).prop_map(|(key, limit, room)| {
            Step::List(key, limit, room)
        }),
        2 => (0u64..30).prop_map(Step::Pass),
    ]
}

type Model = BTreeMap<Vec<u8>, (Vec<u8>, u64)>;

/// The first keys of a model in one answer.
fn expected(model: &Model, wanted: Wanted<'_>) -> Vec<Vec<u8>> {
    let mut bytes = 0;
    let is_wanted = |key: &&Vec<u8>| {
        key.starts_with(wanted.prefix) && wanted.after.is_none_or(|after| after < key.as_slice())
    };
    let keys = model.keys().filter(is_wanted).take(wanted.limit);
    let fitting = keys.take_while(|key| {
        bytes += key.len() + wanted.overhead;
        bytes <= wanted.room
    });
    fitting.cloned().collect()
}

proptest! {
    #[test]
    fn a_store_is_a_map_whose_values_end(steps in proptest::collection::vec(step(), 1..80)) {
        let (mut store, mut model, mut now) = (store(), Model::new(), 0u64);
        for step in steps {
            model.retain(|_, (_, end)| now < *end);
            match step {
                Step::Put(key, value, ttl) => {
                    let end = (ttl != 0).then(|| now + ttl);
                    prop_assert_eq!(store.put(&key, Body::Bytes(&value), end), Ok(()));
                    model.insert(key, (value, end.unwrap_or(u64::MAX)));
                }
                Step::Delete(key) => {
                    let gone = model.remove(&key).map(drop).ok_or(Refusal::NotFound);
                    prop_assert_eq!(store.delete(&key, now), gone);
                }
                Step::Get(key) => {
                    let known = model.get(&key).map(|(value, _)| value.clone());
                    prop_assert_eq!(value(&mut store, &key, now), known.ok_or(Refusal::NotFound));
                }
                Step::List(prefix, limit, room) => {
                    let wanted = Wanted { prefix: &prefix, limit, room, ..ALL };
                    let keys: Vec<Vec<u8>> = store.list(wanted, now).unwrap().into_iter().collect();
                    prop_assert_eq!(&keys, &expected(&model, wanted));
                    let after = keys.last().map(Vec::as_slice);
                    let wanted = Wanted { after, ..wanted };
                    let keys: Vec<Vec<u8>> = store.list(wanted, now).unwrap().into_iter().collect();
                    prop_assert_eq!(keys, expected(&model, wanted));
                }
                Step::Pass(time) => now += time,
            }
        }
        model.retain(|_, (_, end)| now < *end);
        prop_assert_eq!(store.list(ALL, now).unwrap().len(), model.len());
    }
}
