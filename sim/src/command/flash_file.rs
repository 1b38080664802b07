//! A flash that outlives the run: its contents come from a file and go back to it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use devices::flash::SECTOR;

use crate::scenario::plan::Plan;
use crate::world::World;

/// Puts the file's contents onto the flash of the only board that has one. A file that there is not
/// leaves the flash as the scenario has it.
pub(super) fn load(plan: &mut Plan, file: &Path) -> Result<(), String> {
    let board = board_with_flash(plan)?;
    let flash = plan.boards[board].flash.as_mut().expect("this board has flash");
    let mut image = match fs::read(file) {
        Ok(image) => image,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("cannot read {}: {error}", file.display())),
    };
    let has = flash.image.len();
    if has < image.len() {
        return Err(format!(
            "{} has {} bytes, but the scenario's flash has {has}; give it `size: {}KiB`",
            file.display(),
            image.len(),
            image.len().next_multiple_of(SECTOR) / 1024,
        ));
    }
    image.resize(has, u8::MAX);
    flash.image = image.into();
    Ok(())
}

/// Writes the flash to the file.
pub(super) fn save(plan: &Plan, world: &World, file: &Path) -> Result<(), String> {
    let board = board_with_flash(plan)?;
    let flash = world.machines()[board].flash().expect("this board has flash");
    fs::write(file, flash.bytes())
        .map_err(|error| format!("cannot write {}: {error}", file.display()))
}

fn board_with_flash(plan: &Plan) -> Result<usize, String> {
    let mut boards = plan.boards.values().enumerate().filter(|(_, board)| board.flash.is_some());
    match (boards.next(), boards.next()) {
        (Some((board, _)), None) => Ok(board),
        (None, _) => Err("no board of this scenario has a `flash`".to_owned()),
        (Some(_), Some(_)) => Err("several boards have a `flash`; one file cannot be both".into()),
    }
}
