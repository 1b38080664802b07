//! Where a module comes from: a file, the cache, or the image.

use std::fs;
use std::path::Path;

use kernel::time::Instant;
use wast::Wat;
use wast::parser::ParseBuffer;
use wast::parser::parse;

use crate::command::wasm::Trouble;
use crate::command::wasm::folder::Folder;

/// Bytes of a file that is read at all.
const FILE_MAX: u64 = 512 << 20;

/// A module's bytes and what it is called.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// Finds what a person names: a file first, then a cached module, then a program of the image.
pub(super) fn find(given: &str, folder: &mut Folder, now: Instant) -> Result<Source, Trouble> {
    let path = Path::new(given);
    let extension = path.extension().unwrap_or_default();
    if path.is_file() || extension == "wasm" || extension == "wat" {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(Source { name, bytes: read(path)? });
    }
    let name = given.to_owned();
    if let Some(bytes) = folder.read(now, given)? {
        return Ok(Source { name, bytes });
    }
    if let Some(program) = image::PROGRAMS.iter().find(|program| program.name == given) {
        return Ok(Source { name, bytes: program.wasm.to_vec() });
    }
    let programs: Vec<_> = image::PROGRAMS.iter().map(|program| program.name).collect();
    let problem = format!("`{given}` is no file, no cached module and no program of the image");
    let help =
        format!("programs are {}; `orrery wasm list` says what is cached", programs.join(", "));
    Err(Trouble::new(problem).help(help))
}

/// The bytes of a file; text is assembled.
fn read(path: &Path) -> Result<Vec<u8>, Trouble> {
    let bytes = contents(path)?;
    if path.extension().unwrap_or_default() != "wat" {
        return Ok(bytes);
    }
    let shown = path.display();
    let text = String::from_utf8(bytes)
        .map_err(|_| Trouble::new(format!("{shown}: it is not UTF-8, so it is no wasm text")))?;
    let assembled = ParseBuffer::new(&text)
        .and_then(|buffer| parse::<Wat>(&buffer).and_then(|mut module| module.encode()));
    assembled.map_err(|error| {
        let (line, column) = error.span().linecol_in(&text);
        let message = error.message();
        let first = message.lines().next().unwrap_or_default();
        let place = format!("{shown}:{}:{}", line + 1, column + 1);
        Trouble::new(format!("{place}: it is no WebAssembly text: {first}"))
    })
}

/// The bytes of any file of a bearable size.
pub(super) fn contents(path: &Path) -> Result<Vec<u8>, Trouble> {
    let cannot = |error| Trouble::new(format!("cannot read {}: {error}", path.display()));
    if FILE_MAX < fs::metadata(path).map_err(cannot)?.len() {
        let problem = format!("{}: files of more than 512 MiB are not read", path.display());
        return Err(Trouble::new(problem));
    }
    fs::read(path).map_err(cannot)
}
