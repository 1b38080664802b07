//! What came of a run, as a person reads it.

use std::fmt::Write;
use std::fs;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Look;
use crate::diagnostic::Source;
use crate::play::Outcome;
use crate::play::PlayError;
use crate::play::title;
use crate::scenario::plan::Plan;

/// The summary of a run: what passed, in how much of everything, and where the pictures are.
pub fn summary(plan: &Plan, outcome: &Outcome) -> String {
    let report = &outcome.report;
    let verdict = if outcome.has_passed() { "passed" } else { "FAILED" };
    let steps = plan.steps.len();
    let mut lines = vec![
        ("steps", format!("{} of {steps}", report.steps)),
        ("virtual time", format!("{} s", report.end())),
        ("messages", report.messages().to_string()),
        ("frames", report.frames().to_string()),
        ("executed", format!("{} fuel, {} preemptions", report.fuel(), report.preempts())),
        ("trace", format!("{} ({} lines)", report.hash(), report.trace().lines().count())),
        ("written to", outcome.out.display().to_string()),
    ];
    if 0 < report.restarts() {
        lines.insert(2, ("restarts", report.restarts().to_string()));
    }
    if let Some(target) = &outcome.on {
        let same =
            if outcome.has_passed() { ": the same story as the linked kernel's" } else { "" };
        lines.push(("on", format!("{target}{same}")));
    }
    for wear in report.wear().iter().flatten() {
        lines.push(("flash", wear.to_string()));
    }
    for survey in &outcome.surveys {
        lines.push(("power cuts", survey.line()));
    }
    let mut text = format!("{verdict}: {} - {}\n", title(plan), plan.name);
    for (name, value) in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<13} {value}");
    }
    if 0 < outcome.accepted {
        let _ = writeln!(text, "  {:<13} {} files", "approved", outcome.accepted);
    }
    text
}

/// Who could reach what after boot and after the run, and through whom.
pub fn authority(outcome: &Outcome) -> String {
    let report = &outcome.report;
    let (before, after) = (report.authority_at_boot.to_string(), report.authority().to_string());
    if before == after {
        return format!("authority after boot and after the run:\n{after}");
    }
    format!("authority after boot:\n{before}authority after the run:\n{after}")
}

/// Everything that went wrong in a run: where, what was seen, the trace before it, and how to see
/// it again. Empty if nothing did.
pub fn failures(plan: &Plan, outcome: &Outcome, look: Look) -> String {
    let mut text = String::new();
    let repeat = repeat(plan, outcome.on.as_deref());
    if let Some(failure) = &outcome.report.failure {
        let label = format!("at {} virtual s", failure.at);
        let message = format!("{}: this step", title(plan));
        let message = format!("{message} {}", failure.expected);
        let shown = diagnostic(plan, failure.step, message, label, None, look);
        let _ = write!(text, "{shown}\n\nseen instead: {}\n", failure.seen);
        let _ = write!(text, "\ntrace before it:\n{}\n", failure.trace.join("\n"));
        let _ = write!(text, "\nrepeat it: {repeat}\n");
    }
    for mismatch in &outcome.mismatches {
        let problem = if mismatch.text.is_some() { "differs" } else { "is not approved yet" };
        let file = mismatch.file.display();
        let message = format!("{}: snapshot {file} {problem}", title(plan));
        let hint = format!("if this is right, approve it: {repeat} --update");
        let label = "taken down here".to_owned();
        let shown = diagnostic(plan, mismatch.step, message, label, Some(hint), look);
        let _ = writeln!(text, "{shown}\n");
        if let Some(difference) = &mismatch.text {
            let _ = writeln!(text, "{difference}\n");
        }
    }
    text
}

/// Why a plan could not be played.
pub fn error(plan: &Plan, error: &PlayError) -> String {
    match error {
        PlayError::Start(error) => format!("error: {}: {error}\n", plan.source.display()),
        PlayError::Write(error) => {
            format!("error: {}: cannot write what it left: {error}\n", plan.source.display())
        }
    }
}

/// The command that plays a plan again.
pub fn repeat(plan: &Plan, on: Option<&str>) -> String {
    let on = on.map_or_else(String::new, |target| format!(" --on {target}"));
    let board = plan.variant.as_ref().map_or_else(String::new, |name| format!(" --board {name}"));
    let ending = plan.ending.as_ref();
    let ending = ending.map_or_else(String::new, |ending| format!(" --ending {}", ending.name));
    let (file, seed) = (plan.source.display(), plan.seed);
    format!("cargo run sim --scenario {file} --seed {seed}{board}{ending}{on}")
}

/// A message about a step, with its line as the compiler shows it.
fn diagnostic(
    plan: &Plan,
    step: usize,
    message: String,
    label: String,
    hint: Option<String>,
    look: Look,
) -> String {
    let text = fs::read_to_string(&plan.source).unwrap_or_default();
    let source = Source { path: plan.source.clone(), text };
    let bytes = plan.steps.get(step).map(|step| {
        let start = source.byte(step.place);
        let first_line = step.text.lines().next().unwrap_or_default();
        start..start + first_line.len()
    });
    let list = vec![Diagnostic { message, bytes, label, hint }];
    Diagnostics { source, list }.render(look)
}
