//! Brings firmware and image to an ESP32-C6, or packs what is in its flash. The program `espflash`
//! knows the boot loader and how to talk to the chip; as a library it would bring forty crates.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::command::Ending;
use crate::command::build;
use crate::command::build::Refusal;
use crate::firmware::BoardName;
use crate::firmware::ESP32C6;
use crate::firmware::IMAGE_FILE;
use crate::partition;

const PROGRAM: &str = "espflash";
const CHIP: [&str; 2] = ["--chip", "esp32c6"];

/// The partition table as it is flashed, in the folder of what was built.
const TABLE_FILE: &str = "partitions.csv";

/// Builds, and packs into a file or brings to the chip at a port; the only one if none is named.
pub(super) fn flash(
    options: &build::Options,
    file: Option<&Path>,
    port: Option<&str>,
) -> Result<(), Refusal> {
    file.map_or(Ok(()), require_absent)?;
    require_program()?;
    let image = build::image(options)?;
    build::make(options, &image)?;
    let folder = options.out.join(BoardName::Esp32c6.name());
    let (firmware, table) = (folder.join(ESP32C6.file), folder.join(TABLE_FILE));
    fs::write(&table, partition::PARTITIONS).map_err(|error| failed(&table, &error))?;
    let of = [OsStr::new("--partition-table"), table.as_os_str()];
    let Some(file) = file else {
        let port: Vec<&str> = port.iter().flat_map(|port| ["--port", port]).collect();
        run(Command::new(PROGRAM).arg("flash").args(CHIP).args(of).args(&port).arg(&firmware))?;
        let (at, _) = partition::place(partition::IMAGE);
        let mut write = Command::new(PROGRAM);
        write.arg("write-bin").args(CHIP).args(&port).arg(format!("{at:#x}"));
        return run(write.arg(folder.join(IMAGE_FILE)));
    };
    let pack = ["save-image", "--flash-size", "4mb", "--merge", "--skip-padding"];
    run(Command::new(PROGRAM).args(pack).args(CHIP).args(of).arg(&firmware).arg(file))?;
    let mut packed = fs::read(file).map_err(|error| failed(file, &error))?;
    let (at, _) = partition::place(partition::IMAGE);
    packed.resize(packed.len().max(at + image.len()), u8::MAX);
    let inserted = partition::insert(&mut packed, partition::IMAGE, &image);
    inserted.map_err(|error| Refusal::new(Ending::Failed, error))?;
    fs::write(file, &packed).map_err(|error| failed(file, &error))?;
    println!("{:>9} bytes  {}", packed.len(), file.display());
    println!("Write it to a chip, which loses what is in its flash, by");
    println!("    espflash write-bin 0 {}", file.display());
    Ok(())
}

fn require_program() -> Result<(), Refusal> {
    match Command::new(PROGRAM).arg("--version").output() {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text = "the program `espflash` is missing: `cargo install espflash --locked`";
            Err(Refusal::new(Ending::Refused, text))
        }
        Err(error) => Err(failed(Path::new(PROGRAM), &error)),
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

fn run(command: &mut Command) -> Result<(), Refusal> {
    let status = command.status().map_err(|error| failed(Path::new(PROGRAM), &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Refusal::new(Ending::Failed, format!("{PROGRAM} ends with {status}")))
}

fn failed(path: &Path, error: &std::io::Error) -> Refusal {
    Refusal::new(Ending::Failed, format!("{}: {error}", path.display()))
}
