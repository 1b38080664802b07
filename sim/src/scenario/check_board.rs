//! Boards: their regions, actors and parts, and the wires between them.

use std::borrow::Cow;
use std::path::Path;

use indexmap::IndexMap;
use kernel::limits::ACTORS_MAX;
use kernel::manifest::Region;
use serde_saphyr::Spanned;

use crate::engine::EngineName;
use crate::scenario::catalogue::Catalogue;
use crate::scenario::check_actor::actor;
use crate::scenario::check_actor::refuse_shared_names;
use crate::scenario::check_file::Files;
use crate::scenario::check_file::ramdisk;
use crate::scenario::check_flash::flash;
use crate::scenario::check_grant::Objects;
use crate::scenario::check_part::Parts;
use crate::scenario::check_part::parts;
use crate::scenario::check_supervisor::supervisors;
use crate::scenario::check_word::name;
use crate::scenario::check_word::pin;
use crate::scenario::plan::ActorPlan;
use crate::scenario::plan::BoardPlan;
use crate::scenario::plan::PinPlace;
use crate::scenario::plan::Wire;
use crate::scenario::profile::ProfileName;
use crate::scenario::raw::RawActor;
use crate::scenario::raw::RawContents;
use crate::scenario::raw::RawProfiles;
use crate::scenario::raw::RawScenario;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::quoted;
use crate::scenario::word::Entries;
use crate::scenario::word::Word;

/// The region that `ramdisk` becomes.
const RAMDISK: &str = "ramdisk";

/// Characters of a board's or region's name.
const NAME_MAX: usize = 31;

/// The profile of a scenario that names none. Wokwi's scenarios are such; its boards are small.
const PROFILE: ProfileName = ProfileName::Esp32c6;

/// A board and what only steps need to know of it.
pub(crate) struct Board {
    pub(crate) plan: BoardPlan,
    pub(crate) parts: Parts,
}

/// The boards of one run by name.
pub(crate) type Boards = IndexMap<String, Board>;

/// One way to run the scenario.
pub(crate) struct Variant {
    /// What tells it from the others.
    pub(crate) name: Option<String>,
    pub(crate) boards: Boards,
}

/// All ways to run the scenario.
pub(crate) fn variants(
    report: &mut Report,
    base: &Path,
    catalogue: &dyn Catalogue,
    raw: &RawScenario,
) -> Vec<Variant> {
    if let Some(several) = &raw.boards {
        let mut files = Files::new(base, catalogue);
        let mut boards = Boards::new();
        if let Some(only) = &raw.board {
            let mistake = Mistake::new("a scenario has either `board` or `boards`")
                .label("beside `boards`")
                .hint("keep one of the two");
            report.refuse(only, mistake);
        }
        refuse_shared(report, raw.contents());
        if several.value.0.is_empty() {
            report.refuse(several, Mistake::new("`boards` is empty").label("expected a board"));
        }
        for (key, board_raw) in &several.value.0 {
            name(report, key, "a board", NAME_MAX);
            let word = &board_raw.value.profile;
            let profile = report.accept(word, profile(&word.value)).unwrap_or(PROFILE);
            let contents = board_raw.value.contents();
            let board = board(report, &mut files, catalogue, profile, contents);
            boards.insert(key.value.clone(), board);
        }
        return vec![Variant { name: None, boards }];
    }
    let profiles = profiles(report, raw);
    let is_many = matches!(&raw.board, Some(board) if matches!(board.value, RawProfiles::Many(_)));
    let variant = |profile: ProfileName| {
        let mut files = Files::new(base, catalogue);
        let board = board(report, &mut files, catalogue, profile, raw.contents());
        let boards = Boards::from_iter([(profile.name().into(), board)]);
        Variant { name: is_many.then(|| profile.name().into()), boards }
    };
    profiles.into_iter().map(variant).collect()
}

fn profile(text: &str) -> Result<ProfileName, Mistake> {
    let known = ProfileName::ALL.map(ProfileName::name);
    ProfileName::from_name(text).ok_or_else(|| Mistake::unknown("board profile", text, known))
}

fn profiles(report: &mut Report, raw: &RawScenario) -> Vec<ProfileName> {
    let Some(board) = &raw.board else { return vec![PROFILE] };
    let mut profiles = Vec::new();
    match &board.value {
        RawProfiles::One(name) => profiles.extend(report.accept(board, profile(name))),
        RawProfiles::Many(names) => {
            if names.is_empty() {
                let mistake = Mistake::new("there is no board to run on")
                    .label("this list is empty")
                    .hint("write `board: pc`");
                report.refuse(board, mistake);
            }
            for word in names {
                let Some(profile) = report.accept(word, profile(&word.value)) else { continue };
                if profiles.contains(&profile) {
                    let mistake = Mistake::new(format!("`{}` is given twice", profile.name()));
                    report.refuse(word, mistake.label("here again"));
                    continue;
                }
                profiles.push(profile);
            }
        }
    }
    profiles
}

/// With several boards, each says for itself what it starts with.
fn refuse_shared(report: &mut Report, contents: RawContents) {
    let mistake = |key: &str| {
        Mistake::new(format!("with `boards`, `{key}` belongs to one of them"))
            .label("which board's?")
            .hint(format!("move it: `boards: {{ left: {{ profile: pc, {key}: … }} }}`"))
    };
    if let Some(found) = contents.supervisors {
        report.refuse(found, mistake("supervisors"));
    }
    if let Some(found) = contents.actors {
        report.refuse(found, mistake("actors"));
    }
    if let Some(found) = contents.ramdisk {
        report.refuse(found, mistake("ramdisk"));
    }
    if let Some(found) = contents.regions {
        report.refuse(found, mistake("regions"));
    }
    if let Some(found) = contents.flash {
        report.refuse(found, mistake("flash"));
    }
    if let Some(found) = contents.parts {
        report.refuse(found, mistake("parts"));
    }
}

fn board(
    report: &mut Report,
    files: &mut Files,
    catalogue: &dyn Catalogue,
    profile: ProfileName,
    contents: RawContents,
) -> Board {
    let regions = regions(report, files, catalogue, profile, contents);
    let flash = flash(report, files, contents.flash);
    let default = RawActor::default();
    let entries: Vec<(&Word, &RawActor)> = contents
        .actors
        .iter()
        .flat_map(|entries| &entries.value.0)
        .map(|(key, raw)| (key, raw.as_ref().unwrap_or(&default)))
        .collect();
    if let Some((key, _)) = entries.get(ACTORS_MAX) {
        let mistake = Mistake::new("too many actors")
            .label(format!("one more than the {ACTORS_MAX} that a kernel takes"));
        report.refuse(key, mistake);
    }
    let supervisors = supervisors(report, contents.supervisors);
    let objects = Objects {
        profile,
        regions: &regions,
        flash: flash.as_ref(),
        actors: entries.iter().map(|(key, _)| key.value.as_str()).collect(),
        supervisors: written_names(contents.supervisors),
    };
    let actors: Vec<ActorPlan> =
        entries.iter().map(|entry| actor(report, files, catalogue, &objects, *entry)).collect();
    refuse_shared_names(report, &entries, &actors);
    let parts = parts(report, files, profile, contents.parts);
    let engine = EngineName::default();
    Board { plan: BoardPlan { profile, regions, flash, supervisors, actors, engine }, parts }
}

/// The names of these entries, whatever else is wrong with them.
fn written_names<T>(entries: Option<&Spanned<Entries<T>>>) -> Vec<&str> {
    entries.iter().flat_map(|raw| &raw.value.0).map(|(key, _)| key.value.as_str()).collect()
}

/// The regions of the image, then the ramdisk, then those of the scenario. A region of the
/// scenario replaces the image's of the same name.
fn regions(
    report: &mut Report,
    files: &mut Files,
    catalogue: &dyn Catalogue,
    profile: ProfileName,
    contents: RawContents,
) -> Vec<Region> {
    let mut regions = catalogue.regions(profile);
    let archive = ramdisk(report, files, contents.ramdisk);
    regions.push(Region { name: RAMDISK.into(), bytes: Cow::Owned(archive) });
    for (key, content) in contents.regions.iter().flat_map(|entries| &entries.value.0) {
        name(report, key, "a region", NAME_MAX);
        if key.value == RAMDISK && contents.ramdisk.is_some() {
            let mistake = Mistake::new("the ramdisk is given twice")
                .label("here again")
                .hint("keep either `ramdisk` or the region of that name");
            report.refuse(key, mistake);
        }
        let bytes = Cow::Owned(files.content(report, content).unwrap_or_default());
        regions.retain(|region| region.name != key.value);
        regions.push(Region { name: key.value.clone(), bytes });
    }
    regions
}

/// The wires between these boards.
pub(crate) fn wires(report: &mut Report, boards: &Boards, raw: &RawScenario) -> Vec<Wire> {
    let mut wires: Vec<Wire> = Vec::new();
    for word in raw.wires.iter().flatten() {
        let Some(wire) = report.accept(word, wire(boards, &word.value)) else { continue };
        if wires.iter().any(|other| other.input == wire.input) {
            let mistake = Mistake::new("two wires drive the same pin")
                .label("an earlier wire ends here too")
                .hint("a pin follows one output");
            report.refuse(word, mistake);
            continue;
        }
        wires.push(wire);
    }
    wires
}

fn wire(boards: &Boards, text: &str) -> Result<Wire, Mistake> {
    let Some((output, input)) = text.split_once("->") else {
        return Err(Mistake::new(format!("{} is not a wire", quoted(text)))
            .label("expected two pins with `->` between")
            .hint("write for example `left.gpio2 -> right.gpio4`"));
    };
    let wire = Wire { output: wire_end(boards, output)?, input: wire_end(boards, input)? };
    if wire.output == wire.input {
        return Err(Mistake::new("this wire ends where it begins").label("twice the same pin"));
    }
    Ok(wire)
}

fn wire_end(boards: &Boards, text: &str) -> Result<PinPlace, Mistake> {
    let text = text.trim();
    let Some((name, pin_text)) = text.rsplit_once('.') else {
        return Err(Mistake::new(format!("{} is not the end of a wire", quoted(text)))
            .label("expected a board and a pin")
            .hint("write for example `left.gpio2`"));
    };
    let Some(board) = boards.get(name) else {
        return Err(Mistake::unknown("board", name, boards.keys().map(String::as_str)));
    };
    Ok(PinPlace { board: name.into(), pin: pin(pin_text, board.plan.profile)? })
}
