//! A pseudo-terminal of this computer as the other end of a board's serial line, so that any terminal
//! program can attach.
//!
//! What the line has shown before somebody attaches waits, and is shown then.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::channel;
use std::thread;

/// Bytes that are taken in one refresh: what arrives at 115200 baud meanwhile. A text that is pasted
/// waits on this computer, as it would for a line.
const BYTES_MAX: usize = 92;

/// What a pseudo-terminal is to be like.
#[derive(Clone, Debug)]
pub struct Options {
    /// A symbolic link that is to lead there, under a name that stays the same.
    pub link: Option<PathBuf>,
    /// When the run ends.
    pub until: Until,
}

/// When a run with a pseudo-terminal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When a person presses Enter at the run's own terminal.
    Enter,
    /// When the program goes that was attached.
    Left,
}

/// The run's end of a pseudo-terminal.
pub(crate) struct Pty {
    end: host::End,
    /// Removed with it.
    link: Option<PathBuf>,
    /// Bytes of the line that have been handed on.
    shown: usize,
    /// Whether the program that was attached has gone.
    has_left: bool,
    /// Says when a person at the run's own terminal wants the end; nothing if there is none.
    enough: Option<Receiver<()>>,
}

impl Pty {
    /// Opens one and says how to attach.
    pub(crate) fn open(options: &Options) -> Result<Pty, String> {
        let end = host::End::open().map_err(|error| error.to_string())?;
        let link = options.link.clone();
        if let Some(link) = &link {
            host::link(end.path(), link)
                .map_err(|error| format!("{} cannot lead there: {error}", link.display()))?;
        }
        println!("the serial line is {0}; attach with: picocom {0}, or: screen {0}", end.path());
        let enough = (options.until == Until::Enter).then(wait_for_enter);
        match options.until {
            Until::Enter => println!("press Enter here to end the run"),
            Until::Left => println!("the run ends when the attached program does"),
        }
        Ok(Pty { end, link, shown: 0, has_left: false, enough })
    }

    /// What has been typed since the last time.
    pub(crate) fn hear(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; BYTES_MAX];
        match self.end.read(&mut bytes) {
            Ok(count) => {
                bytes.truncate(count);
                bytes
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Vec::new(),
            // Nobody holds the other end any more.
            Err(_) => {
                self.has_left = true;
                Vec::new()
            }
        }
    }

    /// Shows what the line has shown in all. What the other end has no room for waits.
    pub(crate) fn show(&mut self, serial: &[u8]) {
        let rest = serial.get(self.shown..).unwrap_or_default();
        if !rest.is_empty() {
            self.shown += self.end.write(rest).unwrap_or(0);
        }
    }

    /// Whether a person has had enough.
    pub(crate) fn is_over(&self) -> bool {
        match &self.enough {
            Some(enough) => enough.try_recv().is_ok(),
            None => self.has_left,
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if let Some(link) = &self.link {
            // Somebody else may have removed it.
            let _ = fs::remove_file(link);
        }
    }
}

/// Waits in the background for a line on the standard input.
fn wait_for_enter() -> Receiver<()> {
    let (send, enough) = channel();
    thread::spawn(move || {
        let read = io::stdin().read_line(&mut String::new());
        if read.is_ok() {
            // A run that is over does not listen.
            let _ = send.send(());
        }
    });
    enough
}

#[cfg(unix)]
mod host {
    use std::fs;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::io::ioctl_fionbio;
    use rustix::pty;
    use rustix::pty::OpenptFlags;
    use rustix::termios;
    use rustix::termios::OptionalActions;

    /// Lets a symbolic link lead to a terminal. One that is there is replaced; a file is not.
    pub(super) fn link(path: &str, link: &Path) -> io::Result<()> {
        if fs::read_link(link).is_ok() {
            fs::remove_file(link)?;
        }
        std::os::unix::fs::symlink(path, link)
    }

    /// The end that the other one's programs do not see.
    pub(super) struct End {
        controller: OwnedFd,
        path: String,
    }

    impl End {
        pub(super) fn open() -> io::Result<End> {
            let controller = pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
            pty::grantpt(&controller)?;
            pty::unlockpt(&controller)?;
            let path = pty::ptsname(&controller, Vec::new())?;
            // The discipline is the board's: this computer's own would echo what the board says.
            let mut modes = termios::tcgetattr(&controller)?;
            modes.make_raw();
            termios::tcsetattr(&controller, OptionalActions::Now, &modes)?;
            ioctl_fionbio(&controller, true)?;
            Ok(End { controller, path: path.to_string_lossy().into_owned() })
        }

        pub(super) fn path(&self) -> &str {
            &self.path
        }

        pub(super) fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
            Ok(rustix::io::read(&self.controller, bytes)?)
        }

        pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
            Ok(rustix::io::write(&self.controller, bytes)?)
        }
    }
}

#[cfg(not(unix))]
mod host {
    use std::io;
    use std::path::Path;

    pub(super) fn link(_: &str, _: &Path) -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }

    /// There is none.
    pub(super) enum End {}

    impl End {
        pub(super) fn open() -> io::Result<End> {
            Err(io::Error::new(io::ErrorKind::Unsupported, "only Unix has them"))
        }

        pub(super) fn path(&self) -> &str {
            match *self {}
        }

        pub(super) fn read(&self, _: &mut [u8]) -> io::Result<usize> {
            match *self {}
        }

        pub(super) fn write(&self, _: &[u8]) -> io::Result<usize> {
            match *self {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::io::Read;
    use std::io::Write;
    use std::path::Path;

    #[cfg(unix)]
    #[test]
    fn bytes_cross_as_they_are_and_what_was_shown_before_waits() {
        if !Path::new("/dev/ptmx").exists() {
            println!("skipped: this computer has no /dev/ptmx");
            return;
        }
        let end = host::End::open().unwrap();
        let mut pty = Pty { end, link: None, shown: 0, has_left: false, enough: None };
        pty.show(b"> ");
        assert!(pty.hear().is_empty() && !pty.is_over());
        let mut other = OpenOptions::new().read(true).write(true).open(pty.end.path()).unwrap();
        other.write_all(b"\x03\r\x7f\xff").unwrap();
        assert_eq!(pty.hear(), b"\x03\r\x7f\xff");
        pty.show(b"> \n\x04");
        let mut shown = [0; 4];
        other.read_exact(&mut shown).unwrap();
        assert_eq!(&shown, b"> \n\x04", "nothing was echoed, changed or shown twice");
        drop(other);
        assert!(pty.hear().is_empty() && pty.is_over());
    }
}
