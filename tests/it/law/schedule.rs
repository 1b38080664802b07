//! Laws of the scheduler, against a model of one list for each priority.

use std::collections::VecDeque;

use kernel::limits::PRIORITIES;
use kernel::schedule::Schedule;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::prop_oneof;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use crate::law::law;

const ACTORS: usize = 12;

#[derive(Clone, Debug)]
enum Step {
    PushBack(usize, usize),
    PushFront(usize, usize),
    Remove(usize),
    Pop,
}

#[derive(Default)]
struct Model {
    queues: Vec<VecDeque<usize>>,
}

impl Model {
    fn new() -> Model {
        Model { queues: vec![VecDeque::new(); PRIORITIES] }
    }

    fn is_ready(&self, actor: usize) -> bool {
        self.queues.iter().any(|queue| queue.contains(&actor))
    }

    fn pop(&mut self) -> Option<usize> {
        self.queues.iter_mut().rev().find_map(VecDeque::pop_front)
    }

    fn remove(&mut self, actor: usize) {
        self.queues.iter_mut().for_each(|queue| queue.retain(|other| *other != actor));
    }
}

pub(super) fn trials() -> Vec<Trial> {
    vec![
        law(
            "schedule::highest_ready_runs_first_come_first_served",
            vec(step(), 0..200),
            agrees_with_the_model,
        ),
        law(
            "schedule::a_round_of_slices_gives_everybody_of_a_priority_one",
            (1..ACTORS, 0..PRIORITIES),
            everybody_once,
        ),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    // Few priorities, so that queues fill.
    let priority = prop_oneof![0..3usize, Just(PRIORITIES - 1)];
    prop_oneof![
        3 => (0..ACTORS, priority.clone()).prop_map(|(actor, p)| Step::PushBack(actor, p)),
        1 => (0..ACTORS, priority).prop_map(|(actor, p)| Step::PushFront(actor, p)),
        1 => (0..ACTORS).prop_map(Step::Remove),
        3 => Just(Step::Pop),
    ]
}

fn agrees_with_the_model(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut schedule = Schedule::new(ACTORS);
    let mut model = Model::new();
    for step in steps {
        match step {
            Step::PushBack(actor, priority) if !model.is_ready(actor) => {
                schedule.push_back(actor, priority);
                model.queues[priority].push_back(actor);
            }
            Step::PushFront(actor, priority) if !model.is_ready(actor) => {
                schedule.push_front(actor, priority);
                model.queues[priority].push_front(actor);
            }
            Step::PushBack(..) | Step::PushFront(..) => (),
            Step::Remove(actor) => {
                schedule.remove(actor);
                model.remove(actor);
            }
            Step::Pop => prop_assert_eq!(schedule.pop(), model.pop()),
        }
        for actor in 0..ACTORS {
            prop_assert_eq!(schedule.is_ready(actor), model.is_ready(actor));
        }
        let highest = model.queues.iter().rposition(|queue| !queue.is_empty());
        prop_assert_eq!(schedule.highest(), highest);
    }
    // Nobody is lost: whoever is ready gets a turn.
    while let Some(actor) = model.pop() {
        prop_assert_eq!(schedule.pop(), Some(actor));
    }
    prop_assert_eq!(schedule.pop(), None);
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
