//! Calls about flash.

use abi::flash::FlashInfo;
use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::actor::Buffer;
use crate::actor::FlashJob;
use crate::actor::FlashTask;
use crate::call::Answer;
use crate::capability::FlashRange;
use crate::capability::Object;
use crate::invoke::Outcome;
use crate::state::Left;
use crate::state::State;

impl State {
    /// The shape of a range.
    pub(super) fn flash_info(&self, handle: Handle) -> Result<FlashInfo, Refusal> {
        let range = self.flash_range(handle, Rights::NONE)?;
        let whole = self.flash_shape.ok_or(Refusal::NotAvailable)?;
        Ok(FlashInfo { size: range.len, ..whole })
    }

    pub(super) fn flash_read(
        &mut self,
        handle: Handle,
        offset: u64,
        into: Buffer,
    ) -> Result<Outcome, Refusal> {
        let at = self.flash_range(handle, Rights::READ)?.part(offset, into.len as u64)?.offset;
        self.begin_flash(FlashTask::Read(into), at, into.len as u64)
    }

    /// At most a page, in whole words.
    pub(super) fn flash_program(
        &mut self,
        handle: Handle,
        offset: u64,
        from: Buffer,
    ) -> Result<Outcome, Refusal> {
        let range = self.flash_range(handle, Rights::WRITE)?;
        let part = range.part(offset, from.len as u64)?;
        let shape = self.flash_shape.ok_or(Refusal::NotAvailable)?;
        let end = u64::from(part.offset) + u64::from(part.len);
        let is_aligned = part.offset.is_multiple_of(shape.word)
            && part.len.is_multiple_of(shape.word)
            && end <= u64::from(part.offset / shape.page + 1) * u64::from(shape.page);
        if !is_aligned {
            return Err(Refusal::Invalid);
        }
        if part.len == 0 {
            return Outcome::done();
        }
        self.begin_flash(FlashTask::Program(from), part.offset, u64::from(part.len))
    }

    /// One sector.
    pub(super) fn flash_erase(&mut self, handle: Handle, offset: u64) -> Result<Outcome, Refusal> {
        let range = self.flash_range(handle, Rights::WRITE)?;
        let sector = self.flash_shape.ok_or(Refusal::NotAvailable)?.sector;
        let part = range.part(offset, u64::from(sector))?;
        if !part.offset.is_multiple_of(sector) {
            return Err(Refusal::Invalid);
        }
        self.begin_flash(FlashTask::Erase(sector), part.offset, 0)
    }

    fn flash_range(&self, handle: Handle, rights: Rights) -> Result<FlashRange, Refusal> {
        match self.held(handle, rights)?.object {
            Object::Flash(range) => Ok(range),
            _ => Err(Refusal::WrongObject),
        }
    }

    fn begin_flash(&mut self, task: FlashTask, at: u32, moved: u64) -> Result<Outcome, Refusal> {
        assert!(self.left.is_none(), "an actor leaves once at a time");
        self.left = Some(Left::Flash(FlashJob { task, at }));
        Ok(Outcome { answer: Answer::Leave, moved })
    }
}
