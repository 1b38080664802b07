//! What a step takes down, and under which name.

use serde_saphyr::Spanned;

use crate::scenario::check_step::Steps;
use crate::scenario::check_word::name;
use crate::scenario::plan::Action;
use crate::scenario::plan::Snapshot;
use crate::scenario::plan::SnapshotKind;
use crate::scenario::raw_step::RawSnapshot;
use crate::scenario::report::Mistake;
use crate::scenario::report::quoted;

/// Characters of a snapshot's name.
const SNAPSHOT_NAME_MAX: usize = 63;

impl Steps<'_, '_> {
    pub(super) fn snapshot(
        &mut self,
        board_name: &str,
        raw: &Spanned<RawSnapshot>,
    ) -> Option<Action> {
        let mut snapshots = Vec::new();
        match &raw.value {
            RawSnapshot::Kind(kind) => {
                let kind = self.report.accept(raw, snapshot_kind(kind))?;
                snapshots.push(self.unnamed(board_name, kind));
            }
            RawSnapshot::Kinds(words) => {
                for word in words {
                    let kind = self.report.accept(word, snapshot_kind(&word.value))?;
                    snapshots.push(self.unnamed(board_name, kind));
                }
            }
            RawSnapshot::Named(entries) => {
                for (key, file) in &entries.0 {
                    let kind = self.report.accept(key, snapshot_kind(&key.value))?;
                    name(self.report, file, "a snapshot", SNAPSHOT_NAME_MAX);
                    if !self.snapshots.insert(file.value.clone()) {
                        let mistake = Mistake::new(format!("{} is taken", quoted(&file.value)))
                            .label("an earlier snapshot has this name");
                        self.report.refuse(file, mistake);
                    }
                    snapshots.push(Snapshot { kind, name: file.value.clone() });
                }
            }
        }
        if snapshots.is_empty() {
            let mistake = Mistake::new("this snapshot is of nothing").label("this is empty");
            self.report.refuse(raw, mistake);
        }
        Some(Action::Snapshot(snapshots))
    }

    /// A snapshot with the first free name: `frame`, `frame-2`, …; several boards come first.
    fn unnamed(&mut self, board_name: &str, kind: SnapshotKind) -> Snapshot {
        let stem = match self.boards.len() {
            1 => kind.name().to_string(),
            _ => format!("{board_name}-{}", kind.name()),
        };
        let mut name = stem.clone();
        let mut count = 1;
        while !self.snapshots.insert(name.clone()) {
            count += 1;
            name = format!("{stem}-{count}");
        }
        Snapshot { kind, name }
    }
}

fn snapshot_kind(text: &str) -> Result<SnapshotKind, Mistake> {
    let found = SnapshotKind::ALL.into_iter().find(|kind| kind.name() == text);
    let known = SnapshotKind::ALL.map(SnapshotKind::name);
    found.ok_or_else(|| Mistake::unknown("kind of snapshot", text, known))
}
