//! Laws of the scheduler, against a model of one list for each priority.

use std::collections::VecDeque;

use kernel::limits::PASSED_OVER_MAX;
use kernel::limits::PRIORITIES;
use kernel::schedule::ROUND;
use kernel::schedule::Schedule;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use crate::law::law;

const ACTORS: usize = 12;

#[derive(Clone, Debug)]
enum Step {
    PushBack(usize, usize),
    PushFront(usize, usize),
    Remove(usize),
    SetPriority(usize, usize),
    /// A slice whose actor then waits for something.
    Pop,
    /// So many slices, each used up.
    Run(usize),
}

/// What the schedule and its model both are.
trait Queues {
    fn is_ready(&self, actor: usize) -> bool;
    fn push_back(&mut self, actor: usize, priority: usize);
    fn push_front(&mut self, actor: usize, priority: usize);
    fn set_priority(&mut self, actor: usize, priority: usize);
    fn remove(&mut self, actor: usize);
    fn pop(&mut self) -> Option<usize>;
    fn highest(&self) -> Option<usize>;
    fn first(&self) -> Option<usize>;
}

impl Queues for Schedule {
    fn is_ready(&self, actor: usize) -> bool {
        Schedule::is_ready(self, actor)
    }

    fn push_back(&mut self, actor: usize, priority: usize) {
        Schedule::push_back(self, actor, priority);
    }

    fn push_front(&mut self, actor: usize, priority: usize) {
        Schedule::push_front(self, actor, priority);
    }

    fn set_priority(&mut self, actor: usize, priority: usize) {
        Schedule::set_priority(self, actor, priority);
    }

    fn remove(&mut self, actor: usize) {
        Schedule::remove(self, actor);
    }

    fn pop(&mut self) -> Option<usize> {
        Schedule::pop(self)
    }

    fn highest(&self) -> Option<usize> {
        Schedule::highest(self)
    }

    fn first(&self) -> Option<usize> {
        Schedule::first(self)
    }
}

#[derive(Default)]
struct Model {
    queues: [VecDeque<usize>; PRIORITIES],
    is_passed_over: [bool; PRIORITIES],
    passes: u32,
    rescued: usize,
}

impl Model {
    fn priority_of(&self, actor: usize) -> Option<usize> {
        self.queues.iter().position(|queue| queue.contains(&actor))
    }

    /// The first priority passed over, downwards from the last one rescued and around.
    fn rescue(&mut self) -> usize {
        let downwards = (0..self.rescued).rev().chain((self.rescued..PRIORITIES).rev());
        let turn = downwards.into_iter().find(|turn| self.is_passed_over[*turn]);
        self.rescued = turn.expect("somebody was passed over");
        self.rescued
    }

    fn is_occupied(&self, priority: usize) -> bool {
        !self.queues[priority].is_empty()
    }

    fn forget_the_empty(&mut self) {
        for priority in 0..PRIORITIES {
            self.is_passed_over[priority] &= self.is_occupied(priority);
        }
    }
}

impl Queues for Model {
    fn is_ready(&self, actor: usize) -> bool {
        self.priority_of(actor).is_some()
    }

    fn push_back(&mut self, actor: usize, priority: usize) {
        self.queues[priority].push_back(actor);
    }

    fn push_front(&mut self, actor: usize, priority: usize) {
        self.queues[priority].push_front(actor);
    }

    fn set_priority(&mut self, actor: usize, priority: usize) {
        if self.priority_of(actor).is_some_and(|before| before != priority) {
            self.remove(actor);
            self.push_back(actor, priority);
        }
    }

    fn remove(&mut self, actor: usize) {
        self.queues.iter_mut().for_each(|queue| queue.retain(|other| *other != actor));
        self.forget_the_empty();
    }

    fn pop(&mut self) -> Option<usize> {
        let mut priority = self.highest()?;
        if self.is_passed_over == [false; PRIORITIES] {
            self.passes = 0;
        }
        if self.passes == PASSED_OVER_MAX {
            priority = self.rescue();
            self.passes = 0;
        } else if (0..priority).any(|lower| self.is_occupied(lower)) {
            for lower in 0..priority {
                self.is_passed_over[lower] |= self.is_occupied(lower);
            }
            self.passes += 1;
        }
        self.is_passed_over[priority] = false;
        let actor = self.queues[priority].pop_front();
        self.forget_the_empty();
        actor
    }

    fn highest(&self) -> Option<usize> {
        self.queues.iter().rposition(|queue| !queue.is_empty())
    }

    fn first(&self) -> Option<usize> {
        self.queues[self.highest()?].front().copied()
    }
}

/// One slice: who was ready, at which priority, and who got it.
#[derive(Clone, Debug, PartialEq)]
struct Slice {
    ready: Vec<(usize, usize)>,
    highest: Option<usize>,
    first: Option<usize>,
    given: Option<usize>,
}

impl Slice {
    fn priority(&self) -> Option<usize> {
        let given = self.ready.iter().find(|(actor, _)| Some(*actor) == self.given);
        given.map(|(_, priority)| *priority)
    }

    /// Whether it went to the highest priority while somebody of a lower one was ready.
    fn passes_somebody_over(&self) -> bool {
        let lowest = self.ready.iter().map(|(_, priority)| *priority).min();
        self.priority() == self.highest && lowest < self.highest
    }
}

pub(super) fn trials() -> Vec<Trial> {
    vec![
        law(
            "schedule::highest_ready_runs_first_come_first_served_but_for_rescues",
            steps(),
            agrees_with_the_model,
        ),
        law(
            "schedule::a_lower_one_runs_only_after_slices_that_passed_somebody_over",
            steps(),
            rescues_are_due,
        ),
        law("schedule::same_steps_give_the_same_order", steps(), same_order),
        law(
            "schedule::a_round_of_slices_gives_everybody_of_a_priority_one",
            (1..ACTORS, 0..PRIORITIES),
            everybody_once,
        ),
        law(
            "schedule::a_round_gives_every_lower_priority_one_slice_if_all_are_busy",
            0..2 * ROUND,
            every_priority_once,
        ),
        law(
            "schedule::whoever_is_ready_runs_within_a_round_for_each_before_it",
            rivals(),
            wait_is_bounded,
        ),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few priorities, so that queues fill.
    let priority = prop_oneof![0..3usize, Just(PRIORITIES - 1)];
    let step = prop_oneof![
        6 => (0..ACTORS, priority.clone()).prop_map(|(actor, p)| Step::PushBack(actor, p)),
        2 => (0..ACTORS, priority.clone()).prop_map(|(actor, p)| Step::PushFront(actor, p)),
        2 => (0..ACTORS, priority).prop_map(|(actor, p)| Step::SetPriority(actor, p)),
        2 => (0..ACTORS).prop_map(Step::Remove),
        3 => Just(Step::Pop),
        3 => (0..50usize).prop_map(Step::Run),
    ];
    vec(step, 0..40)
}

/// Does the steps and then gives slices until nobody is ready.
fn play(queues: &mut impl Queues, steps: &[Step]) -> Vec<Slice> {
    let mut slices = Vec::new();
    let mut priorities = [0; ACTORS];
    for step in steps {
        match *step {
            Step::PushBack(actor, priority) if !queues.is_ready(actor) => {
                priorities[actor] = priority;
                queues.push_back(actor, priority);
            }
            Step::PushFront(actor, priority) if !queues.is_ready(actor) => {
                priorities[actor] = priority;
                queues.push_front(actor, priority);
            }
            Step::PushBack(..) | Step::PushFront(..) => (),
            Step::Remove(actor) => queues.remove(actor),
            Step::SetPriority(actor, priority) => {
                priorities[actor] = priority;
                queues.set_priority(actor, priority);
            }
            Step::Pop => slices.push(slice(queues, &priorities)),
            Step::Run(count) => {
                for _ in 0..count {
                    slices.push(slice(queues, &priorities));
                    let Some(actor) = slices.last().and_then(|slice| slice.given) else { break };
                    queues.push_back(actor, priorities[actor]);
                }
            }
        }
    }
    while queues.highest().is_some() {
        slices.push(slice(queues, &priorities));
    }
    slices
}

fn slice(queues: &mut impl Queues, priorities: &[usize; ACTORS]) -> Slice {
    let ready = (0..ACTORS).filter(|actor| queues.is_ready(*actor));
    Slice {
        ready: ready.map(|actor| (actor, priorities[actor])).collect(),
        highest: queues.highest(),
        first: queues.first(),
        given: queues.pop(),
    }
}

/// Nobody is lost either: both give slices until nobody is ready.
fn agrees_with_the_model(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let slices = play(&mut Schedule::new(ACTORS), &steps);
    let expected = play(&mut Model::default(), &steps);
    for (slice, expected) in slices.iter().zip(&expected) {
        prop_assert_eq!(slice, expected);
    }
    prop_assert_eq!(slices.len(), expected.len());
    Ok(())
}

fn rescues_are_due(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut passes = 0;
    for slice in play(&mut Schedule::new(ACTORS), &steps) {
        if slice.passes_somebody_over() {
            passes += 1;
            continue;
        }
        if slice.priority() != slice.highest {
            prop_assert!(PASSED_OVER_MAX <= passes, "too early: {slice:?}");
        }
        passes = 0;
    }
    Ok(())
}

fn same_order(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let once = play(&mut Schedule::new(ACTORS), &steps);
    // More places than are used change nothing.
    let again = play(&mut Schedule::new(2 * ACTORS), &steps);
    prop_assert_eq!(once, again);
    Ok(())
}

fn everybody_once((count, priority): (usize, usize)) -> Result<(), TestCaseError> {
    let mut schedule = Schedule::new(ACTORS);
    for actor in 0..count {
        schedule.push_back(actor, priority);
    }
    for round in 0..3 * count {
        let running = schedule.pop();
        prop_assert_eq!(running, Some(round % count));
        schedule.push_back(round % count, priority);
    }
    Ok(())
}

/// One busy actor at each priority, looked at for a round from any slice on: so the bound is not
/// only kept, it is reached.
fn every_priority_once(before: u32) -> Result<(), TestCaseError> {
    let mut schedule = Schedule::new(PRIORITIES);
    (0..PRIORITIES).for_each(|actor| schedule.push_back(actor, actor));
    let mut slices = [0; PRIORITIES];
    for slice in 0..before + ROUND {
        let actor = schedule.pop().expect("all are ready");
        schedule.push_back(actor, actor);
        slices[actor] += u32::from(before <= slice);
    }
    let (highest, lower) = slices.split_last().expect("there are priorities");
    prop_assert_eq!(lower, [1; PRIORITIES - 1]);
    prop_assert_eq!(*highest, ROUND - (PRIORITIES as u32 - 1));
    Ok(())
}

/// Actors that use up every slice they get; some of them come and go together.
#[derive(Clone, Debug)]
struct Rivals {
    /// Who must not starve.
    priority: usize,
    /// How many are before it in its queue.
    ahead: usize,
    /// The priorities of the others, and which of them come and go.
    others: Vec<(usize, bool)>,
    /// These are away for the first slices of every so many.
    away: u32,
    period: u32,
    /// The slice within a period with which it begins.
    phase: u32,
}

fn rivals() -> impl Strategy<Value = Rivals> {
    // Away just when a rescue is due is what a rival would do that wants others to starve.
    let due = PASSED_OVER_MAX + 1;
    let absence = prop_oneof![
        Just((1, due, 1)),
        (0..3u32, Just(due), 0..due),
        (0..40u32, 1..80u32, 0..80u32)
    ];
    let others = vec((0..PRIORITIES, proptest::bool::ANY), 0..10);
    (0..PRIORITIES, 0..3usize, others, absence).prop_map(
        |(priority, ahead, others, (away, period, phase))| Rivals {
            priority,
            ahead,
            others,
            away,
            period,
            phase,
        },
    )
}

fn wait_is_bounded(rivals: Rivals) -> Result<(), TestCaseError> {
    let Rivals { priority, ahead, others, .. } = &rivals;
    let mut schedule = Schedule::new(ahead + 1 + others.len());
    for actor in 0..=*ahead {
        schedule.push_back(actor, *priority);
    }
    let bound = (*ahead as u32 + 1) * ROUND;
    for slice in 0..bound {
        let are_away = (slice + rivals.phase) % rivals.period < rivals.away;
        for (index, (priority, comes_and_goes)) in others.iter().enumerate() {
            let actor = ahead + 1 + index;
            if *comes_and_goes && are_away {
                schedule.remove(actor);
            } else if !schedule.is_ready(actor) {
                schedule.push_back(actor, *priority);
            }
        }
        let running = schedule.pop().expect("one is ready all the while");
        if running == *ahead {
            return Ok(());
        }
        // The others queue again before the next slice.
        if running < *ahead {
            schedule.push_back(running, *priority);
        }
    }
    Err(TestCaseError::fail(format!("not within {bound} slices")))
}
