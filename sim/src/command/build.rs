//! `orrery build`: makes a board's firmware and an image for it to boot.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use protocol::image::Drive;

use crate::command::Ending;
use crate::command::sim::look;
use crate::firmware::BoardName;
use crate::firmware::Builder;
use crate::firmware::IMAGE_FILE;
use crate::firmware::boot_image;
use crate::scenario::load::load;
use crate::stock::Stock;

/// What to build and from what.
#[derive(Clone, Debug)]
pub struct Options {
    /// For which board.
    pub board: BoardName,
    /// Whose population the image has.
    pub scenario: PathBuf,
    /// Who turns the handle of its kernel.
    pub drive: Drive,
    /// Who builds.
    pub builder: Builder,
    /// Where it goes: a folder for each board.
    pub out: PathBuf,
}

/// Builds.
pub fn run(options: &Options) -> Ending {
    let built = image(options).and_then(|image| make(options, &image));
    match built {
        Ok(paths) => {
            for (path, bytes) in paths {
                println!("{:>9} bytes  {}", bytes, path.display());
            }
            Ending::Passed
        }
        Err(Refusal { ending, text }) => {
            eprintln!("{text}");
            ending
        }
    }
}

/// Why a board gets nothing.
pub(super) struct Refusal {
    pub(super) ending: Ending,
    pub(super) text: String,
}

impl Refusal {
    pub(super) fn new(ending: Ending, error: impl std::fmt::Display) -> Refusal {
        Refusal { ending, text: format!("error: {error}") }
    }
}

/// The image with the population of the scenario's first board of the right kind.
pub(super) fn image(options: &Options) -> Result<Vec<u8>, Refusal> {
    let Options { board, scenario, drive, .. } = options;
    let refused = |text: String| Refusal::new(Ending::Refused, text);
    let plans = load(scenario, &Stock).map_err(|diagnostics| Refusal {
        ending: Ending::Refused,
        text: diagnostics.render(look()),
    })?;
    let boards = plans.iter().flat_map(|plan| &plan.boards);
    let profile = board.profile();
    let (name, plan) =
        boards.into_iter().find(|(_, plan)| plan.profile == profile).ok_or_else(|| {
            refused(format!("{} has no board `{}`", scenario.display(), profile.name()))
        })?;
    boot_image(plan, name, *drive)
        .ok_or_else(|| refused(format!("{} has code without bytes", scenario.display())))
}

/// Builds the firmware, and puts it and the image into the board's folder.
pub(super) fn make(options: &Options, image: &[u8]) -> Result<Vec<(PathBuf, u64)>, Refusal> {
    let folder = options.out.join(options.board.name());
    let failed = |path: &Path, error: io::Error| {
        Refusal::new(Ending::Failed, format!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
    let mut paths = Vec::new();
    for binary in options.board.binaries() {
        let built = options.builder.build(binary);
        let built = built.map_err(|error| Refusal::new(Ending::Failed, error))?;
        let path = folder.join(binary.file);
        let bytes = fs::copy(built, &path).map_err(|error| failed(&path, error))?;
        paths.push((path, bytes));
    }
    let path = folder.join(IMAGE_FILE);
    fs::write(&path, image).map_err(|error| failed(&path, error))?;
    paths.push((path, image.len() as u64));
    Ok(paths)
}
