//! Every volume is what a map of paths is.

use super::*;
use crate::home::Home;
use crate::home::tests::blank;
use crate::scratch::Scratch;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// `None` is a directory.
type Tree = BTreeMap<String, Option<Vec<u8>>>;

/// Paths that stand in each other's way.
const PATHS: [&str; 9] = ["a", "b", "d", "d/a", "d/b", "d/d", "d/d/a", "e", "e/a"];

/// One request.
#[derive(Clone, Debug)]
enum Step {
    Write(usize, How, Vec<u8>, bool),
    Truncate(usize, u32),
    MakeDirectory(usize),
    Remove(usize),
    Rename(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let path = || 0..PATHS.len();
    let how = prop_oneof![Just(How::Whole), Just(How::Append), (0u32..1500).prop_map(How::At),];
    let bytes = proptest::collection::vec(any::<u8>(), 0..900);
    prop_oneof![
        4 => (path(), how, bytes, any::<bool>())
            .prop_map(|(path, how, bytes, granted)| Step::Write(path, how, bytes, granted)),
        1 => (path(), 0u32..1200).prop_map(|(path, len)| Step::Truncate(path, len)),
        2 => path().prop_map(Step::MakeDirectory),
        2 => path().prop_map(Step::Remove),
        3 => (path(), path()).prop_map(|(path, to)| Step::Rename(path, to)),
    ]
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn is_inside(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}

fn is_directory(tree: &Tree, path: &str) -> bool {
    path.is_empty() || tree.get(path) == Some(&None)
}

/// What the step makes of the model; false: nothing, it is refused.
fn apply(tree: &mut Tree, step: &Step) -> bool {
    match step {
        Step::Write(path, how, bytes, _) => {
            let path = PATHS[*path];
            if !is_directory(tree, parent(path)) || is_directory(tree, path) {
                return false;
            }
            let former = tree.get(path).cloned().flatten().unwrap_or_default();
            let mut contents = if *how == How::Whole { Vec::new() } else { former };
            let begin = match how {
                How::Whole => 0,
                How::Append => contents.len(),
                How::At(offset) => *offset as usize,
            };
            if !bytes.is_empty() {
                let end = begin + bytes.len();
                contents.resize(contents.len().max(end), 0);
                contents[begin..end].copy_from_slice(bytes);
            }
            tree.insert(path.into(), Some(contents));
        }
        Step::Truncate(path, len) => {
            let Some(Some(contents)) = tree.get_mut(PATHS[*path]) else { return false };
            contents.resize(*len as usize, 0);
        }
        Step::MakeDirectory(path) => {
            let path = PATHS[*path];
            if tree.contains_key(path) || !is_directory(tree, parent(path)) {
                return false;
            }
            tree.insert(path.into(), None);
        }
        Step::Remove(path) => {
            let path = PATHS[*path];
            if tree.keys().any(|inside| is_inside(inside, path)) || tree.remove(path).is_none() {
                return false;
            }
        }
        Step::Rename(path, to) => return rename(tree, PATHS[*path], PATHS[*to]),
    }
    true
}

fn rename(tree: &mut Tree, path: &str, to: &str) -> bool {
    let Some(moved) = tree.get(path) else { return false };
    if is_inside(to, path) || !is_directory(tree, parent(to)) {
        return false;
    }
    if path == to {
        return true;
    }
    if let Some(former) = tree.get(to) {
        let is_full = tree.keys().any(|inside| is_inside(inside, to));
        if former.is_none() != moved.is_none() || is_full {
            return false;
        }
    }
    let names: Vec<String> =
        tree.keys().filter(|name| *name == path || is_inside(name, path)).cloned().collect();
    for name in names {
        let contents = tree.remove(&name).unwrap();
        tree.insert(format!("{to}{}", &name[path.len()..]), contents);
    }
    true
}

impl Source for Vec<u8> {
    fn read(&self, offset: u32, buffer: &mut [u8]) -> bool {
        let begin = offset as usize;
        let part = self.get(begin..begin + buffer.len());
        part.inspect(|part| buffer.copy_from_slice(part)).is_some()
    }
}

fn perform(volume: &mut dyn Volume, step: &Step) -> Result<(), Refusal> {
    match step {
        Step::Write(path, how, bytes, true) => {
            let data = Data::Granted(bytes, bytes.len() as u32);
            volume.write(PATHS[*path], *how, data)
        }
        Step::Write(path, how, bytes, false) => {
            volume.write(PATHS[*path], *how, Data::Inline(bytes))
        }
        Step::Truncate(path, len) => volume.truncate(PATHS[*path], *len),
        Step::MakeDirectory(path) => volume.make_directory(PATHS[*path]),
        Step::Remove(path) => volume.remove(PATHS[*path]),
        Step::Rename(path, to) => volume.rename(PATHS[*path], PATHS[*to]),
    }
}

/// All that a volume tells about what is in it.
fn tree_of(volume: &mut dyn Volume) -> Tree {
    let mut tree = Tree::new();
    let mut directories = vec![String::new()];
    while let Some(directory) = directories.pop() {
        let mut names: Vec<(String, Status)> = Vec::new();
        // Entry by entry, as a reader does whose answers are short.
        while names.len() < volume.list(&directory, 0, &mut |_, _| false).unwrap() {
            let before = names.len();
            let tell = &mut |name: &str, status| {
                names.push((name.into(), status));
                false
            };
            volume.list(&directory, before, tell).unwrap();
            assert_eq!(names.len(), before + 1);
        }
        assert!(names.is_sorted_by(|one, other| one.0 < other.0));
        for (name, status) in names {
            let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
            assert_eq!(volume.status(&path), Ok(status));
            if status.is_directory {
                tree.insert(path.clone(), None);
                directories.push(path);
                continue;
            }
            let mut contents = vec![0xee; status.size as usize + 7];
            let count = volume.read(&path, 0, &mut contents).unwrap();
            assert_eq!(count, status.size as usize);
            contents.truncate(count);
            tree.insert(path, Some(contents));
        }
    }
    tree
}

/// Whatever is done, the volume is what the model is; what is refused for want of room has changed
/// nothing.
fn check(volume: &mut dyn Volume, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut tree = Tree::new();
    for step in steps {
        let mut next = tree.clone();
        let is_possible = apply(&mut next, step);
        match perform(volume, step) {
            Ok(()) => {
                prop_assert!(is_possible, "{step:?} is done and cannot be");
                tree = next;
            }
            Err(Refusal::Quota | Refusal::NoRoom) if is_possible => (),
            Err(refusal) => prop_assert!(!is_possible, "{step:?}: {refusal}"),
        }
        prop_assert_eq!(&tree_of(volume), &tree, "after {:?}", step);
    }
    let Usage { size, used } = volume.usage().unwrap();
    prop_assert!(used <= size);
    volume.format().unwrap();
    prop_assert!(tree_of(volume).is_empty());
    Ok(())
}

proptest! {
    #[test]
    fn tmp_is_a_map_of_paths(steps in proptest::collection::vec(step(), 1..60)) {
        let mut scratch = Scratch::new().unwrap();
        check(&mut scratch, &steps)?;
        prop_assert_eq!(scratch.usage().unwrap().used, 0, "nothing leaks");
    }

    #[test]
    fn home_is_a_map_of_paths(steps in proptest::collection::vec(step(), 1..40)) {
        let (mut home, _) = Home::mount(blank(16), false);
        check(&mut home, &steps)?;
    }
}
