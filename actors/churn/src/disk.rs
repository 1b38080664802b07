//! What is needed of files: those of a file server, or those of a test.

use sdk::Refusal;
use sdk::abi::bus::Status;
use sdk::file::Files;
use sdk::file::Usage;

/// Files. Every change is whole.
pub(crate) trait Disk {
    fn status(&mut self, path: &str) -> Result<Status, Refusal>;
    /// Tells the entries of a directory by name; answers how many there are.
    fn list(&mut self, path: &str, each: &mut dyn FnMut(&str, Status)) -> Result<u32, Refusal>;
    fn read(&mut self, path: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal>;
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal>;
    fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal>;
    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal>;
    fn write_at(&mut self, path: &str, offset: u32, bytes: &[u8]) -> Result<(), Refusal>;
    fn truncate(&mut self, path: &str, len: u32) -> Result<(), Refusal>;
    fn rename(&mut self, path: &str, to: &str) -> Result<(), Refusal>;
    fn remove(&mut self, path: &str) -> Result<(), Refusal>;
    fn make_directory(&mut self, path: &str) -> Result<(), Refusal>;
    fn usage(&mut self, path: &str) -> Result<Usage, Refusal>;
}

impl Disk for Files {
    fn status(&mut self, path: &str) -> Result<Status, Refusal> {
        Files::status(self, path)
    }

    fn list(&mut self, path: &str, each: &mut dyn FnMut(&str, Status)) -> Result<u32, Refusal> {
        Files::list(self, path, |entry| each(entry.name, entry.status))
    }

    fn read(&mut self, path: &str, offset: u32, buffer: &mut [u8]) -> Result<usize, Refusal> {
        Files::read(self, path, offset, buffer)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        Files::write(self, path, bytes)
    }

    fn write_new(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        Files::write_new(self, path, bytes)
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        Files::append(self, path, bytes)
    }

    fn write_at(&mut self, path: &str, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
        Files::write_at(self, path, offset, bytes)
    }

    fn truncate(&mut self, path: &str, len: u32) -> Result<(), Refusal> {
        Files::truncate(self, path, len)
    }

    fn rename(&mut self, path: &str, to: &str) -> Result<(), Refusal> {
        Files::rename(self, path, to)
    }

    fn remove(&mut self, path: &str) -> Result<(), Refusal> {
        Files::remove(self, path)
    }

    fn make_directory(&mut self, path: &str) -> Result<(), Refusal> {
        Files::make_directory(self, path)
    }

    fn usage(&mut self, path: &str) -> Result<Usage, Refusal> {
        Files::usage(self, path)
    }
}
