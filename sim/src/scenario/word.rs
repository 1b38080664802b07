//! The smallest pieces of a scenario file, each with its place, and what the schema says of them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::Visitor;
use serde_saphyr::Spanned;

/// One scalar as it is written, whatever its type: `200`, `200ms`, `"200"`.
pub(crate) type Word = Spanned<String>;

/// A map that keeps its order and the places of its keys. Keys are unique: the reader sees to it.
#[derive(Debug)]
pub(crate) struct Entries<T>(pub(crate) Vec<(Word, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Entries<T> {
        Entries(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<T>, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Entries_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:tt;)+) => {
        $($(#[doc = $doc])+
        pub(crate) enum $name {}

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        })+
    };
}

words! {
    /// Schema of a duration; the units are those of [`crate::unit::duration`].
    DurationWord = {
        "type": "string",
        "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*(ns|us|µs|ms|s|min|h)\\s*$",
        "examples": ["200ms", "1.5s", "10us", "2min"],
    };
    /// Schema of a size; the units are those of [`crate::unit::size`].
    SizeWord = {
        "type": "string",
        "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*(B|KiB|MiB|GiB)\\s*$",
        "examples": ["64KiB"],
    };
    /// Schema of a number of bytes, bare or with a unit.
    BytesWord = {
        "anyOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "string", "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*(B|KiB|MiB|GiB)\\s*$" },
        ],
    };
    /// Schema of whether there is power.
    PowerWord = { "enum": ["on", "off"] };
    /// Schema of how far an operation comes before power goes.
    CutModeWord = { "enum": ["not-started", "half-done", "torn"] };
    /// Schema of a range of bytes.
    RangeWord = {
        "type": "string",
        "pattern": "^[^.]+\\.\\.[^.]+$",
        "examples": ["0x10000..0x50000", "64KiB..1MiB"],
    };
    /// Schema of a number that is not negative.
    NumberWord = { "type": "integer", "minimum": 0 };
    /// Schema of the only version there is.
    VersionWord = { "const": 1 };
    /// Schema of a mailbox's size.
    MailboxWord = { "type": "integer", "minimum": 1, "maximum": 1024 };
    /// Schema of what a supervisor does about the others.
    StrategyWord = { "enum": ["one-for-one", "one-for-all", "rest-for-one"] };
    /// Schema of an intensity.
    IntensityWord = { "type": "integer", "minimum": 0, "maximum": 1000 };
    /// Schema of whether a child is started again.
    RestartWord = { "enum": ["permanent", "transient", "temporary"] };
    /// Schema of how a child is ended.
    ShutdownWord = {
        "anyOf": [
            { "enum": ["kill", "wait"] },
            {
                "type": "string",
                "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*(ns|us|µs|ms|s|min|h)\\s*$",
            },
        ],
    };
    /// Schema of an interrupt line.
    InterruptWord = { "type": "integer", "minimum": 0, "maximum": 255 };
    /// Schema of how an actor's life ended.
    ExitWord = { "enum": ["normal", "killed", "abnormal", "linked"] };
    /// Schema of an object, as grants name it.
    ObjectWord = {
        "type": "string",
        "examples": ["gpio2", "vfs", "log", "namespace(/node/local)", "child(shell)"],
    };
    /// Schema of a priority.
    PriorityWord = { "type": "integer", "minimum": 0, "maximum": 31 };
    /// Schema of a profile's name.
    ProfileWord = { "enum": ["pc", "esp32c6"] };
    /// Schema of one profile or several.
    ProfilesWord = {
        "anyOf": [
            { "enum": ["pc", "esp32c6"] },
            { "type": "array", "items": { "enum": ["pc", "esp32c6"] }, "minItems": 1 },
        ],
    };
    /// Schema of a pin.
    PinWord = { "type": "string", "pattern": "^gpio[0-9]+$", "examples": ["gpio2"] };
    /// Schema of a pin of a part, as Wokwi writes it.
    PartPinWord = { "type": ["string", "integer"] };
    /// Schema of a level.
    LevelWord = { "enum": ["high", "low", 1, 0] };
    /// Schema of a level as a number.
    BitWord = { "enum": [1, 0] };
    /// Schema of an actor's state.
    StateWord = { "enum": ["ready", "waiting", "sleeping", "dead"] };
    /// Schema of an opcode's number or name.
    OpcodeWord = { "type": ["string", "integer"] };
    /// Schema of rights.
    RightsWord = {
        "type": "string",
        "pattern": "^(read|write|grant)(\\s*\\+\\s*(read|write|grant))*$",
        "examples": ["read", "write", "read+write"],
    };
    /// Schema of a wire.
    WireWord = {
        "type": "string",
        "pattern": "^\\s*\\S+\\.gpio[0-9]+\\s*->\\s*\\S+\\.gpio[0-9]+\\s*$",
        "examples": ["left.gpio2 -> right.gpio4"],
    };
    /// Schema of yes or no.
    FlagWord = { "type": "boolean" };
}
