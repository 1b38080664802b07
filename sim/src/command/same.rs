//! `--same-as`: what one run has written, beside what another one wrote: another engine, another
//! commit, a kernel for other words.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::story::parting;

/// What is looked at before everything else: where the two part first.
const FIRST: &str = "trace.txt";

/// Where two runs of one scenario part, by the files that they wrote below two folders; `None` if
/// every byte of every file is the same.
pub(super) fn difference(
    here: &Path,
    out: &Path,
    there: &Path,
) -> Result<Option<String>, io::Error> {
    let inside = here.strip_prefix(out).map_err(io::Error::other)?;
    let there = there.join(inside);
    if !there.is_dir() {
        return Ok(Some(format!("{} is not there: it was not played", there.display())));
    }
    let mut names: BTreeSet<PathBuf> = names(here)?;
    names.append(&mut self::names(&there)?);
    let mut order: Vec<PathBuf> = names.into_iter().collect();
    order.sort_by_key(|name| *name != Path::new(FIRST));
    for name in order {
        if let Some(why) = unlike(&here.join(&name), &there.join(&name))? {
            return Ok(Some(format!("{}: {why}", there.join(&name).display())));
        }
    }
    Ok(None)
}

/// The files of a folder. What lies deeper belongs to other runs.
fn names(folder: &Path) -> Result<BTreeSet<PathBuf>, io::Error> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.insert(entry.file_name().into());
        }
    }
    Ok(names)
}

/// In what two files differ.
fn unlike(here: &Path, there: &Path) -> Result<Option<String>, io::Error> {
    let (Some(ours), Some(theirs)) = (read(here)?, read(there)?) else {
        return Ok(Some("only one of the two runs wrote it".to_owned()));
    };
    if ours == theirs {
        return Ok(None);
    }
    let lines = |bytes: Vec<u8>| -> Option<Vec<String>> {
        Some(String::from_utf8(bytes).ok()?.lines().map(String::from).collect())
    };
    let at = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
    let parted = match (lines(theirs), lines(ours)) {
        (Some(theirs), Some(ours)) => parting(("there", &theirs), ("here", &ours)),
        _ => None,
    };
    Ok(Some(match parted {
        Some(parted) => format!("the two part after {parted}"),
        None => format!("the two part at byte {at}"),
    }))
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, io::Error> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder for each of two runs of one scenario.
    fn two_runs(ours: &[(&str, &[u8])], theirs: &[(&str, &[u8])]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let (out, there) = (folder.path().join("ours"), folder.path().join("theirs"));
        for (files, out) in [(ours, &out), (theirs, &there)] {
            let run = out.join("desktop/fact");
            fs::create_dir_all(run.join("another")).unwrap();
            for (name, bytes) in files {
                fs::write(run.join(name), bytes).unwrap();
            }
        }
        difference(&out.join("desktop/fact"), &out, &there).unwrap()
    }

    #[test]
    fn runs_that_wrote_the_same_bytes_do_not_differ() {
        let files: [(&str, &[u8]); 2] = [("trace.txt", b"boot\n"), ("pc.png", &[0, 255])];
        assert_eq!(two_runs(&files, &files), None);
    }

    #[test]
    fn where_traces_part_is_said_before_anything_else() {
        let ours: [(&str, &[u8]); 2] = [("a.png", &[1, 255]), ("trace.txt", b"boot\nsend a\n")];
        let theirs: [(&str, &[u8]); 2] = [("a.png", &[2, 255]), ("trace.txt", b"boot\nsend b\n")];
        let text = two_runs(&ours, &theirs).unwrap();
        assert!(text.contains("trace.txt: the two part after 1 lines"), "{text}");
        assert!(text.contains("send b") && text.ends_with("| send a"), "{text}");
    }

    #[test]
    fn a_file_that_one_did_not_write_and_bytes_that_differ_are_differences() {
        let ours: [(&str, &[u8]); 1] = [("pc.png", &[0, 255])];
        let text = two_runs(&ours, &[]).unwrap();
        assert!(text.ends_with("only one of the two runs wrote it"), "{text}");
        let text = two_runs(&ours, &[("pc.png", &[0, 254])]).unwrap();
        assert!(text.ends_with("the two part at byte 1"), "{text}");
        let none = difference(Path::new("a/b"), Path::new("a"), Path::new("nowhere")).unwrap();
        assert!(none.unwrap().contains("was not played"));
    }
}
