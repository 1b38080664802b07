//! Laws of the cspaces and the derivation tree, against a model of one list with parents.

use abi::exit::ExitKind;
use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;
use kernel::capability::Capability;
use kernel::capability::Object;
use kernel::cspace::Cspaces;
use kernel::cspace::Obituary;
use kernel::cspace::Place;
use kernel::id::ActorId;
use kernel::limits::SLOTS;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use crate::law::law;

const SPACES: usize = 3;

/// What is done; `which` picks among the capabilities there are, dead handles included.
#[derive(Clone, Debug)]
enum Step {
    Derive { which: usize, into: usize, rights: u32, badge: u64 },
    Relocate { which: usize, into: usize },
    Delete { which: usize },
    Revoke { which: usize },
    Clear { space: usize },
}

/// A capability that was ever handed out.
#[derive(Clone, Debug)]
struct Known {
    space: usize,
    handle: Handle,
    capability: Capability,
    /// Index of what it was derived from; `None` is the root.
    parent: Option<usize>,
    is_alive: bool,
}

#[derive(Default)]
struct Model {
    known: Vec<Known>,
}

impl Model {
    fn is_below(&self, index: usize, ancestor: usize) -> bool {
        let mut here = self.known[index].parent;
        while let Some(parent) = here {
            if parent == ancestor {
                return true;
            }
            here = self.known[parent].parent;
        }
        false
    }

    fn used(&self, space: usize) -> usize {
        self.known.iter().filter(|known| known.is_alive && known.space == space).count()
    }

    /// Children of the deleted hang below its parent.
    fn delete(&mut self, index: usize) {
        let parent = self.known[index].parent;
        self.known[index].is_alive = false;
        for known in &mut self.known {
            if known.parent == Some(index) {
                known.parent = parent;
            }
        }
    }

    fn revoke(&mut self, index: usize) -> u32 {
        let below: Vec<usize> =
            (0..self.known.len()).filter(|other| self.is_below(*other, index)).collect();
        let alive = below.iter().filter(|other| self.known[**other].is_alive).count();
        for other in below {
            self.known[other].is_alive = false;
        }
        alive as u32
    }
}

pub(super) fn trials() -> Vec<Trial> {
    vec![
        law(
            "cspace::rights_reached_are_the_models_after_any_sequence",
            vec(step(), 0..120),
            agrees_with_the_model,
        ),
        law(
            "cspace::a_death_is_told_once_to_each_holder_in_order",
            vec((0..SPACES, 0..2usize), 0..40),
            deaths_are_told,
        ),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..400usize;
    prop_oneof![
        8 => (which.clone(), 0..SPACES, 0..16u32, 0..3u64).prop_map(
            |(which, into, rights, badge)| Step::Derive { which, into, rights, badge }
        ),
        2 => (which.clone(), 0..SPACES).prop_map(|(which, into)| Step::Relocate { which, into }),
        3 => which.clone().prop_map(|which| Step::Delete { which }),
        1 => which.prop_map(|which| Step::Revoke { which }),
        1 => (0..SPACES).prop_map(|space| Step::Clear { space }),
    ]
}

fn agrees_with_the_model(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut cspaces = Cspaces::new(SPACES);
    let mut model = Model::default();
    let whole = Capability { object: Object::Log, rights: Rights::ALL, badge: 0 };
    let root = cspaces.plant(whole);
    let first = cspaces.derive(root, whole, 0)?;
    model.known.push(Known {
        space: 0,
        handle: first,
        capability: whole,
        parent: None,
        is_alive: true,
    });
    for step in steps {
        apply(&mut cspaces, &mut model, step)?;
        check(&cspaces, &model)?;
    }
    Ok(())
}

fn apply(cspaces: &mut Cspaces, model: &mut Model, step: Step) -> Result<(), TestCaseError> {
    match step {
        Step::Derive { which, into, rights, badge } => {
            let index = which % model.known.len();
            let from = model.known[index].clone();
            let Some(rights) = Rights::from_bits(rights) else { return Ok(()) };
            let wanted = Capability { rights, badge, ..from.capability };
            let result = find(cspaces, &from).and_then(|place| cspaces.derive(place, wanted, into));
            let is_lawful = from.is_alive
                && rights.is_within(from.capability.rights)
                && (from.capability.badge == 0 || from.capability.badge == badge)
                && model.used(into) < SLOTS;
            prop_assert_eq!(result.is_ok(), is_lawful);
            if let Ok(handle) = result {
                model.known.push(Known {
                    space: into,
                    handle,
                    capability: wanted,
                    parent: Some(index),
                    is_alive: true,
                });
            }
        }
        Step::Relocate { which, into } => {
            let index = which % model.known.len();
            let from = model.known[index].clone();
            let moved = find(cspaces, &from).and_then(|place| cspaces.relocate(place, into));
            prop_assert_eq!(moved.is_ok(), from.is_alive && model.used(into) < SLOTS);
            if let Ok(handle) = moved {
                model.known[index].space = into;
                model.known[index].handle = handle;
                // The old handle lives on in the model as one that must never resolve again.
                model.known.push(Known { is_alive: false, parent: None, ..from });
            }
        }
        Step::Delete { which } => {
            let index = which % model.known.len();
            if let Ok(place) = find(cspaces, &model.known[index]) {
                cspaces.delete(place);
                model.delete(index);
            }
        }
        Step::Revoke { which } => {
            let index = which % model.known.len();
            if let Ok(place) = find(cspaces, &model.known[index]) {
                let mut removed = 0;
                let mut cursor = place;
                while cspaces.remove_leaf(place, &mut cursor).is_some() {
                    removed += 1;
                }
                prop_assert!(cspaces.is_leaf(place));
                prop_assert_eq!(removed, model.revoke(index));
            }
        }
        Step::Clear { space } => {
            while let Some(place) = cspaces.any_held(space) {
                cspaces.delete(place);
            }
            for index in 0..model.known.len() {
                if model.known[index].is_alive && model.known[index].space == space {
                    model.delete(index);
                }
            }
        }
    }
    Ok(())
}

fn find(cspaces: &Cspaces, known: &Known) -> Result<Place, Refusal> {
    cspaces.find(known.space, known.handle)
}

/// The living resolve to what the model says, the dead to nothing, and each cspace holds exactly
/// the living.
fn check(cspaces: &Cspaces, model: &Model) -> Result<(), TestCaseError> {
    for known in &model.known {
        match cspaces.get(known.space, known.handle) {
            Ok(capability) => {
                prop_assert!(known.is_alive, "a stale handle resolves: {known:?}");
                prop_assert_eq!(capability, known.capability);
            }
            Err(refusal) => {
                prop_assert!(!known.is_alive, "a living handle is refused: {known:?}");
                prop_assert!(matches!(refusal, Refusal::Stale | Refusal::NoCapability));
            }
        }
    }
    for space in 0..SPACES {
        prop_assert_eq!(cspaces.held(space).count(), model.used(space));
        prop_assert_eq!(cspaces.has_room(space), model.used(space) < SLOTS);
    }
    Ok(())
}

/// Copies of two endpoints are spread over the cspaces; then both actors die.
fn deaths_are_told(copies: Vec<(usize, usize)>) -> Result<(), TestCaseError> {
    let mut cspaces = Cspaces::new(SPACES);
    let actors = [ActorId::new(7, 1), ActorId::new(8, 1)];
    let capability =
        |id| Capability { object: Object::Endpoint(id), rights: Rights::WRITE, badge: 0 };
    let roots = actors.map(|id| cspaces.plant(capability(id)));
    let mut handles = Vec::new();
    for (space, which) in copies {
        let handle = cspaces.derive(roots[which], capability(actors[which]), space)?;
        handles.push((space, handle));
    }
    let mut told = vec![Vec::new(); SPACES];
    for which in [1, 0] {
        let obituary = Obituary { dead: actors[which], kind: ExitKind::Abnormal, code: -1 };
        let mut cursor = roots[which];
        while let Some((place, _)) = cspaces.remove_leaf(roots[which], &mut cursor) {
            if cspaces.bury(place, obituary, 0) {
                told[place.space()].push(obituary);
            }
        }
    }
    for (space, handle) in &handles {
        prop_assert_eq!(cspaces.get(*space, *handle), Err(Refusal::Dead));
    }
    for (space, deaths) in told.iter().enumerate() {
        for dead in deaths {
            prop_assert_eq!(cspaces.next_notice(space), Some(0));
            prop_assert_eq!(cspaces.take_notice(space), Some(*dead));
        }
        prop_assert_eq!(cspaces.next_notice(space), None);
        prop_assert_eq!(cspaces.held(space).count(), 0);
        prop_assert!(cspaces.has_room(space));
    }
    for (space, handle) in &handles {
        prop_assert_eq!(cspaces.get(*space, *handle), Err(Refusal::Stale));
    }
    Ok(())
}
