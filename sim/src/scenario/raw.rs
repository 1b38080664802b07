//! A scenario file as it is written. Doc comments here are the schema's texts.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_saphyr::Spanned;

use crate::scenario::raw_flash::RawFlash;
use crate::scenario::raw_step::RawStep;
use crate::scenario::word::BytesWord;
use crate::scenario::word::DurationWord;
use crate::scenario::word::Entries;
use crate::scenario::word::IntensityWord;
use crate::scenario::word::MailboxWord;
use crate::scenario::word::NumberWord;
use crate::scenario::word::PinWord;
use crate::scenario::word::PriorityWord;
use crate::scenario::word::ProfileWord;
use crate::scenario::word::ProfilesWord;
use crate::scenario::word::RestartWord;
use crate::scenario::word::RightsWord;
use crate::scenario::word::ShutdownWord;
use crate::scenario::word::SizeWord;
use crate::scenario::word::StrategyWord;
use crate::scenario::word::VersionWord;
use crate::scenario::word::WireWord;
use crate::scenario::word::Word;

/// A scenario: a world of boards, and what happens to it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawScenario {
    /// The fact that this scenario states.
    #[schemars(with = "String")]
    pub(crate) name: Word,
    /// The version of this language: 1.
    #[schemars(with = "VersionWord")]
    pub(crate) version: Word,
    /// Who wrote it.
    #[schemars(with = "Option<String>")]
    pub(crate) author: Option<Word>,
    /// The kind of the only board, or several kinds: the scenario then runs once for each.
    #[schemars(with = "Option<ProfilesWord>")]
    pub(crate) board: Option<Spanned<RawProfiles>>,
    /// Several boards by name, instead of `board`.
    #[schemars(with = "Option<Entries<RawBoard>>")]
    pub(crate) boards: Option<Spanned<Entries<Spanned<RawBoard>>>>,
    /// What all randomness comes from; 1 unless said.
    #[schemars(with = "Option<NumberWord>")]
    pub(crate) seed: Option<Word>,
    /// Files of the ramdisk by name.
    #[schemars(with = "Option<Entries<RawContent>>")]
    pub(crate) ramdisk: Option<Spanned<Entries<Spanned<RawContent>>>>,
    /// Further memory that grants can name.
    #[schemars(with = "Option<Entries<RawContent>>")]
    pub(crate) regions: Option<Spanned<Entries<Spanned<RawContent>>>>,
    /// A flash chip; there is none unless said.
    #[schemars(with = "Option<RawFlash>")]
    pub(crate) flash: Option<Spanned<RawFlash>>,
    /// Supervisors by name; where actors and other supervisors stand is said by them.
    #[schemars(with = "Option<Entries<Option<RawSupervisor>>>")]
    pub(crate) supervisors: Option<Spanned<Entries<Option<RawSupervisor>>>>,
    /// The actors by name, in the order of their start.
    #[schemars(with = "Option<Entries<Option<RawActor>>>")]
    pub(crate) actors: Option<Spanned<Entries<Option<RawActor>>>>,
    /// Buttons and LEDs by name, as Wokwi's steps need them.
    #[schemars(with = "Option<Entries<RawPart>>")]
    pub(crate) parts: Option<Spanned<Entries<Spanned<RawPart>>>>,
    /// One-way connections between pins, such as `left.gpio2 -> right.gpio4`.
    #[schemars(with = "Option<Vec<WireWord>>")]
    pub(crate) wires: Option<Vec<Word>>,
    /// What happens, in this order.
    #[schemars(with = "Vec<RawStep>")]
    pub(crate) steps: Vec<Spanned<RawStep>>,
    /// Several ways to go on after `steps`, by name. Each is a run of its own that begins with
    /// `steps`; the beginning is played once for all of them.
    #[schemars(with = "Option<Entries<Vec<RawStep>>>")]
    pub(crate) endings: Option<Spanned<Entries<Vec<Spanned<RawStep>>>>>,
}

/// One of several boards.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBoard {
    /// The kind of board.
    #[schemars(with = "ProfileWord")]
    pub(crate) profile: Word,
    /// Files of the ramdisk by name.
    #[schemars(with = "Option<Entries<RawContent>>")]
    pub(crate) ramdisk: Option<Spanned<Entries<Spanned<RawContent>>>>,
    /// Further memory that grants can name.
    #[schemars(with = "Option<Entries<RawContent>>")]
    pub(crate) regions: Option<Spanned<Entries<Spanned<RawContent>>>>,
    /// A flash chip; there is none unless said.
    #[schemars(with = "Option<RawFlash>")]
    pub(crate) flash: Option<Spanned<RawFlash>>,
    /// Supervisors by name; where actors and other supervisors stand is said by them.
    #[schemars(with = "Option<Entries<Option<RawSupervisor>>>")]
    pub(crate) supervisors: Option<Spanned<Entries<Option<RawSupervisor>>>>,
    /// The actors by name, in the order of their start.
    #[schemars(with = "Option<Entries<Option<RawActor>>>")]
    pub(crate) actors: Option<Spanned<Entries<Option<RawActor>>>>,
    /// Buttons and LEDs by name, as Wokwi's steps need them.
    #[schemars(with = "Option<Entries<RawPart>>")]
    pub(crate) parts: Option<Spanned<Entries<Spanned<RawPart>>>>,
}

/// What one board starts with, wherever it is written.
#[derive(Clone, Copy)]
pub(crate) struct RawContents<'a> {
    pub(crate) ramdisk: Option<&'a Spanned<Entries<Spanned<RawContent>>>>,
    pub(crate) regions: Option<&'a Spanned<Entries<Spanned<RawContent>>>>,
    pub(crate) flash: Option<&'a Spanned<RawFlash>>,
    pub(crate) supervisors: Option<&'a Spanned<Entries<Option<RawSupervisor>>>>,
    pub(crate) actors: Option<&'a Spanned<Entries<Option<RawActor>>>>,
    pub(crate) parts: Option<&'a Spanned<Entries<Spanned<RawPart>>>>,
}

impl RawScenario {
    /// What the only board starts with.
    pub(crate) fn contents(&self) -> RawContents<'_> {
        RawContents {
            ramdisk: self.ramdisk.as_ref(),
            regions: self.regions.as_ref(),
            flash: self.flash.as_ref(),
            supervisors: self.supervisors.as_ref(),
            actors: self.actors.as_ref(),
            parts: self.parts.as_ref(),
        }
    }
}

impl RawBoard {
    /// What this board starts with.
    pub(crate) fn contents(&self) -> RawContents<'_> {
        RawContents {
            ramdisk: self.ramdisk.as_ref(),
            regions: self.regions.as_ref(),
            flash: self.flash.as_ref(),
            supervisors: self.supervisors.as_ref(),
            actors: self.actors.as_ref(),
            parts: self.parts.as_ref(),
        }
    }
}

/// One actor; `{}` is the program with the actor's name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawActor {
    /// A program of the image or a service of the kernel image; the actor's own name unless said.
    #[schemars(with = "Option<String>")]
    pub(crate) program: Option<Word>,
    /// A WebAssembly module, relative to the scenario, instead of `program`.
    #[schemars(with = "Option<String>")]
    pub(crate) wasm: Option<Word>,
    /// A module in WebAssembly's text format, as a block behind `|`, instead of `program`.
    #[schemars(with = "Option<String>")]
    pub(crate) wat: Option<Word>,
    /// 0 to 31, larger runs first; the program's own unless said, 16 for a module.
    #[schemars(with = "Option<PriorityWord>")]
    pub(crate) priority: Option<Word>,
    /// Linear memory it may have; the program's own unless said, 64KiB for a module.
    #[schemars(with = "Option<SizeWord>")]
    pub(crate) memory: Option<Word>,
    /// Memory it may make to share with others; the program's own unless said, none for a module.
    #[schemars(with = "Option<SizeWord>")]
    pub(crate) shared: Option<Word>,
    /// Messages that its mailbox takes; the program's own unless said, 16 for a module.
    #[schemars(with = "Option<MailboxWord>")]
    pub(crate) mailbox: Option<Word>,
    /// The supervisor that it stands under; the root unless said.
    #[schemars(with = "Option<String>")]
    pub(crate) supervisor: Option<Word>,
    /// Whether it is started again when it has ended: always, if it ended abnormally, or never.
    /// `permanent` with a `supervisor`, otherwise `temporary`.
    #[schemars(with = "Option<RestartWord>")]
    pub(crate) restart: Option<Word>,
    /// How its supervisor ends it: at once, or it is asked to end and waited for, for ever or so
    /// long. 5s with a `supervisor` or a `restart`, otherwise `kill`.
    #[schemars(with = "Option<ShutdownWord>")]
    pub(crate) shutdown: Option<Word>,
    /// Names and paths under which it is registered in each of its lives.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) names: Option<Vec<Word>>,
    /// What it is given, in slot order: object and rights. The program's own unless said.
    #[schemars(with = "Option<Entries<RightsWord>>")]
    pub(crate) grants: Option<Entries<Word>>,
}

/// A supervisor; `{}` is one as OTP has it. It starts with the first actor that stands below it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSupervisor {
    /// The supervisor that it stands under; the root unless said.
    #[schemars(with = "Option<String>")]
    pub(crate) under: Option<Word>,
    /// What it does about the others when one of its children is restarted; nothing
    /// (`one-for-one`) unless said.
    #[schemars(with = "Option<StrategyWord>")]
    pub(crate) strategy: Option<Word>,
    /// Restarts within the period that it puts up with; 1 unless said. One more and it gives up.
    #[schemars(with = "Option<IntensityWord>")]
    pub(crate) intensity: Option<Word>,
    /// The period; 5s unless said.
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) period: Option<Word>,
    /// Whether it is started again when it has given up; `permanent` unless said.
    #[schemars(with = "Option<RestartWord>")]
    pub(crate) restart: Option<Word>,
    /// How the one above ends it; `wait` unless said.
    #[schemars(with = "Option<ShutdownWord>")]
    pub(crate) shutdown: Option<Word>,
    /// How long it waits before it restarts a child again; not at all unless said.
    #[schemars(with = "Option<RawBackoff>")]
    pub(crate) backoff: Option<Spanned<RawBackoff>>,
}

/// How long to wait before restarts within a period: nothing, then `first`, then twice as long each
/// time, up to `last`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBackoff {
    /// Before the second restart.
    #[schemars(with = "DurationWord")]
    pub(crate) first: Word,
    /// At most.
    #[schemars(with = "DurationWord")]
    pub(crate) last: Word,
}

/// A part that Wokwi's steps can name: exactly one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPart {
    /// A button between this pin and ground: pressed is low.
    #[schemars(with = "Option<PinWord>")]
    pub(crate) button: Option<Word>,
    /// A LED on this pin.
    #[schemars(with = "Option<PinWord>")]
    pub(crate) led: Option<Word>,
}

/// One profile or several.
#[derive(Debug)]
pub(crate) enum RawProfiles {
    One(String),
    Many(Vec<Word>),
}

impl<'de> Deserialize<'de> for RawProfiles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawProfiles, D::Error> {
        deserializer.deserialize_any(ProfilesVisitor)
    }
}

struct ProfilesVisitor;

impl<'de> Visitor<'de> for ProfilesVisitor {
    type Value = RawProfiles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`pc` or `esp32c6`, or a list of them; several named boards go under `boards`")
    }

    fn visit_str<E>(self, profile: &str) -> Result<RawProfiles, E> {
        Ok(RawProfiles::One(profile.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawProfiles, A::Error> {
        let mut profiles = Vec::new();
        while let Some(profile) = list.next_element()? {
            profiles.push(profile);
        }
        Ok(RawProfiles::Many(profiles))
    }
}

/// Contents of a file or region: text, or one of [`RawContent::KEYS`].
#[derive(Debug)]
pub(crate) enum RawContent {
    Text(String),
    Bytes(Word),
    File(Word),
    Program(Word),
    Wat(Word),
}

impl RawContent {
    /// What contents can be beside text.
    const KEYS: &[&str] = &["bytes", "file", "program", "wat"];
}

impl<'de> Deserialize<'de> for RawContent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawContent, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = RawContent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "text in quotes, `{ bytes: 70000 }`, `{ file: path }`, `{ program: echo }` or \
             `{ wat: \"(module)\" }`",
        )
    }

    fn visit_str<E>(self, text: &str) -> Result<RawContent, E> {
        Ok(RawContent::Text(text.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawContent, A::Error> {
        let content = match map.next_key::<String>()?.as_deref() {
            Some("bytes") => RawContent::Bytes(map.next_value()?),
            Some("file") => RawContent::File(map.next_value()?),
            Some("program") => RawContent::Program(map.next_value()?),
            Some("wat") => RawContent::Wat(map.next_value()?),
            Some(key) => return Err(A::Error::unknown_field(key, RawContent::KEYS)),
            None => return Err(A::Error::missing_field("bytes`, `file`, `program` or `wat")),
        };
        match map.next_key::<String>()? {
            Some(_) => Err(A::Error::custom("contents are one thing, not several")),
            None => Ok(content),
        }
    }
}

impl JsonSchema for RawContent {
    fn schema_name() -> Cow<'static, str> {
        "RawContent".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let bytes = BytesWord::json_schema(generator);
        let text = json_schema!({ "type": "string" });
        json_schema!({
            "description": "Text, a number of bytes that count up, a file beside the scenario, the \
                module of a program of the image, or a module in WebAssembly's text format.",
            "anyOf": [
                text,
                {
                    "type": "object",
                    "properties": { "bytes": bytes, "file": text, "program": text, "wat": text },
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": false,
                },
            ],
        })
    }
}
