//! Flash: from what is written to a chip with something on it.

use devices::flash::Quality;
use devices::flash::SECTOR;
use indexmap::IndexMap;
use serde_saphyr::Spanned;

use crate::scenario::check_file::Files;
use crate::scenario::check_word::duration;
use crate::scenario::check_word::number;
use crate::scenario::check_word::read_number;
use crate::scenario::check_word::size;
use crate::scenario::plan::FlashPlan;
use crate::scenario::raw_flash::RawFlash;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Word;
use crate::unit;

/// What a chip holds of which nothing is said.
const SIZE: usize = 1 << 20;

/// What the largest chip holds.
const SIZE_MAX: usize = 64 << 20;

/// The partition that there is if none is named.
pub(crate) const HOME: &str = "home";

/// The chip of a board.
pub(crate) fn flash(
    report: &mut Report,
    files: &mut Files,
    raw: Option<&Spanned<RawFlash>>,
) -> Option<FlashPlan> {
    let raw = &raw?.value;
    let mut image = match &raw.image {
        Some(path) => files.read(report, path).unwrap_or_default(),
        None => Vec::new(),
    };
    let bytes = match &raw.size {
        Some(word) => size(report, word).and_then(|size| {
            let fits = image.len() <= size;
            let mistake = Mistake::new("the image does not fit onto this flash")
                .label(format!("the image has {} bytes", image.len()))
                .hint("leave `size` out, and the flash is as large as the image");
            report.accept(word, whole(size).and_then(|()| fits.then_some(size).ok_or(mistake)))
        }),
        None if image.is_empty() => Some(SIZE),
        None => Some(image.len().next_multiple_of(SECTOR)),
    };
    let bytes = bytes?;
    image.resize(bytes, u8::MAX);
    let mut partitions = IndexMap::new();
    match &raw.partitions {
        // A chip has less than 32 bits count.
        None => drop(partitions.insert(HOME.to_owned(), (0, bytes as u32))),
        Some(listed) => {
            for (name, range) in &listed.0 {
                if let Some(found) = report.accept(range, partition(&range.value, bytes)) {
                    refuse_overlap(report, range, &partitions, found);
                    partitions.insert(name.value.clone(), found);
                }
            }
        }
    }
    Some(FlashPlan { image: image.into(), quality: quality(report, raw), partitions })
}

fn quality(report: &mut Report, raw: &RawFlash) -> Quality {
    let mut quality = Quality::SERIAL;
    if let Some(program) = raw.program.as_ref().and_then(|word| duration(report, word)) {
        quality.program = program;
    }
    if let Some(erase) = raw.erase.as_ref().and_then(|word| duration(report, word)) {
        quality.erase = erase;
    }
    let max = u64::from(u32::MAX) - 1;
    if let Some(word) = &raw.endurance
        && let Some(erases) = number(report, word, "number of erases", max)
    {
        quality.endurance = erases as u32;
    }
    if let Some(word) = &raw.read_disturb
        && let Some(reads) = number(report, word, "number of reads", max)
    {
        quality.disturb = reads as u32;
    }
    quality
}

fn whole(size: usize) -> Result<(), Mistake> {
    if size != 0 && size <= SIZE_MAX && size.is_multiple_of(SECTOR) {
        return Ok(());
    }
    Err(Mistake::new("a flash has whole sectors")
        .label(format!("expected a multiple of 4KiB, at most {} MiB", SIZE_MAX >> 20)))
}

/// A range of a chip with so many bytes.
fn partition(text: &str, size: usize) -> Result<(u32, u32), Mistake> {
    let mistake = || {
        Mistake::new(format!("{} is not a part of this flash", quoted(text)))
            .label(format!("expected whole sectors of 4KiB between 0 and {size}"))
            .hint("write for example `0x10000..0x50000` or `64KiB..1MiB`")
    };
    let (first, end) = text.split_once("..").ok_or_else(mistake)?;
    let (first, end) = end_of(first).zip(end_of(end)).ok_or_else(mistake)?;
    let is_sound = first < end && end <= size;
    if !is_sound || !first.is_multiple_of(SECTOR) || !end.is_multiple_of(SECTOR) {
        return Err(mistake());
    }
    // A chip has less than 32 bits count.
    Ok((first as u32, (end - first) as u32))
}

/// One end of a range: a number of bytes or a size.
fn end_of(text: &str) -> Option<usize> {
    let text = text.trim();
    match read_number(text) {
        Some(number) => usize::try_from(number).ok(),
        None => unit::size(text).ok(),
    }
}

fn refuse_overlap(
    report: &mut Report,
    word: &Word,
    partitions: &IndexMap<String, (u32, u32)>,
    (first, len): (u32, u32),
) {
    let overlaps = |other: &(u32, u32)| first < other.0 + other.1 && other.0 < first + len;
    if let Some((name, _)) = partitions.iter().find(|(_, other)| overlaps(other)) {
        let mistake =
            Mistake::new("two partitions share bytes").label(format!("`{name}` has some of these"));
        report.refuse(word, mistake);
    }
}
