//! Actors: their code, their place in the tree of supervisors, their names and their grants.

use std::borrow::Cow;
use std::collections::BTreeSet;

use kernel::limits::MAILBOX_MESSAGES;
use kernel::limits::MAILBOX_MESSAGES_MAX;
use kernel::limits::NAME_MAX;
use kernel::limits::NAMES_MAX;
use kernel::limits::PRIORITIES;
use kernel::limits::SLOTS;
use kernel::manifest::ActorManifest;
use kernel::manifest::ChildSpec;
use kernel::manifest::Grant;
use kernel::manifest::Program;

use crate::scenario::catalogue::Catalogue;
use crate::scenario::catalogue::Service;
use crate::scenario::check_file::Files;
use crate::scenario::check_grant::GrantMistake;
use crate::scenario::check_grant::Objects;
use crate::scenario::check_supervisor::WORKER;
use crate::scenario::check_supervisor::child;
use crate::scenario::check_supervisor::restart;
use crate::scenario::check_supervisor::shutdown;
use crate::scenario::check_wat::assemble;
use crate::scenario::check_word::name;
use crate::scenario::check_word::number;
use crate::scenario::check_word::number_within;
use crate::scenario::check_word::path_or_name;
use crate::scenario::check_word::size;
use crate::scenario::plan::ActorPlan;
use crate::scenario::raw::RawActor;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;

/// Priority of a module that comes without a manifest.
const PRIORITY: u8 = 16;

/// Bytes of linear memory of a module that comes without a manifest.
const MEMORY: usize = 64 << 10;

/// One actor. What is wrong is reported, and something harmless stands in its place.
pub(crate) fn actor(
    report: &mut Report,
    files: &mut Files,
    catalogue: &dyn Catalogue,
    objects: &Objects,
    entry: (&Word, &RawActor),
) -> ActorPlan {
    let (key, raw) = entry;
    name(report, key, "an actor", NAME_MAX);
    if objects.is_taken(&key.value) {
        let mistake = Mistake::new(format!("{} is the name of something else", quoted(&key.value)))
            .label("grants could not tell the two apart")
            .hint("give the actor another name and say `program: …`");
        report.refuse(key, mistake);
    }
    let mut plan = code(report, files, catalogue, key, raw);
    if let Some(word) = &raw.priority
        && let Some(priority) = number(report, word, "priority", PRIORITIES as u64 - 1)
    {
        plan.actor.manifest.priority = priority as u8;
    }
    if let Some(memory) = raw.memory.as_ref().and_then(|word| size(report, word)) {
        plan.actor.manifest.memory = memory;
    }
    if let Some(shared) = raw.shared.as_ref().and_then(|word| size(report, word)) {
        plan.actor.manifest.shared = shared;
    }
    let mailbox_max = MAILBOX_MESSAGES_MAX as u64;
    if let Some(word) = &raw.mailbox
        && let Some(mailbox) = number_within(report, word, "number of messages", 1..=mailbox_max)
    {
        plan.actor.manifest.mailbox = mailbox as usize;
    }
    supervise(report, objects, entry, &mut plan);
    if let Some(names) = &raw.names {
        plan.actor.manifest.names = own_names(report, names);
    }
    plan.actor.manifest.grants = match &raw.grants {
        Some(grants) => objects.grants(report, &grants.0),
        None => default_grants(report, objects, key, &plan),
    };
    if SLOTS <= plan.actor.manifest.grants.len() {
        let mistake = Mistake::new("too many grants")
            .label(format!("a cspace has room for {} beside the own endpoint", SLOTS - 1));
        report.refuse(key, mistake);
    }
    plan.actor
}

/// An actor before its grants, and what its program's own manifest says.
struct Code {
    actor: ActorPlan,
    program: Option<image::program::Program>,
}

fn code(
    report: &mut Report,
    files: &mut Files,
    catalogue: &dyn Catalogue,
    key: &Word,
    raw: &RawActor,
) -> Code {
    let manifest = ActorManifest {
        name: key.value.clone(),
        program: Program::Wasm(Cow::Borrowed(&[])),
        priority: PRIORITY,
        memory: MEMORY,
        shared: 0,
        mailbox: MAILBOX_MESSAGES,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: Vec::new(),
    };
    let mut actor = ActorPlan { manifest, program: key.value.clone(), opcodes: &[] };
    refuse_several_codes(report, raw);
    if let Some(path) = &raw.wasm {
        actor.program = path.value.clone();
        actor.manifest.program =
            Program::Wasm(Cow::Owned(files.wasm(report, path).unwrap_or_default()));
        return Code { actor, program: None };
    }
    if let Some(text) = &raw.wat {
        let wasm = assemble(report, text).unwrap_or_default();
        actor.manifest.program = Program::Wasm(Cow::Owned(wasm));
        return Code { actor, program: None };
    }
    let wanted = raw.program.as_ref().unwrap_or(key);
    let Some((code, program)) = find(catalogue, &wanted.value) else {
        let names = catalogue.programs().iter().map(|program| program.name);
        let services = catalogue.services().iter().map(|service| service.program.name);
        let mut mistake = Mistake::unknown("program", &wanted.value, names.chain(services));
        if raw.program.is_none() {
            mistake = mistake.label("without `program`, an actor runs the program of its name");
        }
        report.refuse(wanted, mistake);
        return Code { actor, program: None };
    };
    actor.program = program.name.into();
    actor.opcodes = program.opcodes;
    actor.manifest.program = code;
    actor.manifest.priority = program.priority;
    actor.manifest.memory = usize::try_from(program.memory).unwrap_or(usize::MAX);
    actor.manifest.shared = usize::try_from(program.shared).unwrap_or(usize::MAX);
    if let Some(mailbox) = program.mailbox {
        actor.manifest.mailbox = usize::from(mailbox);
    }
    for name in program.names {
        let checked = path_or_name(name).map(|()| String::from(*name));
        actor.manifest.names.extend(report.accept(key, checked));
    }
    Code { actor, program: Some(program) }
}

/// A program of the image or a service of the kernel image: its code, and what it comes with.
fn find(catalogue: &dyn Catalogue, name: &str) -> Option<(Program, image::program::Program)> {
    if let Some(program) = catalogue.programs().iter().find(|program| program.name == name) {
        return Some((Program::Wasm(Cow::Borrowed(program.wasm)), *program));
    }
    let service = catalogue.services().iter().find(|service| service.program.name == name)?;
    let Service { service, program } = *service;
    Some((Program::Service(service), program))
}

/// An actor runs one thing. What is written beside the first is refused.
fn refuse_several_codes(report: &mut Report, raw: &RawActor) {
    let codes = [("wasm", &raw.wasm), ("wat", &raw.wat), ("program", &raw.program)];
    let mut given = codes.into_iter().filter_map(|(key, word)| Some((key, word.as_ref()?)));
    let Some((first, _)) = given.next() else { return };
    for (key, word) in given {
        let message = format!("an actor has either a `{key}` or a `{first}`");
        let mistake =
            Mistake::new(message).label(format!("beside `{first}`")).hint("keep one of the two");
        report.refuse(word, mistake);
    }
}

/// Gives an actor its place in the tree: what the scenario says, else what its program's manifest
/// says, else what OTP has.
fn supervise(report: &mut Report, objects: &Objects, entry: (&Word, &RawActor), code: &mut Code) {
    let (key, raw) = entry;
    let supervisor = match (&raw.supervisor, code.program.and_then(|own| own.supervisor)) {
        (Some(word), _) => {
            let names = || objects.supervisors.iter().copied();
            let found = names().find(|name| *name == word.value);
            report.accept(
                word,
                found.ok_or_else(|| Mistake::unknown("supervisor", &word.value, names())),
            )
        }
        (None, Some(own)) if objects.supervisors.contains(&own) => Some(own),
        (None, Some(own)) => {
            let program = quoted(&code.actor.program);
            let message = format!("the program {program} wants the supervisor `{own}`");
            let mistake = Mistake::new(message)
                .label(format!("this board has no supervisor `{own}`"))
                .hint(format!("add `supervisors: {{ {own}: {{}} }}`, or name another one here"));
            report.refuse(key, mistake);
            None
        }
        (None, None) => None,
    };
    // A program's own words have been checked when the image was built.
    let own_restart = code.program.and_then(|own| restart(own.restart?).ok());
    let own_shutdown = code.program.and_then(|own| shutdown(own.shutdown?).ok());
    let is_supervised = supervisor.is_some() || raw.restart.is_some() || own_restart.is_some();
    let usual = if is_supervised { WORKER } else { ChildSpec::TEMPORARY };
    let default = ChildSpec {
        restart: own_restart.unwrap_or(usual.restart),
        shutdown: own_shutdown.unwrap_or(usual.shutdown),
    };
    let manifest = &mut code.actor.manifest;
    manifest.supervisor = supervisor.map(String::from);
    manifest.child = child(report, default, raw.restart.as_ref(), raw.shutdown.as_ref());
}

fn own_names(report: &mut Report, words: &[Word]) -> Vec<String> {
    let mut names = Vec::new();
    for word in words {
        let checked = path_or_name(&word.value).map(|()| word.value.clone());
        names.extend(report.accept(word, checked));
    }
    names
}

/// Refuses names that are registered twice on one board, and more of them than a kernel takes.
pub(crate) fn refuse_shared_names(
    report: &mut Report,
    entries: &[(&Word, &RawActor)],
    actors: &[ActorPlan],
) {
    let mut seen = BTreeSet::new();
    for ((key, raw), actor) in entries.iter().zip(actors) {
        for name in &actor.manifest.names {
            // A program's own names are written nowhere in the scenario.
            let written = raw.names.iter().flatten().rfind(|word| word.value == *name);
            let word = written.unwrap_or(key);
            if !seen.insert(name) {
                let mistake = Mistake::new(format!("{} is registered twice", quoted(name)))
                    .label("here again")
                    .hint("names are unique on a board: give this actor other `names`");
                report.refuse(word, mistake);
            } else if seen.len() == NAMES_MAX + 1 {
                let mistake = Mistake::new("too many names")
                    .label(format!("one more than the {NAMES_MAX} that a kernel takes"));
                report.refuse(word, mistake);
            }
        }
    }
}

/// The grants of a program's own manifest; they are about a whole image, so some may be missing.
fn default_grants(report: &mut Report, objects: &Objects, key: &Word, code: &Code) -> Vec<Grant> {
    let mut granted = Vec::new();
    for (object, rights) in code.program.map_or(&[][..], |own| own.grants) {
        match objects.grant(object, rights) {
            Ok(grant) => granted.push(grant),
            Err(GrantMistake::Object(_) | GrantMistake::Rights(_)) => {
                let program = quoted(&code.actor.program);
                let hint = match object.contains('(') {
                    true => "list other `grants` here".into(),
                    false => format!("add an actor `{object}`, or list other `grants` here"),
                };
                let mistake = Mistake::new(format!("the program {program} wants `{object}`"))
                    .label(format!("this board has no `{object}`"))
                    .hint(hint);
                report.refuse(key, mistake);
            }
        }
    }
    granted
}
