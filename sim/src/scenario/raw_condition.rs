//! What scenario files say can be seen. Doc comments here are the schema's texts.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::scenario::raw_power::RawFile;
use crate::scenario::raw_power::RawTree;
use crate::scenario::word::DurationWord;
use crate::scenario::word::ExitWord;
use crate::scenario::word::LevelWord;
use crate::scenario::word::NumberWord;
use crate::scenario::word::ObjectWord;
use crate::scenario::word::OpcodeWord;
use crate::scenario::word::PinWord;
use crate::scenario::word::PowerWord;
use crate::scenario::word::StateWord;
use crate::scenario::word::Word;

/// Something that can be seen: exactly one of `serial`, `log`, `pin`, `actor`, `message`, `frame`,
/// `file`, `tree` and `power`. Of an actor, exactly one of `state`, `restarts`, `generation`, `exited` and `reaches`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    /// The serial line shows this text.
    #[schemars(with = "Option<String>")]
    pub(crate) serial: Option<Word>,
    /// A line of the log contains this text; `actor` says whose.
    #[schemars(with = "Option<String>")]
    pub(crate) log: Option<Word>,
    /// A pin has the given `level`.
    #[schemars(with = "Option<PinWord>")]
    pub(crate) pin: Option<Word>,
    /// The level of `pin`.
    #[schemars(with = "Option<LevelWord>")]
    pub(crate) level: Option<Word>,
    /// Something is so of an actor, or it writes the given `log`.
    #[schemars(with = "Option<String>")]
    pub(crate) actor: Option<Word>,
    /// The state of `actor`.
    #[schemars(with = "Option<StateWord>")]
    pub(crate) state: Option<Word>,
    /// `actor` has been restarted so often.
    #[schemars(with = "Option<NumberWord>")]
    pub(crate) restarts: Option<Word>,
    /// `actor` is in this of its lives; the first is 1.
    #[schemars(with = "Option<NumberWord>")]
    pub(crate) generation: Option<Word>,
    /// A life of `actor` ended so.
    #[schemars(with = "Option<ExitWord>")]
    pub(crate) exited: Option<Word>,
    /// `actor` holds a capability to this object or a part of it, with whatever right. A bare
    /// actor's name is any way to send to that actor.
    #[schemars(with = "Option<ObjectWord>")]
    pub(crate) reaches: Option<Word>,
    /// A message is sent.
    #[schemars(with = "Option<RawMessage>")]
    pub(crate) message: Option<Spanned<RawMessage>>,
    /// The screen shows something.
    #[schemars(with = "Option<RawFrame>")]
    pub(crate) frame: Option<Spanned<RawFrame>>,
    /// Something is so of a file on the flash.
    #[schemars(with = "Option<RawFile>")]
    pub(crate) file: Option<Spanned<RawFile>>,
    /// What lies below a directory of the flash.
    #[schemars(with = "Option<RawTree>")]
    pub(crate) tree: Option<Spanned<RawTree>>,
    /// Whether the board has power.
    #[schemars(with = "Option<PowerWord>")]
    pub(crate) power: Option<Word>,
    /// How long to wait for it.
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) within: Option<Word>,
    /// How long it must not happen (`never`) or must last (`stable-for`).
    #[serde(rename = "for")]
    #[schemars(with = "Option<DurationWord>")]
    pub(crate) duration: Option<Word>,
}

/// A message; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMessage {
    /// The sending actor.
    #[schemars(with = "Option<String>")]
    pub(crate) from: Option<Word>,
    /// The receiving actor.
    #[schemars(with = "Option<String>")]
    pub(crate) to: Option<Word>,
    /// The opcode: a number, or a name from the manifest of either program.
    #[schemars(with = "Option<OpcodeWord>")]
    pub(crate) opcode: Option<Word>,
    /// A part of the payload.
    #[schemars(with = "Option<String>")]
    pub(crate) text: Option<Word>,
}

/// What the screen shows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFrame {
    /// Text that can be read on it.
    #[schemars(with = "String")]
    pub(crate) text: Word,
}
