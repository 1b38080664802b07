//! The files, as the file service has them.

use alloc::vec::Vec;
use sdk::Handle;
use sdk::Refusal;
use sdk::capability::Owned;
use sdk::endpoint::Endpoint;
use sdk::memory::Memory;
use sdk::vfs;
use sdk::vfs::Contents;
use sdk::vfs::Listing;

use crate::mail::Mail;
use crate::mail::Service;

/// Bytes of a large file that are read at once.
const PIECE: usize = 512;

/// Whether there is such a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There is, and its contents have been told.
    File,
    /// There is, but a person did not want all of it.
    Interrupted,
    /// There is not.
    Nothing,
}

/// A module as it can be handed to the kernel.
#[derive(Debug)]
pub(crate) enum Module {
    /// It came in a message.
    Bytes(Vec<u8>),
    /// It lies in the file service's memory, as long as this is kept.
    Granted(Owned),
}

/// A client of the file service.
#[derive(Debug)]
pub(crate) struct Files {
    service: Endpoint,
    /// Where the service answers.
    reply: Handle,
}

impl Files {
    pub(crate) fn new(service: Endpoint) -> Result<Files, Refusal> {
        Ok(Files { service, reply: Service::Files.address()? })
    }

    /// Tells every file's name and size, in the service's order. Returns how many there are.
    pub(crate) fn list(
        &self,
        mail: &mut Mail,
        mut each: impl FnMut(vfs::Entry<'_>),
    ) -> Result<u32, Refusal> {
        let mut first = 0;
        loop {
            vfs::ask_list(self.service, self.reply, first)?;
            let (total, count) = mail.answer(Service::Files, vfs::LIST, |message| {
                let listing = Listing::decode(message.payload()).ok_or(Refusal::NotAvailable)?;
                listing.entries().for_each(&mut each);
                Ok((listing.total, listing.count))
            })??;
            first = first.saturating_add(count);
            if count == 0 || total <= first {
                return Ok(total);
            }
        }
    }

    /// The contents of a file without copying them if they are long; `None` if there is no such
    /// file.
    pub(crate) fn module(&self, mail: &mut Mail, name: &str) -> Result<Option<Module>, Refusal> {
        vfs::ask_read(self.service, self.reply, name)?;
        let answer =
            mail.answer(Service::Files, vfs::READ, |message| {
                match vfs::decode_contents(message)? {
                    Contents::Inline(bytes) => Ok(Some(Module::Bytes(bytes.to_vec()))),
                    Contents::Granted(..) => Ok(message.take_capability().map(Module::Granted)),
                }
            })?;
        match answer {
            Err(vfs::NO_SUCH_FILE) => Ok(None),
            other => other,
        }
    }

    /// Tells the contents of a file, piece by piece.
    pub(crate) fn read(
        &self,
        mail: &mut Mail,
        name: &str,
        mut each: impl FnMut(&[u8]),
    ) -> Result<Found, Refusal> {
        vfs::ask_read(self.service, self.reply, name)?;
        let answer =
            mail.answer(Service::Files, vfs::READ, |message| {
                match vfs::decode_contents(message)? {
                    Contents::Inline(bytes) => {
                        each(bytes);
                        Ok(None)
                    }
                    Contents::Granted(_, size) => Ok(message.take_capability().zip(Some(size))),
                }
            })?;
        match answer {
            Ok(Some((memory, size))) => read_pieces(mail, &memory, size, each),
            Ok(None) => Ok(Found::File),
            Err(vfs::NO_SUCH_FILE) => Ok(Found::Nothing),
            Err(refusal) => Err(refusal),
        }
    }
}

fn read_pieces(
    mail: &mut Mail,
    memory: &Owned,
    size: u32,
    mut each: impl FnMut(&[u8]),
) -> Result<Found, Refusal> {
    let memory = Memory::new(memory.handle());
    let mut piece = [0; PIECE];
    for offset in (0..size).step_by(PIECE) {
        let rest = (size - offset) as usize;
        let piece = &mut piece[..rest.min(PIECE)];
        memory.read(offset, piece)?;
        each(piece);
        if mail.is_interrupted() {
            return Ok(Found::Interrupted);
        }
    }
    Ok(Found::File)
}
