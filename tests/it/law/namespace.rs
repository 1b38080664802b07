//! Laws of the namespace, against a model of one list of names cut into components.

use abi::refusal::Refusal;
use kernel::limits::FLAT_NAME_MAX;
use kernel::limits::NAMES_MAX;
use kernel::limits::PATH_MAX;
use kernel::namespace::Found;
use kernel::namespace::Namespace;
use kernel::namespace::is_within;
use libtest_mimic::Trial;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::prop_oneof;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;

use crate::law::law;

/// A name as it was drawn: right or wrong by the way it was made.
#[derive(Clone, Debug)]
struct Drawn {
    text: String,
    is_valid: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Register(Drawn),
    Unregister(Drawn),
    Mount(Drawn),
    Unmount(Drawn),
    RemoveValue(usize),
    Lookup(Drawn),
    List(Drawn),
}

#[derive(Clone, Debug)]
struct Known {
    name: String,
    value: usize,
    is_mount: bool,
}

impl Known {
    /// The components of a path, the empty one before its first slash included.
    fn components(&self) -> Vec<&str> {
        self.name.split('/').collect()
    }
}

#[derive(Default)]
struct Model {
    known: Vec<Known>,
    /// Values that were ever given out.
    values: usize,
}

impl Model {
    fn insert(&mut self, name: &Drawn, is_mount: bool) -> Result<(), Refusal> {
        if !name.is_valid || (is_mount && !name.text.starts_with('/')) {
            return Err(Refusal::Invalid);
        }
        if self.known.iter().any(|known| known.name == name.text) {
            return Err(Refusal::Exists);
        }
        self.known.push(Known { name: name.text.clone(), value: self.values, is_mount });
        Ok(())
    }

    fn remove(&mut self, name: &Drawn, is_mount: bool) -> Result<usize, Refusal> {
        let is_meant = |known: &Known| known.name == name.text && known.is_mount == is_mount;
        let index = self.known.iter().position(is_meant).ok_or(Refusal::NotFound)?;
        Ok(self.known.remove(index).value)
    }

    /// Value and rest.
    fn lookup(&self, name: &Drawn) -> Option<(usize, String)> {
        if !name.is_valid {
            return None;
        }
        if let Some(known) = self.known.iter().find(|known| known.name == name.text) {
            return Some((known.value, String::new()));
        }
        let components: Vec<&str> = name.text.split('/').collect();
        let mounts = self.known.iter().filter(|known| known.is_mount);
        let over = mounts.filter(|mount| components.starts_with(&mount.components()));
        let longest = over.max_by_key(|mount| mount.components().len())?;
        let behind = &components[longest.components().len()..];
        let rest = behind.iter().map(|component| format!("/{component}")).collect();
        Some((longest.value, rest))
    }

    fn list(&self, prefix: &str) -> Vec<(&str, usize)> {
        let wanted: Vec<&str> = prefix.split('/').collect();
        let is_listed =
            |known: &&Known| prefix.is_empty() || known.components().starts_with(&wanted);
        let listed = self.known.iter().filter(is_listed);
        let mut listed: Vec<_> = listed.map(|known| (known.name.as_str(), known.value)).collect();
        listed.sort_by_key(|(name, _)| name.as_bytes());
        listed
    }
}

pub(super) fn trials() -> Vec<Trial> {
    vec![
        law(
            "namespace::names_found_are_the_models_after_any_sequence",
            vec(step(), 0..80),
            agrees_with_the_model,
        ),
        law("namespace::a_mount_ends_where_a_component_does", path(), mounts_end_at_components),
        law("namespace::what_is_no_name_is_never_found", text(), only_names_are_found),
        law("namespace::room_is_bounded_and_comes_back", 0..NAMES_MAX, room_is_bounded),
        law("namespace::within_is_a_partial_order", (path(), path(), path()), within_is_an_order),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => name().prop_map(Step::Register),
        2 => name().prop_map(Step::Unregister),
        4 => name().prop_map(Step::Mount),
        2 => name().prop_map(Step::Unmount),
        2 => (0..60usize).prop_map(Step::RemoveValue),
        6 => name().prop_map(Step::Lookup),
        2 => name().prop_map(Step::List),
        1 => Just(Step::List(Drawn { text: String::new(), is_valid: false })),
    ]
}

/// Components that begin alike; `-` sorts before the slash and `0` behind it.
fn component() -> impl Strategy<Value = String> {
    select(vec!["a", "ab", "a-", "a0", "b"]).prop_map(str::to_owned)
}

fn path() -> impl Strategy<Value = String> {
    vec(component(), 1..4).prop_map(|components| format!("/{}", components.join("/")))
}

fn name() -> impl Strategy<Value = Drawn> {
    let wrong = vec![
        "", "/", "//a", "/a/", "/a//b", "/.", "/a/..", "/a/./b", "..", "a/b", "a b", "/a b",
        "/a\n", "a\u{7f}", "/\u{e4}", "/a\0",
    ];
    let valid = |text: String| Drawn { text, is_valid: true };
    prop_oneof![
        12 => path().prop_map(valid),
        2 => component().prop_map(valid),
        1 => select(vec!["...", "a.", "/.a", "/..a/a", "!~"])
            .prop_map(move |text| valid(text.to_owned())),
        2 => select(wrong).prop_map(|text| Drawn { text: text.to_owned(), is_valid: false }),
        1 => (FLAT_NAME_MAX - 1..FLAT_NAME_MAX + 2)
            .prop_map(|len| Drawn { text: "n".repeat(len), is_valid: len <= FLAT_NAME_MAX }),
        1 => (PATH_MAX - 1..PATH_MAX + 2).prop_map(|len| Drawn {
            text: format!("/a/{}", "p".repeat(len - 3)),
            is_valid: len <= PATH_MAX
        }),
    ]
}

/// Any text at all, and what looks like names.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,140}", "/[a.]{0,3}(/[a.]{0,3}){0,3}", "[ -~]{0,70}"]
}

fn agrees_with_the_model(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut namespace = Namespace::default();
    let mut model = Model::default();
    for step in steps {
        apply(&mut namespace, &mut model, step)?;
    }
    for known in &model.known {
        let found = namespace.lookup(&known.name);
        prop_assert_eq!(found, Some(Found { value: known.value, rest: "" }));
        prop_assert_eq!(namespace.name_of(known.value), Some(known.name.as_str()));
    }
    prop_assert_eq!(namespace.list("").collect::<Vec<_>>(), model.list(""));
    Ok(())
}

fn apply(namespace: &mut Namespace, model: &mut Model, step: Step) -> Result<(), TestCaseError> {
    match step {
        Step::Register(name) => {
            let registered = namespace.register(&name.text, model.values);
            prop_assert_eq!(registered, model.insert(&name, false), "{:?}", name);
            model.values += 1;
        }
        Step::Mount(name) => {
            let mounted = namespace.mount(&name.text, model.values);
            prop_assert_eq!(mounted, model.insert(&name, true), "{:?}", name);
            model.values += 1;
        }
        Step::Unregister(name) => {
            prop_assert_eq!(namespace.unregister(&name.text), model.remove(&name, false));
        }
        Step::Unmount(name) => {
            prop_assert_eq!(namespace.unmount(&name.text), model.remove(&name, true));
        }
        Step::RemoveValue(value) => {
            let index = model.known.iter().position(|known| known.value == value);
            let expected = index.map(|index| model.known.remove(index).name);
            prop_assert_eq!(namespace.name_of(value), expected.as_deref());
            let removed = namespace.remove_value(value);
            prop_assert_eq!(removed.as_deref(), expected.as_deref());
            prop_assert_eq!(namespace.name_of(value), None);
        }
        Step::Lookup(name) => {
            let found = namespace.lookup(&name.text);
            let found = found.map(|found| (found.value, found.rest.to_owned()));
            prop_assert_eq!(found, model.lookup(&name), "{:?}", name);
        }
        Step::List(prefix) if prefix.is_valid || prefix.text.is_empty() => {
            let listed: Vec<_> = namespace.list(&prefix.text).collect();
            prop_assert_eq!(listed, model.list(&prefix.text));
        }
        // No name is within what is no name, but for a slash at its end.
        Step::List(prefix) => {
            let listed = namespace.list(&prefix.text).map(|(name, _)| name);
            let is_path = |name: &str| name.starts_with(prefix.text.as_str());
            prop_assert!(
                listed.into_iter().all(|name| prefix.text.ends_with('/') && is_path(name))
            );
        }
    }
    Ok(())
}

fn mounts_end_at_components(path: String) -> Result<(), TestCaseError> {
    let mut namespace = Namespace::default();
    namespace.mount(&path, 7)?;
    let below = format!("{path}/x/y");
    prop_assert_eq!(namespace.lookup(&below), Some(Found { value: 7, rest: "/x/y" }));
    // Beside it there is nothing, nor does it hand on what is no path.
    for end in ["0", "-x", "0/x", "/../x", "//x", "/"] {
        let name = format!("{path}{end}");
        prop_assert_eq!(namespace.lookup(&name), None);
    }
    // What is registered below it is more precise, and stays when the mount goes.
    namespace.register(&below, 8)?;
    prop_assert_eq!(namespace.lookup(&below), Some(Found { value: 8, rest: "" }));
    prop_assert_eq!(namespace.unmount(&path), Ok(7));
    prop_assert_eq!(namespace.lookup(&below), Some(Found { value: 8, rest: "" }));
    Ok(())
}

fn only_names_are_found(text: String) -> Result<(), TestCaseError> {
    let mut namespace = Namespace::default();
    namespace.mount("/a", 0)?;
    let is_taken = text == "/a";
    let is_graphic = text.bytes().all(|byte| byte.is_ascii_graphic());
    let (slash, components) = match text.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let max = if slash { PATH_MAX } else { FLAT_NAME_MAX };
    let mut parts = components.split('/');
    let is_name = is_graphic
        && text.len() <= max
        && parts.all(|part| !part.is_empty() && part != "." && part != "..")
        && (slash || !components.contains('/'));
    let below_mount = is_name && text.starts_with("/a/");
    prop_assert_eq!(namespace.lookup(&text).is_some(), is_taken || below_mount);
    let registered = namespace.register(&text, 1);
    prop_assert_eq!(registered.is_ok(), is_name && !is_taken);
    let value = namespace.lookup(&text).map(|found| found.value);
    prop_assert_eq!(value == Some(1), registered.is_ok());
    Ok(())
}

fn room_is_bounded(which: usize) -> Result<(), TestCaseError> {
    let mut namespace = Namespace::default();
    for value in 0..NAMES_MAX {
        match value % 3 {
            0 => namespace.mount(&format!("/node/{value}"), value)?,
            1 => namespace.register(&format!("/path/{value}"), value)?,
            _ => namespace.register(&format!("flat{value}"), value)?,
        }
    }
    prop_assert_eq!(namespace.register("one", NAMES_MAX), Err(Refusal::NoRoom));
    prop_assert_eq!(namespace.mount("/one", NAMES_MAX), Err(Refusal::NoRoom));
    prop_assert!(namespace.remove_value(which).is_some());
    prop_assert_eq!(namespace.register("one", NAMES_MAX), Ok(()));
    prop_assert_eq!(namespace.register("two", which), Err(Refusal::NoRoom));
    // All others are still there: none was lost when one went.
    prop_assert_eq!(namespace.list("").count(), NAMES_MAX);
    Ok(())
}

/// A capability for a prefix may be narrowed again and again.
fn within_is_an_order((a, b, c): (String, String, String)) -> Result<(), TestCaseError> {
    prop_assert!(is_within(&a, &a) && is_within(&a, ""));
    let (below, beside) = (format!("{a}{b}"), format!("{a}0{b}"));
    prop_assert!(is_within(&below, &a));
    prop_assert!(!is_within(&beside, &a));
    if is_within(&a, &b) && is_within(&b, &a) {
        prop_assert_eq!(&a, &b);
    }
    if is_within(&a, &b) && is_within(&b, &c) {
        prop_assert!(is_within(&a, &c));
    }
    Ok(())
}
