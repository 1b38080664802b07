//! Laws of the supervision tree: against OTP as a model, and under any weather.

mod bench;
mod model;

use kernel::limits::INTENSITY_MAX;
use kernel::limits::SUPERVISORS_MAX;
use kernel::manifest::Backoff;
use kernel::manifest::ChildSpec;
use kernel::manifest::Restart;
use kernel::manifest::Shutdown;
use kernel::manifest::Strategy as Siblings;
use kernel::manifest::SupervisorSpec;
use kernel::supervisor::Action;
use kernel::supervisor::ChildId;
use kernel::supervisor::ExitClass;
use kernel::supervisor::SupervisorId;
use kernel::supervisor::Tree;
use kernel::time::Duration;
use kernel::time::Instant;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use crate::law::law;
use bench::Bench;
use model::Actor;
use model::Model;

/// More than are there at the start, so that some can be added.
const PLACES: usize = 16;

/// Supervisors above an actor.
const DEPTH_MAX: usize = 4;

/// Which supervisor is above, how it decides, and how the one above treats it.
type Supervisor = (usize, SupervisorSpec, ChildSpec);

/// Which supervisor is above, how it treats the actor, and how long that takes to end.
type Child = (usize, ChildSpec, u64);

/// A tree that runs.
#[derive(Clone, Debug)]
struct Population {
    root: SupervisorSpec,
    supervisors: Vec<Supervisor>,
    actors: Vec<Child>,
}

/// What happens; numbers pick among those there are.
#[derive(Clone, Debug)]
enum Step {
    /// Siblings end at the same moment.
    Crash {
        which: usize,
        count: usize,
        class: ExitClass,
    },
    /// The next starts of an actor fail.
    Fail {
        which: usize,
        count: u32,
    },
    /// An actor is added while the system runs.
    Add(Child),
    Pass {
        nanos: u64,
    },
    /// Reports that nobody waits for.
    Babble {
        place: usize,
        is_up: bool,
    },
}

pub(super) fn trials() -> Vec<Trial> {
    vec![
        law(
            "supervisor::ends_and_starts_are_those_of_otp",
            (population(0), vec(step(), 1..60)),
            agrees_with_the_model,
        ),
        law(
            "supervisor::nothing_is_lost_and_the_tree_comes_to_rest",
            (population(20), vec((step(), 0..30u64), 1..80), 0..4u64),
            comes_to_rest,
        ),
        law(
            "supervisor::ends_go_in_reverse_and_nobody_is_ended_before_its_deadline",
            (population(20), vec((crash(), 0..30u64), 1..60), any::<bool>()),
            ends_in_order,
        ),
        law(
            "supervisor::the_root_gives_up_at_one_restart_more_than_the_intensity",
            (prop_oneof![0..50u16, Just(INTENSITY_MAX)], 1..100u64, vec(0..4u64, 1..200)),
            trips,
        ),
        law(
            "supervisor::delays_double_with_each_restart_of_the_same_child_within_the_period",
            (backoff(20), 1..400u64, vec((0..2usize, 0..100u64), 1..60)),
            waits,
        ),
    ]
}

fn population(delay_max: u64) -> impl Strategy<Value = Population> {
    let supervisor = (any::<usize>(), supervisor_spec(delay_max), child_spec());
    let actor = (any::<usize>(), child_spec(), 0..12u64);
    (supervisor_spec(delay_max), vec(supervisor, 0..6), vec(actor, 1..12))
        .prop_map(|(root, supervisors, actors)| Population { root, supervisors, actors })
}

fn supervisor_spec(delay_max: u64) -> impl Strategy<Value = SupervisorSpec> {
    let strategy = select(vec![Siblings::OneForOne, Siblings::OneForAll, Siblings::RestForOne]);
    let intensity = select(vec![0u16, 1, 1, 2, 3, 5, 40, 40]);
    (strategy, intensity, 1..60u64, backoff(delay_max)).prop_map(
        |(strategy, intensity, period, backoff)| SupervisorSpec {
            strategy,
            intensity,
            period: Duration::from_nanos(period),
            backoff,
        },
    )
}

/// The first delay is at most this long; 0 is none at all.
fn backoff(first_max: u64) -> impl Strategy<Value = Backoff> {
    (0..=first_max, 0..80u64).prop_map(|(first, last)| backoff_of(first, last))
}

fn backoff_of(first: u64, last: u64) -> Backoff {
    Backoff { first: Duration::from_nanos(first), last: Duration::from_nanos(last) }
}

fn child_spec() -> impl Strategy<Value = ChildSpec> {
    let restart = prop_oneof![
        4 => Just(Restart::Permanent),
        2 => Just(Restart::Transient),
        1 => Just(Restart::Temporary),
    ];
    let shutdown = prop_oneof![
        Just(Shutdown::Kill),
        (0..20u64).prop_map(|nanos| Shutdown::After(Duration::from_nanos(nanos))),
        Just(Shutdown::Wait),
    ];
    (restart, shutdown).prop_map(|(restart, shutdown)| ChildSpec { restart, shutdown })
}

fn crash() -> impl Strategy<Value = Step> {
    let class = select(vec![
        ExitClass::Abnormal,
        ExitClass::Abnormal,
        ExitClass::Abnormal,
        ExitClass::Normal,
        ExitClass::Shutdown,
    ]);
    let count = prop_oneof![4 => Just(1usize), 1 => 2..5usize];
    (any::<usize>(), count, class).prop_map(|(which, count, class)| Step::Crash {
        which,
        count,
        class,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => crash(),
        2 => (any::<usize>(), 1..4u32).prop_map(|(which, count)| Step::Fail { which, count }),
        2 => (any::<usize>(), child_spec(), 0..12u64).prop_map(Step::Add),
        3 => (0..40u64).prop_map(|nanos| Step::Pass { nanos }),
        1 => (0..PLACES + 9, any::<bool>())
            .prop_map(|(place, is_up)| Step::Babble { place, is_up }),
    ]
}

/// The same population for the tree and for the model. A supervisor too deep stands below the root.
fn build(population: &Population) -> Result<(Bench, Model), TestCaseError> {
    let mut tree = Tree::new(PLACES, SUPERVISORS_MAX, population.root);
    let mut model = Model::new(PLACES, population.root);
    let mut depths = vec![1];
    for (parent, spec, child) in &population.supervisors {
        let parent = Some(parent % depths.len()).filter(|index| depths[*index] < DEPTH_MAX);
        let parent = parent.unwrap_or(0);
        depths.push(depths[parent] + 1);
        tree.add_supervisor(SupervisorId::new(parent as u16), *spec, *child)?;
        model.add_supervisor(parent, *spec, *child);
    }
    let mut bench = Bench::new(tree, PLACES);
    for (place, (supervisor, spec, latency)) in population.actors.iter().enumerate() {
        let supervisor = supervisor % depths.len();
        bench.add(supervisor, place, *spec, true, *latency)?;
        prop_assert!(model.add(place, actor(supervisor, *spec, *latency), true));
    }
    Ok((bench, model))
}

fn actor(supervisor: usize, spec: ChildSpec, latency: u64) -> Actor {
    Actor { spec, supervisor, is_alive: true, latency, failures: 0, restarts: 0 }
}

/// Siblings that are alive, beginning with the one that `which` picks.
fn siblings(bench: &Bench, which: usize, count: usize) -> Vec<usize> {
    let alive = bench.alive();
    let Some(first) = alive.get(which % alive.len().max(1)).copied() else { return Vec::new() };
    let supervisor = bench.tree.supervisor_of(first);
    let others = alive
        .into_iter()
        .filter(|other| *other != first && bench.tree.supervisor_of(*other) == supervisor);
    [first].into_iter().chain(others).take(count).collect()
}

/// One thing happens at a time and the tree comes to rest before the next.
fn agrees_with_the_model(
    (population, steps): (Population, Vec<Step>),
) -> Result<(), TestCaseError> {
    let (mut bench, mut model) = build(&population)?;
    let supervisors = population.supervisors.len() + 1;
    for step in steps {
        apply(&mut bench, &mut model, supervisors, step)?;
        prop_assert!(bench.run(u64::MAX), "the tree does not come to rest");
        check(&bench, &model)?;
        if model.is_over() {
            return Ok(());
        }
    }
    bench.tree.shutdown(bench.now());
    model.shutdown();
    prop_assert!(bench.run(u64::MAX));
    check(&bench, &model)?;
    prop_assert!(bench.tree.is_over() && bench.alive().is_empty());
    Ok(())
}

fn apply(
    bench: &mut Bench,
    model: &mut Model,
    supervisors: usize,
    step: Step,
) -> Result<(), TestCaseError> {
    match step {
        Step::Crash { which, count, class } => {
            let places = siblings(bench, which, count);
            places.iter().for_each(|place| bench.crash(*place, class));
            model.crash(&places, class);
        }
        Step::Fail { which, count } => {
            let place = which % PLACES;
            bench.actors[place].failures = count;
            if let Some(actor) = &mut model.actors[place] {
                actor.failures = count;
            }
        }
        Step::Add((supervisor, spec, latency)) => {
            let Some(place) = (0..PLACES).find(|place| !model.knows(*place)) else { return Ok(()) };
            let supervisor = supervisor % supervisors;
            let is_added = bench.add(supervisor, place, spec, false, latency).is_ok();
            prop_assert_eq!(is_added, model.add(place, actor(supervisor, spec, latency), false));
        }
        Step::Pass { nanos } => {
            bench.clock += nanos;
            model.clock += nanos;
        }
        Step::Babble { place, is_up } => babble(bench, place, is_up),
    }
    Ok(())
}

/// Reports that fit nothing: an end of one who does not run, a start that was not asked for.
fn babble(bench: &mut Bench, place: usize, is_up: bool) {
    let now = bench.now();
    if bench.actors.get(place).is_none_or(|actor| !actor.is_alive && !actor.is_starting()) {
        bench.tree.exited(place, ExitClass::Abnormal, now);
    }
    if bench.actors.get(place).is_none_or(|actor| !actor.is_starting()) {
        bench.tree.started(place, is_up, now);
    }
    bench.tree.wake(now);
}

fn check(bench: &Bench, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(&bench.did, &model.did);
    prop_assert_eq!(bench.clock, model.clock);
    prop_assert_eq!(bench.tree.next_wake(), None);
    prop_assert_eq!(bench.tree.is_over(), model.is_over());
    for place in 0..PLACES {
        let actor = model.actors[place].as_ref();
        let is_alive = actor.is_some_and(|actor| actor.is_alive);
        prop_assert_eq!(bench.actors[place].is_alive, is_alive);
        if model.is_over() {
            continue;
        }
        let actor = actor.filter(|_| model.knows(place));
        let supervisor = bench.tree.supervisor_of(place).map(|id| usize::from(id.number()));
        prop_assert_eq!(supervisor, actor.map(|actor| actor.supervisor));
        let restarts = actor.map_or(0, |actor| actor.restarts);
        prop_assert_eq!(bench.tree.restarts(place), restarts);
    }
    Ok(())
}

/// Anything at any moment, also while supervisors end, start and wait. When the weather is over,
/// who must run does, or the root has given up and nobody does.
fn comes_to_rest(
    (population, steps, start_latency): (Population, Vec<(Step, u64)>, u64),
) -> Result<(), TestCaseError> {
    let (mut bench, model) = build(&population)?;
    let supervisors = population.supervisors.len() + 1;
    bench.actors.iter_mut().for_each(|actor| actor.start_latency = start_latency);
    for (step, pause) in steps {
        match step {
            Step::Crash { which, count, class } => {
                let places = siblings(&bench, which, count);
                places.iter().for_each(|place| bench.crash(*place, class));
            }
            Step::Fail { which, count } => bench.actors[which % PLACES].failures = count,
            Step::Add((supervisor, spec, latency)) => {
                let free = (0..PLACES).find(|place| bench.tree.supervisor_of(*place).is_none());
                if let Some(place) = free.filter(|place| !bench.actors[*place].is_alive) {
                    // A supervisor that is down refuses, and then nothing has changed.
                    let _ = bench.add(supervisor % supervisors, place, spec, false, latency);
                }
            }
            Step::Pass { nanos } => bench.clock += nanos,
            Step::Babble { place, is_up } => babble(&mut bench, place, is_up),
        }
        let until = bench.clock + pause;
        prop_assert!(bench.run(until), "the tree does not stop within a moment");
        bench.clock = bench.clock.max(until);
    }
    bench.actors.iter_mut().for_each(|actor| actor.failures = 0);
    prop_assert!(bench.run(u64::MAX), "the tree does not come to rest");
    prop_assert_eq!(bench.tree.next_wake(), None);
    prop_assert_eq!(bench.tree.is_over(), bench.tree.has_given_up());
    for place in 0..PLACES {
        let is_alive = bench.actors[place].is_alive;
        prop_assert_eq!(bench.tree.restarts(place), bench.actors[place].restarts);
        if bench.tree.is_over() {
            prop_assert!(!is_alive, "the root gave up and {place} still runs");
        } else if place < population.actors.len() && model.is_permanent(place) {
            prop_assert!(is_alive, "{place} is permanent and nobody restarted it");
        }
    }
    bench.tree.shutdown(bench.now());
    prop_assert!(bench.run(u64::MAX));
    prop_assert!(bench.tree.is_over() && bench.alive().is_empty());
    Ok(())
}

/// Without actors that join later, whoever is to end is the last of its siblings that still runs;
/// below supervisors that are waited for, whoever was asked keeps its time.
fn ends_in_order(
    (mut population, steps, is_off): (Population, Vec<(Step, u64)>, bool),
) -> Result<(), TestCaseError> {
    for (_, _, child) in &mut population.supervisors {
        child.shutdown = Shutdown::Wait;
    }
    let (mut bench, model) = build(&population)?;
    for (step, pause) in steps {
        let Step::Crash { which, count, class } = step else { continue };
        siblings(&bench, which, count).iter().for_each(|place| bench.crash(*place, class));
        let until = bench.clock + pause;
        prop_assert!(bench.run(until));
        bench.clock = until;
    }
    if is_off {
        bench.tree.shutdown(bench.now());
    }
    prop_assert!(bench.run(u64::MAX));
    prop_assert_eq!(&bench.ended_early, &Vec::<usize>::new());
    for (place, alive) in &bench.ends {
        let later = model.later(*place);
        let left = alive.iter().filter(|other| later.contains(other)).collect::<Vec<_>>();
        prop_assert!(left.is_empty(), "{place} is ended before {left:?}");
    }
    Ok(())
}

/// One child that always ends; the stamps of a model that forgets none.
fn trips((intensity, period, gaps): (u16, u64, Vec<u64>)) -> Result<(), TestCaseError> {
    let period_spec = Duration::from_nanos(period);
    let strategy = Siblings::OneForOne;
    let root =
        SupervisorSpec { strategy, intensity, period: period_spec, backoff: backoff_of(0, 0) };
    let child = ChildSpec { restart: Restart::Permanent, shutdown: Shutdown::Kill };
    let mut bench = Bench::new(Tree::new(1, 1, root), 1);
    bench.add(0, 0, child, true, 0)?;
    let mut stamps: Vec<u64> = Vec::new();
    // The largest intensity needs more ends than are drawn.
    let rounds = if intensity == INTENSITY_MAX { 8 } else { 1 };
    for gap in std::iter::repeat_n(gaps, rounds).flatten() {
        bench.clock += gap;
        stamps.push(bench.clock);
        let recent = stamps.iter().filter(|at| bench.clock <= **at + period).count();
        bench.crash(0, ExitClass::Normal);
        prop_assert!(bench.run(bench.clock));
        prop_assert_eq!(bench.tree.has_given_up(), usize::from(intensity) < recent);
        prop_assert_eq!(bench.actors[0].is_alive, !bench.tree.has_given_up());
        if bench.tree.has_given_up() {
            return Ok(());
        }
    }
    Ok(())
}

/// Two children of one supervisor that never gives up.
fn waits(
    (backoff, period, crashes): (Backoff, u64, Vec<(usize, u64)>),
) -> Result<(), TestCaseError> {
    let period_spec = Duration::from_nanos(period);
    let strategy = Siblings::OneForOne;
    let root = SupervisorSpec { strategy, intensity: 1000, period: period_spec, backoff };
    let child = ChildSpec { restart: Restart::Transient, shutdown: Shutdown::Wait };
    let mut tree = Tree::new(2, 1, root);
    tree.add(SupervisorId::ROOT, 0, child, true)?;
    tree.add(SupervisorId::ROOT, 1, child, true)?;
    let mut clock = 0;
    let mut stamps = [Vec::new(), Vec::new()];
    for (place, gap) in crashes {
        clock += gap;
        tree.exited(place, ExitClass::Abnormal, Instant::from_nanos(clock));
        stamps[place].push(clock);
        let recent = stamps[place].iter().filter(|at| clock <= **at + period).count() as u32;
        let (first, last) = (backoff.first.as_nanos(), backoff.last.as_nanos());
        let factor = 1u128.checked_shl(recent.saturating_sub(2)).unwrap_or(u128::MAX);
        let delay = if recent < 2 { 0 } else { first.saturating_mul(factor).min(last) as u64 };
        if 0 < delay {
            let at = Instant::from_nanos(clock + delay);
            let will = Action::WillStart { child: ChildId::Actor(place), at };
            prop_assert_eq!(tree.next_action(), Some(will));
            prop_assert_eq!(tree.next_wake(), Some(at));
            tree.wake(Instant::from_nanos(clock + delay - 1));
            prop_assert_eq!(tree.next_action(), None);
            clock += delay;
            tree.wake(Instant::from_nanos(clock));
        }
        prop_assert_eq!(tree.next_action(), Some(Action::Start { place }));
        tree.started(place, true, Instant::from_nanos(clock));
        prop_assert_eq!(tree.next_action(), None);
        prop_assert_eq!(tree.next_wake(), None);
    }
    Ok(())
}
