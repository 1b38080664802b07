//! Power cuts at every operation of the flash: what is done with each.

use devices::flash::CutMode;
use serde_saphyr::Spanned;

use crate::scenario::check_power::mode;
use crate::scenario::check_step::Steps;
use crate::scenario::check_word::number;
use crate::scenario::plan::Action;
use crate::scenario::plan::Exploration;
use crate::scenario::raw_power::RawCut;
use crate::scenario::raw_power::RawCutPower;
use crate::scenario::report::Mistake;

/// Each how-manieth cut is followed by another unless it is said.
const AGAIN: u64 = 7;

impl Steps<'_, '_> {
    /// What is done with each cut.
    pub(super) fn exploration(
        &mut self,
        raw: &Spanned<RawCutPower>,
        cut: &RawCut,
        next: Option<usize>,
    ) -> Option<Exploration> {
        let modes = match &cut.modes {
            None => CutMode::ALL.to_vec(),
            Some(words) => {
                let modes = words.iter().map(|word| self.report.accept(word, mode(&word.value)));
                modes.collect::<Option<Vec<CutMode>>>()?
            }
        };
        let again = match &cut.again {
            Some(word) => number(self.report, word, "number of cuts", u64::from(u32::MAX))?,
            None => AGAIN,
        };
        let then = self.steps(cut.then.as_deref().unwrap_or_default(), next);
        if !matches!(then.first().map(|step| &step.action), Some(Action::Reboot(_))) {
            let mistake = Mistake::new("power never comes back")
                .label("`then` begins with `reboot`")
                .hint("write for example `then: [{ reboot: 100ms }]`");
            self.report.refuse(raw, mistake);
            return None;
        }
        Some(Exploration { modes, again, then, only: None })
    }

    /// What power leaves of one board is known; of a world it is not.
    pub(super) fn require_one_board(&mut self, raw: &Spanned<RawCutPower>) -> Option<()> {
        if self.boards.len() == 1 {
            return Some(());
        }
        let mistake = Mistake::new("only one board can be cut off at every operation")
            .label("this world has several")
            .hint("what the others would have done meanwhile is not known; take one board");
        self.report.refuse(raw, mistake);
        None
    }
}
