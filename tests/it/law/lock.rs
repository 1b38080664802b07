//! Laws of mutexes and semaphores, against a model of one list of owners and one queue a lock.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use abi::refusal::Refusal;
use kernel::limits::LOCKS_MAX;
use kernel::lock::Locks;
use kernel::lock::Outcome;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use crate::law::law;

const PLACES: usize = 6;
/// Numbers that are tried, some of which name no lock.
const NUMBERS: u16 = 6;

#[derive(Clone, Copy, Debug)]
enum Step {
    CreateMutex,
    CreateSemaphore(u32),
    Destroy(u16),
    Lock(u16, usize),
    TryLock(u16, usize),
    Unlock(u16, usize),
    Acquire(u16, usize),
    TryAcquire(u16),
    Release(u16),
    Abandon(usize),
    GiveUp(usize),
}

enum Kind {
    Mutex,
    Semaphore { permits: u32 },
}

#[derive(Default)]
struct Model {
    kinds: BTreeMap<u16, Kind>,
    /// Mutexes and their owners, in the order in which they were got.
    owners: Vec<(u16, usize)>,
    /// Locks and those who wait for them, in the order in which they began.
    waiters: VecDeque<(u16, usize)>,
}

impl Model {
    fn owner(&self, number: u16) -> Option<usize> {
        self.owners.iter().find(|(mutex, _)| *mutex == number).map(|(_, owner)| *owner)
    }

    fn awaited_by(&self, place: usize) -> Option<u16> {
        self.waiters.iter().find(|(_, waiter)| *waiter == place).map(|(number, _)| *number)
    }

    fn take_waiter(&mut self, number: u16) -> Option<usize> {
        let index = self.waiters.iter().position(|(lock, _)| *lock == number)?;
        self.waiters.remove(index).map(|(_, waiter)| waiter)
    }

    fn hand_over(&mut self, number: u16) -> Option<usize> {
        self.owners.retain(|(mutex, _)| *mutex != number);
        let heir = self.take_waiter(number)?;
        self.owners.push((number, heir));
        Some(heir)
    }

    fn expect_mutex(&self, number: u16) -> Result<Option<usize>, Refusal> {
        match self.kinds.get(&number).ok_or(Refusal::NotFound)? {
            Kind::Mutex => Ok(self.owner(number)),
            Kind::Semaphore { .. } => Err(Refusal::WrongObject),
        }
    }

    fn try_lock(&mut self, number: u16, place: usize) -> Result<(), Refusal> {
        match self.expect_mutex(number)? {
            None => self.owners.push((number, place)),
            Some(_) => return Err(Refusal::Locked),
        }
        Ok(())
    }

    fn lock(&mut self, number: u16, place: usize) -> Result<Outcome, Refusal> {
        let owner = self.expect_mutex(number)?;
        if owner == Some(place) {
            return Err(Refusal::Locked);
        }
        if owner.is_some() {
            self.waiters.push_back((number, place));
            return Ok(Outcome::Waits);
        }
        self.owners.push((number, place));
        Ok(Outcome::Taken)
    }

    fn unlock(&mut self, number: u16, place: usize) -> Result<Option<usize>, Refusal> {
        if self.expect_mutex(number)? != Some(place) {
            return Err(Refusal::NoRight);
        }
        Ok(self.hand_over(number))
    }

    fn permits(&mut self, number: u16) -> Result<&mut u32, Refusal> {
        match self.kinds.get_mut(&number).ok_or(Refusal::NotFound)? {
            Kind::Semaphore { permits } => Ok(permits),
            Kind::Mutex => Err(Refusal::WrongObject),
        }
    }

    fn try_acquire(&mut self, number: u16) -> Result<(), Refusal> {
        match self.permits(number)? {
            0 => Err(Refusal::Locked),
            permits => {
                *permits -= 1;
                Ok(())
            }
        }
    }

    fn release(&mut self, number: u16) -> Result<Option<usize>, Refusal> {
        if *self.permits(number)? == u32::MAX {
            return Err(Refusal::NoRoom);
        }
        let heir = self.take_waiter(number);
        *self.permits(number)? += u32::from(heir.is_none());
        Ok(heir)
    }

    fn destroy(&mut self, number: u16) -> Result<Vec<usize>, Refusal> {
        self.kinds.remove(&number).ok_or(Refusal::NotFound)?;
        self.owners.retain(|(mutex, _)| *mutex != number);
        Ok(std::iter::from_fn(|| self.take_waiter(number)).collect())
    }

    fn abandon(&mut self, place: usize) -> Vec<(u16, usize)> {
        self.waiters.retain(|(_, waiter)| *waiter != place);
        let held: Vec<u16> = self.held_by(place);
        held.into_iter().filter_map(|mutex| Some((mutex, self.hand_over(mutex)?))).collect()
    }

    fn held_by(&self, place: usize) -> Vec<u16> {
        let held = self.owners.iter().filter(|(_, owner)| *owner == place);
        held.map(|(mutex, _)| *mutex).collect()
    }
}

pub(super) fn trials() -> Vec<Trial> {
    vec![
        law(
            "lock::owners_and_queues_are_the_models_after_any_sequence",
            vec(step(), 0..80),
            agrees_with_the_model,
        ),
        law(
            "lock::permits_are_neither_lost_nor_made",
            (0..4u32, vec(step(), 0..80)),
            permits_are_conserved,
        ),
        law("lock::numbers_are_bounded_and_used_again", 0..LOCKS_MAX as u16, numbers_are_bounded),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0..NUMBERS;
    let permits = prop_oneof![4 => 0..4u32, 1 => Just(u32::MAX), 1 => Just(u32::MAX - 1)];
    let pair = (0..NUMBERS, 0..PLACES);
    let life = prop_oneof![
        2 => Just(Step::CreateMutex),
        2 => permits.prop_map(Step::CreateSemaphore),
        1 => number.clone().prop_map(Step::Destroy),
        2 => (0..PLACES).prop_map(Step::Abandon),
        2 => (0..PLACES).prop_map(Step::GiveUp),
    ];
    prop_oneof![
        9 => life,
        8 => pair.clone().prop_map(|(number, place)| Step::Lock(number, place)),
        3 => pair.clone().prop_map(|(number, place)| Step::TryLock(number, place)),
        8 => pair.clone().prop_map(|(number, place)| Step::Unlock(number, place)),
        8 => pair.prop_map(|(number, place)| Step::Acquire(number, place)),
        3 => number.clone().prop_map(Step::TryAcquire),
        8 => number.prop_map(Step::Release),
    ]
}

/// Whether the one who would do it runs: who waits for a lock does not. At least one number names
/// no lock.
fn can_happen(model: &Model, step: Step) -> bool {
    match step {
        Step::Lock(_, place)
        | Step::TryLock(_, place)
        | Step::Unlock(_, place)
        | Step::Acquire(_, place) => model.awaited_by(place).is_none(),
        Step::CreateMutex | Step::CreateSemaphore(_) => {
            model.kinds.len() + 1 < usize::from(NUMBERS)
        }
        _ => true,
    }
}

fn agrees_with_the_model(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut locks = Locks::new(PLACES);
    let mut model = Model::default();
    for step in steps {
        if can_happen(&model, step) {
            apply(&mut locks, &mut model, step)?;
            check(&locks, &model)?;
        }
    }
    Ok(())
}

fn apply(locks: &mut Locks, model: &mut Model, step: Step) -> Result<(), TestCaseError> {
    match step {
        Step::CreateMutex => {
            let number = locks.create_mutex()?;
            let before = model.kinds.insert(number, Kind::Mutex);
            prop_assert!(before.is_none());
        }
        Step::CreateSemaphore(permits) => {
            let number = locks.create_semaphore(permits)?;
            let before = model.kinds.insert(number, Kind::Semaphore { permits });
            prop_assert!(before.is_none());
        }
        Step::Destroy(number) => {
            let mut told = Vec::new();
            let destroyed = locks.destroy(number, |place| told.push(place));
            prop_assert_eq!(destroyed.map(|()| told), model.destroy(number));
        }
        Step::Lock(number, place) => {
            prop_assert_eq!(locks.lock(number, place), model.lock(number, place));
        }
        Step::TryLock(number, place) => {
            prop_assert_eq!(locks.try_lock(number, place), model.try_lock(number, place));
        }
        Step::Unlock(number, place) => {
            prop_assert_eq!(locks.unlock(number, place), model.unlock(number, place));
        }
        Step::Acquire(number, place) => {
            let expected = match model.try_acquire(number) {
                Ok(()) => Ok(Outcome::Taken),
                Err(Refusal::Locked) => {
                    model.waiters.push_back((number, place));
                    Ok(Outcome::Waits)
                }
                Err(refusal) => Err(refusal),
            };
            prop_assert_eq!(locks.acquire(number, place), expected);
        }
        Step::TryAcquire(number) => {
            prop_assert_eq!(locks.try_acquire(number), model.try_acquire(number));
        }
        Step::Release(number) => {
            prop_assert_eq!(locks.release(number), model.release(number));
        }
        Step::Abandon(place) => {
            let mut passed = Vec::new();
            locks.abandon(place, |mutex, heir| passed.push((mutex, heir)));
            prop_assert_eq!(passed, model.abandon(place));
        }
        Step::GiveUp(place) => {
            prop_assert_eq!(locks.give_up(place), model.awaited_by(place));
            model.waiters.retain(|(_, waiter)| *waiter != place);
        }
    }
    Ok(())
}

/// Each mutex has the model's owner and is among what that one holds, and nobody else holds it;
/// each queue has the model's order.
fn check(locks: &Locks, model: &Model) -> Result<(), TestCaseError> {
    for number in 0..NUMBERS {
        prop_assert_eq!(locks.owner(number), model.owner(number));
        let waiters: Vec<usize> = locks.waiters(number).collect();
        let expected = model.waiters.iter().filter(|(lock, _)| *lock == number);
        let expected: Vec<usize> = expected.map(|(_, waiter)| *waiter).collect();
        prop_assert_eq!(&waiters, &expected);
        let is_mutex = matches!(model.kinds.get(&number), Some(Kind::Mutex));
        let is_free = is_mutex && locks.owner(number).is_none();
        prop_assert!(!is_free || waiters.is_empty(), "a free mutex is waited for");
    }
    for place in 0..PLACES {
        prop_assert_eq!(locks.held_by(place).collect::<Vec<_>>(), model.held_by(place));
        prop_assert_eq!(locks.awaited_by(place), model.awaited_by(place));
    }
    Ok(())
}

/// One semaphore, counted from outside: what there was and what was released is what was acquired
/// and what is left. Deaths of those who wait change nothing.
fn permits_are_conserved((permits, steps): (u32, Vec<Step>)) -> Result<(), TestCaseError> {
    let mut locks = Locks::new(PLACES);
    let number = locks.create_semaphore(permits)?;
    let (mut released, mut acquired) = (0, 0);
    for step in steps {
        match step {
            Step::Acquire(_, place) if locks.awaited_by(place).is_none() => {
                acquired += u32::from(locks.acquire(number, place)? == Outcome::Taken);
            }
            Step::TryAcquire(_) => acquired += u32::from(locks.try_acquire(number).is_ok()),
            Step::Release(_) => {
                let heir = locks.release(number)?;
                released += 1;
                acquired += u32::from(heir.is_some());
            }
            Step::Abandon(place) => locks.abandon(place, |_, _| ()),
            Step::GiveUp(place) => {
                locks.give_up(place);
            }
            _ => (),
        }
    }
    let waits = locks.waiters(number).next().is_some();
    let mut left = 0;
    while locks.try_acquire(number).is_ok() {
        left += 1;
    }
    prop_assert_eq!(permits + released, acquired + left);
    prop_assert!(!waits || left == 0, "somebody waits for a permit that is there");
    Ok(())
}

fn numbers_are_bounded(which: u16) -> Result<(), TestCaseError> {
    let mut locks = Locks::new(PLACES);
    let mut numbers: Vec<u16> = (0..LOCKS_MAX).map_while(|_| locks.create_mutex().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    prop_assert_eq!(numbers.len(), LOCKS_MAX);
    prop_assert_eq!(locks.create_mutex(), Err(Refusal::NoRoom));
    prop_assert_eq!(locks.create_semaphore(1), Err(Refusal::NoRoom));
    let number = numbers[usize::from(which)];
    locks.try_lock(number, 0)?;
    locks.lock(number, 1)?;
    locks.destroy(number, |_| ())?;
    prop_assert_eq!(locks.lock(number, 2), Err(Refusal::NotFound));
    prop_assert_eq!(locks.held_by(0).next(), None);
    // What has the number next begins without the old one's owner and queue.
    prop_assert_eq!(locks.create_mutex(), Ok(number));
    prop_assert_eq!(locks.lock(number, 2), Ok(Outcome::Taken));
    prop_assert_eq!(locks.unlock(number, 2), Ok(None));
    Ok(())
}
