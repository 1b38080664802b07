//! Flash as actors use it. Reading is answered at once; programming and erasing begin at once and
//! end with [`crate::event::Event::FlashDone`], and the actor waits while others run.

use abi::refusal::Refusal;
use embedded_storage::nor_flash::NorFlash;
use embedded_storage::nor_flash::ReadNorFlash;

use crate::actor::Buffer;
use crate::actor::FlashJob;
use crate::actor::FlashTask;
use crate::actor::Turn;
use crate::call::CallName;
use crate::device::Board;
use crate::flash::Work;
use crate::state::State;
use crate::trace::What;

/// What became of a call about flash.
pub(crate) enum Stored {
    /// It is over, with this result.
    Done(u64),
    /// Its actor waits and goes on like this.
    Waits(Turn),
}

impl State {
    /// Does what the running actor wants of the flash, when it is its turn.
    pub(crate) fn store(
        &mut self,
        board: &mut impl Board,
        memory: &mut [u8],
        job: FlashJob,
    ) -> Stored {
        if !self.flash.take(self.current) {
            return Stored::Waits(Turn::Flash(job));
        }
        let FlashJob { task, at } = job;
        let (begun, work, len, call) = match task {
            FlashTask::Read(into) => {
                let read = read(board, at, into.of_mut(memory));
                self.flash.pass();
                self.pass_flash_on();
                return Stored::Done(match read {
                    Some(()) => into.len as u64,
                    None => self.refuse(CallName::FlashRead, Refusal::NotAvailable),
                });
            }
            FlashTask::Program(from) => {
                let begun = program(board, at, from, memory);
                // A page is smaller than 32 bits count.
                (begun, Work::Program, from.len as u32, CallName::FlashProgram)
            }
            FlashTask::Erase(len) => {
                (erase(board, at, len), Work::Erase, len, CallName::FlashErase)
            }
        };
        if begun.is_none() {
            self.flash.pass();
            self.pass_flash_on();
            return Stored::Done(self.refuse(call, Refusal::NotAvailable));
        }
        self.flash.begin();
        self.record(What::Flash { work, at, len }, &[]);
        Stored::Waits(Turn::Answer(u64::from(len)))
    }

    /// The chip has done what it was last told.
    pub(crate) fn flash_done(&mut self) {
        if let Some(index) = self.flash.finish() {
            self.make_ready(index);
        }
        self.pass_flash_on();
    }

    /// An actor wants nothing of the flash any more.
    pub(crate) fn leave_flash(&mut self, index: usize) {
        self.flash.leave(index);
        self.pass_flash_on();
    }

    fn pass_flash_on(&mut self) {
        if let Some(next) = self.flash.pass_on() {
            self.make_ready(next);
        }
    }
}

fn read(board: &mut impl Board, at: u32, into: &mut [u8]) -> Option<()> {
    board.flash()?.read(at, into).ok()
}

fn program(board: &mut impl Board, at: u32, from: Buffer, memory: &[u8]) -> Option<()> {
    board.flash()?.write(at, from.of(memory)).ok()
}

fn erase(board: &mut impl Board, at: u32, len: u32) -> Option<()> {
    board.flash()?.erase(at, at + len).ok()
}
