//! Steps: one command each, on one board, with its times.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_saphyr::Spanned;

use crate::scenario::catalogue::Catalogue;
use crate::scenario::check_board::Board;
use crate::scenario::check_board::Boards;
use crate::scenario::check_condition::condition;
use crate::scenario::check_file::Files;
use crate::scenario::check_input::preempt;
use crate::scenario::check_input::press;
use crate::scenario::check_input::raise;
use crate::scenario::check_input::set_pin;
use crate::scenario::check_power::flip_bit;
use crate::scenario::check_power::mode;
use crate::scenario::check_power::planned;
use crate::scenario::check_power::refuse_strangers;
use crate::scenario::check_power::require_flash;
use crate::scenario::check_wokwi::expect_pin;
use crate::scenario::check_wokwi::set_control;
use crate::scenario::check_wokwi::take_screenshot;
use crate::scenario::check_wokwi::tap;
use crate::scenario::check_wokwi::touch;
use crate::scenario::check_wokwi::wait_serial;
use crate::scenario::check_wokwi::write_serial;
use crate::scenario::check_word::duration;
use crate::scenario::plan::Action;
use crate::scenario::plan::Condition;
use crate::scenario::plan::Step;
use crate::scenario::plan::Touch;
use crate::scenario::raw_condition::RawCondition;
use crate::scenario::raw_power::RawCutPower;
use crate::scenario::raw_step::Command;
use crate::scenario::raw_step::RawStep;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::bytes;
use crate::scenario::report::listed;
use crate::scenario::report::place;
use crate::scenario::word::Word;

/// How long `wait` and `stable-for` wait unless they say so.
const WAIT: Duration = Duration::from_secs(10);

/// What the steps of one run are checked against.
pub(crate) struct Steps<'a, 'r> {
    pub(crate) report: &'a mut Report<'r>,
    pub(crate) catalogue: &'a dyn Catalogue,
    pub(crate) files: Files<'a>,
    pub(crate) boards: &'a Boards,
    /// Names of the snapshots so far.
    pub(crate) snapshots: BTreeSet<String>,
}

/// The times that are written in a step, as far as its command takes them.
struct Times<'c> {
    within: Option<&'c Word>,
    duration: Option<&'c Word>,
}

impl<'a> Steps<'a, '_> {
    /// Checks steps one after the other. `end` is where the step behind the last one begins.
    pub(crate) fn steps(&mut self, raw: &[Spanned<RawStep>], end: Option<usize>) -> Vec<Step> {
        let mut steps = Vec::new();
        for (index, step) in raw.iter().enumerate() {
            let next = raw.get(index + 1).map(|next| bytes(self.report.source, next.referenced));
            self.step(step, next.map(|next| next.start).or(end), &mut steps);
        }
        steps
    }

    /// Checks one step, which may be several. `next` is where the step after it begins.
    fn step(
        &mut self,
        raw: &Spanned<RawStep>,
        next: Option<usize>,
        steps: &mut Vec<Step>,
    ) -> Option<()> {
        let (command_name, command) = self.command(raw)?;
        let (board_name, board) = self.board(raw, command)?;
        let times = self.times(&raw.value, command_name, command);
        let start = bytes(self.report.source, raw.referenced).start;
        let step = |action| Step {
            place: place(raw.referenced),
            text: String::new(),
            name: raw.value.name.as_ref().map(|name| name.value.clone()),
            board: board_name.into(),
            action,
        };
        let text = step_text(&self.report.source.text, start, next);
        if let Command::CutPower(cut) = command
            && let RawCutPower::Planned(planned) = &cut.value
            && let Some(during) = &planned.during
        {
            refuse_strangers(self.report, planned);
            require_flash(self.report, &board.plan, cut)?;
            self.require_one_board(cut)?;
            // Each of the steps is shown by itself.
            steps.push(Step { text: "cut-power: …".into(), ..step(Action::BeginJournal) });
            steps.extend(self.steps(during, next));
            let exploration = self.exploration(cut, planned, next)?;
            steps.push(Step { text, ..step(Action::Explore(exploration)) });
            return Some(());
        }
        let action = self.action(board_name, board, command, &times)?;
        steps.push(Step { text, ..step(action) });
        Some(())
    }

    fn command<'c>(&mut self, raw: &'c Spanned<RawStep>) -> Option<(&'static str, Command<'c>)> {
        let commands = raw.value.commands();
        match commands.as_slice() {
            [command] => return Some(*command),
            [] => {
                let mistake = Mistake::new("this step does nothing")
                    .label("expected a command with a value")
                    .hint("write for example `- delay: 1s`");
                self.report.refuse(raw, mistake);
            }
            several => {
                let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
                let mistake = Mistake::new("a step is one command")
                    .label(format!("{} are given", listed(&names)))
                    .hint("write one step for each, each after `- `");
                self.report.refuse(raw, mistake);
            }
        }
        None
    }

    /// The board that a step is about: the one it names, or the only one.
    fn board(&mut self, raw: &Spanned<RawStep>, command: Command) -> Option<(&'a str, &'a Board)> {
        let boards = self.boards;
        let find = |name: &str| boards.get_key_value(name).map(|(name, board)| (&**name, board));
        if let Some(word) = &raw.value.board {
            let names = boards.keys().map(String::as_str);
            let mistake = || Mistake::unknown("board", &word.value, names);
            return self.report.accept(word, find(&word.value).ok_or_else(mistake));
        }
        // Wokwi's `part-id` may name a board.
        if let Some(found) = part_id(command).and_then(|word| find(&word.value)) {
            return Some(found);
        }
        let first = boards.first().map(|(name, board)| (&**name, board));
        if boards.len() == 1 || matches!(command, Command::Delay(_)) {
            return first;
        }
        let names: Vec<&str> = boards.keys().map(String::as_str).collect();
        let mistake = Mistake::new("which board is this step about?")
            .label("`board` is missing")
            .hint(format!("add `board: …`; the boards are {}", listed(&names)));
        self.report.refuse(raw, mistake);
        None
    }

    /// The times may stand beside the command or inside its condition.
    fn times<'c>(
        &mut self,
        raw: &'c RawStep,
        command_name: &str,
        command: Command<'c>,
    ) -> Times<'c> {
        let inside: Option<&RawCondition> = match command {
            Command::Wait(raw)
            | Command::Expect(raw)
            | Command::Never(raw)
            | Command::StableFor(raw) => Some(&raw.value),
            _ => None,
        };
        let within_inside = inside.and_then(|raw| raw.within.as_ref());
        let within = self.time("within", raw.within.as_ref(), within_inside);
        let duration_inside = inside.and_then(|raw| raw.duration.as_ref());
        let duration = self.time("for", raw.duration.as_ref(), duration_inside);
        let takes_within =
            ["wait", "expect", "stable-for", "wait-serial", "expect-pin"].contains(&command_name);
        if let Some(word) = within
            && !takes_within
        {
            self.stray(word, "within", command_name, "what is waited for");
        }
        if let Some(word) = duration
            && !["never", "stable-for"].contains(&command_name)
        {
            self.stray(word, "for", command_name, "`never` and `stable-for`");
        }
        Times { within, duration }
    }

    fn time<'c>(
        &mut self,
        key: &str,
        beside: Option<&'c Word>,
        inside: Option<&'c Word>,
    ) -> Option<&'c Word> {
        if let (Some(_), Some(word)) = (beside, inside) {
            let mistake = Mistake::new(format!("`{key}` is given twice"))
                .label("here and beside the command")
                .hint("keep one of the two");
            self.report.refuse(word, mistake);
        }
        beside.or(inside)
    }

    fn stray(&mut self, word: &Word, key: &str, command_name: &str, owner: &str) {
        let mistake = Mistake::new(format!("`{command_name}` takes no `{key}`"))
            .label(format!("`{key}` goes with {owner}"));
        self.report.refuse(word, mistake);
    }

    fn action(
        &mut self,
        board_name: &str,
        board: &Board,
        command: Command,
        times: &Times,
    ) -> Option<Action> {
        let report = &mut *self.report;
        match command {
            Command::Delay(word) => duration(report, word).map(Action::Delay),
            Command::WaitSerial(word) => {
                let condition = wait_serial(report, word);
                self.until(condition, times, WAIT)
            }
            Command::WriteSerial(raw) => write_serial(report, &raw.value),
            Command::ExpectPin(raw) => {
                let condition = expect_pin(report, board, &raw.value);
                self.until(condition, times, Duration::ZERO)
            }
            Command::SetControl(raw) => set_control(report, board, &raw.value),
            Command::TakeScreenshot(raw) => take_screenshot(report, &self.files, raw),
            Command::Touch(raw) => tap(report, board, &raw.value),
            Command::TouchPress(raw) => touch(report, board, &raw.value, Touch::Press),
            Command::TouchMove(raw) => touch(report, board, &raw.value, Touch::Move),
            Command::TouchRelease(raw) => touch(report, board, &raw.value, Touch::Release),
            Command::ExpectChipOutput(raw) => {
                let mistake = Mistake::new("`expect-chip-output` is not supported")
                    .label("there are no Wokwi custom chips here")
                    .hint("what an actor logs is seen by `expect: { log: … }`");
                report.refuse(raw, mistake);
                None
            }
            Command::Type(word) => Some(Action::Type(word.value.clone())),
            Command::Press(word) => press(report, self.catalogue, word),
            Command::Wait(raw) => {
                let condition = condition(report, &board.plan, raw);
                self.until(condition, times, WAIT)
            }
            Command::Expect(raw) => {
                let condition = condition(report, &board.plan, raw);
                self.until(condition, times, Duration::ZERO)
            }
            Command::Never(raw) => {
                let condition = condition(report, &board.plan, raw);
                let duration = self.optional(times.duration)?;
                Some(Action::Never { condition: condition?, duration })
            }
            Command::StableFor(raw) => {
                let condition = condition(report, &board.plan, raw);
                self.stable_for(condition, raw, times)
            }
            Command::SetPin(raw) => set_pin(report, board, &raw.value),
            Command::Interrupt(word) => raise(report, word),
            Command::Preempt(raw) => preempt(report, board, &raw.value),
            Command::CutPower(raw) => match &raw.value {
                RawCutPower::Now(word) => {
                    let mode = report.accept(raw, mode(word))?;
                    Some(Action::CutPower { mode, operation: None })
                }
                RawCutPower::Planned(cut) => {
                    refuse_strangers(report, cut);
                    planned(report, &board.plan, raw, cut)
                }
            },
            Command::Reboot(word) => duration(report, word).map(Action::Reboot),
            Command::FlipBit(raw) => flip_bit(report, &board.plan, raw),
            Command::Snapshot(raw) => self.snapshot(board_name, raw),
        }
    }

    /// A duration that may be left out; `None` if it is wrong.
    fn optional(&mut self, word: Option<&Word>) -> Option<Option<Duration>> {
        match word {
            Some(word) => duration(self.report, word).map(Some),
            None => Some(None),
        }
    }

    fn until(
        &mut self,
        condition: Option<Condition>,
        times: &Times,
        default: Duration,
    ) -> Option<Action> {
        let within = self.optional(times.within)?.unwrap_or(default);
        Some(Action::Until { condition: condition?, within })
    }

    fn stable_for(
        &mut self,
        condition: Option<Condition>,
        raw: &Spanned<RawCondition>,
        times: &Times,
    ) -> Option<Action> {
        let Some(word) = times.duration else {
            let mistake = Mistake::new("`for` is missing")
                .label("for how long?")
                .hint("add for example `for: 100ms`");
            self.report.refuse(raw, mistake);
            return None;
        };
        let lasting = duration(self.report, word)?;
        let within = self.optional(times.within)?.unwrap_or(lasting + WAIT);
        if let Some(word) = times.within
            && within < lasting
        {
            let mistake = Mistake::new("`within` is shorter than `for`")
                .label("too soon")
                .hint("`within` is when the stable time is over at the latest");
            self.report.refuse(word, mistake);
        }
        Some(Action::StableFor { condition: condition?, duration: lasting, within })
    }
}

fn part_id(command: Command<'_>) -> Option<&Word> {
    match command {
        Command::ExpectPin(raw) => Some(&raw.value.part_id),
        Command::SetControl(raw) => Some(&raw.value.part_id),
        Command::TakeScreenshot(raw) => raw.value.part_id.as_ref(),
        Command::Touch(raw) => raw.value.part_id.as_ref(),
        Command::TouchPress(raw) | Command::TouchMove(raw) | Command::TouchRelease(raw) => {
            raw.value.part_id.as_ref()
        }
        _ => None,
    }
}

/// How a step is written: from its first character to the end of its last line, or to the next
/// step if that begins on the same line.
fn step_text(text: &str, start: usize, next: Option<usize>) -> String {
    let start = text.floor_char_boundary(start);
    let end = next.map_or(text.len(), |next| text.floor_char_boundary(next).max(start));
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = text[line_start..start].chars().count();
    let belongs = |line: &&str| {
        let content = line.trim_start();
        let is_empty = content.is_empty() || content.starts_with('#');
        is_empty || indent <= line.chars().count() - content.chars().count()
    };
    let mut lines = text[start..end].lines();
    let mut shown: Vec<&str> = lines.next().into_iter().collect();
    shown.extend(lines.take_while(belongs));
    let is_empty = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    while shown.len() > 1 && shown.last().is_some_and(|line| is_empty(line)) {
        shown.pop();
    }
    shown.join("\n").trim_end_matches(['-', ',', ' ', '\r']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_shown_as_it_is_written() {
        let text =
            "steps:\n  - delay: 1s\n  # next\n  - wait:\n      log: x\n\n    name: y\nz: 1\n";
        let second = text.find("wait").unwrap_or_default();
        let first = text.find("delay").unwrap_or_default();
        assert_eq!(step_text(text, first, Some(second)), "delay: 1s");
        assert_eq!(step_text(text, second, None), "wait:\n      log: x\n\n    name: y");
        let flow = "steps: [{delay: 1s}, {delay: 2s}]";
        assert_eq!(step_text(flow, 8, Some(21)), "{delay: 1s}");
    }
}
