//! The values of arguments, as they are typed.

use std::time::Duration;

use devices::flash::CutMode;

use crate::scenario::plan::FlashCut;
use crate::unit;

/// How fast a world is shown.
///
/// # Errors
/// When it is none.
pub fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "expected a number such as 2 or 0.5".to_owned())?;
    let is_sound = speed.is_finite() && 0.0 < speed && speed <= 10_000.0;
    if is_sound { Ok(speed) } else { Err("expected more than 0 and at most 10000".to_owned()) }
}

/// A power cut: the operation and how far it comes.
///
/// # Errors
/// When it is none.
pub fn cut(text: &str) -> Result<FlashCut, String> {
    let names = CutMode::ALL.map(CutMode::name).join(", ");
    let (operation, mode) = text.split_once(':').ok_or("expected for example 12:torn")?;
    let operation = operation.parse().map_err(|_| "expected the number of an operation first")?;
    let mode = CutMode::from_name(mode).ok_or(format!("the ways are {names}"))?;
    Ok(FlashCut { operation, mode })
}

/// A while, as scenarios write it.
///
/// # Errors
/// When it is none.
pub fn duration(text: &str) -> Result<Duration, String> {
    unit::duration(text).map_err(|error| format!("{}: {}", error.problem, error.hint))
}

/// Bytes of a memory with addresses of 32 bits.
///
/// # Errors
/// When it is none.
pub fn ram(text: &str) -> Result<u32, String> {
    let is_short = text.ends_with(['K', 'M', 'G']);
    let text = if is_short { format!("{text}iB") } else { text.to_owned() };
    let bytes = size(&text)?;
    u32::try_from(bytes).map_err(|_| "expected less than 4 GiB".to_owned())
}

/// Bytes, as scenarios write them.
///
/// # Errors
/// When it is none.
pub fn size(text: &str) -> Result<usize, String> {
    unit::size(text).map_err(|error| format!("{}: {}", error.problem, error.hint))
}
