//! One story, told twice: a plan played on the kernel of this program and on another target, and
//! where the two part.

use std::fmt::Write;

use devices::flash::Quality;

use crate::machine::Machine;
use crate::scenario::plan::Action;
use crate::scenario::plan::FlashPlan;
use crate::scenario::plan::Plan;
use crate::target::Target;
use crate::world::World;

/// Lines of the trace before the first difference that are shown.
const BEFORE: usize = 3;

/// Columns of one side.
const WIDTH: usize = 76;

/// Something in a plan that only the kernel of this program can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Which step; `None` is the plan as a whole.
    pub step: Option<usize>,
    /// What, and why not.
    pub why: String,
}

/// All that a target cannot do of a plan.
pub fn unsupported(plan: &Plan, target: &dyn Target) -> Vec<Unsupported> {
    let steps = plan.steps.iter().enumerate().filter_map(|(index, step)| {
        let why = match &step.action {
            Action::BeginJournal | Action::Explore(_) => {
                "every power cut: worlds are forked, and firmware cannot be"
            }
            Action::FlipBit { .. } => "flip-bit: nobody reaches into a flash that is at work",
            _ => return None,
        };
        Some(Unsupported { step: Some(index), why: why.to_owned() })
    });
    let mut all: Vec<Unsupported> = steps.collect();
    let lacking = plan.boards.values().filter_map(|board| target.lacks(board.profile));
    all.extend(lacking.map(|why| Unsupported { step: None, why }));
    let mut flashes = plan.boards.values().filter_map(|board| board.flash.as_ref());
    let serial = Quality::SERIAL;
    if flashes.any(|FlashPlan { quality, .. }| {
        quality.endurance < serial.endurance || quality.disturb != 0
    }) {
        let why = "flash that wears out or forgets: real flash does so in its own time";
        all.push(Unsupported { step: None, why: why.to_owned() });
    }
    all
}

/// Where two worlds that played the same plan part, in words; `None` if nothing that can be seen of
/// them differs.
pub fn difference(linked: &World, other: &World) -> Option<String> {
    let (a, b) = (linked.trace().lines(), other.trace().lines());
    if let Some(parted) = parting(("kernel", &a), ("here", &b)) {
        return Some(format!("the traces part after {parted}"));
    }
    if linked.trace().hash() != other.trace().hash() {
        return Some("slices ended at other instants".to_owned());
    }
    let boards = linked.machines().iter().zip(other.machines());
    for (index, (a, b)) in boards.enumerate() {
        let name = a.name();
        let differs = [
            ("its serial line", a.serial() != b.serial()),
            ("its screen", linked.picture(index) != other.picture(index)),
            (
                "its flash",
                a.flash().map(|flash| flash.bytes()) != b.flash().map(|flash| flash.bytes()),
            ),
            ("who can reach what", a.authority() != b.authority()),
        ];
        if let Some((what, _)) = differs.iter().find(|(_, differs)| *differs) {
            return Some(format!("{name}: {what} differs, though the trace is the same"));
        }
        if let Some(what) = unlike_its_devices(b) {
            return Some(format!("{name}: {what}"));
        }
    }
    None
}

/// What the devices of a board elsewhere are otherwise than its firmware has told.
fn unlike_its_devices(machine: &Machine) -> Option<String> {
    let look = match machine.look() {
        Ok(look) => look,
        Err(error) => return Some(error.to_string()),
    };
    let board = machine.board();
    if look.picture.is_some_and(|picture| picture != board.screen().picture()) {
        return Some("its screen shows something else than was drawn".to_owned());
    }
    // Pins that its kernel does not drive are the board's own, such as those of its screen.
    let (driven, told) = (board.gpio().outputs(), board.gpio().outputs_high());
    if let Some(pins) = look.pins.map(|pins| pins & driven)
        && pins != told
    {
        return Some(format!("its outputs are 0x{pins:x}, but it told of 0x{told:x}"));
    }
    let told = board.flash().map_or(&[][..], |flash| flash.bytes());
    let differs = |flash: Vec<u8>| flash.iter().zip(told).position(|(a, b)| a != b);
    let at = look.flash.and_then(differs)?;
    Some(format!("its flash holds something else at 0x{at:x} than was programmed"))
}

/// How many lines two texts share, and the first that differs: both beside each other with who says
/// it, below those that came before. `None` if none differs.
pub fn parting(one: (&str, &[String]), other: (&str, &[String])) -> Option<String> {
    let ((left, one), (right, other)) = (one, other);
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    if same == one.len() && same == other.len() {
        return None;
    }
    let mut text = format!("{same} lines:\n");
    for line in &one[same.saturating_sub(BEFORE)..same] {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "           {line}");
    }
    let side = |lines: &[String]| lines.get(same).cloned().unwrap_or("(nothing more)".to_owned());
    let (a, b) = (side(one), side(other));
    if a.len() <= WIDTH && b.len() <= WIDTH {
        let _ = write!(text, "{left:<10} {a:<WIDTH$} | {b}");
    } else {
        let _ = write!(text, "{left:<10} {a}\n{right:<10} {b}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn the_first_difference_is_shown_side_by_side_below_what_was_the_same() {
        let linked = lines(&["boot", "spawn a", "send b"]);
        let other = lines(&["boot", "spawn a", "send c", "exit"]);
        let text = parting(("kernel", &linked), ("here", &other)).unwrap();
        let head = "2 lines:\n           boot\n           spawn a\n";
        assert!(text.starts_with(head), "{text}");
        assert!(text.contains("send b") && text.ends_with("| send c"), "{text}");
        assert_eq!(parting(("kernel", &linked), ("here", &linked)), None);
    }

    #[test]
    fn a_trace_that_ends_early_differs() {
        let text = parting(("kernel", &lines(&["boot"])), ("here", &[])).unwrap();
        assert!(text.ends_with("(nothing more)"), "{text}");
    }
}
