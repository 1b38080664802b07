//! What a power cut left: the files as they were, as they should become, or neither.

use std::sync::Arc;

use crate::report::Failure;
use crate::scenario::plan::Plan;
use crate::storage;
use crate::storage::Tree;

/// The judgement on one cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The files are as before the request.
    Before,
    /// The files are as after the request.
    After,
    /// The request changes no file.
    Same,
    /// Something is wrong, and this is what.
    Broken(String),
}

/// The files before and after one request. `None` is a partition that holds none.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    /// First byte and bytes of the partition.
    pub(super) partition: (u32, u32),
    pub(super) before: Option<Arc<Tree>>,
    pub(super) after: Option<Arc<Tree>>,
}

impl Ends {
    /// The files of the partition on this flash.
    pub(super) fn tree(&self, flash: &[u8]) -> Result<Tree, String> {
        let (from, len) = self.partition;
        storage::tree(&flash[from as usize..][..len as usize])
    }
}

/// Judges what one world came to: the files when they were served again, and its steps.
pub(super) fn judge(
    ends: &Ends,
    at_rest: Result<Tree, String>,
    failure: Option<&Failure>,
    plan: &Plan,
) -> Verdict {
    if let Some(failure) = failure {
        let step = plan.steps.get(failure.step).map_or("", |step| step.text.as_str());
        let step = step.lines().next().unwrap_or_default();
        return Verdict::Broken(format!("`{step}` {}; {}", failure.expected, failure.seen));
    }
    if ends.before.is_none() && ends.after.is_none() {
        // There are no files here, so the steps alone judge.
        return Verdict::Same;
    }
    let tree = match at_rest {
        Err(why) => return Verdict::Broken(why),
        Ok(tree) => Some(Arc::new(tree)),
    };
    match (tree == ends.before, tree == ends.after) {
        (true, true) => Verdict::Same,
        (true, false) => Verdict::Before,
        (false, true) => Verdict::After,
        (false, false) => {
            let empty = Tree::new();
            let found = tree.as_deref().unwrap_or(&empty);
            let before = difference(ends.before.as_deref().unwrap_or(&empty), found);
            let after = difference(ends.after.as_deref().unwrap_or(&empty), found);
            Verdict::Broken(format!("neither as before ({before}) nor as after ({after})"))
        }
    }
}

/// The first path at which two trees differ, and how.
fn difference(wanted: &Tree, found: &Tree) -> String {
    let paths = wanted.keys().chain(found.keys());
    let differs = |path: &&String| wanted.get(*path) != found.get(*path);
    let Some(path) = paths.filter(differs).min() else { return "equal".to_owned() };
    match (wanted.get(path), found.get(path)) {
        (Some(_), None) => format!("/{path} is missing"),
        (None, _) => format!("/{path} is too much"),
        (Some(_), Some(_)) => format!("/{path} has other contents"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Item;

    #[test]
    fn the_first_difference_is_named() {
        let tree = |paths: &[(&str, &str)]| -> Tree {
            let file = |text: &str| Item::File(text.as_bytes().to_vec());
            paths.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect()
        };
        let wanted = tree(&[("a", "1"), ("b", "2")]);
        assert_eq!(difference(&wanted, &tree(&[("a", "1")])), "/b is missing");
        assert_eq!(difference(&wanted, &tree(&[("a", "1"), ("b", "3")])), "/b has other contents");
        assert_eq!(difference(&wanted, &tree(&[("0", ""), ("b", "3")])), "/0 is too much");
        assert_eq!(difference(&wanted, &wanted), "equal");
    }
}
