//! Calls about files: the kernel asks the file server whose capability the caller holds
//! ([`abi::file`]), step by step, and the caller waits.

use abi::file;
use abi::handle::Handle;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::format;
use alloc::string::String;

use crate::actor::Job;
use crate::actor::JobStep;
use crate::actor::Task;
use crate::actor::Turn;
use crate::call::Call;
use crate::capability::Capability;
use crate::limits::PAYLOAD_MAX;
use crate::limits::STATE_KEY_MAX;
use crate::state::Left;
use crate::state::State;

/// Where state is kept: a directory for each actor's name, a file for each key. Where this leads is
/// the file server's business.
const STATE_DIRECTORY: &str = "state";

/// What the server said.
struct Said {
    bytes: [u8; PAYLOAD_MAX],
    len: usize,
    file: Option<Handle>,
}

/// What comes next.
enum NextStep {
    /// The next request is on its way.
    Ask(Job),
    /// The caller's result.
    Done(u64),
}

impl State {
    /// Begins a task of the running actor with a path below a directory.
    pub(crate) fn begin_path(
        &mut self,
        directory: Capability,
        task: Task,
        path: &[u8],
    ) -> Result<Left, Refusal> {
        core::str::from_utf8(path).map_err(|_| Refusal::Invalid)?;
        if path.is_empty() || file::PATH_MAX < path.len() {
            return Err(Refusal::NotFound);
        }
        let (opcode, step) = match task {
            Task::MakeDirectory => (file::MAKE_DIRECTORY, JobStep::Move),
            Task::Remove => (file::REMOVE, JobStep::Move),
            Task::Save { .. } => (file::MAKE_DIRECTORY, JobStep::Prepare(0)),
            _ => (file::OPEN, JobStep::Open),
        };
        self.begin_call(directory, opcode, path)?;
        Ok(waits(Job { task, step, file: None, done: 0 }))
    }

    /// Begins to keep or to fetch the state of the running actor: what an actor of its name saves,
    /// its next life finds.
    pub(crate) fn begin_state(
        &mut self,
        directory: Capability,
        task: Task,
        key: &[u8],
    ) -> Result<Left, Refusal> {
        let key = state_key(key)?;
        let name = String::from(self.running_name());
        state_key(name.as_bytes())?;
        match task {
            Task::Save { .. } => self.begin_path(directory, task, STATE_DIRECTORY.as_bytes()),
            _ => {
                let path = format!("{STATE_DIRECTORY}/{name}/{key}");
                self.begin_path(directory, task, path.as_bytes())
            }
        }
    }

    /// Begins a task of the running actor with a file that it holds.
    pub(crate) fn begin_file(&mut self, held: Capability, task: Task) -> Result<Left, Refusal> {
        match task {
            Task::Read { offset, into, .. } => self.ask_bytes(held, offset, into.len)?,
            _ => self.begin_call(held, file::SIZE, &[])?,
        }
        Ok(waits(Job { task, step: JobStep::Move, file: None, done: 0 }))
    }

    /// Goes on with the server's answer: `Ok` is the result of the actor's call, `Err` is why it
    /// waits once more.
    pub(crate) fn advance(&mut self, job: Job, memory: &mut [u8]) -> Result<u64, Left> {
        let said = self.take_answer(self.current, |envelope, head, tail| {
            let mut bytes = [0; PAYLOAD_MAX];
            let len = head.len() + tail.len();
            bytes[..head.len()].copy_from_slice(head);
            bytes[head.len()..len].copy_from_slice(tail);
            Said { bytes, len, file: envelope.capability }
        });
        let next = self.next_step(job, &said, memory);
        if !matches!((job.task, job.step, &next), (_, JobStep::Open, Ok(_))) {
            // A capability that nobody asked for stays with nobody.
            self.drop_unknown(self.current, said.file);
        }
        match next {
            Ok(NextStep::Ask(job)) => Err(waits(job)),
            Ok(NextStep::Done(word)) => {
                self.drop_unknown(self.current, job.file);
                Ok(word)
            }
            Err(refusal) => {
                self.drop_unknown(self.current, job.file);
                Ok(refusal.word())
            }
        }
    }

    /// Gives up a capability that its holder does not know of.
    pub(crate) fn drop_unknown(&mut self, index: usize, handle: Option<Handle>) {
        let Some(handle) = handle else { return };
        if let Ok(place) = self.cspaces.find(index, handle) {
            self.remove(place, Refusal::NoReply);
        }
    }

    fn next_step(&mut self, job: Job, said: &Said, memory: &mut [u8]) -> Result<NextStep, Refusal> {
        if let (Task::Save { key, .. }, JobStep::Prepare(made)) = (job.task, job.step) {
            return self.prepare(job, made, said, key.of(memory));
        }
        let status = said.status()?;
        match (job.task, job.step) {
            (Task::Open, _) => Ok(NextStep::Done(self.opened(said)?.word())),
            (Task::MakeDirectory | Task::Remove | Task::Size, _) => {
                Ok(NextStep::Done(u64::from(status)))
            }
            (_, JobStep::Commit) => Ok(NextStep::Done(0)),
            (Task::Load { into, .. }, JobStep::Open) => {
                let file = self.opened(said)?;
                self.ask_bytes(self.held(file, Rights::NONE)?, 0, into.len)?;
                Ok(NextStep::Ask(Job { step: JobStep::Move, file: Some(file), ..job }))
            }
            (Task::Save { from, .. }, JobStep::Open) => {
                let file = self.opened(said)?;
                let job = Job { step: JobStep::Move, file: Some(file), ..job };
                self.next_write(job, from.of(memory))
            }
            (Task::Save { from, .. }, _) => {
                let asked = (from.len - job.done as usize).min(file::WRITE_MAX);
                if status as usize != asked {
                    // A file that takes less than it is given is full.
                    return Err(Refusal::NoRoom);
                }
                let job = Job { done: job.done + status, ..job };
                self.next_write(job, from.of(memory))
            }
            (Task::Read { into, .. } | Task::Load { into, .. }, _) => {
                let rest = into.part(job.done as usize, into.len);
                let place = rest.part(0, said.data().len());
                place.of_mut(memory).copy_from_slice(&said.data()[..place.len]);
                // A buffer lies in a 32-bit memory.
                let done = job.done + place.len as u32;
                self.next_read(Job { done, ..job }, rest.len - place.len, said, memory)
            }
        }
    }

    /// Makes the next directory above a state file, or the file.
    fn prepare(
        &mut self,
        job: Job,
        made: u8,
        said: &Said,
        key: &[u8],
    ) -> Result<NextStep, Refusal> {
        match said.status() {
            Ok(_) | Err(Refusal::Exists) => (),
            Err(refusal) => return Err(refusal),
        }
        let (_, directory) =
            self.held_kind(Call::SUITABLE, ObjectKind::Directory, Rights::WRITE)?;
        let name = String::from(self.running_name());
        if made == 0 {
            let path = format!("{STATE_DIRECTORY}/{name}");
            self.begin_call(directory, file::MAKE_DIRECTORY, path.as_bytes())?;
            return Ok(NextStep::Ask(Job { step: JobStep::Prepare(1), ..job }));
        }
        // The key was checked when it was given; whoever changed it since names a file that is
        // refused or its own.
        let path = format!("{STATE_DIRECTORY}/{name}/{}", state_key(key)?);
        self.begin_call(directory, file::CREATE, path.as_bytes())?;
        Ok(NextStep::Ask(Job { step: JobStep::Open, ..job }))
    }

    /// Asks for the rest, or ends at the end of the file or of the buffer.
    fn next_read(
        &mut self,
        job: Job,
        rest: usize,
        said: &Said,
        memory: &mut [u8],
    ) -> Result<NextStep, Refusal> {
        let is_whole = said.data().len() < file::READ_MAX;
        let (file, offset) = match (job.task, job.file) {
            (Task::Read { file, offset, .. }, _) => (file, offset),
            (_, Some(file)) => (file, 0),
            (_, None) => return Err(Refusal::NotAvailable),
        };
        if rest != 0 && !is_whole {
            let held = self.held(file, Rights::READ)?;
            self.ask_bytes(held, offset.saturating_add(job.done), rest)?;
            return Ok(NextStep::Ask(job));
        }
        if let Task::Load { size: Some(size), .. } = job.task {
            size.of_mut(memory).copy_from_slice(&job.done.to_le_bytes());
        }
        Ok(NextStep::Done(u64::from(job.done)))
    }

    /// Writes the next bytes, or publishes the file.
    fn next_write(&mut self, job: Job, bytes: &[u8]) -> Result<NextStep, Refusal> {
        let file = job.file.ok_or(Refusal::NotAvailable)?;
        let held = self.held(file, Rights::WRITE)?;
        let rest = &bytes[job.done as usize..];
        if rest.is_empty() {
            self.begin_call(held, file::COMMIT, &[])?;
            return Ok(NextStep::Ask(Job { step: JobStep::Commit, ..job }));
        }
        let part = &rest[..rest.len().min(file::WRITE_MAX)];
        let mut request = [0; PAYLOAD_MAX];
        let (offset, data) = request.split_at_mut(size_of::<u32>());
        offset.copy_from_slice(&job.done.to_le_bytes());
        data[..part.len()].copy_from_slice(part);
        self.begin_call(held, file::WRITE_AT, &request[..size_of::<u32>() + part.len()])?;
        Ok(NextStep::Ask(job))
    }

    fn ask_bytes(&mut self, held: Capability, offset: u32, len: usize) -> Result<(), Refusal> {
        let mut request = [0; 2 * size_of::<u32>()];
        request[..4].copy_from_slice(&offset.to_le_bytes());
        // A server answers at most this much anyway.
        request[4..].copy_from_slice(&(len.min(file::READ_MAX) as u32).to_le_bytes());
        self.begin_call(held, file::READ_AT, &request)
    }

    /// The file or directory that the server opened.
    fn opened(&self, said: &Said) -> Result<Handle, Refusal> {
        let handle = said.file.ok_or(Refusal::NotAvailable)?;
        let kind = self.held(handle, Rights::NONE)?.object.kind();
        let is_file = matches!(kind, ObjectKind::File | ObjectKind::Directory);
        if is_file { Ok(handle) } else { Err(Refusal::WrongObject) }
    }
}

impl Said {
    fn status(&self) -> Result<u32, Refusal> {
        let word = self.bytes.first_chunk().filter(|_| size_of::<i32>() <= self.len);
        let status = i32::from_le_bytes(*word.ok_or(Refusal::NotAvailable)?);
        u32::try_from(status)
            .map_err(|_| Refusal::from_code(i64::from(status)).unwrap_or(Refusal::NotAvailable))
    }

    fn data(&self) -> &[u8] {
        self.bytes[..self.len].get(size_of::<i32>()..).unwrap_or_default()
    }
}

/// A key under which state is kept: one component of a path.
fn state_key(key: &[u8]) -> Result<&str, Refusal> {
    let text = core::str::from_utf8(key).map_err(|_| Refusal::Invalid)?;
    let is_component = !text.contains('/') && !matches!(text, "" | "." | "..");
    if is_component && text.len() <= STATE_KEY_MAX { Ok(text) } else { Err(Refusal::Invalid) }
}

fn waits(job: Job) -> Left {
    Left::Call { turn: Turn::File(job), deadline: None }
}
