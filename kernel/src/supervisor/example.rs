//! The examples of OTP's documentation ("Supervisor Behaviour") and of this module's own promises,
//! each played by hand.

use abi::refusal::Refusal;
use std::vec::Vec;

use crate::manifest::Backoff;
use crate::manifest::ChildSpec;
use crate::manifest::Restart;
use crate::manifest::Shutdown;
use crate::manifest::Strategy;
use crate::manifest::SupervisorSpec;
use crate::supervisor::Action;
use crate::supervisor::Action::Ask;
use crate::supervisor::Action::Forget;
use crate::supervisor::Action::GiveUp;
use crate::supervisor::Action::Kill;
use crate::supervisor::Action::Start;
use crate::supervisor::Action::WillStart;
use crate::supervisor::ChildId;
use crate::supervisor::ExitClass;
use crate::supervisor::SupervisorId;
use crate::supervisor::Tree;
use crate::time::Duration;
use crate::time::Instant;

const PERMANENT: ChildSpec = ChildSpec { restart: Restart::Permanent, shutdown: Shutdown::Kill };
const WAITED_FOR: ChildSpec = ChildSpec { restart: Restart::Permanent, shutdown: Shutdown::Wait };

const fn spec(strategy: Strategy, intensity: u16) -> SupervisorSpec {
    let backoff = Backoff { first: Duration::ZERO, last: Duration::ZERO };
    SupervisorSpec { strategy, intensity, period: Duration::from_secs(5), backoff }
}

const fn after(seconds: u64) -> ChildSpec {
    let shutdown = Shutdown::After(Duration::from_secs(seconds));
    ChildSpec { restart: Restart::Permanent, shutdown }
}

const fn at(seconds: u64) -> Instant {
    Instant::from_nanos(seconds * 1_000_000_000)
}

/// A root with permanent children in places 0, 1 and 2.
fn three(root: SupervisorSpec) -> Tree {
    let mut tree = Tree::new(8, 4, root);
    (0..3).for_each(|place| tree.add(SupervisorId::ROOT, place, PERMANENT, true).unwrap());
    tree
}

/// Does what the tree says, and says what that was.
fn play(tree: &mut Tree, now: Instant) -> Vec<Action> {
    let step = |tree: &mut Tree| {
        let action = tree.next_action()?;
        match action {
            Kill { place } => tree.exited(place, ExitClass::Abnormal, now),
            Start { place } => tree.started(place, true, now),
            _ => (),
        }
        Some(action)
    };
    core::iter::from_fn(|| step(tree)).collect()
}

fn crash(tree: &mut Tree, place: usize, now: Instant) -> Vec<Action> {
    tree.exited(place, ExitClass::Abnormal, now);
    play(tree, now)
}

fn kills_and_starts(kills: &[usize], starts: &[usize]) -> Vec<Action> {
    let kills = kills.iter().map(|place| Kill { place: *place });
    kills.chain(starts.iter().map(|place| Start { place: *place })).collect()
}

#[test]
fn one_for_one_restarts_the_child_alone() {
    let mut tree = three(spec(Strategy::OneForOne, 1));
    assert_eq!(crash(&mut tree, 1, at(0)), kills_and_starts(&[], &[1]));
    assert_eq!((tree.restarts(0), tree.restarts(1)), (0, 1));
}

#[test]
fn one_for_all_ends_the_others_in_reverse_and_starts_all() {
    let mut tree = three(spec(Strategy::OneForAll, 1));
    assert_eq!(crash(&mut tree, 1, at(0)), kills_and_starts(&[2, 0], &[0, 1, 2]));
}

#[test]
fn rest_for_one_restarts_the_child_and_those_started_after_it() {
    let mut tree = three(spec(Strategy::RestForOne, 1));
    assert_eq!(crash(&mut tree, 1, at(0)), kills_and_starts(&[2], &[1, 2]));
}

#[test]
fn intensity_40_trips_at_the_41st_restart() {
    let mut tree = three(spec(Strategy::OneForOne, 40));
    for _ in 0..40 {
        assert_eq!(crash(&mut tree, 0, at(0)), kills_and_starts(&[], &[0]));
    }
    let mut end = std::vec![GiveUp { supervisor: SupervisorId::ROOT }];
    end.extend(kills_and_starts(&[2, 1], &[]));
    assert_eq!(crash(&mut tree, 0, at(5)), end);
    assert!(tree.has_given_up() && tree.is_over());
}

#[test]
fn a_supervisor_that_gave_up_is_restarted_with_its_children_in_order() {
    let mut tree = Tree::new(8, 4, spec(Strategy::OneForOne, 1));
    let below = spec(Strategy::OneForOne, 0);
    let supervisor = tree.add_supervisor(SupervisorId::ROOT, below, WAITED_FOR).unwrap();
    let temporary = ChildSpec::TEMPORARY;
    tree.add(supervisor, 3, temporary, true).unwrap();
    tree.add(supervisor, 4, PERMANENT, true).unwrap();
    tree.add(supervisor, 5, temporary, false).unwrap();
    assert_eq!(crash(&mut tree, 3, at(0)), [], "nobody restarts it");
    let mut actions = std::vec![GiveUp { supervisor }, Kill { place: 5 }, Forget { place: 5 }];
    actions.extend(kills_and_starts(&[], &[3, 4]));
    assert_eq!(crash(&mut tree, 4, at(0)), actions);
    assert_eq!(tree.supervisor_of(3), Some(supervisor));
    assert_eq!(tree.supervisor_of(5), None);
}

#[test]
fn a_transient_supervisor_that_gave_up_stays_down() {
    let mut tree = Tree::new(8, 4, spec(Strategy::OneForOne, 1));
    let child = ChildSpec { restart: Restart::Transient, shutdown: Shutdown::Wait };
    let below = spec(Strategy::OneForOne, 0);
    let supervisor = tree.add_supervisor(SupervisorId::ROOT, below, child).unwrap();
    tree.add(supervisor, 0, PERMANENT, true).unwrap();
    assert_eq!(crash(&mut tree, 0, at(0)), [GiveUp { supervisor }]);
    assert_eq!(tree.add(supervisor, 1, PERMANENT, false), Err(Refusal::Dead));
    assert!(!tree.has_given_up());
}

#[test]
fn a_temporary_supervisor_below_the_root_is_forgotten_with_all_below_it() {
    let mut tree = Tree::new(8, 4, spec(Strategy::OneForOne, 1));
    let child = ChildSpec { restart: Restart::Temporary, shutdown: Shutdown::Wait };
    let below = spec(Strategy::OneForOne, 0);
    let supervisor = tree.add_supervisor(SupervisorId::ROOT, below, child).unwrap();
    let lower = tree.add_supervisor(supervisor, below, WAITED_FOR).unwrap();
    tree.add(supervisor, 0, PERMANENT, true).unwrap();
    tree.add(lower, 1, PERMANENT, true).unwrap();
    let end = [GiveUp { supervisor }, Kill { place: 1 }, Forget { place: 0 }, Forget { place: 1 }];
    assert_eq!(crash(&mut tree, 0, at(0)), end);
}

#[test]
fn a_start_that_fails_counts_and_is_tried_again() {
    let mut tree = three(spec(Strategy::RestForOne, 2));
    tree.exited(0, ExitClass::Abnormal, at(0));
    for place in [2, 1] {
        assert_eq!(tree.next_action(), Some(Kill { place }));
        tree.exited(place, ExitClass::Abnormal, at(0));
    }
    assert_eq!(tree.next_action(), Some(Start { place: 0 }));
    tree.started(0, true, at(0));
    assert_eq!(tree.next_action(), Some(Start { place: 1 }));
    tree.started(1, false, at(0));
    assert_eq!(tree.next_action(), Some(Start { place: 1 }), "the second and last restart");
    tree.started(1, false, at(0));
    let end = [GiveUp { supervisor: SupervisorId::ROOT }, Kill { place: 0 }];
    assert_eq!(play(&mut tree, at(0)), end);
}

#[test]
fn who_is_asked_is_ended_at_its_deadline_and_siblings_that_end_meanwhile_are_expected() {
    let mut tree = Tree::new(8, 1, spec(Strategy::OneForAll, 1));
    let shutdowns = [PERMANENT, WAITED_FOR, after(3)];
    for (place, child) in shutdowns.into_iter().enumerate() {
        tree.add(SupervisorId::ROOT, place, child, true).unwrap();
    }
    let asked = [Ask { place: 2, deadline: Some(at(4)) }];
    assert_eq!(crash(&mut tree, 0, at(1)), asked);
    assert_eq!(crash(&mut tree, 1, at(2)), []);
    tree.wake(at(3));
    assert_eq!((tree.next_action(), tree.next_wake()), (None, Some(at(4))));
    tree.wake(at(4));
    assert_eq!(play(&mut tree, at(4)), kills_and_starts(&[2], &[0, 1, 2]));
    assert!(!tree.has_given_up(), "the sibling's end did not count");
}

#[test]
fn the_deadline_of_a_supervisor_ends_whoever_is_left_below_it() {
    let mut tree = Tree::new(8, 2, spec(Strategy::OneForOne, 1));
    let below = spec(Strategy::OneForOne, 1);
    let supervisor = tree.add_supervisor(SupervisorId::ROOT, below, after(2)).unwrap();
    (0..2).for_each(|place| tree.add(supervisor, place, WAITED_FOR, true).unwrap());
    tree.shutdown(at(0));
    assert_eq!(play(&mut tree, at(0)), [Ask { place: 1, deadline: None }]);
    assert_eq!(tree.add(supervisor, 5, PERMANENT, false), Err(Refusal::Dead));
    tree.wake(at(2));
    assert_eq!(play(&mut tree, at(2)), kills_and_starts(&[1, 0], &[]));
    assert!(tree.is_over() && !tree.has_given_up());
}

#[test]
fn a_supervisor_that_is_told_to_end_while_it_starts_starts_nobody_else() {
    let mut tree = Tree::new(8, 2, spec(Strategy::OneForOne, 1));
    let below = spec(Strategy::OneForOne, 0);
    let supervisor = tree.add_supervisor(SupervisorId::ROOT, below, WAITED_FOR).unwrap();
    (0..2).for_each(|place| tree.add(supervisor, place, PERMANENT, true).unwrap());
    tree.exited(0, ExitClass::Abnormal, at(0));
    assert_eq!(tree.next_action(), Some(GiveUp { supervisor }));
    assert_eq!(tree.next_action(), Some(Kill { place: 1 }));
    tree.exited(1, ExitClass::Abnormal, at(0));
    assert_eq!(tree.next_action(), Some(Start { place: 0 }));
    tree.shutdown(at(0));
    assert_eq!(tree.next_action(), None, "the start cannot be taken back");
    tree.started(0, true, at(0));
    assert_eq!(play(&mut tree, at(0)), kills_and_starts(&[0], &[]));
    assert!(tree.is_over());
}

#[test]
fn a_restart_that_takes_in_a_waiting_child_keeps_to_the_later_moment() {
    let backoff = Backoff { first: Duration::from_secs(1), last: Duration::from_secs(60) };
    let mut tree = three(SupervisorSpec { backoff, ..spec(Strategy::RestForOne, 9) });
    assert_eq!(crash(&mut tree, 1, at(0)), kills_and_starts(&[2], &[1, 2]));
    let will_start = |place, at| WillStart { child: ChildId::Actor(place), at };
    assert_eq!(crash(&mut tree, 1, at(0)), [Kill { place: 2 }, will_start(1, at(1))]);
    assert_eq!(crash(&mut tree, 0, at(0)), [will_start(0, at(1))]);
    assert_eq!(tree.next_wake(), Some(at(1)));
    tree.wake(at(1));
    assert_eq!(play(&mut tree, at(1)), kills_and_starts(&[], &[0, 1, 2]));
}

#[test]
fn who_joins_during_a_wait_is_left_alone_by_the_restart() {
    let backoff = Backoff { first: Duration::from_secs(1), last: Duration::from_secs(60) };
    let mut tree = three(SupervisorSpec { backoff, ..spec(Strategy::OneForAll, 9) });
    crash(&mut tree, 1, at(0));
    crash(&mut tree, 1, at(0));
    tree.add(SupervisorId::ROOT, 5, PERMANENT, false).unwrap();
    assert_eq!(tree.add(SupervisorId::ROOT, 5, PERMANENT, false), Err(Refusal::Exists));
    tree.wake(at(1));
    assert_eq!(play(&mut tree, at(1)), kills_and_starts(&[], &[0, 1, 2]));
    assert_eq!((tree.restarts(5), tree.restarts(1)), (0, 2));
}

#[test]
fn a_restart_leaves_a_child_that_waits_for_its_own_moment_to_it() {
    let backoff = Backoff { first: Duration::from_secs(1), last: Duration::from_secs(60) };
    let mut tree = three(SupervisorSpec { backoff, ..spec(Strategy::RestForOne, 9) });
    crash(&mut tree, 1, at(0));
    crash(&mut tree, 1, at(0));
    tree.add(SupervisorId::ROOT, 5, PERMANENT, false).unwrap();
    assert_eq!(crash(&mut tree, 5, at(0)), kills_and_starts(&[], &[5]));
    tree.wake(Instant::from_nanos(500_000_000));
    let later = Instant::from_nanos(1_500_000_000);
    let will_start = WillStart { child: ChildId::Actor(5), at: later };
    assert_eq!(crash(&mut tree, 5, Instant::from_nanos(500_000_000)), [will_start]);
    tree.wake(at(1));
    assert_eq!(play(&mut tree, at(1)), kills_and_starts(&[], &[1, 2]));
    tree.wake(later);
    assert_eq!(play(&mut tree, later), kills_and_starts(&[], &[5]));
}

#[test]
fn restarts_of_who_had_the_place_before_do_not_delay_the_next() {
    let backoff = Backoff { first: Duration::from_secs(1), last: Duration::from_secs(60) };
    let mut tree = three(SupervisorSpec { backoff, ..spec(Strategy::OneForOne, 9) });
    let transient = ChildSpec { restart: Restart::Transient, shutdown: Shutdown::Kill };
    tree.add(SupervisorId::ROOT, 5, transient, false).unwrap();
    assert_eq!(crash(&mut tree, 5, at(0)), [Start { place: 5 }]);
    tree.exited(5, ExitClass::Normal, at(1));
    assert_eq!(play(&mut tree, at(1)), [Forget { place: 5 }]);
    tree.add(SupervisorId::ROOT, 5, transient, false).unwrap();
    assert_eq!(crash(&mut tree, 5, at(3)), [Start { place: 5 }], "its own first");
    // The first stamp is older than the period now; the second is this child's own.
    let will_start = WillStart { child: ChildId::Actor(5), at: at(7) };
    assert_eq!(crash(&mut tree, 5, at(6)), [will_start]);
}

#[test]
fn what_does_not_exist_is_refused_or_ignored() {
    let mut tree = Tree::new(2, 2, spec(Strategy::OneForOne, 1));
    let root = tree.add_supervisor(SupervisorId::new(1), spec(Strategy::OneForOne, 1), PERMANENT);
    assert_eq!(root, Err(Refusal::OutOfRange));
    tree.add_supervisor(SupervisorId::ROOT, spec(Strategy::OneForOne, 1), PERMANENT).unwrap();
    let full = tree.add_supervisor(SupervisorId::ROOT, spec(Strategy::OneForOne, 1), PERMANENT);
    assert_eq!(full, Err(Refusal::NoRoom));
    assert_eq!(tree.add(SupervisorId::ROOT, 2, PERMANENT, true), Err(Refusal::OutOfRange));
    assert_eq!(tree.add(SupervisorId::new(2), 0, PERMANENT, true), Err(Refusal::OutOfRange));
    for place in [0, 2, usize::MAX] {
        tree.exited(place, ExitClass::Abnormal, at(0));
        tree.started(place, true, at(0));
        assert_eq!((tree.supervisor_of(place), tree.restarts(place)), (None, 0));
    }
    assert_eq!(tree.next_action(), None);
}
