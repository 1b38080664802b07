//! What was approved, and how a run differs from it.
//!
//! Files are insta's: `trace.snap`, `frame.snap.png` and so on, so `cargo insta review` works on
//! them too. What differs is left beside them as `….snap.new` until it is accepted.

use std::fs;
use std::io;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Once;

use devices::picture::Picture;
use devices::picture::difference;
use similar::ChangeTag;
use similar::TextDiff;

use crate::report::Content;
use crate::report::Take;

/// Lines of a difference that are shown.
const DIFFERENCE_LINES: usize = 24;

/// What differs from what was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Which step took it down.
    pub step: usize,
    /// The approved file.
    pub file: PathBuf,
    /// What the difference is, for a reader; `None` if nothing has been approved yet.
    pub text: Option<String>,
}

/// Where a scenario's snapshots are: `snapshots/<feature>/<fact>` for
/// `scenarios/<feature>/<fact>.yaml`, and a folder beside the file for any other.
pub fn folder(source: &Path, run: Option<&str>) -> PathBuf {
    let fact = source.with_extension("");
    let is_room = |part: &Path| part.file_name().is_some_and(|name| name == "scenarios");
    let folder = match fact.ancestors().find(|part| is_room(part)) {
        Some(room) => {
            let inside = fact.strip_prefix(room).unwrap_or(&fact);
            room.with_file_name("snapshots").join(inside)
        }
        None => {
            let name = fact.file_name().unwrap_or_default();
            fact.with_file_name("snapshots").join(name)
        }
    };
    run.map_or(folder.clone(), |run| folder.join(run))
}

/// Compares what a step took down with what was approved. A difference is written beside the
/// approved file, and pictures of it to `out`.
pub fn compare(take: &Take, folder: &Path, out: &Path) -> io::Result<Vec<Mismatch>> {
    match &take.content {
        Content::Text(text) => Ok(compare_text(take, &take.name, text, folder)),
        Content::Frame { picture, sketch } => {
            let mut found = compare_text(take, &take.name, sketch, folder);
            let file = folder.join(format!("{}-pixels.snap.png", take.name));
            let differing = compare_picture(take, picture, file, out)?;
            if differing.is_some() {
                leave_picture(folder, &take.name, picture);
            }
            found.extend(differing);
            Ok(found)
        }
        Content::Screenshot { picture, save_to, compare_with } => {
            if let Some(file) = save_to {
                let file = out.join(file);
                fs::create_dir_all(file.parent().unwrap_or(out))?;
                fs::write(file, picture.png())?;
            }
            let Some(file) = compare_with else { return Ok(Vec::new()) };
            Ok(compare_picture(take, picture, file.clone(), out)?.into_iter().collect())
        }
    }
}

/// Approves everything that differed in the run before. Says how many files it was.
pub fn accept(folder: &Path) -> io::Result<usize> {
    let mut count = 0;
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    for entry in entries {
        let pending = entry?.path();
        let name = pending.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.contains(".snap.new") {
            fs::rename(&pending, folder.join(name.replace(".snap.new", ".snap")))?;
            count += 1;
        }
    }
    Ok(count)
}

fn compare_text(take: &Take, name: &str, text: &str, folder: &Path) -> Vec<Mismatch> {
    let file = folder.join(format!("{name}.snap"));
    let approved = fs::read_to_string(&file).ok();
    let approved = approved.as_deref().map(contents);
    if approved == Some(text.trim_end()) {
        return Vec::new();
    }
    assert_with_insta(folder, || insta::assert_snapshot!(name, text));
    let text = approved.map(|approved| difference_of(approved, text.trim_end()));
    vec![Mismatch { step: take.step, file, text }]
}

/// What stands below the header of a snapshot file.
fn contents(file: &str) -> &str {
    let body = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    body.map_or(file, |(_, body)| body).trim_end()
}

/// The lines that differ, as a patch shows them.
fn difference_of(approved: &str, now: &str) -> String {
    let diff = TextDiff::from_lines(approved, now);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(1) {
        lines.push("  …".to_owned());
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign} {}", change.value().trim_end()));
        }
    }
    let more = lines.len().saturating_sub(DIFFERENCE_LINES);
    lines.truncate(DIFFERENCE_LINES);
    if 0 < more {
        lines.push(format!("  … and {more} lines more"));
    }
    lines.join("\n")
}

/// `None` if they are equal; otherwise says how they differ, and writes pictures of it.
fn compare_picture(
    take: &Take,
    actual: &Picture,
    file: PathBuf,
    out: &Path,
) -> io::Result<Option<Mismatch>> {
    let mismatch = |file, text| Ok(Some(Mismatch { step: take.step, file, text }));
    let Ok(bytes) = fs::read(&file) else { return mismatch(file, None) };
    let expected = match Picture::from_png(&bytes) {
        Ok(expected) => expected,
        Err(error) => {
            return mismatch(file, Some(format!("the approved picture cannot be read: {error}")));
        }
    };
    let Some(found) = difference(&expected, actual) else { return Ok(None) };
    fs::create_dir_all(out)?;
    let name = &take.name;
    let pictures = [("expected", &expected), ("actual", actual), ("difference", &found.picture)];
    for (kind, picture) in pictures {
        fs::write(out.join(format!("{name}-{kind}.png")), picture.png())?;
    }
    let text = format!(
        "{} pixels differ in the rectangle {}x{} at {},{}; see {}",
        found.pixels,
        found.width,
        found.height,
        found.x,
        found.y,
        out.join(format!("{name}-difference.png")).display(),
    );
    mismatch(file, Some(text))
}

fn leave_picture(folder: &Path, name: &str, picture: &Picture) {
    let name = format!("{name}-pixels.png");
    assert_with_insta(folder, || insta::assert_binary_snapshot!(&name, picture.png()));
}

thread_local! {
    /// Whether this thread is inside insta, whose assertions panic: we have said it better.
    static IS_ASSERTING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Lets insta write down what differs.
fn assert_with_insta(folder: &Path, assert: impl FnOnce()) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let shown = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_ASSERTING.get() {
                shown(info);
            }
        }));
    });
    let mut settings = insta::Settings::new();
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    IS_ASSERTING.set(true);
    // The assertion fails, for else nobody would have called; what counts is the file it leaves.
    let _ = panic::catch_unwind(AssertUnwindSafe(|| settings.bind(assert)));
    IS_ASSERTING.set(false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_stand_beside_the_scenarios() {
        let of = |path: &str, variant| folder(Path::new(path), variant);
        assert_eq!(
            of("a/scenarios/desktop/shell.yaml", None),
            Path::new("a/snapshots/desktop/shell")
        );
        assert_eq!(
            of("scenarios/desktop/shell.yaml", Some("pc")),
            Path::new("snapshots/desktop/shell/pc")
        );
        assert_eq!(of("my/test.yaml", None), Path::new("my/snapshots/test"));
    }

    #[test]
    fn a_difference_shows_what_came_and_went() {
        assert_eq!(difference_of("a\nb\nc", "a\nx\nc"), "  …\n  a\n- b\n+ x\n  c");
    }

    #[test]
    fn the_header_is_no_content() {
        assert_eq!(contents("---\nsource: x\n---\none\ntwo\n"), "one\ntwo");
        assert_eq!(contents("plain"), "plain");
    }
}
