//! Parameters of the steps that Wokwi's automation has too. Doc comments here are the schema's
//! texts.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::IgnoredAny;

use crate::scenario::word::BitWord;
use crate::scenario::word::DurationWord;
use crate::scenario::word::FlagWord;
use crate::scenario::word::NumberWord;
use crate::scenario::word::PartPinWord;
use crate::scenario::word::Word;

/// A level on a pin of a part.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawExpectPin {
    /// The board, the chip, or one of `parts`.
    #[schemars(with = "String")]
    pub(crate) part_id: Word,
    /// The pin, such as `2` or `gpio2`; for a LED `A`. Older files write `pin`.
    #[serde(alias = "pin")]
    #[schemars(with = "PartPinWord")]
    pub(crate) name: Word,
    /// The level.
    #[schemars(with = "BitWord")]
    pub(crate) value: Word,
}

/// A control of a part and its new value.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawSetControl {
    /// One of `parts`.
    #[schemars(with = "String")]
    pub(crate) part_id: Word,
    /// Its control: `pressed` of a button. Wokwi writes `control`.
    #[serde(alias = "control")]
    #[schemars(with = "String")]
    pub(crate) name: Word,
    /// The value.
    #[schemars(with = "NumberWord")]
    pub(crate) value: Word,
}

/// A picture of the screen.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawScreenshot {
    /// The screen; any name will do, a board has one.
    #[schemars(with = "Option<String>")]
    pub(crate) part_id: Option<Word>,
    /// Where to write it, inside the run's output.
    #[schemars(with = "Option<String>")]
    pub(crate) save_to: Option<Word>,
    /// The picture that it must equal, beside the scenario.
    #[schemars(with = "Option<String>")]
    pub(crate) compare_with: Option<Word>,
}

/// A place on the screen.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawTouch {
    /// The screen; any name will do, a board has one.
    #[schemars(with = "Option<String>")]
    pub(crate) part_id: Option<Word>,
    /// Pixels from the left edge.
    #[schemars(with = "NumberWord")]
    pub(crate) x: Word,
    /// Pixels from the top edge.
    #[schemars(with = "NumberWord")]
    pub(crate) y: Word,
}

/// A touch that ends by itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawTap {
    /// The screen; any name will do, a board has one.
    #[schemars(with = "Option<String>")]
    pub(crate) part_id: Option<Word>,
    /// Pixels from the left edge.
    #[schemars(with = "NumberWord")]
    pub(crate) x: Word,
    /// Pixels from the top edge.
    #[schemars(with = "NumberWord")]
    pub(crate) y: Word,
    /// How long it lasts, 50 ms unless said.
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) duration: Option<Word>,
    /// Whether the next step begins only when it is over.
    #[schemars(with = "Option<FlagWord>")]
    pub(crate) wait: Option<Word>,
}

/// A value that is read only to be refused.
#[derive(Debug)]
pub(crate) struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ignored, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Ignored)
    }
}
