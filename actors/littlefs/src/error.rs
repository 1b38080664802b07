//! What can go wrong, as data.

use core::fmt;

use embedded_storage::nor_flash::ErrorType;

/// Why something was not done. Nothing of what was asked is visible then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error<E> {
    /// The flash itself refused.
    Flash(E),
    /// The flash holds a littlefs that contradicts itself.
    Corrupt,
    /// The flash holds something else, or a littlefs of another version or geometry.
    Foreign,
    /// Nothing was ever written where a littlefs begins, or formatting did not get to its end.
    Blank,
    /// No such file or directory.
    NotFound,
    /// The path is taken.
    Exists,
    /// A part of the path is a file, or a file was to be replaced by a directory.
    NotADirectory,
    /// The path is a directory.
    IsADirectory,
    /// The directory has entries.
    NotEmpty,
    /// A name is longer than the file system was formatted for.
    NameTooLong,
    /// A file would be longer than the file system was formatted for.
    TooLarge,
    /// No block is free, or a block of the first pair is worn out.
    NoSpace,
    /// It was mounted for reading.
    ReadOnly,
    /// The request makes no sense: a bad geometry, an unknown file, a directory moved into itself,
    /// a version whose writing failed before.
    Invalid,
}

/// What most functions here give back.
pub(crate) type Result<T, F> = core::result::Result<T, Error<<F as ErrorType>::Error>>;

impl<E: fmt::Debug> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Error::Flash(error) => return write!(f, "flash: {error:?}"),
            Error::Corrupt => "the file system is corrupt",
            Error::Foreign => "not a file system that can be read",
            Error::Blank => "blank",
            Error::NotFound => "not found",
            Error::Exists => "exists already",
            Error::NotADirectory => "not a directory",
            Error::IsADirectory => "is a directory",
            Error::NotEmpty => "directory is not empty",
            Error::NameTooLong => "name is too long",
            Error::TooLarge => "file is too large",
            Error::NoSpace => "no space left",
            Error::ReadOnly => "read-only",
            Error::Invalid => "invalid",
        };
        f.write_str(words)
    }
}

impl<E: fmt::Debug> core::error::Error for Error<E> {}
