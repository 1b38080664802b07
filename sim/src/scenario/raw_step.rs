//! The steps of a scenario file as they are written. Doc comments here are the schema's texts.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_saphyr::Spanned;

use crate::scenario::raw_condition::RawCondition;
use crate::scenario::raw_power::RawCutPower;
use crate::scenario::raw_power::RawFlipBit;
use crate::scenario::raw_wokwi::Ignored;
use crate::scenario::raw_wokwi::RawExpectPin;
use crate::scenario::raw_wokwi::RawScreenshot;
use crate::scenario::raw_wokwi::RawSetControl;
use crate::scenario::raw_wokwi::RawTap;
use crate::scenario::raw_wokwi::RawTouch;
use crate::scenario::word::DurationWord;
use crate::scenario::word::Entries;
use crate::scenario::word::InterruptWord;
use crate::scenario::word::LevelWord;
use crate::scenario::word::NumberWord;
use crate::scenario::word::PinWord;
use crate::scenario::word::Word;

/// One step: exactly one command, and perhaps a name, a board and a `within`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct RawStep {
    /// What this step is called in reports.
    #[schemars(with = "Option<String>")]
    pub(crate) name: Option<Word>,
    /// The board it is about, when there are several.
    #[schemars(with = "Option<String>")]
    pub(crate) board: Option<Word>,
    /// How long to wait for what the command looks for: 10 s unless said for the `wait` commands,
    /// not at all for the `expect` commands.
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) within: Option<Word>,
    /// How long it must not happen (`never`) or must last (`stable-for`).
    #[serde(rename = "for")]
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) duration: Option<Word>,
    /// Lets virtual time pass.
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) delay: Option<Word>,
    /// Waits until the serial line shows this text.
    #[schemars(with = "Option<String>")]
    pub(crate) wait_serial: Option<Word>,
    /// Sends text or bytes to the serial line.
    #[schemars(with = "Option<RawSerial>")]
    pub(crate) write_serial: Option<Spanned<RawSerial>>,
    /// Expects a level on a pin of a part, as in Wokwi.
    #[schemars(with = "Option<RawExpectPin>")]
    pub(crate) expect_pin: Option<Spanned<RawExpectPin>>,
    /// Moves a control of a part, as in Wokwi. Parts are listed under `parts`.
    #[schemars(with = "Option<RawSetControl>")]
    pub(crate) set_control: Option<Spanned<RawSetControl>>,
    /// Takes a picture of the screen, as in Wokwi.
    #[schemars(with = "Option<RawScreenshot>")]
    pub(crate) take_screenshot: Option<Spanned<RawScreenshot>>,
    /// Touches the screen and lets go after a while.
    #[schemars(with = "Option<RawTap>")]
    pub(crate) touch: Option<Spanned<RawTap>>,
    /// Puts a finger on the screen.
    #[schemars(with = "Option<RawTouch>")]
    pub(crate) touch_press: Option<Spanned<RawTouch>>,
    /// Moves the finger.
    #[schemars(with = "Option<RawTouch>")]
    pub(crate) touch_move: Option<Spanned<RawTouch>>,
    /// Takes the finger away.
    #[schemars(with = "Option<RawTouch>")]
    pub(crate) touch_release: Option<Spanned<RawTouch>>,
    /// Not supported: there are no Wokwi custom chips here.
    #[schemars(with = "Option<bool>", extend("deprecated" = true))]
    pub(crate) expect_chip_output: Option<Spanned<Ignored>>,
    /// Types this text on the keyboard.
    #[serde(rename = "type")]
    #[schemars(with = "Option<String>")]
    pub(crate) typed: Option<Word>,
    /// Presses a key or a chord, such as `Enter` or `Ctrl+C`.
    #[schemars(with = "Option<String>")]
    pub(crate) press: Option<Word>,
    /// Waits until this is so.
    #[schemars(with = "Option<RawCondition>")]
    pub(crate) wait: Option<Spanned<RawCondition>>,
    /// Expects that this is so now, or soon when `within` is given.
    #[schemars(with = "Option<RawCondition>")]
    pub(crate) expect: Option<Spanned<RawCondition>>,
    /// Expects that this never happens from here to the end, or for a while.
    #[schemars(with = "Option<RawCondition>")]
    pub(crate) never: Option<Spanned<RawCondition>>,
    /// Expects that this is so for a while without a break.
    #[schemars(with = "Option<RawCondition>")]
    pub(crate) stable_for: Option<Spanned<RawCondition>>,
    /// Drives an input pin.
    #[schemars(with = "Option<RawSetPin>")]
    pub(crate) set_pin: Option<Spanned<RawSetPin>>,
    /// Raises an interrupt line.
    #[schemars(with = "Option<InterruptWord>")]
    pub(crate) interrupt: Option<Word>,
    /// Ends an actor's slice at a given place in its execution.
    #[schemars(with = "Option<RawPreempt>")]
    pub(crate) preempt: Option<Spanned<RawPreempt>>,
    /// Power goes: now, with an operation of the flash, or with each of them in turn.
    #[schemars(with = "Option<RawCutPower>")]
    pub(crate) cut_power: Option<Spanned<RawCutPower>>,
    /// Power stays away so long and comes back.
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) reboot: Option<Word>,
    /// A bit of the flash flips.
    #[schemars(with = "Option<RawFlipBit>")]
    pub(crate) flip_bit: Option<Spanned<RawFlipBit>>,
    /// Compares frame, trace, serial, authority or files with what was approved.
    #[schemars(with = "Option<RawSnapshot>")]
    pub(crate) snapshot: Option<Spanned<RawSnapshot>>,
}

/// The one command of a step.
#[derive(Clone, Copy)]
pub(crate) enum Command<'a> {
    Delay(&'a Word),
    WaitSerial(&'a Word),
    WriteSerial(&'a Spanned<RawSerial>),
    ExpectPin(&'a Spanned<RawExpectPin>),
    SetControl(&'a Spanned<RawSetControl>),
    TakeScreenshot(&'a Spanned<RawScreenshot>),
    Touch(&'a Spanned<RawTap>),
    TouchPress(&'a Spanned<RawTouch>),
    TouchMove(&'a Spanned<RawTouch>),
    TouchRelease(&'a Spanned<RawTouch>),
    ExpectChipOutput(&'a Spanned<Ignored>),
    Type(&'a Word),
    Press(&'a Word),
    Wait(&'a Spanned<RawCondition>),
    Expect(&'a Spanned<RawCondition>),
    Never(&'a Spanned<RawCondition>),
    StableFor(&'a Spanned<RawCondition>),
    SetPin(&'a Spanned<RawSetPin>),
    Interrupt(&'a Word),
    Preempt(&'a Spanned<RawPreempt>),
    CutPower(&'a Spanned<RawCutPower>),
    Reboot(&'a Word),
    FlipBit(&'a Spanned<RawFlipBit>),
    Snapshot(&'a Spanned<RawSnapshot>),
}

/// All commands, as scenarios write them.
pub(crate) const COMMANDS: [&str; 24] = [
    "delay",
    "wait-serial",
    "write-serial",
    "expect-pin",
    "set-control",
    "take-screenshot",
    "touch",
    "touch-press",
    "touch-move",
    "touch-release",
    "expect-chip-output",
    "type",
    "press",
    "wait",
    "expect",
    "never",
    "stable-for",
    "set-pin",
    "interrupt",
    "preempt",
    "cut-power",
    "reboot",
    "flip-bit",
    "snapshot",
];

impl RawStep {
    /// The commands that are given, in the order of [`COMMANDS`], with their names.
    pub(crate) fn commands(&self) -> Vec<(&'static str, Command<'_>)> {
        let commands = [
            self.delay.as_ref().map(Command::Delay),
            self.wait_serial.as_ref().map(Command::WaitSerial),
            self.write_serial.as_ref().map(Command::WriteSerial),
            self.expect_pin.as_ref().map(Command::ExpectPin),
            self.set_control.as_ref().map(Command::SetControl),
            self.take_screenshot.as_ref().map(Command::TakeScreenshot),
            self.touch.as_ref().map(Command::Touch),
            self.touch_press.as_ref().map(Command::TouchPress),
            self.touch_move.as_ref().map(Command::TouchMove),
            self.touch_release.as_ref().map(Command::TouchRelease),
            self.expect_chip_output.as_ref().map(Command::ExpectChipOutput),
            self.typed.as_ref().map(Command::Type),
            self.press.as_ref().map(Command::Press),
            self.wait.as_ref().map(Command::Wait),
            self.expect.as_ref().map(Command::Expect),
            self.never.as_ref().map(Command::Never),
            self.stable_for.as_ref().map(Command::StableFor),
            self.set_pin.as_ref().map(Command::SetPin),
            self.interrupt.as_ref().map(Command::Interrupt),
            self.preempt.as_ref().map(Command::Preempt),
            self.cut_power.as_ref().map(Command::CutPower),
            self.reboot.as_ref().map(Command::Reboot),
            self.flip_bit.as_ref().map(Command::FlipBit),
            self.snapshot.as_ref().map(Command::Snapshot),
        ];
        let named = COMMANDS.into_iter().zip(commands);
        named.filter_map(|(name, command)| command.map(|command| (name, command))).collect()
    }
}

/// A pin and the level it is driven to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSetPin {
    /// The pin.
    #[schemars(with = "PinWord")]
    pub(crate) pin: Word,
    /// Its level.
    #[schemars(with = "LevelWord")]
    pub(crate) level: Word,
}

/// A place in an actor's execution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPreempt {
    /// The actor; it must be alive.
    #[schemars(with = "String")]
    pub(crate) actor: Word,
    /// The fuel that it has used in this life when its slice ends.
    #[schemars(with = "NumberWord")]
    pub(crate) fuel: Word,
}

/// Text, or a list of bytes.
#[derive(Debug)]
pub(crate) enum RawSerial {
    Text(String),
    Bytes(Vec<Word>),
}

impl<'de> Deserialize<'de> for RawSerial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawSerial, D::Error> {
        deserializer.deserialize_any(SerialVisitor)
    }
}

struct SerialVisitor;

impl<'de> Visitor<'de> for SerialVisitor {
    type Value = RawSerial;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in quotes, or a list of bytes such as `[27, 91, 65]`")
    }

    fn visit_str<E>(self, text: &str) -> Result<RawSerial, E> {
        Ok(RawSerial::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawSerial, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = list.next_element()? {
            bytes.push(byte);
        }
        Ok(RawSerial::Bytes(bytes))
    }
}

impl JsonSchema for RawSerial {
    fn schema_name() -> Cow<'static, str> {
        "RawSerial".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Text, or a list of bytes.",
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "integer", "minimum": 0, "maximum": 255 } },
            ],
        })
    }
}

/// `frame`, or `[frame, trace]`, or `{ frame: name }`.
#[derive(Debug)]
pub(crate) enum RawSnapshot {
    Kind(String),
    Kinds(Vec<Word>),
    Named(Entries<Word>),
}

impl<'de> Deserialize<'de> for RawSnapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawSnapshot, D::Error> {
        deserializer.deserialize_any(SnapshotVisitor)
    }
}

struct SnapshotVisitor;

impl<'de> Visitor<'de> for SnapshotVisitor {
    type Value = RawSnapshot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "`frame`, `trace`, `serial`, `authority` or `files`, a list of them, or \
             `{ frame: name }`",
        )
    }

    fn visit_str<E>(self, kind: &str) -> Result<RawSnapshot, E> {
        Ok(RawSnapshot::Kind(kind.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawSnapshot, A::Error> {
        let mut kinds = Vec::new();
        while let Some(kind) = list.next_element()? {
            kinds.push(kind);
        }
        Ok(RawSnapshot::Kinds(kinds))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawSnapshot, A::Error> {
        let mut named = Entries::default();
        while let Some(entry) = map.next_entry()? {
            named.0.push(entry);
        }
        Ok(RawSnapshot::Named(named))
    }
}

impl JsonSchema for RawSnapshot {
    fn schema_name() -> Cow<'static, str> {
        "RawSnapshot".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let name = json_schema!({ "type": "string" });
        let kind = json_schema!({ "enum": ["frame", "trace", "serial", "authority", "files"] });
        json_schema!({
            "description": "What to compare: one kind, several, or kinds with a name for the file.",
            "anyOf": [
                kind,
                {
                    "type": "array",
                    "items": kind,
                    "minItems": 1,
                },
                {
                    "type": "object",
                    "properties": {
                        "frame": name,
                        "trace": name,
                        "serial": name,
                        "authority": name,
                        "files": name,
                    },
                    "additionalProperties": false,
                    "minProperties": 1,
                },
            ],
        })
    }
}
