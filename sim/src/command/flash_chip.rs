//! Brings firmware and image to an ESP32-C6, or packs what is in its flash. The program `espflash`
//! knows the boot loader and how to talk to the chip; as a library it would bring forty crates
//! (`docs/why/0024-what-is-on-the-chip.md`).

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::command::Ending;
use crate::command::build;
use crate::command::build::Refusal;
use crate::command::flash_found;
use crate::command::flash_found::Found;
use crate::firmware::BoardName;
use crate::firmware::ESP32C6;
use crate::firmware::IMAGE_FILE;
use crate::partition;

/// The program, and how it comes to this computer.
pub(super) const PROGRAM: &str = "espflash";
pub(super) const INSTALL: &str = "cargo install espflash --version 4.7.0 --locked";

/// Its versions that are spoken to here.
const MAJOR: &str = "4";

const CHIP: [&str; 2] = ["--chip", "esp32c6"];

/// The partition table as it is flashed, in the folder of what was built.
const TABLE_FILE: &str = "partitions.csv";

/// Whether a chip may be overwritten that has something else on it.
#[derive(Clone, Copy, Debug)]
pub enum Consent {
    /// It may.
    Given,
    /// A person is asked, who answers with a line; `None` is no answer.
    Asked(fn() -> Option<String>),
    /// There is nobody to ask.
    Missing,
}

/// What to do it with.
#[derive(Clone, Debug)]
pub struct Tool {
    /// The program `espflash`.
    pub program: PathBuf,
    /// The serial port that the chip is connected to; found if it is the only one.
    pub port: Option<String>,
    /// Whether something else may be overwritten.
    pub consent: Consent,
}

/// Builds, and packs into a file or brings to the chip.
pub(super) fn flash(
    options: &build::Options,
    file: Option<&Path>,
    tool: &Tool,
) -> Result<(), Refusal> {
    file.map_or(Ok(()), require_absent)?;
    tool.require_version()?;
    let folder = options.out.join(BoardName::Esp32c6.name());
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    if file.is_none() {
        tool.require_consent(&folder)?;
    }
    let image = build::image(options)?;
    build::make(options, &image)?;
    let (firmware, table) = (folder.join(ESP32C6.file), folder.join(TABLE_FILE));
    fs::write(&table, partition::PARTITIONS).map_err(|error| failed(&table, &error))?;
    // Left alone, the program lays the table right before the first partition, where neither the
    // boot loader nor firmware looks.
    let offset = format!("{:#x}", flash_found::AT);
    let of: [&OsStr; 4] = [
        "--partition-table-offset".as_ref(),
        offset.as_ref(),
        "--partition-table".as_ref(),
        table.as_ref(),
    ];
    let Some(file) = file else {
        tool.run(tool.to_chip("flash").args(of).arg(&firmware))?;
        let (at, _) = partition::place(partition::IMAGE);
        let mut write = tool.to_chip("write-bin");
        return tool.run(write.arg(format!("{at:#x}")).arg(folder.join(IMAGE_FILE)));
    };
    let pack = ["save-image", "--flash-size", "4mb", "--merge", "--skip-padding"];
    let mut save = Command::new(&tool.program);
    tool.run(save.args(pack).args(CHIP).args(of).arg(&firmware).arg(file))?;
    let mut packed = fs::read(file).map_err(|error| failed(file, &error))?;
    let (at, _) = partition::place(partition::IMAGE);
    packed.resize(packed.len().max(at + image.len()), u8::MAX);
    let inserted = partition::insert(&mut packed, partition::IMAGE, &image);
    inserted.map_err(|error| Refusal::new(Ending::Failed, error))?;
    if packed.get(flash_found::AT..).map(Found::of) != Some(Found::Ours) {
        // Nobody is to flash it; that it cannot be removed is said by the next run.
        let _ = fs::remove_file(file);
        let text = format!("{PROGRAM} has packed something that no chip would start from");
        return Err(Refusal::new(Ending::Failed, text));
    }
    fs::write(file, &packed).map_err(|error| failed(file, &error))?;
    println!("{:>9} bytes  {}", packed.len(), file.display());
    println!("Write it to a chip, which loses what is in its flash, by");
    println!("    espflash write-bin 0 {}", file.display());
    Ok(())
}

/// Whether a version, as the program says it, is one that is spoken to here.
pub(super) fn is_known(said: &str) -> bool {
    let version =
        said.trim().strip_prefix("espflash ").and_then(|version| version.split('.').next());
    version == Some(MAJOR)
}

impl Tool {
    fn require_version(&self) -> Result<(), Refusal> {
        let said = match Command::new(&self.program).arg("--version").output() {
            Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let text = format!("the program `{PROGRAM}` is missing: `{INSTALL}`");
                return Err(Refusal::new(Ending::Refused, text));
            }
            Err(error) => return Err(failed(&self.program, &error)),
        };
        if is_known(&said) {
            return Ok(());
        }
        let text = format!("`{PROGRAM}` is `{said}`, but version {MAJOR} is needed: `{INSTALL}`");
        Err(Refusal::new(Ending::Refused, text))
    }

    /// Looks at what is on the chip. Somebody else's is overwritten only by consent.
    fn require_consent(&self, folder: &Path) -> Result<(), Refusal> {
        let other = match self.found(folder)? {
            Found::Nothing | Found::Ours => return Ok(()),
            Found::Other(other) => other,
        };
        let refused = |why: &str| {
            let text = format!("the chip has {other}, which is not ours: {why}");
            Err(Refusal::new(Ending::Refused, text))
        };
        match self.consent {
            Consent::Given => Ok(()),
            Consent::Missing => refused("`--yes` overwrites it; nothing was written"),
            Consent::Asked(ask) => {
                eprint!("The chip has {other}, which is not ours. Overwrite it? [y/N] ");
                match ask() {
                    Some(answer) if ["y", "yes"].contains(&answer.trim()) => Ok(()),
                    _ => refused("nothing was written"),
                }
            }
        }
    }

    /// What is on the chip.
    fn found(&self, folder: &Path) -> Result<Found, Refusal> {
        let file = folder.join("found.bin");
        let [at, len] = [flash_found::AT, flash_found::LEN].map(|number| format!("{number:#x}"));
        let mut read = self.to_chip("read-flash");
        self.run(read.args([at, len]).arg(&file)).map_err(|refusal| Refusal {
            text: format!(
                "{}\nnothing was written, as the chip cannot be read. Is it connected? `orrery \
                 doctor --board esp32c6` says what is missing",
                refusal.text
            ),
            ..refusal
        })?;
        let bytes = fs::read(&file).map_err(|error| failed(&file, &error))?;
        // It has been read; that nobody can remove it is no harm.
        let _ = fs::remove_file(&file);
        Ok(Found::of(&bytes))
    }

    /// A command that talks to the chip.
    fn to_chip(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(verb).args(CHIP);
        command.args(self.port.iter().flat_map(|port| ["--port", port]));
        if !matches!(self.consent, Consent::Asked(_)) {
            command.arg("--non-interactive");
        }
        command
    }

    fn run(&self, command: &mut Command) -> Result<(), Refusal> {
        let status = command.status().map_err(|error| failed(&self.program, &error))?;
        if status.success() {
            return Ok(());
        }
        Err(Refusal::new(Ending::Failed, format!("{PROGRAM} ends with {status}")))
    }
}

/// A file that is there stays as it is.
fn require_absent(file: &Path) -> Result<(), Refusal> {
    if !file.exists() {
        return Ok(());
    }
    let text = format!("{} is there; remove it first", file.display());
    Err(Refusal::new(Ending::Refused, text))
}

fn failed(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::new(Ending::Failed, format!("{}: {error}", path.display()))
}
