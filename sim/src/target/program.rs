//! A program that is a board, with its serial line on the program's standard input and output.

use std::fs;
use std::io::Read;
use std::io::Write;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use crate::target::Line;
use crate::target::Look;
use crate::target::TargetError;

/// A board that says nothing for so long has stopped. A turn of the handle takes milliseconds.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Bytes taken at once.
const PIECE: usize = 64 << 10;

/// Looks at the devices of the board in the program.
pub type Looking = Box<dyn FnMut() -> Result<Look, TargetError>>;

/// The program, which ends with this.
pub struct Program {
    child: Child,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
    complaints: Receiver<Vec<u8>>,
    /// A file with what the board says beside the line, such as why it has stopped.
    words: PathBuf,
    look: Looking,
}

impl Program {
    /// Starts it; `absence` says how to get it if there is no such program.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(
        command: &mut Command,
        absence: &str,
        words: PathBuf,
        look: Looking,
    ) -> Result<Program, TargetError> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = command.spawn();
        let mut child = started.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                TargetError::Missing(format!("there is no {name}: {absence}"))
            }
            _ => TargetError::Missing(format!("{name} does not start: {error}")),
        })?;
        let piped = "all three are piped";
        let input = child.stdin.take().expect(piped);
        let output = listen(child.stdout.take().expect(piped));
        let complaints = listen(child.stderr.take().expect(piped));
        Ok(Program { child, input, output, complaints, words, look })
    }

    /// What the board sends within this time; nothing if it is silent.
    ///
    /// # Errors
    /// When its program has ended.
    pub fn receive_within(&mut self, time: Duration) -> Result<Vec<u8>, TargetError> {
        match self.output.recv_timeout(time) {
            Ok(bytes) => Ok(bytes),
            Err(RecvTimeoutError::Timeout) => Ok(Vec::new()),
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
        }
    }

    /// Why there is nothing more to hear.
    fn ended(&mut self) -> TargetError {
        let status = self.child.wait();
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let complaints: Vec<u8> = self.complaints.iter().flatten().collect();
        let complaints = String::from_utf8_lossy(&complaints);
        let text = format!("its program has ended with {status}\n{}", complaints.trim());
        TargetError::Stopped(self.with_words(text.trim()))
    }

    fn with_words(&self, why: &str) -> String {
        let words = fs::read(&self.words).unwrap_or_default();
        let words = String::from_utf8_lossy(&words);
        if words.trim().is_empty() { why.to_owned() } else { format!("{why}\n{}", words.trim()) }
    }
}

impl Line for Program {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        match self.input.write_all(bytes).and_then(|()| self.input.flush()) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.ended()),
        }
    }

    fn receive(&mut self, bytes: &mut Vec<u8>) -> Result<(), TargetError> {
        let more = self.receive_within(SILENCE_MAX)?;
        if more.is_empty() {
            let why = format!("it was silent for {SILENCE_MAX:?}");
            return Err(TargetError::Unreachable(self.with_words(&why)));
        }
        bytes.extend(more);
        Ok(())
    }

    fn look(&mut self) -> Result<Look, TargetError> {
        (self.look)()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended by itself is no error.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hands on what comes out of a pipe, until it ends.
fn listen(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = vec![0; PIECE];
        while let Ok(count @ 1..) = pipe.read(&mut bytes) {
            if sender.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}
