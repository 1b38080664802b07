//! The house rules that a machine can check.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use libtest_mimic::Failed;
use libtest_mimic::Trial;

use crate::scenario;

/// Crates whose `lib.rs` lists its modules in the order of their floors.
const FLOORED: [&str; 13] = [
    "kernel/abi/src",
    "kernel/src",
    "kernel/xip/src",
    "actors/sdk/src",
    "actors/littlefs/src",
    "sim/devices/src",
    "sim/emulator/src",
    "sim/metering/src",
    "sim/engine/src",
    "sim/src",
    "boards/virtio/src",
    "boards/parts/src",
    "boards/x86_64/src",
];

/// What each crate may depend on inside this repository.
const MAY_KNOW: [(&str, &[&str]); 17] = [
    ("kernel/abi", &[]),
    ("kernel/xip", &["image"]),
    ("kernel", &["abi", "xip"]),
    ("actors/sdk", &["abi"]),
    ("actors/image", &[]),
    ("actors/littlefs", &[]),
    ("sim/devices", &["abi"]),
    ("sim/emulator", &["abi", "devices"]),
    ("sim/metering", &["xip", "image"]),
    ("sim/engine", &["kernel", "metering"]),
    ("boards/virtio", &[]),
    ("boards/parts", &["abi", "kernel", "firmware", "virtio", "devices"]),
    ("boards/x86_64", &["kernel", "firmware", "parts", "virtio"]),
    ("boards/qemu_riscv32", &["kernel", "firmware", "parts", "virtio"]),
    ("sim", &["abi", "kernel", "littlefs", "image", "devices", "emulator", "protocol", "engine"]),
    ("sim/peers", &["kernel", "sim"]),
    ("tests", &["abi", "kernel", "image", "devices", "emulator", "sim", "protocol", "firmware"]),
];

/// Crates of this repository.
const OURS: [&str; 18] = [
    "abi",
    "xip",
    "kernel",
    "sdk",
    "littlefs",
    "image",
    "devices",
    "emulator",
    "metering",
    "engine",
    "sim",
    "peers",
    "tests",
    "protocol",
    "firmware",
    "virtio",
    "parts",
    "board_x86_64",
];

/// The longest that a source file may be.
const LINES_MAX: usize = 500;

/// Says what breaks it, one place a line.
type Rule = fn() -> Vec<String>;

pub(crate) fn trials() -> Vec<Trial> {
    let rules: [(&str, Rule); 6] = [
        ("modules_import_only_modules_declared_above_them", imports_go_down),
        ("crates_depend_only_on_the_floors_below", dependencies_go_down),
        ("every_file_says_what_it_promises_and_is_short", files_open_with_a_promise),
        ("every_dependency_says_why", dependencies_say_why),
        ("every_snapshot_has_its_scenario", snapshots_have_scenarios),
        ("no_unsafe_code_but_at_the_boundary_of_actors", unsafe_is_forbidden),
    ];
    rules.into_iter().map(|(name, rule)| trial(name, rule)).collect()
}

fn trial(name: &str, rule: Rule) -> Trial {
    Trial::test(format!("tidy::{name}"), move || {
        let errors = rule();
        if errors.is_empty() { Ok(()) } else { Err(Failed::from(errors.join("\n"))) }
    })
}

fn imports_go_down() -> Vec<String> {
    FLOORED.iter().flat_map(|source| upward_imports(&scenario::root().join(source))).collect()
}

/// Every place where a module looks up instead of down. Tests sit at the end of a file and may
/// look anywhere.
fn upward_imports(source: &Path) -> Vec<String> {
    let floors: Vec<String> = fs::read_to_string(source.join("lib.rs"))
        .map(|text| text.lines().filter_map(module_name).map(str::to_owned).collect())
        .unwrap_or_default();
    let mut errors = Vec::new();
    for (floor, module) in floors.iter().enumerate() {
        for file in files_below(source).filter(|file| is_of(source, file, module)) {
            for (number, code) in code_lines(&file) {
                let place = format!("{}:{number}", shown(&file));
                if code.contains("super::") && !code.contains("pub(super)") {
                    errors.push(format!("{place}: write `crate::`, not `super::`"));
                }
                for target in names_behind("crate::", &code) {
                    match floors.iter().position(|name| *name == target) {
                        Some(other) if other <= floor => (),
                        Some(_) => {
                            errors.push(format!("{place}: `{module}` reaches up to `{target}`"));
                        }
                        None => errors
                            .push(format!("{place}: name the module: `use crate::module::Item;`")),
                    }
                }
            }
        }
    }
    errors
}

/// Whether a file is a module's own or lies in its folder.
fn is_of(source: &Path, file: &Path, module: &str) -> bool {
    let inside = file.strip_prefix(source).unwrap_or(file);
    inside == Path::new(&format!("{module}.rs")) || inside.starts_with(module)
}

/// `pub(crate) mod mailbox;` → `mailbox`.
fn module_name(line: &str) -> Option<&str> {
    let (head, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
    (head.is_empty() || head.starts_with("pub")).then_some(name)
}

/// Every `x` in `crate::x`; empty for `crate::{`, which hides what is imported.
fn names_behind<'a>(path: &'a str, code: &'a str) -> impl Iterator<Item = &'a str> {
    code.split(path).skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

fn code_lines(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]" || line.starts_with("    "))
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or("").to_owned()))
        .collect()
}

fn dependencies_go_down() -> Vec<String> {
    let mut errors = Vec::new();
    for (folder, allowed) in MAY_KNOW {
        let manifest = scenario::root().join(folder).join("Cargo.toml");
        for (_, name) in dependencies(&manifest) {
            if OURS.contains(&name.as_str()) && !allowed.contains(&name.as_str()) {
                errors.push(format!("{folder} must never know {name}"));
            }
        }
    }
    errors
}

fn dependencies_say_why() -> Vec<String> {
    let manifests = files_named("Cargo.toml");
    let mut errors = Vec::new();
    for manifest in manifests {
        let text = fs::read_to_string(&manifest).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        for (number, name) in dependencies(&manifest) {
            let near = &lines[number.saturating_sub(1)..(number + 2).min(lines.len())];
            if !near.iter().any(|line| line.starts_with('#')) {
                let place = shown(&manifest);
                errors.push(format!("{place}:{}: say why `{name}` is needed", number + 1));
            }
        }
    }
    errors
}

/// The dependencies of a manifest with the index of their line.
fn dependencies(manifest: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(manifest).unwrap_or_default();
    let mut found = Vec::new();
    let mut is_inside = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            is_inside = table.ends_with("dependencies");
            if let Some((_, name)) = table.split_once("dependencies.") {
                found.push((number, name.to_owned()));
            }
            continue;
        }
        if is_inside && let Some((name, _)) = line.split_once('=') {
            found.push((number, name.trim().split('.').next().unwrap_or("").to_owned()));
        }
    }
    found
}

fn files_open_with_a_promise() -> Vec<String> {
    let mut errors = Vec::new();
    for file in files_named("rs") {
        let text = fs::read_to_string(&file).unwrap_or_default();
        if !text.starts_with("//!") {
            errors.push(format!("{}: opens with no `//!`", shown(&file)));
        }
        let lines = text.lines().count();
        if LINES_MAX < lines {
            errors.push(format!("{}: {lines} lines are more than {LINES_MAX}", shown(&file)));
        }
    }
    errors
}

/// A folder of snapshots belongs to a scenario. That every snapshot a scenario takes exists, the
/// scenario's own case says.
fn snapshots_have_scenarios() -> Vec<String> {
    let root = scenario::root();
    let mut errors = Vec::new();
    for file in files_below(&root.join("snapshots")) {
        let inside = file.strip_prefix(root.join("snapshots")).unwrap_or(&file);
        let mut parts = inside.components();
        let (feature, fact) = (parts.next(), parts.next());
        let (Some(feature), Some(fact)) = (feature, fact) else { continue };
        let folder = root.join("scenarios").join(feature);
        let fact = fact.as_os_str().to_string_lossy().into_owned();
        if !folder.join(format!("{fact}.yaml")).is_file() {
            errors.push(format!("{}: has no scenario", shown(&file)));
        }
        if file.extension().is_some_and(|extension| extension == "new") {
            errors.push(format!("{}: is neither accepted nor thrown away", shown(&file)));
        }
    }
    errors
}

fn unsafe_is_forbidden() -> Vec<String> {
    let hosts = [
        "kernel/abi/src",
        "kernel/src",
        "actors/littlefs/src",
        "sim/devices/src",
        "sim/emulator/src",
        "sim/metering/src",
        "sim/src",
    ];
    let roots = hosts.iter().map(|source| scenario::root().join(source).join("lib.rs"));
    roots
        .filter(|file| {
            !fs::read_to_string(file).unwrap_or_default().contains("#![forbid(unsafe_code)]")
        })
        .map(|file| format!("{}: does not forbid unsafe code", shown(&file)))
        .collect()
}

fn shown(file: &Path) -> String {
    file.strip_prefix(scenario::root()).unwrap_or(file).display().to_string()
}

/// Every file of ours whose name ends so.
fn files_named(end: &str) -> Vec<PathBuf> {
    let rooms = ["kernel", "actors", "sim", "boards", "tests"];
    let files = rooms.iter().flat_map(|room| files_below(&scenario::root().join(room)));
    files.filter(|file| file.to_string_lossy().ends_with(end)).collect()
}

/// Every file below a folder, in the order of their names.
fn files_below(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !path.is_dir() {
                files.push(path);
            } else if path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            }
        }
    }
    files.sort();
    files.into_iter()
}
