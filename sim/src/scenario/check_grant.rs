//! Objects and grants: from names to what the kernel is told.
//!
//! An object of which a board has one is named alone: `log`, `gpio2`, a region, an actor. Of
//! others it is said which one: `child(vfs)`, `interrupt(5)`, `namespace(/node/local)`.

use std::borrow::Cow;

use abi::rights::Rights;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Region;

use crate::scenario::check_word::path;
use crate::scenario::check_word::pin;
use crate::scenario::check_word::pin_number;
use crate::scenario::check_word::read_number;
use crate::scenario::check_word::rights;
use crate::scenario::plan::BoardPlan;
use crate::scenario::plan::FlashPlan;
use crate::scenario::profile::ProfileName;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;

/// What a board has once, by the names that grants use.
static DEVICES: [(&str, GrantObject); 10] = [
    ("framebuffer", GrantObject::Framebuffer),
    ("log", GrantObject::Log),
    ("clock", GrantObject::Clock),
    ("entropy", GrantObject::Entropy),
    ("keyboard", GrantObject::Keyboard),
    ("pointer", GrantObject::Pointer),
    ("serial", GrantObject::Serial),
    ("processes", GrantObject::Processes),
    ("namespace", GrantObject::Namespace(String::new())),
    ("spawner", GrantObject::Spawner(None)),
];

/// Kinds of which it is said which one, each with an example.
const KINDS: [(&str, &str); 7] = [
    ("namespace", "namespace(/node/local)"),
    ("spawner", "spawner(services)"),
    ("child", "child(shell)"),
    ("directory", "directory(vfs)"),
    ("interrupt", "interrupt(5)"),
    ("ports", "ports(0x3f8..0x400)"),
    ("flash", "flash(home)"),
];

const PREFIX_HINT: &str =
    "write for example `namespace(/node/local)`; `namespace` alone is everything";

/// What the grants and conditions of one board can name.
pub(crate) struct Objects<'a> {
    /// Its kind.
    pub(crate) profile: ProfileName,
    /// Its regions.
    pub(crate) regions: &'a [Region],
    /// Its flash.
    pub(crate) flash: Option<&'a FlashPlan>,
    /// The names of its actors.
    pub(crate) actors: Vec<&'a str>,
    /// The names of its supervisors.
    pub(crate) supervisors: Vec<&'a str>,
}

/// Which half of a grant is wrong.
pub(crate) enum GrantMistake {
    Object(Mistake),
    Rights(Mistake),
}

impl<'a> Objects<'a> {
    /// The objects of a board that has been checked.
    pub(crate) fn of(board: &'a BoardPlan) -> Objects<'a> {
        let actors = board.actors.iter().map(|actor| actor.manifest.name.as_str());
        let supervisors = board.supervisors.iter().map(|supervisor| supervisor.name.as_str());
        Objects {
            profile: board.profile,
            regions: &board.regions,
            flash: board.flash.as_ref(),
            actors: actors.collect(),
            supervisors: supervisors.collect(),
        }
    }

    /// Whether an actor of this name could be taken for something else.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        let is_kind = KINDS.iter().any(|(kind, _)| *kind == name);
        let is_region = self.regions.iter().any(|region| region.name == name);
        is_device(name) || is_kind || is_region || pin_number(name).is_some()
    }

    /// The object that a text names.
    pub(crate) fn find(&self, text: &str) -> Result<GrantObject, Mistake> {
        let Some((kind, rest)) = text.split_once('(') else { return self.find_plain(text) };
        let Some((_, example)) = KINDS.iter().find(|(known, _)| *known == kind) else {
            if self.find_plain(kind).is_ok() {
                let mistake = Mistake::new(format!("{} is one object", quoted(kind)));
                return Err(mistake.label("nothing goes in parentheses here"));
            }
            let known = KINDS.iter().map(|(known, _)| *known);
            return Err(Mistake::unknown("kind of object", kind, known));
        };
        match rest.strip_suffix(')') {
            Some(which) => self.find_one(kind, which.trim()),
            None => Err(Mistake::new(format!("{} is not closed", quoted(text)))
                .label("expected `)` at its end")
                .hint(format!("write for example `{example}`"))),
        }
    }

    fn find_plain(&self, name: &str) -> Result<GrantObject, Mistake> {
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
        if let Some((kind, example)) = KINDS.iter().find(|(kind, _)| *kind == name) {
            return Err(Mistake::new(format!("which `{kind}`?"))
                .label("there are several")
                .hint(format!("write for example `{example}`")));
        }
        let devices = DEVICES.iter().map(|(device, _)| *device);
        let kinds = KINDS.iter().map(|(kind, _)| *kind).filter(|kind| !is_device(kind));
        let regions = self.regions.iter().map(|region| region.name.as_str());
        let known = self.actors.iter().copied().chain(regions).chain(devices).chain(kinds);
        Err(Mistake::unknown("object", name, known)
            .label("neither an actor nor a region nor a device of this board"))
    }

    /// One of a kind that there are several of.
    fn find_one(&self, kind: &str, which: &str) -> Result<GrantObject, Mistake> {
        match kind {
            "namespace" => path(which)
                .map(|()| GrantObject::Namespace(which.into()))
                .map_err(|mistake| mistake.hint(PREFIX_HINT)),
            "spawner" => {
                let name = known("supervisor", which, &self.supervisors)?;
                Ok(GrantObject::Spawner(Some(name)))
            }
            "child" => known("actor", which, &self.actors).map(GrantObject::Child),
            "directory" => known("actor", which, &self.actors).map(GrantObject::Directory),
            "interrupt" => interrupt(which).map(GrantObject::Interrupt),
            "flash" => self.partition(which),
            _ => self.ports(which),
        }
    }

    /// A partition of the flash.
    fn partition(&self, name: &str) -> Result<GrantObject, Mistake> {
        let flash = self.flash.ok_or_else(|| {
            Mistake::new("this board has no flash")
                .label("there is nothing to grant")
                .hint("give it one: `flash: {}` is a blank chip of 1 MiB, all of it `home`")
        })?;
        let found = flash.partitions.get(name);
        let names = flash.partitions.keys().map(String::as_str);
        let (first, len) = found.ok_or_else(|| Mistake::unknown("partition", name, names))?;
        Ok(GrantObject::Flash(*first, *len))
    }

    /// I/O ports, from the first to before the last: `0x3f8..0x400`.
    fn ports(&self, text: &str) -> Result<GrantObject, Mistake> {
        if self.profile != ProfileName::Pc {
            let name = self.profile.name();
            return Err(Mistake::new(format!("{name} has no I/O ports"))
                .label("only x86 processors have")
                .hint("devices of this board are memory, pins and interrupts"));
        }
        let ends = text.split_once("..");
        let ends = ends
            .and_then(|(first, end)| Some((read_number(first.trim())?, read_number(end.trim())?)));
        let ports = ends.and_then(|(first, end)| {
            let count = u16::try_from(end.checked_sub(first)?).ok()?;
            let is_sound = count != 0 && end <= 1 << 16;
            is_sound.then_some((u16::try_from(first).ok()?, count))
        });
        let mistake = Mistake::new(format!("{} is not a range of ports", quoted(text)))
            .label("expected the first port and the one behind the last, 1 to 65535 apart")
            .hint("write for example `ports(0x3f8..0x400)`");
        ports.map(|(first, count)| GrantObject::Ports(first, count)).ok_or(mistake)
    }

    /// A grant of this object with these rights.
    pub(crate) fn grant(&self, object: &str, rights_text: &str) -> Result<Grant, GrantMistake> {
        let found = self.find(object).map_err(GrantMistake::Object)?;
        let rights = rights(rights_text).map_err(GrantMistake::Rights)?;
        let Some(hint) = self.excess(&found, rights) else {
            return Ok(Grant { object: found, rights });
        };
        let message = format!("{} of {} cannot be granted", quoted(rights_text), quoted(object));
        Err(GrantMistake::Rights(Mistake::new(message).label("more than there is").hint(hint)))
    }

    /// Why these rights are more than there is of this object.
    fn excess(&self, object: &GrantObject, rights: Rights) -> Option<&'static str> {
        let is_fixed = |name: &str| {
            let region = self.regions.iter().find(|region| region.name == name);
            region.is_some_and(|region| matches!(region.bytes, Cow::Borrowed(_)))
        };
        let reads = Rights::READ.is_within(rights);
        let writes = Rights::WRITE.is_within(rights);
        match object {
            GrantObject::Endpoint(_) if reads => {
                Some("only an actor itself receives from its endpoint: grant `write`")
            }
            GrantObject::Region(name) if writes && is_fixed(name) => {
                Some("this region belongs to the image and cannot be written: grant `read`")
            }
            GrantObject::Interrupt(_) if writes => {
                Some("an interrupt is waited for, its device causes it: grant `read`")
            }
            _ => None,
        }
    }

    /// The grants that a scenario lists.
    pub(crate) fn grants(&self, report: &mut Report, listed: &[(Word, Word)]) -> Vec<Grant> {
        let mut granted = Vec::new();
        for (object, rights) in listed {
            match self.grant(&object.value, &rights.value) {
                Ok(grant) => granted.push(grant),
                Err(GrantMistake::Object(mistake)) => report.refuse(object, mistake),
                Err(GrantMistake::Rights(mistake)) => report.refuse(rights, mistake),
            }
        }
        granted
    }
}

fn is_device(name: &str) -> bool {
    DEVICES.iter().any(|(device, _)| *device == name)
}

fn known(what: &str, name: &str, names: &[&str]) -> Result<String, Mistake> {
    if names.contains(&name) {
        return Ok(name.into());
    }
    Err(Mistake::unknown(what, name, names.iter().copied()))
}

/// The number of an interrupt line.
pub(crate) fn interrupt(text: &str) -> Result<u8, Mistake> {
    let line = read_number(text).and_then(|line| u8::try_from(line).ok());
    let mistake = Mistake::new(format!("{} is not an interrupt line", quoted(text)))
        .label(format!("expected a number from 0 to {}", u8::MAX));
    line.ok_or(mistake)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(profile: ProfileName) -> Objects<'static> {
        Objects {
            profile,
            regions: &[],
            flash: None,
            actors: vec!["vfs"],
            supervisors: vec!["services"],
        }
    }

    #[test]
    fn objects_are_named_alone_or_with_which_one() {
        let pc = objects(ProfileName::Pc);
        let cases = [
            ("namespace", GrantObject::Namespace(String::new())),
            ("namespace(/node/local)", GrantObject::Namespace("/node/local".into())),
            ("spawner", GrantObject::Spawner(None)),
            ("spawner(services)", GrantObject::Spawner(Some("services".into()))),
            ("child(vfs)", GrantObject::Child("vfs".into())),
            ("directory(vfs)", GrantObject::Directory("vfs".into())),
            ("interrupt(5)", GrantObject::Interrupt(5)),
            ("ports(0x3f8..0x400)", GrantObject::Ports(0x3f8, 8)),
            ("ports(0xffff .. 65536)", GrantObject::Ports(0xffff, 1)),
            ("vfs", GrantObject::Endpoint("vfs".into())),
            ("gpio3", GrantObject::Pins(8)),
        ];
        for (text, object) in cases {
            assert_eq!(pc.find(text).ok(), Some(object), "{text}");
        }
    }

    #[test]
    fn no_other_text_names_an_object() {
        let wrong = [
            "child",
            "child()",
            "child(vfs",
            "child(vfs))",
            "log(vfs)",
            "vfs(log)",
            "namespace()",
            "namespace(/)",
            "namespace(/a/)",
            "namespace(a)",
            "interrupt(-1)",
            "interrupt(256)",
            "ports(0x400..0x3f8)",
            "ports(1..1)",
            "ports(0..0x10000)",
            "ports(0xffff..0x10001)",
            "ports(8)",
            "(vfs)",
            "",
        ];
        for text in wrong {
            assert!(objects(ProfileName::Pc).find(text).is_err(), "{text}");
        }
        assert!(objects(ProfileName::Esp32c6).find("ports(1..2)").is_err());
    }
}
