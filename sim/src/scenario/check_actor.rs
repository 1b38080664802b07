//! Actors and their grants: from names to what the kernel is told.

use std::borrow::Cow;

use abi::rights::Rights;
use kernel::limits::MAILBOX_MESSAGES;
use kernel::limits::NAME_MAX;
use kernel::limits::PRIORITIES;
use kernel::limits::SLOTS;
use kernel::manifest::ActorManifest;
use kernel::manifest::ChildSpec;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Program;
use kernel::manifest::Region;

use crate::scenario::catalogue::Catalogue;
use crate::scenario::check_file::Files;
use crate::scenario::check_word::name;
use crate::scenario::check_word::number;
use crate::scenario::check_word::pin;
use crate::scenario::check_word::pin_number;
use crate::scenario::check_word::rights;
use crate::scenario::check_word::size;
use crate::scenario::plan::ActorPlan;
use crate::scenario::profile::ProfileName;
use crate::scenario::raw::RawActor;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;

/// What a board has, by the names that grants use.
const DEVICES: [(&str, GrantObject); 8] = [
    ("framebuffer", GrantObject::Framebuffer),
    ("log", GrantObject::Log),
    ("clock", GrantObject::Clock),
    ("entropy", GrantObject::Entropy),
    ("keyboard", GrantObject::Keyboard),
    ("pointer", GrantObject::Pointer),
    ("serial", GrantObject::Serial),
    ("processes", GrantObject::Processes),
];

/// Priority of a module that comes without a manifest.
const PRIORITY: u8 = 16;

/// Bytes of linear memory of a module that comes without a manifest.
const MEMORY: usize = 64 << 10;

/// What the grants of one board's actors can name.
pub(crate) struct Objects<'a> {
    /// Its kind.
    pub(crate) profile: ProfileName,
    /// Its regions.
    pub(crate) regions: &'a [Region],
    /// The names of its actors.
    pub(crate) actors: Vec<&'a str>,
}

impl Objects<'_> {
    fn find(&self, name: &str) -> Result<GrantObject, Mistake> {
        if let Some((_, device)) = DEVICES.iter().find(|(device, _)| *device == name) {
            return Ok(device.clone());
        }
        if pin_number(name).is_some() {
            return pin(name, self.profile).map(|pin| GrantObject::Pins(1 << pin));
        }
        if self.regions.iter().any(|region| region.name == name) {
            return Ok(GrantObject::Region(name.into()));
        }
        if self.actors.contains(&name) {
            return Ok(GrantObject::Endpoint(name.into()));
        }
        let devices = DEVICES.iter().map(|(device, _)| *device);
        let regions = self.regions.iter().map(|region| region.name.as_str());
        let known = self.actors.iter().copied().chain(regions).chain(devices);
        Err(Mistake::unknown("object", name, known)
            .label("neither an actor nor a region nor a device of this board"))
    }

    fn grant(&self, object: &str, rights_text: &str) -> Result<Grant, GrantMistake> {
        let found = self.find(object).map_err(GrantMistake::Object)?;
        let rights = rights(rights_text).map_err(GrantMistake::Rights)?;
        let is_fixed = |name: &str| {
            let region = self.regions.iter().find(|region| region.name == name);
            region.is_some_and(|region| matches!(region.bytes, Cow::Borrowed(_)))
        };
        let refused = match &found {
            GrantObject::Endpoint(_) if Rights::READ.is_within(rights) => {
                "only an actor itself receives from its endpoint: grant `write`"
            }
            GrantObject::Region(name) if Rights::WRITE.is_within(rights) && is_fixed(name) => {
                "this region belongs to the image and cannot be written: grant `read`"
            }
            _ => return Ok(Grant { object: found, rights }),
        };
        Err(GrantMistake::Rights(
            Mistake::new(format!(
                "{} of {} cannot be granted",
                quoted(rights_text),
                quoted(object)
            ))
            .label("more than there is")
            .hint(refused),
        ))
    }
}

/// Which half of a grant is wrong.
enum GrantMistake {
    Object(Mistake),
    Rights(Mistake),
}

/// One actor. What is wrong is reported, and something harmless stands in its place.
pub(crate) fn actor(
    report: &mut Report,
    files: &mut Files,
    catalogue: &dyn Catalogue,
    objects: &Objects,
    entry: (&Word, &RawActor),
) -> ActorPlan {
    let (key, raw) = entry;
    name(report, key, "actor", NAME_MAX);
    if objects.find(&key.value).is_ok_and(|found| !matches!(found, GrantObject::Endpoint(_))) {
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
    plan.actor.manifest.grants = match &raw.grants {
        Some(grants) => own_grants(report, objects, &grants.0),
        None => default_grants(report, objects, key, &plan),
    };
    if SLOTS <= plan.actor.manifest.grants.len() {
        let mistake = Mistake::new("too many grants")
            .label(format!("a cspace has room for {} beside the own endpoint", SLOTS - 1));
        report.refuse(key, mistake);
    }
    plan.actor
}

/// An actor before its grants, and those of its program.
struct Code {
    actor: ActorPlan,
    grants: &'static [(&'static str, &'static str)],
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
        mailbox: MAILBOX_MESSAGES,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: Vec::new(),
    };
    let mut actor = ActorPlan { manifest, program: key.value.clone(), opcodes: &[] };
    if let Some(path) = &raw.wasm {
        if let Some(program) = &raw.program {
            let mistake = Mistake::new("an actor has either a `program` or a `wasm` file")
                .label("beside `wasm`")
                .hint("keep one of the two");
            report.refuse(program, mistake);
        }
        actor.program = path.value.clone();
        actor.manifest.program =
            Program::Wasm(Cow::Owned(files.wasm(report, path).unwrap_or_default()));
        return Code { actor, grants: &[] };
    }
    let wanted = raw.program.as_ref().unwrap_or(key);
    let programs = catalogue.programs();
    let Some(program) = programs.iter().find(|program| program.name == wanted.value) else {
        let names = programs.iter().map(|program| program.name);
        let mut mistake = Mistake::unknown("program", &wanted.value, names);
        if raw.program.is_none() {
            mistake = mistake.label("without `program`, an actor runs the program of its name");
        }
        report.refuse(wanted, mistake);
        return Code { actor, grants: &[] };
    };
    actor.program = program.name.into();
    actor.opcodes = program.opcodes;
    actor.manifest.program = Program::Wasm(Cow::Borrowed(program.wasm));
    actor.manifest.priority = program.priority;
    actor.manifest.memory = usize::try_from(program.memory).unwrap_or(usize::MAX);
    Code { actor, grants: program.grants }
}

fn own_grants(report: &mut Report, objects: &Objects, grants: &[(Word, Word)]) -> Vec<Grant> {
    let mut granted = Vec::new();
    for (object, rights) in grants {
        match objects.grant(&object.value, &rights.value) {
            Ok(grant) => granted.push(grant),
            Err(GrantMistake::Object(mistake)) => report.refuse(object, mistake),
            Err(GrantMistake::Rights(mistake)) => report.refuse(rights, mistake),
        }
    }
    granted
}

/// The grants of a program's own manifest; they are about a whole image, so some may be missing.
fn default_grants(report: &mut Report, objects: &Objects, key: &Word, code: &Code) -> Vec<Grant> {
    let mut granted = Vec::new();
    for (object, rights) in code.grants {
        match objects.grant(object, rights) {
            Ok(grant) => granted.push(grant),
            Err(GrantMistake::Object(_) | GrantMistake::Rights(_)) => {
                let program = quoted(&code.actor.program);
                let mistake = Mistake::new(format!("the program {program} wants `{object}`"))
                    .label(format!("this board has no `{object}`"))
                    .hint(format!("add an actor `{object}`, or list other `grants` here"));
                report.refuse(key, mistake);
            }
        }
    }
    granted
}
