//! `orrery header`: writes the kernel's functions and numbers into the headers of other languages.

use std::fs;

use crate::command::Ending;
use crate::header::LANGUAGES;
use crate::header::Language;

/// Renews every header below the current folder, and says which were old.
pub fn run() -> Ending {
    for language in &LANGUAGES {
        match renew(language) {
            Ok(true) => println!("renewed {}", language.file),
            Ok(false) => println!("current {}", language.file),
            Err(error) => {
                eprintln!("error: {}: {error}", language.file);
                eprintln!("  help: run it in the folder of Orrery's README.md");
                return Ending::Refused;
            }
        }
    }
    Ending::Passed
}

/// Whether a header was old.
fn renew(language: &Language) -> Result<bool, String> {
    let header = fs::read_to_string(language.file).map_err(|error| error.to_string())?;
    let renewed = language.renewed(&header).ok_or("the lines around its made part are missing")?;
    if renewed == header {
        return Ok(false);
    }
    fs::write(language.file, renewed).map_err(|error| error.to_string())?;
    Ok(true)
}
