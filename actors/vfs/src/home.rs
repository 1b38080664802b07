//! `/home`: files in flash, in the littlefs format, which survive a power cut at any instant.
//!
//! Blank flash is formatted. Flash that holds something else, or a damaged file system, is left as it
//! is: then everything is refused but to format it, which somebody must ask for.
//!
//! What is open has a place in a table. Places are few; the one that was not used for the longest
//! time gives way, and whoever had it open is refused from then on, as when the file was changed.

mod volume;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use littlefs::Config;
use littlefs::Error;
use littlefs::FileId;
use littlefs::Filesystem;
use sdk::Refusal;
use sdk::abi::file::PATH_MAX;
use sdk::flash::NorFlash;

use crate::path;
use crate::volume::Id;
use crate::volume::Kind;

/// Directories, files and drafts that are open at once, `/home` itself included.
const PLACES: usize = 16;

/// `/home` itself.
const TOP: u8 = 0;

/// What was found at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mounted {
    /// A file system, ready.
    Ready,
    /// Nothing, so one was made.
    Formatted,
    /// Something that cannot be served: every request is refused so.
    Refused(Refusal),
}

/// All of `/home`.
pub(crate) struct Home<F: NorFlash> {
    state: State<F>,
    is_read_only: bool,
    places: Vec<Place>,
    /// Counts what is done with places.
    uses: u64,
}

enum State<F> {
    Ready(Box<Filesystem<F>>),
    /// The flash as it was found, and why nothing is done with it.
    Refused(F, Refusal),
    /// Only while a file system is made.
    Away,
}

/// What is open.
struct Place {
    generation: u64,
    used: u64,
    path: Box<str>,
    content: Content,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Nothing,
    Directory,
    File(FileId),
    Draft(FileId),
}

impl<F: NorFlash> Home<F> {
    /// Mounts what is there. Without the right to write, nothing is ever written.
    pub(crate) fn mount(flash: F, is_read_only: bool) -> (Home<F>, Mounted) {
        let (state, mounted) = begin(flash, is_read_only);
        let mut places = Vec::with_capacity(PLACES);
        let empty =
            || Place { generation: 0, used: 0, path: Box::default(), content: Content::Nothing };
        places.resize_with(PLACES, empty);
        places[usize::from(TOP)].content = Content::Directory;
        (Home { state, is_read_only, places, uses: 0 }, mounted)
    }

    fn files(&mut self) -> Result<&mut Filesystem<F>, Refusal> {
        match &mut self.state {
            State::Ready(files) => Ok(files),
            State::Refused(_, refusal) => Err(*refusal),
            State::Away => Err(Refusal::NotAvailable),
        }
    }

    /// The files, to change something.
    fn changed(&mut self) -> Result<&mut Filesystem<F>, Refusal> {
        let is_read_only = self.is_read_only;
        let files = self.files()?;
        if is_read_only { Err(Refusal::ReadOnly) } else { Ok(files) }
    }

    /// Makes everything new.
    fn make_new(&mut self) -> Result<(), Refusal> {
        if self.is_read_only {
            return Err(Refusal::ReadOnly);
        }
        self.close_all("");
        let mut flash = match mem::replace(&mut self.state, State::Away) {
            State::Ready(files) => files.into_flash(),
            State::Refused(flash, _) => flash,
            State::Away => return Err(Refusal::NotAvailable),
        };
        let config = config(&flash);
        if let Err(error) = Filesystem::format(&mut flash, &config) {
            let refusal = refusal_of(error);
            self.state = State::Refused(flash, refusal);
            return Err(refusal);
        }
        self.state = mounted(Filesystem::mount(flash, config));
        self.files().map(drop)
    }

    /// What is open at this place, in the life that the id means.
    fn place(&self, id: Id) -> Result<&Place, Refusal> {
        let place = self.places.get(usize::from(id.place)).ok_or(Refusal::Stale)?;
        let is_it = place.generation == id.generation && place.content != Content::Nothing;
        if is_it { Ok(place) } else { Err(Refusal::Stale) }
    }

    fn content(&mut self, id: Id) -> Result<Content, Refusal> {
        let content = self.place(id)?.content;
        self.uses += 1;
        self.places[usize::from(id.place)].used = self.uses;
        Ok(content)
    }

    fn kind_of(&self, id: Id) -> Result<Kind, Refusal> {
        match self.place(id)?.content {
            Content::Nothing => Err(Refusal::Stale),
            Content::Directory => Ok(Kind::Directory),
            Content::File(_) => Ok(Kind::File),
            Content::Draft(_) => Ok(Kind::Draft),
        }
    }

    /// A path below a directory that is open, from the top on.
    fn path_below(&mut self, directory: Id, path: &str) -> Result<String, Refusal> {
        if self.content(directory)? != Content::Directory {
            return Err(Refusal::WrongObject);
        }
        let above = &self.place(directory)?.path;
        let slash = if above.is_empty() || path.is_empty() { "" } else { "/" };
        Ok([above, slash, path].concat())
    }

    /// Opens a place; what was not used for the longest time gives way.
    fn open_place(&mut self, path: &str, content: Content) -> Id {
        self.uses += 1;
        let uses = self.uses;
        // What is empty was never used, or not for long.
        let key = |index: &usize| {
            let place = &self.places[*index];
            (place.content != Content::Nothing, place.used)
        };
        let index = (1..PLACES).min_by_key(key).unwrap_or(PLACES - 1);
        self.close(index as u8);
        let place = &mut self.places[index];
        (place.path, place.content, place.used) = (path.into(), content, uses);
        Id { place: index as u8, generation: place.generation }
    }

    /// Ends the life of what is open at a place.
    fn close(&mut self, index: u8) {
        let place = &mut self.places[usize::from(index)];
        match mem::replace(&mut place.content, Content::Nothing) {
            Content::Nothing => return,
            Content::Directory => (),
            Content::File(file) | Content::Draft(file) => {
                if let State::Ready(files) = &mut self.state {
                    files.close(file);
                }
            }
        }
        let place = &mut self.places[usize::from(index)];
        place.generation += 1;
        place.path = Box::default();
    }

    /// Closes files and directories at or below a path that is not theirs any more.
    fn close_all(&mut self, path: &str) {
        for index in 1..PLACES {
            if path::is_below(&self.places[index].path, path) {
                self.close(index as u8);
            }
        }
    }

    /// Closes the file at a path that has other contents now.
    fn close_file(&mut self, path: &str) {
        for index in 1..PLACES {
            let Place { path: open, content, .. } = &self.places[index];
            if **open == *path && matches!(content, Content::File(_)) {
                self.close(index as u8);
            }
        }
    }
}

/// Mounts what is on a flash, and makes it if there is nothing.
fn begin<F: NorFlash>(mut flash: F, is_read_only: bool) -> (State<F>, Mounted) {
    let config = config(&flash);
    let state = if is_read_only {
        mounted(Filesystem::mount_read_only(flash, config))
    } else {
        match Filesystem::mount(flash, config.clone()) {
            Err((back, Error::Blank)) => {
                flash = back;
                if let Err(error) = Filesystem::format(&mut flash, &config) {
                    let refusal = refusal_of(error);
                    return (State::Refused(flash, refusal), Mounted::Refused(refusal));
                }
                let state = mounted(Filesystem::mount(flash, config));
                return match state {
                    State::Refused(_, refusal) => (state, Mounted::Refused(refusal)),
                    _ => (state, Mounted::Formatted),
                };
            }
            other => mounted(other),
        }
    };
    match state {
        State::Refused(_, refusal) => (state, Mounted::Refused(refusal)),
        _ => (state, Mounted::Ready),
    }
}

fn mounted<F: NorFlash>(mounted: Result<Filesystem<F>, (F, Error<F::Error>)>) -> State<F> {
    match mounted {
        Ok(files) => State::Ready(Box::new(files)),
        Err((flash, error)) => State::Refused(flash, refusal_of(error)),
    }
}

/// The whole flash; no more of it is kept in memory than a small board has room for.
fn config<F: NorFlash>(flash: &F) -> Config {
    Config { pairs_cached: 2, ..Config::of(flash) }
}

fn refusal_of<E>(error: Error<E>) -> Refusal {
    match error {
        Error::Flash(_) => Refusal::NotAvailable,
        Error::Corrupt => Refusal::Corrupt,
        Error::Foreign | Error::Blank => Refusal::Foreign,
        Error::NotFound => Refusal::NotFound,
        Error::Exists => Refusal::Exists,
        Error::NotADirectory | Error::IsADirectory => Refusal::WrongObject,
        Error::NotEmpty => Refusal::NotEmpty,
        Error::NameTooLong => Refusal::NameTooLong,
        Error::TooLarge | Error::NoSpace => Refusal::NoRoom,
        Error::ReadOnly => Refusal::ReadOnly,
        Error::Invalid => Refusal::Invalid,
    }
}

/// Refuses a path that the file protocol could not name.
fn require_short(path: &str) -> Result<(), Refusal> {
    if path.len() <= PATH_MAX { Ok(()) } else { Err(Refusal::NameTooLong) }
}

#[cfg(test)]
pub(crate) mod tests;
