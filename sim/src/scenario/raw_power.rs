//! Power and storage as steps have them. Doc comments here are the schema's texts.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;
use serde_saphyr::Spanned;

use crate::scenario::raw_step::RawStep;
use crate::scenario::word::CutModeWord;
use crate::scenario::word::NumberWord;
use crate::scenario::word::SizeWord;
use crate::scenario::word::Word;

/// `torn`: now; or a map: with an operation of the flash, or with every one of them in turn.
#[derive(Debug)]
pub(crate) enum RawCutPower {
    Now(String),
    Planned(Box<RawCut>),
}

/// A power cut that is planned: with the next `operation`, or for each one that the steps of
/// `during` cause.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCut {
    /// How far the operation comes; `torn` unless said.
    #[schemars(with = "Option<CutModeWord>")]
    pub(crate) mode: Option<Word>,
    /// Which operation of the flash from now on: 1 is the next one.
    #[schemars(with = "Option<NumberWord>")]
    pub(crate) operation: Option<Word>,
    /// Steps that are played once as they are. Then the board is brought back to each operation
    /// that its flash did meanwhile, power goes there, and the steps of `then` are played. The
    /// files must be as they were before or after what was being done.
    #[schemars(with = "Option<Vec<RawStep>>")]
    pub(crate) during: Option<Vec<Spanned<RawStep>>>,
    /// How far the operations come; every way unless said.
    #[schemars(with = "Option<Vec<CutModeWord>>")]
    pub(crate) modes: Option<Vec<Word>>,
    /// Each how-manieth cut is followed by a second one while the board recovers from it; 7 unless
    /// said, 0 is never.
    #[schemars(with = "Option<NumberWord>")]
    pub(crate) again: Option<Word>,
    /// What is done after each cut; it begins with `reboot`.
    #[schemars(with = "Option<Vec<RawStep>>")]
    pub(crate) then: Option<Vec<Spanned<RawStep>>>,
}

impl<'de> Deserialize<'de> for RawCutPower {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawCutPower, D::Error> {
        deserializer.deserialize_any(CutVisitor)
    }
}

struct CutVisitor;

impl<'de> Visitor<'de> for CutVisitor {
    type Value = RawCutPower;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "`not-started`, `half-done` or `torn`, `{ operation: 3, mode: torn }`, or \
             `{ during: […], then: […] }`",
        )
    }

    fn visit_str<E>(self, mode: &str) -> Result<RawCutPower, E> {
        Ok(RawCutPower::Now(mode.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawCutPower, A::Error> {
        let cut = RawCut::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RawCutPower::Planned(Box::new(cut)))
    }
}

impl JsonSchema for RawCutPower {
    fn schema_name() -> Cow<'static, str> {
        "RawCutPower".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mode = CutModeWord::json_schema(generator);
        let cut = generator.subschema_for::<RawCut>();
        json_schema!({
            "description": "Power goes: now, with an operation of the flash, or with each in turn.",
            "anyOf": [mode, cut],
        })
    }
}

/// A bit of the flash.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFlipBit {
    /// The byte.
    #[schemars(with = "NumberWord")]
    pub(crate) at: Word,
    /// The bit, 0 to 7.
    #[schemars(with = "NumberWord")]
    pub(crate) bit: Word,
}

/// A file on a partition of the flash, read from outside; without a fact, it exists.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFile {
    /// Partition and path, such as `/home/notes.txt`.
    #[schemars(with = "String")]
    pub(crate) path: Word,
    /// All that is in it.
    #[schemars(with = "Option<String>")]
    pub(crate) is: Option<Word>,
    /// A part of what is in it.
    #[schemars(with = "Option<String>")]
    pub(crate) holds: Option<Word>,
    /// Bytes that it has.
    #[schemars(with = "Option<SizeWord>")]
    pub(crate) size: Option<Word>,
    /// Whether there is no such file.
    #[schemars(with = "Option<bool>")]
    pub(crate) absent: Option<Spanned<bool>>,
}

/// All that lies below a directory of the flash, read from outside.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTree {
    /// Partition and path, such as `/home`.
    #[schemars(with = "String")]
    pub(crate) path: Word,
    /// The paths below it, in any order; directories end with a slash.
    #[schemars(with = "Vec<String>")]
    pub(crate) is: Vec<Word>,
}
