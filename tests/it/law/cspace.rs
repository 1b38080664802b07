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
    Derive { which: usize, into: usize, kind: usize, rights: u32, badge: u64 },
    Name { which: usize },
    Rename,
    Relocate { which: usize, into: usize },
    Delete { which: usize },
    Revoke { which: usize },
    Clear { space: usize },
}

/// Where a capability is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Home {
    /// In an actor's cspace.
    Slot(usize, Handle),
    /// In the hidden one behind the names; places there are used again.
    Name(Place),
}

impl Home {
    fn is_in(self, space: usize) -> bool {
        matches!(self, Home::Slot(own, _) if own == space)
    }
}

/// A capability that was ever handed out.
#[derive(Clone, Debug)]
struct Known {
    home: Home,
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
        self.known.iter().filter(|known| known.is_alive && known.home.is_in(space)).count()
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
    let derive = (which.clone(), 0..SPACES, 0..OBJECTS.len(), 0..16u32, 0..3u64);
    prop_oneof![
        8 => derive.prop_map(|(which, into, kind, rights, badge)| {
            Step::Derive { which, into, kind, rights, badge }
        }),
        2 => (which.clone(), 0..SPACES).prop_map(|(which, into)| Step::Relocate { which, into }),
        2 => which.clone().prop_map(|which| Step::Name { which }),
        3 => which.clone().prop_map(|which| Step::Delete { which }),
        1 => which.prop_map(|which| Step::Revoke { which }),
        1 => (0..SPACES).prop_map(|space| Step::Clear { space }),
        1 => (0..1usize).prop_map(|_| Step::Rename),
    ]
}

/// What the capabilities name: an actor in its first life, its endpoint, a directory and a file.
const OBJECTS: [fn(ActorId) -> Object; 4] =
    [Object::Child, Object::Endpoint, Object::Directory, Object::File];

/// Whether one may be derived from the other: who has the actor has its endpoint, who has the
/// endpoint may narrow it, and a directory is no file.
fn is_narrower(part: Object, whole: Object) -> bool {
    let rank = |object: Object| match object {
        Object::Child(_) => 2,
        Object::Endpoint(_) => 1,
        _ => 0,
    };
    part.actor() == whole.actor() && (part == whole || rank(part) < rank(whole))
}

fn agrees_with_the_model(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut cspaces = Cspaces::new(SPACES);
    let mut model = Model::default();
    let mut life = ActorId::new(7, 1);
    let whole = Capability { object: Object::Child(life), rights: Rights::ALL, badge: 0 };
    let root = cspaces.plant(whole);
    let first = cspaces.derive(root, whole, 0)?;
    model.known.push(Known {
        home: Home::Slot(0, first),
        capability: whole,
        parent: None,
        is_alive: true,
    });
    for step in steps {
        if let Step::Rename = step {
            let next = ActorId::new(7, life.generation() + 1);
            cspaces.rename(root, life, next);
            for known in &mut model.known {
                known.capability.object = known.capability.object.with_actor(life, next);
            }
            life = next;
        } else {
            apply(&mut cspaces, &mut model, life, step)?;
        }
        check(&mut cspaces, &model)?;
    }
    Ok(())
}

fn apply(
    cspaces: &mut Cspaces,
    model: &mut Model,
    life: ActorId,
    step: Step,
) -> Result<(), TestCaseError> {
    match step {
        Step::Derive { which, into, kind, rights, badge } => {
            let index = which % model.known.len();
            let from = model.known[index].clone();
            let Some(rights) = Rights::from_bits(rights) else { return Ok(()) };
            let wanted = Capability { object: OBJECTS[kind](life), rights, badge };
            let result = find(cspaces, &from).and_then(|place| cspaces.derive(place, wanted, into));
            let is_lawful = from.is_alive
                && is_narrower(wanted.object, from.capability.object)
                && rights.is_within(from.capability.rights)
                && (from.capability.badge == 0 || from.capability.badge == badge)
                && model.used(into) < SLOTS;
            prop_assert_eq!(result.is_ok(), is_lawful);
            if let Ok(handle) = result {
                model.known.push(Known {
                    home: Home::Slot(into, handle),
                    capability: wanted,
                    parent: Some(index),
                    is_alive: true,
                });
            }
        }
        Step::Name { which } => {
            let index = which % model.known.len();
            let from = model.known[index].clone();
            if let Ok(place) = find(cspaces, &from) {
                let home = Home::Name(cspaces.derive_name(place, from.capability)?);
                model.known.push(Known { home, parent: Some(index), ..from });
            }
        }
        Step::Relocate { which, into } => {
            let index = which % model.known.len();
            let from = model.known[index].clone();
            if let Home::Name(_) = from.home {
                return Ok(());
            }
            let moved = find(cspaces, &from).and_then(|place| cspaces.relocate(place, into));
            prop_assert_eq!(moved.is_ok(), from.is_alive && model.used(into) < SLOTS);
            if let Ok(handle) = moved {
                model.known[index].home = Home::Slot(into, handle);
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
                if model.known[index].is_alive && model.known[index].home.is_in(space) {
                    model.delete(index);
                }
            }
        }
        Step::Rename => unreachable!("needs no capability"),
    }
    Ok(())
}

fn find(cspaces: &Cspaces, known: &Known) -> Result<Place, Refusal> {
    match known.home {
        Home::Slot(space, handle) => cspaces.find(space, handle),
        Home::Name(place) if known.is_alive => Ok(place),
        Home::Name(_) => Err(Refusal::NoCapability),
    }
}

/// The living resolve to what the model says, the dead to nothing, and each cspace holds exactly
/// the living.
fn check(cspaces: &mut Cspaces, model: &Model) -> Result<(), TestCaseError> {
    let mut names = 0;
    for known in &model.known {
        let (space, handle) = match known.home {
            Home::Slot(space, handle) => (space, handle),
            Home::Name(place) => {
                if known.is_alive {
                    names += 1;
                    prop_assert_eq!(cspaces.at(place), known.capability);
                }
                continue;
            }
        };
        match cspaces.get(space, handle) {
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
    prop_assert_eq!(cspaces.hidden(), names + 1, "the names and one root");
    for space in 0..SPACES {
        prop_assert_eq!(cspaces.held(space).count(), model.used(space));
        prop_assert_eq!(cspaces.make_room(space).is_ok(), model.used(space) < SLOTS);
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
        prop_assert_eq!(cspaces.make_room(space), Ok(()));
    }
    for (space, handle) in &handles {
        prop_assert_eq!(cspaces.get(*space, *handle), Err(Refusal::Stale));
    }
    Ok(())
}
