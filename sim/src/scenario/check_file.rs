//! Contents that a scenario brings along: texts, patterns, files beside it, modules, and the
//! ramdisk.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde_saphyr::Spanned;
use tar::Builder;
use tar::Header;

use crate::scenario::catalogue::Catalogue;
use crate::scenario::check_wat::assemble;
use crate::scenario::check_word::number;
use crate::scenario::check_word::size;
use crate::scenario::raw::RawContent;
use crate::scenario::report::Mistake;
use crate::scenario::report::Report;
use crate::scenario::report::nearest;
use crate::scenario::report::quoted;
use crate::scenario::word::Entries;
use crate::scenario::word::Word;

/// Bytes that one scenario may bring along.
const CONTENT_MAX: usize = 64 << 20;

/// Bytes of a diagram; following its wires takes time in proportion to its square at worst.
const DIAGRAM_MAX: u64 = 256 << 10;

/// `{ bytes: n }` counts up to here and starts again. A prime number, so that no two blocks of a
/// power of two are equal.
const PATTERN: usize = 251;

/// The place that paths are relative to, what there is beside it, and how much may still be read.
pub(crate) struct Files<'a> {
    base: &'a Path,
    catalogue: &'a dyn Catalogue,
    left: usize,
}

impl<'a> Files<'a> {
    /// The files beside a scenario in this folder.
    pub(crate) fn new(base: &'a Path, catalogue: &'a dyn Catalogue) -> Files<'a> {
        Files { base, catalogue, left: CONTENT_MAX }
    }

    /// The bytes of a file or region.
    pub(crate) fn content(
        &mut self,
        report: &mut Report,
        raw: &Spanned<RawContent>,
    ) -> Option<Vec<u8>> {
        match &raw.value {
            RawContent::Text(text) => Some(text.clone().into_bytes()),
            RawContent::File(path) => self.read(report, path),
            RawContent::Program(name) => self.module(report, name),
            RawContent::Wat(text) => {
                let bytes = assemble(report, text)?;
                self.take(report, text, bytes.len())?;
                Some(bytes)
            }
            RawContent::Bytes(count) => {
                let is_bare = count.value.bytes().all(|byte| byte.is_ascii_digit());
                let count_read = if is_bare {
                    let count = number(report, count, "number of bytes", CONTENT_MAX as u64)?;
                    usize::try_from(count).ok()?
                } else {
                    size(report, count)?
                };
                self.take(report, count, count_read)?;
                Some((0..count_read).map(|index| (index % PATTERN) as u8).collect())
            }
        }
    }

    /// The module of a program of the image.
    fn module(&mut self, report: &mut Report, name: &Word) -> Option<Vec<u8>> {
        let programs = self.catalogue.programs();
        let found = programs.iter().find(|program| program.name == name.value);
        let names = || programs.iter().map(|program| program.name);
        let found = found.ok_or_else(|| {
            let services = self.catalogue.services();
            let is_service = services.iter().any(|service| service.program.name == name.value);
            let mistake = Mistake::unknown("program", &name.value, names());
            if is_service {
                return mistake.label("a service of the kernel image is no module");
            }
            mistake
        });
        let bytes = report.accept(name, found)?.wasm;
        self.take(report, name, bytes.len())?;
        Some(bytes.into())
    }

    /// The bytes of the file at this path.
    pub(crate) fn read(&mut self, report: &mut Report, path: &Word) -> Option<Vec<u8>> {
        let found = self.find(report, path)?;
        let length = fs::metadata(&found).map_or(0, |metadata| metadata.len());
        self.take(report, path, usize::try_from(length).unwrap_or(usize::MAX))?;
        let bytes = fs::read(&found).map_err(|error| {
            Mistake::new(format!("cannot read {}", quoted(&path.value))).label(error.to_string())
        });
        report.accept(path, bytes)
    }

    /// The bytes of the WebAssembly module at this path.
    pub(crate) fn wasm(&mut self, report: &mut Report, path: &Word) -> Option<Vec<u8>> {
        let bytes = self.read(report, path)?;
        if bytes.starts_with(b"\0asm") {
            return Some(bytes);
        }
        let mistake = Mistake::new(format!("{} is not WebAssembly", quoted(&path.value)))
            .label("this file does not begin with `\\0asm`")
            .hint("name the compiled module, such as `actor.wasm`");
        report.refuse(path, mistake);
        None
    }

    /// The file at this path, which exists.
    pub(crate) fn find(&self, report: &mut Report, path: &Word) -> Option<PathBuf> {
        let found = self.base.join(&path.value);
        if found.is_file() {
            return Some(found);
        }
        let mistake = Mistake::new(format!("cannot find the file {}", quoted(&path.value)))
            .label(if found.exists() { "this is no file" } else { "no such file" });
        let hint = match sibling(&found) {
            Some(near) => format!("did you mean `{near}`, in the same folder?"),
            None => {
                let base = self.base.to_string_lossy();
                let base = if base.is_empty() { ".".into() } else { base };
                format!("paths are relative to the scenario's folder, {}", quoted(&base))
            }
        };
        report.refuse(path, mistake.hint(hint));
        None
    }

    /// The text of Wokwi's diagram beside the scenario, if there is one.
    pub(crate) fn diagram(&self) -> Option<String> {
        let path = self.base.join("diagram.json");
        let length = fs::metadata(&path).ok().filter(|found| found.is_file())?.len();
        if DIAGRAM_MAX < length {
            return None;
        }
        fs::read_to_string(path).ok()
    }

    fn take(&mut self, report: &mut Report, word: &Word, bytes: usize) -> Option<()> {
        let mistake = Mistake::new("this scenario brings too much along")
            .label(format!("{bytes} bytes here"))
            .hint(format!("all contents together may have {} MiB", CONTENT_MAX >> 20));
        self.left = report.accept(word, self.left.checked_sub(bytes).ok_or(mistake))?;
        Some(())
    }
}

/// A file whose name is near that of this missing one, in the same folder.
fn sibling(missing: &Path) -> Option<String> {
    let entries = fs::read_dir(missing.parent()?).ok()?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .take(1_000)
        .collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    nearest(missing.file_name()?.to_str()?, &names).map(String::from)
}

/// A TAR archive of these files: the ramdisk. Equal files give equal bytes.
pub(crate) fn ramdisk(
    report: &mut Report,
    files: &mut Files,
    raw: Option<&Spanned<Entries<Spanned<RawContent>>>>,
) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    for (path, content) in raw.iter().flat_map(|entries| &entries.value.0) {
        let Some(bytes) = files.content(report, content) else { continue };
        let mut header = Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        let added = archive.append_data(&mut header, &path.value, bytes.as_slice());
        let is_bad = path.value.is_empty() || path.value.contains('\0') || added.is_err();
        if is_bad {
            let mistake = Mistake::new(format!("{} cannot be a file's name", quoted(&path.value)))
                .label("expected a relative path without `..`");
            report.refuse(path, mistake);
        }
    }
    // Writing into memory fails for a broken header only, and that has been reported.
    archive.into_inner().unwrap_or_default()
}
