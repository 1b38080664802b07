//! Who waits for an answer: for something to read, or for room for what is written.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::file;
use sdk::capability::Owned;
use sdk::endpoint::Endpoint;
use sdk::endpoint::PAYLOAD_MAX;

/// How many can wait to read, and as many to write.
const WAITING_MAX: usize = 16;

/// Bytes of the status that every answer begins with.
const STATUS_BYTES: usize = 4;

/// In which words somebody is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// As the request of this opcode is.
    Terminal(u32),
    /// As the file protocol says.
    File,
}

impl Protocol {
    fn opcode(self) -> u32 {
        match self {
            Protocol::Terminal(request) => request,
            Protocol::File => file::ANSWER,
        }
    }
}

/// Where an answer goes.
#[derive(Debug)]
pub(crate) struct Asker {
    /// Who asks.
    pub(crate) id: u64,
    /// Nothing once it has been answered.
    reply: Option<Owned>,
    protocol: Protocol,
}

impl Asker {
    pub(crate) fn new(id: u64, reply: Owned, protocol: Protocol) -> Asker {
        Asker { id, reply: Some(reply), protocol }
    }

    /// Answers with a status and with what stands behind its place in the bytes. Who is refused can
    /// answer again.
    pub(crate) fn answer(&mut self, bytes: &mut [u8], status: i32) -> Result<(), Refusal> {
        bytes[..STATUS_BYTES].copy_from_slice(&status.to_le_bytes());
        let to = self.address()?;
        to.reply(self.protocol.opcode(), bytes)?;
        self.reply.take().map(Owned::keep);
        Ok(())
    }

    /// Answers that it is done, and passes a capability along with these rights.
    pub(crate) fn give(&mut self, capability: Handle, rights: Rights) -> Result<(), Refusal> {
        let to = self.address()?;
        to.reply_with(self.protocol.opcode(), &[0; STATUS_BYTES], capability, rights)?;
        self.reply.take().map(Owned::keep);
        Ok(())
    }

    fn address(&self) -> Result<Endpoint, Refusal> {
        let reply = self.reply.as_ref().ok_or(Refusal::NoCapability)?;
        Ok(Endpoint::new(reply.handle()))
    }
}

/// Somebody who wants to read.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) asker: Asker,
    /// Bytes at most.
    pub(crate) max: usize,
}

/// Somebody who wants to write.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) asker: Asker,
    /// How many bytes it wants to write in all.
    pub(crate) total: usize,
    /// Those that have found no room yet.
    pub(crate) rest: Vec<u8>,
}

/// Those who wait, first come, first served.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    readers: VecDeque<Reader>,
    writers: VecDeque<Writer>,
}

impl Queue {
    /// Lets somebody wait to read.
    pub(crate) fn add_reader(&mut self, reader: Reader) -> Result<(), (Asker, Refusal)> {
        if self.readers.len() == WAITING_MAX {
            return Err((reader.asker, Refusal::Full));
        }
        self.readers.push_back(reader);
        Ok(())
    }

    /// Lets somebody wait to write.
    pub(crate) fn add_writer(&mut self, writer: Writer) -> Result<(), (Asker, Refusal)> {
        if self.writers.len() == WAITING_MAX {
            return Err((writer.asker, Refusal::Full));
        }
        self.writers.push_back(writer);
        Ok(())
    }

    /// Gives the first reader that may read now what `peek` puts into the buffer; says how many
    /// bytes it took. `None` if nobody was given anything; the flag says whether that is worth
    /// another try. Who cannot be reached any more waits no longer, and takes nothing.
    pub(crate) fn serve_reader(
        &mut self,
        may_read: impl Fn(u64) -> bool,
        peek: impl Fn(&mut [u8]) -> Option<usize>,
    ) -> (Option<usize>, bool) {
        let mut bytes = [0; PAYLOAD_MAX];
        let mut tries_again = false;
        let mut place = 0;
        while let Some(reader) = self.readers.get_mut(place) {
            if !may_read(reader.asker.id) {
                place += 1;
                continue;
            }
            let room = &mut bytes[STATUS_BYTES..];
            let max = reader.max.min(room.len());
            let Some(count) = peek(&mut room[..max]) else { return (None, tries_again) };
            match reader.asker.answer(&mut bytes[..STATUS_BYTES + count], count as i32) {
                Err(Refusal::Full) => {
                    tries_again = true;
                    place += 1;
                }
                Err(_) => drop(self.readers.remove(place)),
                Ok(()) => {
                    self.readers.remove(place);
                    return (Some(count), tries_again);
                }
            }
        }
        (None, tries_again)
    }

    /// Gives `take` the bytes that wait to be written, as long as it takes all it is given.
    pub(crate) fn serve_writers(&mut self, mut take: impl FnMut(&[u8]) -> usize) {
        while let Some(writer) = self.writers.front_mut() {
            let taken = take(&writer.rest);
            writer.rest.drain(..taken);
            if !writer.rest.is_empty() {
                return;
            }
            // Who does not hear it has written all the same.
            let _ = writer.asker.answer(&mut [0; STATUS_BYTES], writer.total as i32);
            self.writers.pop_front();
        }
    }

    /// Whether somebody waits to write.
    pub(crate) fn has_writers(&self) -> bool {
        !self.writers.is_empty()
    }

    /// Forgets what an actor waits for that is no more.
    pub(crate) fn bury(&mut self, id: u64) {
        self.readers.retain(|reader| reader.asker.id != id);
    }
}
