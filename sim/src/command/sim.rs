//! `orrery sim`: plays one scenario and tells everything about it.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use crate::command::Ending;
use crate::command::flash_file;
use crate::command::on::On;
use crate::command::on::refusals;
use crate::diagnostic::Look;
use crate::engine::EngineName;
use crate::firmware::Builder;
use crate::play::PlayError;
use crate::play::Review;
use crate::play::finish;
use crate::play::run_on;
use crate::present;
use crate::runner::Runner;
use crate::scenario::load::load;
use crate::scenario::plan::Action;
use crate::scenario::plan::FlashCut;
use crate::scenario::plan::Plan;
use crate::stock::Stock;
use crate::target::StartError;
use crate::target::Target;
use crate::view;

/// What to play and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Instead of the scenario's own seed.
    pub seed: Option<u64>,
    /// Only this one of the boards that the scenario lists.
    pub board: Option<String>,
    /// Only this one of its endings.
    pub ending: Option<String>,
    /// Whether a person sees the first run in a window or at a terminal, and how.
    pub view: Option<view::Options>,
    /// Only this one power cut of an exploration.
    pub cut: Option<FlashCut>,
    /// Where the flash's contents come from and go to.
    pub flash: Option<PathBuf>,
    /// Whether to say who could reach what, and through whom.
    pub authority: bool,
    /// What to play it on.
    pub on: On,
    /// What runs the actors' modules; nothing is what the scenario's board has.
    pub engine: Option<EngineName>,
    /// Who builds firmware that it runs on.
    pub builder: Builder,
    /// What to do with snapshots that differ.
    pub review: Review,
    /// Where files go.
    pub out: PathBuf,
}

/// Plays every variant of the scenario.
pub fn run(options: &Options) -> Ending {
    if let Some(reason) = options.on.lacks(options.engine) {
        eprintln!("error: {reason}");
        return Ending::Refused;
    }
    let target = match options.on.target(&options.builder) {
        Ok(target) => target,
        Err(error) => {
            eprintln!("error: {error}");
            return Ending::Refused;
        }
    };
    let plans = match load(&options.scenario, &Stock) {
        Ok(plans) => plans,
        Err(diagnostics) => {
            eprintln!("{}", diagnostics.render(look()));
            return Ending::Refused;
        }
    };
    let plans = match chosen(plans, options.board.as_deref(), options.ending.as_deref()) {
        Ok(plans) => plans,
        Err(reason) => {
            eprintln!("error: {}: {reason}", options.scenario.display());
            return Ending::Refused;
        }
    };
    if options.flash.is_some() && 1 < plans.len() {
        let hint = "choose one with `--board` or `--ending`";
        eprintln!("error: several runs cannot share one flash file: {hint}");
        return Ending::Refused;
    }
    let mut ending = Ending::Passed;
    let mut view = options.view.as_ref();
    for mut plan in plans {
        plan.seed = options.seed.unwrap_or(plan.seed);
        if let Err(reason) = prepare(&mut plan, options) {
            eprintln!("error: {}: {reason}", options.scenario.display());
            return Ending::Refused;
        }
        let refusals = refusals(&plan, target.as_ref());
        if !refusals.is_empty() {
            eprint!("{refusals}");
            ending = Ending::Refused;
            continue;
        }
        match play(&plan, target.as_ref(), view.take(), options) {
            Ok(true) => (),
            Ok(false) => ending = Ending::Failed,
            Err(error) => {
                eprint!("{}", present::error(&plan, &error));
                return Ending::Refused;
            }
        }
    }
    ending
}

/// Does to a plan what the command line says beside its boards and its seed.
fn prepare(plan: &mut Plan, options: &Options) -> Result<(), String> {
    if let Some(engine) = options.engine {
        plan.put_on(engine);
    }
    if let Some(file) = &options.flash {
        flash_file::load(plan, file)?;
    }
    let Some(cut) = options.cut else { return Ok(()) };
    let mut is_explored = false;
    for step in &mut plan.steps {
        if let Action::Explore(exploration) = &mut step.action {
            exploration.only = Some(cut);
            is_explored = true;
        }
    }
    if is_explored { Ok(()) } else { Err("it has no `cut-power: { during: … }`".to_owned()) }
}

/// The plans that are to be played.
fn chosen(
    mut plans: Vec<Plan>,
    board: Option<&str>,
    ending: Option<&str>,
) -> Result<Vec<Plan>, String> {
    if let Some(board) = board {
        let boards = plans.iter().flat_map(|plan| plan.boards.keys()).cloned();
        let names: BTreeSet<String> = boards.collect();
        plans.retain(|plan| plan.boards.contains_key(board));
        if plans.is_empty() {
            return Err(format!("it has no board `{board}`, only {}", quoted(&names)));
        }
    }
    if let Some(ending) = ending {
        let endings = plans.iter().filter_map(|plan| plan.ending.as_ref());
        let names: BTreeSet<String> = endings.map(|ending| ending.name.clone()).collect();
        plans.retain(|plan| plan.ending.as_ref().is_some_and(|one| one.name == ending));
        if names.is_empty() {
            return Err("it has no `endings`".to_owned());
        }
        if plans.is_empty() {
            return Err(format!("it has no ending `{ending}`, only {}", quoted(&names)));
        }
    }
    Ok(plans)
}

fn quoted(names: &BTreeSet<String>) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" and ")
}

fn play(
    plan: &Plan,
    target: Option<&Arc<dyn Target>>,
    view: Option<&view::Options>,
    options: &Options,
) -> Result<bool, PlayError> {
    let runner = match view {
        Some(view) => watched(plan, target, view).map_err(PlayError::Start)?,
        None => run_on(plan, target)?,
    };
    if let Some(file) = &options.flash
        && let Err(reason) = flash_file::save(plan, runner.world(), file)
    {
        eprintln!("error: {reason}");
    }
    let mut outcome = finish(plan, runner, &options.out, options.review)?;
    outcome.on = target.filter(|_| view.is_none()).map(|target| target.name());
    eprint!("{}", present::failures(plan, &outcome, look()));
    print!("{}", present::summary(plan, &outcome));
    if options.authority {
        print!("{}", present::authority(&outcome));
    }
    Ok(outcome.has_passed())
}

/// Plays a plan before a person's eyes.
fn watched<'a>(
    plan: &'a Plan,
    target: Option<&Arc<dyn Target>>,
    view: &view::Options,
) -> Result<Runner<'a>, StartError> {
    let mut runner = match target {
        Some(target) => Runner::on(plan, Arc::clone(target))?,
        None => Runner::new(plan)?,
    };
    view::play(&mut runner, view);
    Ok(runner)
}

/// Colours for a terminal alone.
pub fn look() -> Look {
    if std::io::stderr().is_terminal() { Look::Coloured } else { Look::Plain }
}
