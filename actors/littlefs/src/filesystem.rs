//! The file system as its users see it.

use embedded_storage::nor_flash::NorFlash;

use crate::config::Config;
use crate::directory::Metadata;
use crate::error::Error;
use crate::error::Result;
use crate::repair::format;
use crate::volume::Access;
use crate::volume::FileId;
use crate::volume::Volume;

/// A mounted littlefs.
///
/// A path is names with `/` between them; one at the beginning or the end says nothing. Every
/// change is visible whole or not at all, also after a power cut.
///
/// Beyond what each function says, all may give [`Error::Flash`] and [`Error::Corrupt`]; those that
/// change something [`Error::ReadOnly`] and [`Error::NoSpace`]; those that take a path
/// [`Error::NameTooLong`], [`Error::Invalid`] for the name `..`, and for parts before the last
/// [`Error::NotFound`] and [`Error::NotADirectory`].
#[derive(Debug)]
pub struct Filesystem<F> {
    volume: Volume<F>,
}

impl<F: NorFlash> Filesystem<F> {
    /// Makes an empty file system. What was on the flash is lost.
    ///
    /// # Errors
    /// [`Error::Invalid`]: the geometry does not fit this flash. [`Error::NoSpace`]: one of the
    /// first two blocks is worn out.
    pub fn format(flash: &mut F, config: &Config) -> Result<(), F> {
        format(flash, config)
    }

    /// Mounts a file system and finishes at once what a power cut left. If nothing is unfinished,
    /// nothing is written. If there is no room to finish it, because blocks are worn out, everything
    /// can be read as if it were finished, and every change gives [`Error::NoSpace`].
    ///
    /// # Errors
    /// With the flash: [`Error::Blank`], [`Error::Foreign`], [`Error::Invalid`] for a geometry that
    /// does not fit this flash. Nothing was written then.
    pub fn mount(
        flash: F,
        config: Config,
    ) -> core::result::Result<Filesystem<F>, (F, Error<F::Error>)> {
        Filesystem::mount_for(flash, config, Access::Write)
    }

    /// The same without ever writing: the tree is shown as [`Filesystem::mount`] would leave it.
    ///
    /// # Errors
    /// As for [`Filesystem::mount`].
    pub fn mount_read_only(
        flash: F,
        config: Config,
    ) -> core::result::Result<Filesystem<F>, (F, Error<F::Error>)> {
        Filesystem::mount_for(flash, config, Access::Read)
    }

    fn mount_for(
        flash: F,
        config: Config,
        access: Access,
    ) -> core::result::Result<Filesystem<F>, (F, Error<F::Error>)> {
        if !config.is_valid(&flash) {
            return Err((flash, Error::Invalid));
        }
        let mut volume = Volume::new(flash, config, access);
        match volume.mount() {
            Ok(()) => Ok(Filesystem { volume }),
            Err(error) => Err((volume.medium.flash, error)),
        }
    }

    /// Gives the flash back. Versions that were not committed are lost.
    pub fn into_flash(self) -> F {
        self.volume.medium.flash
    }

    /// The flash below. What is written to it behind the file system's back destroys both.
    pub fn flash(&mut self) -> &mut F {
        &mut self.volume.medium.flash
    }

    /// What a path stands for.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub fn stat(&mut self, path: &str) -> Result<Metadata, F> {
        self.look()?.stat(path)
    }

    /// Shows the entries of a directory from number `first` on, until `each` gives `false` or there
    /// are no more. Gives back the number behind the last that was shown, by which listing goes on.
    ///
    /// The order is that of the names' bytes, but a name comes before its own beginning, as `ab`
    /// before `a`. A name that is not UTF-8 cannot be said in a path and is not shown.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotADirectory`]
    pub fn list(
        &mut self,
        path: &str,
        first: usize,
        each: impl FnMut(&str, Metadata) -> bool,
    ) -> Result<usize, F> {
        self.look()?.list(path, first, each)
    }

    /// Makes a directory.
    ///
    /// # Errors
    /// [`Error::Exists`]
    pub fn create_dir(&mut self, path: &str) -> Result<(), F> {
        self.change(|volume| volume.create_dir(path))
    }

    /// Removes a file or an empty directory.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotEmpty`]; [`Error::Invalid`] for the root.
    pub fn remove(&mut self, path: &str) -> Result<(), F> {
        self.change(|volume| volume.remove(path))
    }

    /// Gives a file or directory another path. A file that is there is replaced, a directory if it
    /// is empty.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotEmpty`]; [`Error::IsADirectory`] and
    /// [`Error::NotADirectory`] if one is to replace the other; [`Error::Invalid`] for the root and
    /// for a directory into itself.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), F> {
        self.change(|volume| volume.rename(from, to))
    }

    /// Opens a file as it is now, for reading. It stays so, and its blocks are not given away, until
    /// it is closed.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::IsADirectory`]
    pub fn open(&mut self, path: &str) -> Result<FileId, F> {
        self.look()?.open(path)
    }

    /// Begins a new version of a file, empty. The file need not be there, its directory must. Nobody
    /// sees the version before [`Filesystem::commit`].
    ///
    /// # Errors
    /// [`Error::IsADirectory`]
    pub fn create(&mut self, path: &str) -> Result<FileId, F> {
        self.look_to_write()?.create(path)
    }

    /// Begins a new version of a file as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::IsADirectory`]
    pub fn edit(&mut self, path: &str) -> Result<FileId, F> {
        self.look_to_write()?.edit(path)
    }

    /// Bytes of a version; 0 if none is open by this name.
    pub fn size(&self, id: FileId) -> u32 {
        let mut versions = self.volume.versions.iter();
        versions.find(|(other, _)| *other == id).map_or(0, |(_, version)| version.size())
    }

    /// Reads from an offset. Gives back the number of bytes, which is less than asked for only at
    /// the end.
    ///
    /// # Errors
    /// [`Error::Invalid`]: no such version is open, or writing it has failed.
    pub fn read(&mut self, id: FileId, offset: u32, buffer: &mut [u8]) -> Result<usize, F> {
        self.look()?.read(id, offset, buffer)
    }

    /// Writes to a new version, anywhere. Between its end and an offset behind it there will be
    /// zeros. Writing on where the last writing ended is cheapest; anywhere else the rest of the
    /// file is copied.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::Invalid`]: no such version is being made, or writing it has
    /// failed. After any other error the version can only be closed.
    pub fn write(&mut self, id: FileId, offset: u32, bytes: &[u8]) -> Result<(), F> {
        self.look_to_write()?.write(id, offset, bytes)
    }

    /// Gives a new version this many bytes, with zeros behind what there was.
    ///
    /// # Errors
    /// As for [`Filesystem::write`].
    pub fn truncate(&mut self, id: FileId, length: u32) -> Result<(), F> {
        self.look_to_write()?.truncate(id, length)
    }

    /// Makes a version what its path stands for, by one commit. It stays open and can be written
    /// and committed again.
    ///
    /// # Errors
    /// [`Error::Invalid`]: no such version is being made, or writing it has failed.
    /// [`Error::NotFound`], [`Error::NotADirectory`], [`Error::IsADirectory`]: its path has become
    /// another since.
    pub fn commit(&mut self, id: FileId) -> Result<(), F> {
        self.change(|volume| {
            volume.settle(id)?;
            volume.publish(id)
        })
    }

    /// Forgets a version. What was not committed is lost.
    pub fn close(&mut self, id: FileId) {
        self.volume.close(id);
    }

    /// How many blocks are used, also by versions that are open; and how many there are.
    ///
    /// # Errors
    /// None of its own.
    pub fn usage(&mut self) -> Result<(u32, u32), F> {
        let volume = self.look()?;
        Ok((volume.used()?, volume.medium.block_count))
    }

    fn look(&mut self) -> Result<&mut Volume<F>, F> {
        self.volume.refresh()?;
        Ok(&mut self.volume)
    }

    fn look_to_write(&mut self) -> Result<&mut Volume<F>, F> {
        match self.volume.access {
            Access::Read => Err(Error::ReadOnly),
            Access::Write => self.look(),
        }
    }

    /// Does something to the metadata.
    fn change(&mut self, act: impl FnOnce(&mut Volume<F>) -> Result<(), F>) -> Result<(), F> {
        let volume = &mut self.volume;
        let done = volume.prepare().and_then(|()| act(volume));
        volume.conclude(done)
    }
}
