//! `orrery flash`: brings firmware and image to where a board starts from.

use std::fs;
use std::io::ErrorKind;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use crate::command::Ending;
use crate::command::build;
use crate::command::build::Refusal;
use crate::command::flash_chip;
use crate::command::flash_chip::Tool;
use crate::firmware::BoardName;
use crate::stick;

/// What to bring, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to build.
    pub build: build::Options,
    /// The file to write instead of a board.
    pub image: Option<PathBuf>,
    /// What talks to a chip.
    pub tool: Tool,
}

/// Builds and brings.
pub fn run(options: &Options) -> Ending {
    match flash(options) {
        Ok(()) => Ending::Passed,
        Err(Refusal { ending, text }) => {
            eprintln!("{text}");
            ending
        }
    }
}

fn flash(options: &Options) -> Result<(), Refusal> {
    match options.build.board {
        BoardName::X86_64 => flash_stick(options),
        BoardName::Esp32c6 => {
            flash_chip::flash(&options.build, options.image.as_deref(), &options.tool)
        }
        board => Err(Refusal::new(
            Ending::Refused,
            format!("{} has nothing to flash; `orrery build --board` is all", board.name()),
        )),
    }
}

/// Packs a USB stick.
fn flash_stick(options: &Options) -> Result<(), Refusal> {
    let Some(file) = &options.image else {
        let text = "a PC starts from a stick: name a file for its contents with `--image`";
        return Err(Refusal::new(Ending::Refused, text));
    };
    require_ours(file)?;
    let image = build::image(&options.build)?;
    let paths = build::make(&options.build, &image)?;
    let application = paths.iter().find(|(path, _)| path.ends_with("bootx64.efi"));
    let application = application.ok_or_else(|| Refusal::new(Ending::Failed, "no application"))?;
    let failed = |path: &Path, error: std::io::Error| {
        Refusal::new(Ending::Failed, format!("{}: {error}", path.display()))
    };
    let program = fs::read(&application.0).map_err(|error| failed(&application.0, error))?;
    let stick =
        stick::bootable(&program, &image).map_err(|error| Refusal::new(Ending::Failed, error))?;
    fs::write(file, &stick).map_err(|error| failed(file, error))?;
    println!("{:>9} bytes  {}", stick.len(), file.display());
    println!("Write it to a stick, which loses what is on it, for example by");
    println!("    sudo dd if={} of=/dev/THE_STICK bs=4M conv=fsync", file.display());
    Ok(())
}

/// A file that is there is overwritten only if it is a stick of ours.
fn require_ours(file: &Path) -> Result<(), Refusal> {
    let wrong = |why: &str| Err(Refusal::new(Ending::Refused, format!("{} {why}", file.display())));
    let mut head = [0; stick::HEAD_BYTES];
    match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(found) if !found.is_file() => return wrong("is no file; nothing was written"),
        _ => (),
    }
    let read = fs::File::open(file).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Ok(()) if stick::is_ours(&head) => Ok(()),
        _ => wrong("is there and is no stick of ours; remove it first"),
    }
}
