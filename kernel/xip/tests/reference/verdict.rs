//! Whether two runs were the same.

use crate::reference::script::Seen;
use crate::reference::theirs;

/// Whether wasmi runs to another effect if something else lay on its stack before: then it reads
/// what it has never written.
pub(crate) fn is_left_to_chance(
    engine: &wasmi::Engine,
    run: &mut dyn FnMut() -> Vec<Seen>,
) -> bool {
    let mut runs = [0, u64::MAX, 0x5555_5555_5555_5555].map(|dirt| {
        theirs::leave_dirt(engine, dirt);
        run()
    });
    runs.sort_by_key(|seen| format!("{seen:?}"));
    runs.first() != runs.last()
}

/// Says what the first difference is, if there is one.
pub(crate) fn compare(wanted: &[Seen], got: &[Seen], budget: u64) {
    let place = wanted.iter().zip(got).position(|(wanted, got)| wanted != got);
    let place = place.unwrap_or(wanted.len().min(got.len()));
    let (wanted, got) = (&wanted[place.saturating_sub(1)..], &got[place.saturating_sub(1)..]);
    let few = |seen: &[Seen]| format!("{:#?}", &seen[..seen.len().min(3)]);
    assert!(
        wanted == got,
        "budget {budget}, event {place}: wanted {}, but got {}",
        few(wanted),
        few(got)
    );
}
