//! Versions of files: reading them, making new ones, and letting them be seen.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use embedded_storage::nor_flash::NorFlash;

use crate::address::words;
use crate::directory::Found;
use crate::directory::last_name;
use crate::draft::Body;
use crate::draft::Tip;
use crate::draft::Version;
use crate::error::Error;
use crate::error::Result;
use crate::list::List;
use crate::list::place;
use crate::list::pointers;
use crate::medium::Held;
use crate::pair::Change;
use crate::pair::Content;
use crate::tag::CREATE;
use crate::tag::FILE;
use crate::tag::INLINE;
use crate::tag::LIST;
use crate::volume::FileId;
use crate::volume::Volume;
use crate::walk::Place;

impl<F: NorFlash> Volume<F> {
    /// The bytes of a file as they are now.
    fn body(&mut self, at: Place) -> Result<Body, F> {
        let pair = self.pair(at.pair)?;
        match pair.content(at.id) {
            Some(Content::Inline { .. }) => {
                Ok(Body::Inline(pair.bytes(pair.entries[usize::from(at.id)].content).to_vec()))
            }
            Some(Content::List { head, size }) => {
                let list = List { head, size };
                self.medium.last_index(list)?;
                Ok(Body::List(list))
            }
            _ => Err(Error::Corrupt),
        }
    }

    fn insert(&mut self, version: Version) -> FileId {
        // As many are never open at once: a number that comes again names nothing old.
        self.last_id = self.last_id.wrapping_add(1);
        let id = FileId(self.last_id);
        self.versions.push((id, version));
        id
    }

    pub(crate) fn open(&mut self, path: &str) -> Result<FileId, F> {
        let body = match self.find(path)? {
            Found::File(place) => self.body(place)?,
            Found::Nothing(_) => return Err(Error::NotFound),
            Found::Root | Found::Directory { .. } => return Err(Error::IsADirectory),
        };
        Ok(self.insert(Version::new(None, body)))
    }

    pub(crate) fn create(&mut self, path: &str) -> Result<FileId, F> {
        match self.find(path)? {
            Found::File(_) | Found::Nothing(_) => {
                let body = Body::Inline(Vec::new());
                Ok(self.insert(Version::new(Some(path.to_string()), body)))
            }
            Found::Root | Found::Directory { .. } => Err(Error::IsADirectory),
        }
    }

    pub(crate) fn edit(&mut self, path: &str) -> Result<FileId, F> {
        let body = match self.find(path)? {
            Found::File(place) => self.body(place)?,
            Found::Nothing(_) => return Err(Error::NotFound),
            Found::Root | Found::Directory { .. } => return Err(Error::IsADirectory),
        };
        Ok(self.insert(Version::new(Some(path.to_string()), body)))
    }

    pub(crate) fn close(&mut self, id: FileId) {
        self.versions.retain(|(other, _)| *other != id);
    }

    pub(crate) fn read(&mut self, id: FileId, offset: u32, buffer: &mut [u8]) -> Result<usize, F> {
        self.guarded(id, |volume, id| volume.flush(id))?;
        let version = self.version(id)?;
        let rest = version.size().saturating_sub(offset);
        let count = buffer.len().min(rest as usize);
        let buffer = &mut buffer[..count];
        match &version.body {
            Body::Inline(bytes) => {
                if count != 0 {
                    buffer.copy_from_slice(&bytes[offset as usize..][..count]);
                }
            }
            Body::List(list) => {
                let (list, mut cursor) = (*list, version.cursor);
                self.read_list(list, &mut cursor, offset, buffer)?;
                self.version(id)?.cursor = cursor;
            }
        }
        Ok(count)
    }

    /// Fills the buffer from a list that is long enough.
    fn read_list(
        &mut self,
        list: List,
        cursor: &mut Option<(u32, u32)>,
        position: u32,
        buffer: &mut [u8],
    ) -> Result<(), F> {
        let (mut position, mut rest) = (position, buffer);
        while !rest.is_empty() {
            let (index, offset) = place(self.medium.block_size, position);
            let block = match *cursor {
                Some((at, block)) if at == index => block,
                _ => self.medium.find(list, index)?,
            };
            *cursor = Some((index, block));
            let count = rest.len().min((self.medium.block_size - offset) as usize);
            self.medium.read(block, offset, &mut rest[..count])?;
            rest = &mut rest[count..];
            position += count as u32;
        }
        Ok(())
    }

    /// Does something to a version that is being made. What fails leaves nobody knows what.
    fn guarded<T>(
        &mut self,
        id: FileId,
        act: impl FnOnce(&mut Self, FileId) -> Result<T, F>,
    ) -> Result<T, F> {
        if self.version(id)?.is_broken {
            return Err(Error::Invalid);
        }
        let done = act(self, id);
        if done.is_err() {
            let version = self.version(id)?;
            version.is_broken = true;
            version.tip = None;
        }
        done
    }

    pub(crate) fn write(&mut self, id: FileId, offset: u32, bytes: &[u8]) -> Result<(), F> {
        let version = self.version(id)?;
        if version.path.is_none() {
            return Err(Error::Invalid);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let size = version.size();
        let end = u64::from(offset) + bytes.len() as u64;
        if u64::from(self.superblock.file_max) < end {
            return Err(Error::TooLarge);
        }
        self.guarded(id, |volume, id| {
            if size < offset {
                volume.fill(id, size, offset)?;
            }
            volume.write_at(id, offset, bytes)
        })
    }

    /// Puts zeros from the end up to an offset behind it.
    fn fill(&mut self, id: FileId, from: u32, to: u32) -> Result<(), F> {
        let zeros = [0; 64];
        let mut at = from;
        while at < to {
            let count = zeros.len().min((to - at) as usize);
            self.write_at(id, at, &zeros[..count])?;
            at += count as u32;
        }
        Ok(())
    }

    /// Writes at an offset that is not behind the end.
    fn write_at(&mut self, id: FileId, offset: u32, bytes: &[u8]) -> Result<(), F> {
        let limit = self.config.inline_limit();
        let version = self.version(id)?;
        if let Body::Inline(old) = &mut version.body {
            let (start, end) = (offset as usize, offset as usize + bytes.len());
            if version.tip.is_none() && end.max(old.len()) <= limit {
                old.resize(old.len().max(end), 0);
                old[start..end].copy_from_slice(bytes);
                return Ok(());
            }
        }
        if version.tip.as_ref().is_none_or(|tip| tip.position != offset) {
            self.flush(id)?;
            self.outline(id)?;
            self.begin_tip(id, offset)?;
        }
        self.extend(id, bytes)
    }

    /// Moves a small file into blocks.
    fn outline(&mut self, id: FileId) -> Result<(), F> {
        let version = self.version(id)?;
        let Body::Inline(bytes) = &mut version.body else { return Ok(()) };
        let bytes = core::mem::take(bytes);
        version.body = Body::List(List::EMPTY);
        if bytes.is_empty() {
            return Ok(());
        }
        self.begin_tip(id, 0)?;
        self.extend(id, &bytes)
    }

    /// Makes ready to write at this offset of the body: what is before it is shared with the old
    /// version, but for the block that it lies in.
    fn begin_tip(&mut self, id: FileId, offset: u32) -> Result<(), F> {
        let block_size = self.medium.block_size;
        let version = self.version(id)?;
        if version.tip.as_ref().is_some_and(|tip| tip.position == offset) {
            return Ok(());
        }
        self.flush(id)?;
        let Body::List(list) = self.version(id)?.body else { return Err(Error::Invalid) };
        let page = Vec::with_capacity(self.medium.page_size());
        if offset == 0 {
            let block = self.new_block()?;
            let tip = Tip { block, index: 0, offset: 0, previous: block, position: 0, page };
            self.version(id)?.tip = Some(tip);
            return Ok(());
        }
        let (index, end) = place(block_size, offset - 1);
        let (end, old) = (end + 1, self.medium.find(list, index)?);
        if end == block_size {
            let tip = self.next_tip(old, index, offset, page)?;
            self.version(id)?.tip = Some(tip);
            return Ok(());
        }
        let previous = if index == 0 { old } else { self.medium.read_word(old, 0)? };
        let block = self.new_block()?;
        let mut tip = Tip { block, index, offset: 0, previous, position: offset, page };
        self.copy_block(old, end, &mut tip)?;
        self.version(id)?.tip = Some(tip);
        Ok(())
    }

    /// An erased block.
    fn new_block(&mut self) -> Result<u32, F> {
        self.allocator.checkpoint();
        let block = self.allocate()?;
        self.erase(block)?;
        Ok(block)
    }

    /// A new block behind one that is full.
    fn next_tip(&mut self, full: u32, index: u32, position: u32, page: Vec<u8>) -> Result<Tip, F> {
        let block = self.new_block()?;
        let index = index + 1;
        let mut tip = Tip { block, index, offset: 0, previous: full, position, page };
        let mut target = full;
        for power in 0..pointers(index) {
            if power != 0 {
                target = self.medium.read_word(target, 4 * (power - 1))?;
            }
            self.put_bytes(&mut tip, &target.to_le_bytes())?;
        }
        Ok(tip)
    }

    /// Copies the beginning of a block to the tip's, which is new.
    fn copy_block(&mut self, from: u32, end: u32, tip: &mut Tip) -> Result<(), F> {
        let mut part = [0; 64];
        let mut at = 0;
        while at < end {
            let count = part.len().min((end - at) as usize);
            self.medium.read(from, at, &mut part[..count])?;
            self.put_bytes(tip, &part[..count])?;
            at += count as u32;
        }
        Ok(())
    }

    /// Puts bytes that fit into the tip's block behind what is there, programming whole pages.
    fn put_bytes(&mut self, tip: &mut Tip, bytes: &[u8]) -> Result<(), F> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = rest.len().min(self.medium.page_size() - tip.page.len());
            tip.page.extend_from_slice(&rest[..count]);
            tip.offset += count as u32;
            rest = &rest[count..];
            if tip.page.len() == self.medium.page_size() {
                self.program_page(tip)?;
            }
        }
        Ok(())
    }

    /// Programs the tip's page. When the block is worn out, another takes its place.
    fn program_page(&mut self, tip: &mut Tip) -> Result<(), F> {
        let start = tip.offset - tip.page.len() as u32;
        tip.page.resize(tip.page.len().next_multiple_of(F::WRITE_SIZE), 0xff);
        while self.medium.program(tip.block, start, &tip.page)? == Held::No {
            let worn = tip.block;
            tip.block = self.replace_block(worn, start)?;
        }
        tip.page.clear();
        Ok(())
    }

    /// A copy of a block that is good up to `end`, elsewhere.
    fn replace_block(&mut self, worn: u32, end: u32) -> Result<u32, F> {
        let mut page = vec![0; self.medium.page_size()];
        'blocks: loop {
            // No checkpoint: a block that turned out to be bad is not tried again.
            let block = self.allocate()?;
            self.erase(block)?;
            let mut at = 0;
            while at < end {
                let count = page.len().min((end - at) as usize);
                self.medium.read(worn, at, &mut page[..count])?;
                if self.medium.program(block, at, &page[..count])? == Held::No {
                    continue 'blocks;
                }
                at += count as u32;
            }
            return Ok(block);
        }
    }

    /// The tip to write at. The version keeps its place, or others could be given its blocks.
    fn lend_tip(&mut self, id: FileId) -> Result<Tip, F> {
        let tip = self.version(id)?.tip.as_mut().ok_or(Error::Invalid)?;
        let page = core::mem::take(&mut tip.page);
        Ok(Tip { page, ..*tip })
    }

    /// Writes at the tip.
    fn extend(&mut self, id: FileId, bytes: &[u8]) -> Result<(), F> {
        let block_size = self.medium.block_size;
        let mut rest = bytes;
        while !rest.is_empty() {
            let mut tip = self.lend_tip(id)?;
            if tip.offset == block_size {
                tip = self.next_tip(tip.block, tip.index, tip.position, tip.page)?;
            }
            let count = rest.len().min((block_size - tip.offset) as usize);
            self.put_bytes(&mut tip, &rest[..count])?;
            tip.position += count as u32;
            rest = &rest[count..];
            self.version(id)?.tip = Some(tip);
        }
        Ok(())
    }

    /// Ends writing: what follows in the old version is copied, and the body is the new list.
    fn flush(&mut self, id: FileId) -> Result<(), F> {
        let version = self.version(id)?;
        let Some(tip) = &version.tip else { return Ok(()) };
        let mut at = tip.position;
        let size = version.size();
        if let Body::List(list) = version.body {
            let mut part = [0; 64];
            let mut cursor = None;
            while at < size {
                let count = part.len().min((size - at) as usize);
                self.read_list(list, &mut cursor, at, &mut part[..count])?;
                self.extend(id, &part[..count])?;
                at += count as u32;
            }
        }
        let mut tip = self.lend_tip(id)?;
        if !tip.page.is_empty() {
            self.program_page(&mut tip)?;
        }
        let version = self.version(id)?;
        version.tip = None;
        version.body = Body::List(List { head: tip.block, size: tip.position });
        version.cursor = None;
        Ok(())
    }

    pub(crate) fn truncate(&mut self, id: FileId, length: u32) -> Result<(), F> {
        if self.version(id)?.path.is_none() {
            return Err(Error::Invalid);
        }
        if self.superblock.file_max < length {
            return Err(Error::TooLarge);
        }
        self.guarded(id, |volume, id| volume.cut(id, length))
    }

    fn cut(&mut self, id: FileId, length: u32) -> Result<(), F> {
        self.flush(id)?;
        let limit = self.config.inline_limit();
        let version = self.version(id)?;
        let size = version.size();
        if size <= length {
            return self.fill(id, size, length);
        }
        let list = match &mut version.body {
            Body::Inline(bytes) => {
                bytes.truncate(length as usize);
                return Ok(());
            }
            Body::List(list) => *list,
        };
        let body = if length as usize <= limit {
            let mut bytes = vec![0; length as usize];
            self.read_list(list, &mut None, 0, &mut bytes)?;
            Body::Inline(bytes)
        } else {
            let (index, _) = place(self.medium.block_size, length - 1);
            Body::List(List { head: self.medium.find(list, index)?, size: length })
        };
        let version = self.version(id)?;
        version.body = body;
        version.cursor = None;
        Ok(())
    }

    /// Ends the writing of a version that is to be committed.
    pub(crate) fn settle(&mut self, id: FileId) -> Result<(), F> {
        if self.version(id)?.path.is_none() {
            return Err(Error::Invalid);
        }
        self.guarded(id, |volume, id| volume.flush(id))
    }

    /// Lets a version that was settled be what its path stands for.
    pub(crate) fn publish(&mut self, id: FileId) -> Result<(), F> {
        let version = self.version(id)?;
        let path = version.path.clone().ok_or(Error::Invalid)?;
        let (kind, bytes) = match &version.body {
            Body::Inline(bytes) => (INLINE, bytes.clone()),
            Body::List(list) => (LIST, words([list.head, list.size]).to_vec()),
        };
        let (place, is_new) = match self.find(&path)? {
            Found::File(place) => (place, false),
            Found::Nothing(place) => (place, true),
            Found::Root | Found::Directory { .. } => return Err(Error::IsADirectory),
        };
        let content = Change { kind, id: place.id, data: &bytes };
        if !is_new {
            return self.change(place.pair, &[content]);
        }
        let create = Change { kind: CREATE, id: place.id, data: &[] };
        let name = Change { kind: FILE, id: place.id, data: last_name(&path) };
        self.change(place.pair, &[create, name, content])
    }
}
