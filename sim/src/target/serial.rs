//! A board on a desk, at the other end of a serial line of this computer.
//!
//! Its firmware and image are in its flash already (`orrery flash`); whether it is the right image
//! shows in its first answer.

use std::path::PathBuf;

use crate::scenario::profile::ProfileName;
use crate::target::Line;
use crate::target::Start;
use crate::target::Target;
use crate::target::TargetError;

/// The device of the line, such as `/dev/ttyACM0`.
#[derive(Clone, Debug)]
pub struct Serial {
    /// Its path.
    pub device: PathBuf,
}

impl Target for Serial {
    fn name(&self) -> String {
        format!("serial:{}", self.device.display())
    }

    /// What board it is shows when it answers.
    fn lacks(&self, _: ProfileName) -> Option<String> {
        None
    }

    fn start(&self, _: &Start<'_>) -> Result<Box<dyn Line>, TargetError> {
        host::open(&self.device)
    }
}

#[cfg(unix)]
mod host {
    use std::fs::File;
    use std::fs::OpenOptions;
    use std::io::Read;
    use std::io::Write;
    use std::path::Path;

    use rustix::event::PollFd;
    use rustix::event::PollFlags;
    use rustix::event::Timespec;
    use rustix::event::poll;
    use rustix::termios::OptionalActions;
    use rustix::termios::tcgetattr;
    use rustix::termios::tcsetattr;

    use crate::target::Line;
    use crate::target::TargetError;

    /// A board that says nothing for so many seconds has stopped.
    const SILENCE_MAX: i64 = 20;

    /// Bits in a second: what boards' USB bridges take, and their own USB ignores.
    const BAUD: u32 = 921_600;

    struct Wire {
        file: File,
    }

    pub(super) fn open(device: &Path) -> Result<Box<dyn Line>, TargetError> {
        let fail = |error: std::io::Error| {
            TargetError::Missing(format!("{}: {error}: is the board plugged in?", device.display()))
        };
        let file = OpenOptions::new().read(true).write(true).open(device).map_err(fail)?;
        let mut settings = tcgetattr(&file).map_err(|error| fail(error.into()))?;
        settings.make_raw();
        settings.set_speed(BAUD).map_err(|error| fail(error.into()))?;
        tcsetattr(&file, OptionalActions::Flush, &settings).map_err(|error| fail(error.into()))?;
        Ok(Box::new(Wire { file }))
    }

    impl Line for Wire {
        fn send(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
            self.file.write_all(bytes).map_err(lost)
        }

        fn keeps_flash(&self) -> bool {
            true
        }

        fn receive(&mut self, bytes: &mut Vec<u8>) -> Result<(), TargetError> {
            let mut waiting = [PollFd::new(&self.file, PollFlags::IN)];
            let limit = Timespec { tv_sec: SILENCE_MAX, tv_nsec: 0 };
            let ready = poll(&mut waiting, Some(&limit)).map_err(|error| lost(error.into()))?;
            if ready == 0 {
                let why = format!("it was silent for {SILENCE_MAX} s: reset it and try again");
                return Err(TargetError::Unreachable(why));
            }
            let mut piece = [0; 4096];
            let count = self.file.read(&mut piece).map_err(lost)?;
            if count == 0 {
                return Err(TargetError::Unreachable("it was unplugged".to_owned()));
            }
            bytes.extend(&piece[..count]);
            Ok(())
        }
    }

    fn lost(error: std::io::Error) -> TargetError {
        TargetError::Unreachable(error.to_string())
    }
}

#[cfg(not(unix))]
mod host {
    use std::path::Path;

    use crate::target::Line;
    use crate::target::TargetError;

    pub(super) fn open(device: &Path) -> Result<Box<dyn Line>, TargetError> {
        let why = "serial lines need a Unix (Linux, macOS) so far";
        Err(TargetError::Missing(format!("{}: {why}", device.display())))
    }
}
