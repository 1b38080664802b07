//! `orrery test`: plays every scenario below some paths, several at once.

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use quick_junit::NonSuccessKind;
use quick_junit::Report;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

use crate::command::Ending;
use crate::command::on::On;
use crate::command::on::refusals;
use crate::command::same;
use crate::command::sim::look;
use crate::diagnostic::Look;
use crate::engine::EngineName;
use crate::family;
use crate::family::families;
use crate::firmware::Builder;
use crate::play::Outcome;
use crate::play::PlayError;
use crate::play::Review;
use crate::play::finish;
use crate::play::play;
use crate::play::title;
use crate::present;
use crate::scenario::load::load;
use crate::scenario::plan::Plan;
use crate::stock::Stock;
use crate::target::Target;

/// What to play and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Scenario files, and folders that hold some.
    pub paths: Vec<PathBuf>,
    /// Where a report in JUnit's XML goes.
    pub junit: Option<PathBuf>,
    /// What to play them on.
    pub on: On,
    /// What runs the actors' modules; nothing is what the scenario's board has.
    pub engine: Option<EngineName>,
    /// Who builds firmware that it runs on.
    pub builder: Builder,
    /// What to do with snapshots that differ.
    pub review: Review,
    /// Where the files of other runs are, which must be the same.
    pub same_as: Option<PathBuf>,
    /// Where files go.
    pub out: PathBuf,
}

/// How one scenario ended.
struct Line {
    title: String,
    verdict: Verdict,
}

enum Verdict {
    Passed(String),
    /// The target cannot do all of it: a line for each thing.
    Unsupported(String),
    /// With all that is to be said about it.
    Failed(String),
    /// It passed, but not as the run that it was compared with.
    Differs(String),
}

/// Plays all of them; the order of the lines is that of the files.
pub fn run(options: &Options) -> Ending {
    if let Some(reason) = options.on.lacks(options.engine) {
        eprintln!("error: {reason}");
        return Ending::Refused;
    }
    if options.same_as.as_ref() == Some(&options.out) {
        eprintln!("error: runs are not compared with themselves: `--same-as` is another folder");
        return Ending::Refused;
    }
    let target = match options.on.target(&options.builder) {
        Ok(target) => target,
        Err(error) => {
            eprintln!("error: {error}");
            return Ending::Refused;
        }
    };
    let files = match scenarios(&options.paths) {
        Ok(files) => files,
        Err(error) => {
            eprintln!("error: {error}");
            return Ending::Refused;
        }
    };
    if files.is_empty() {
        eprintln!("error: there is no scenario (*.yaml) below the paths given");
        return Ending::Refused;
    }
    let mut plans = Vec::new();
    let mut refused = 0;
    for file in files {
        match load(&file, &Stock) {
            Ok(variants) => plans.extend(variants),
            Err(diagnostics) => {
                refused += 1;
                eprintln!("{}\n", diagnostics.render(look()));
            }
        }
    }
    for plan in &mut plans {
        if let Some(engine) = options.engine {
            plan.put_on(engine);
        }
    }
    let lines = play_all(&plans, target.as_ref(), options);
    let count = |is: fn(&Verdict) -> bool| lines.iter().filter(|line| is(&line.verdict)).count();
    let passed = count(|verdict| matches!(verdict, Verdict::Passed(_)));
    let unsupported = count(|verdict| matches!(verdict, Verdict::Unsupported(_)));
    let failed = count(|verdict| matches!(verdict, Verdict::Failed(_) | Verdict::Differs(_)));
    for line in &lines {
        if let Verdict::Failed(text) | Verdict::Differs(text) | Verdict::Unsupported(text) =
            &line.verdict
        {
            eprintln!("\n{text}");
        }
    }
    let rest =
        if unsupported == 0 { String::new() } else { format!(", {unsupported} unsupported") };
    println!("\n{passed} passed, {failed} failed, {refused} refused{rest}");
    if options.same_as.is_some() {
        let differ = count(|verdict| matches!(verdict, Verdict::Differs(_)));
        println!("{} compared, {differ} differ", passed + differ);
    }
    if let Some(file) = &options.junit
        && let Err(error) = write_junit(&lines, file)
    {
        eprintln!("error: cannot write {}: {error}", file.display());
        return Ending::Refused;
    }
    match (refused, failed) {
        (0, 0) => Ending::Passed,
        (0, _) => Ending::Failed,
        _ => Ending::Refused,
    }
}

/// Every scenario file below some paths, in the order of their names.
pub fn scenarios(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        if metadata.is_dir() {
            collect(path, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

/// Worlds share nothing, so they are played side by side, but for those that begin alike; each
/// tells its line as it ends.
fn play_all(plans: &[Plan], target: Option<&Arc<dyn Target>>, options: &Options) -> Vec<Line> {
    let families = families(plans);
    let next = AtomicUsize::new(0);
    let lines: Mutex<Vec<(usize, Line)>> = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, |count| count.get());
    std::thread::scope(|scope| {
        for _ in 0..workers.min(families.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(family) = families.get(index) else { return };
                    play_family(family, target, options, |line| {
                        let mut lines = lines.lock().expect("no worker panics with the lock");
                        lines.push((index, line));
                        show(&lines[lines.len() - 1].1, lines.len(), plans.len());
                    });
                }
            });
        }
    });
    let mut lines = lines.into_inner().expect("no worker panics with the lock");
    // Those of one family are in their order already.
    lines.sort_by_key(|(index, _)| *index);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Plays plans that begin alike, or one that has no like. Firmware cannot be forked, nor can an engine
/// that is asked for by name, unless it runs modules in place.
fn play_family(
    family: &[Plan],
    target: Option<&Arc<dyn Target>>,
    options: &Options,
    mut each: impl FnMut(Line),
) {
    let is_chosen = options.engine.is_some_and(|engine| engine != EngineName::InPlace);
    if target.is_some() || is_chosen || family.len() == 1 {
        return family.iter().for_each(|plan| each(play_one(plan, target, options)));
    }
    family::play(family, |plan, runner| {
        let played = runner.map_err(PlayError::Start);
        let played = played.and_then(|run| finish(plan, run, &options.out, options.review));
        each(Line { title: title(plan), verdict: verdict(plan, played, options) });
    });
}

fn play_one(plan: &Plan, target: Option<&Arc<dyn Target>>, options: &Options) -> Line {
    let refusals = refusals(plan, target);
    if !refusals.is_empty() {
        return Line { title: title(plan), verdict: Verdict::Unsupported(refusals) };
    }
    let played = play(plan, target, &options.out, options.review);
    Line { title: title(plan), verdict: verdict(plan, played, options) }
}

fn verdict(plan: &Plan, played: Result<Outcome, PlayError>, options: &Options) -> Verdict {
    let outcome = match played {
        Ok(outcome) => outcome,
        Err(error) => return Verdict::Failed(present::error(plan, &error)),
    };
    if !outcome.has_passed() {
        return Verdict::Failed(present::failures(plan, &outcome, Look::Plain));
    }
    let there = options.same_as.as_deref();
    match there.map_or(Ok(None), |there| same::difference(&outcome.out, &options.out, there)) {
        Ok(None) => {
            let report = &outcome.report;
            Verdict::Passed(format!("{} virtual s, trace {}", report.end(), report.hash()))
        }
        Ok(Some(difference)) => Verdict::Differs(format!("{}: {difference}", title(plan))),
        Err(error) => Verdict::Failed(present::error(plan, &PlayError::Write(error))),
    }
}

fn show(line: &Line, done: usize, all: usize) {
    let (word, rest) = match &line.verdict {
        Verdict::Passed(rest) => ("ok    ", rest.as_str()),
        Verdict::Unsupported(_) => ("cannot", ""),
        Verdict::Failed(_) => ("FAILED", ""),
        Verdict::Differs(_) => ("DIFFER", ""),
    };
    // A reader who has gone does not stop the tests.
    let _ = writeln!(io::stdout(), "[{done}/{all}] {word} {:<48} {rest}", line.title);
}

fn write_junit(lines: &[Line], file: &Path) -> io::Result<()> {
    let mut suite = TestSuite::new("scenarios");
    for line in lines {
        let status = match &line.verdict {
            Verdict::Passed(_) => TestCaseStatus::success(),
            Verdict::Unsupported(text) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message("the target cannot do all of it").set_description(text);
                status
            }
            Verdict::Failed(text) | Verdict::Differs(text) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message("the world was not as expected").set_description(text);
                status
            }
        };
        suite.add_test_case(TestCase::new(&line.title, status));
    }
    let mut report = Report::new("orrery");
    report.add_test_suite(suite);
    let text = report.to_string().map_err(io::Error::other)?;
    fs::write(file, text)
}
