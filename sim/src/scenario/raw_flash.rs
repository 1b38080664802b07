//! Flash as it is written in a scenario. Doc comments here are the schema's texts.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::word::DurationWord;
use crate::scenario::word::Entries;
use crate::scenario::word::NumberWord;
use crate::scenario::word::RangeWord;
use crate::scenario::word::SizeWord;
use crate::scenario::word::Word;

/// A flash chip; `{}` is a blank one of 1 MiB.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawFlash {
    /// What it holds, in whole sectors of 4 KiB; that of the image, else 1MiB, unless said.
    #[schemars(with = "Option<SizeWord>")]
    pub(crate) size: Option<Word>,
    /// A file beside the scenario with what is on it from byte 0 on; the rest is blank.
    #[schemars(with = "Option<String>")]
    pub(crate) image: Option<Word>,
    /// Its parts by name, in whole sectors, such as `0x10000..0x50000` or `64KiB..1MiB`. Unless
    /// said, all of it is `home`.
    #[schemars(with = "Option<Entries<RangeWord>>")]
    pub(crate) partitions: Option<Entries<Word>>,
    /// How long programming a page of 256 bytes takes; 400us unless said.
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) program: Option<Word>,
    /// How long erasing a sector takes; 45ms unless said.
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) erase: Option<Word>,
    /// Erases that a sector takes before it wears out; 100000 unless said.
    #[schemars(with = "Option<NumberWord>")]
    pub(crate) endurance: Option<Word>,
    /// Reads of a sector after which one of its bits flips; never unless said.
    #[schemars(with = "Option<NumberWord>")]
    pub(crate) read_disturb: Option<Word>,
}
