//! The line between a run and its window: pictures one way, what a person does the other way.
//!
//! Pictures go to the window's standard input as width times height words of 0x00RRGGBB,
//! little-endian. The window answers on its standard output with a line of words for each thing
//! that happened: `ready`, `key <usage> <0|1> <modifiers> <character>`,
//! `pointer <x> <y> <buttons>`, `pause`, `step`, `closed`, `error <reason>`.

use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::channel;
use std::thread;

use abi::input::KeyEvent;
use abi::input::PointerEvent;
use devices::picture::Picture;
use kernel::event::Event;

/// What the window says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It is there.
    Ready,
    /// A person did something.
    Input(Event),
    /// Time is to stop, or to go on.
    Pause,
    /// A little time is to pass.
    Step,
    /// It is gone; with a reason if nobody closed it.
    Gone(Option<String>),
}

impl Said {
    /// A line that means this.
    pub(crate) fn line(&self) -> String {
        match self {
            Said::Ready => "ready".to_owned(),
            Said::Input(Event::Key(key)) => format!(
                "key {} {} {} {}",
                key.key,
                u8::from(key.pressed),
                key.modifiers,
                key.text.map_or(0, u32::from)
            ),
            Said::Input(Event::Pointer(pointer)) => {
                format!("pointer {} {} {}", pointer.x, pointer.y, pointer.buttons)
            }
            Said::Input(other) => format!("error a window has no {other:?}"),
            Said::Pause => "pause".to_owned(),
            Said::Step => "step".to_owned(),
            Said::Gone(None) => "closed".to_owned(),
            Said::Gone(Some(reason)) => format!("error {}", reason.replace('\n', " ")),
        }
    }

    /// What a line means.
    pub(crate) fn parse(line: &str) -> Option<Said> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let numbers: Vec<u32> = rest.split(' ').filter_map(|word| word.parse().ok()).collect();
        match (word, numbers.as_slice()) {
            ("ready", _) => Some(Said::Ready),
            ("pause", _) => Some(Said::Pause),
            ("step", _) => Some(Said::Step),
            ("closed", _) => Some(Said::Gone(None)),
            ("error", _) => Some(Said::Gone(Some(rest.to_owned()))),
            ("key", [key, pressed, modifiers, text]) => Some(Said::Input(Event::Key(KeyEvent {
                key: u16::try_from(*key).ok()?,
                pressed: *pressed != 0,
                modifiers: u8::try_from(*modifiers).ok()?,
                text: char::from_u32(*text).filter(|c| *c != '\0'),
            }))),
            ("pointer", [x, y, buttons]) => Some(Said::Input(Event::Pointer(PointerEvent {
                x: u16::try_from(*x).ok()?,
                y: u16::try_from(*y).ok()?,
                buttons: u8::try_from(*buttons).ok()?,
            }))),
            _ => None,
        }
    }
}

/// The run's end of the line.
pub(crate) struct Viewer {
    child: Child,
    pictures: Option<ChildStdin>,
    said: Receiver<Said>,
}

impl Viewer {
    /// Opens a window and waits until it is there or says why not.
    pub(crate) fn open(title: &str, width: u32, height: u32) -> Result<Viewer, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut child = Command::new(program)
            .args(["window", title, &width.to_string(), &height.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let pictures = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().ok_or("it has no voice")?).lines();
        let (send, said) = channel();
        thread::spawn(move || {
            for line in lines.map_while(io::Result::ok) {
                if let Some(said) = Said::parse(&line)
                    && send.send(said).is_err()
                {
                    return;
                }
            }
            // Nobody listens any more when this fails.
            let _ = send.send(Said::Gone(Some("the display has gone".to_owned())));
        });
        match said.recv() {
            Ok(Said::Ready) => Ok(Viewer { child, pictures, said }),
            Ok(Said::Gone(Some(reason))) => Err(reason),
            _ => Err("the window did not open".to_owned()),
        }
    }

    /// The next thing that was said.
    pub(crate) fn hear(&mut self) -> Option<Said> {
        self.said.try_recv().ok()
    }

    /// Shows a picture. A window that has gone says so by itself.
    pub(crate) fn show(&mut self, picture: &Picture) {
        let words = picture.pixels.iter().map(|[red, green, blue]| [*blue, *green, *red, 0]);
        let bytes: Vec<u8> = words.flatten().collect();
        if let Some(pictures) = &mut self.pictures
            && pictures.write_all(&bytes).and_then(|()| pictures.flush()).is_err()
        {
            self.pictures = None;
        }
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        // The window closes when its pictures end; it is not waited for in vain.
        self.pictures = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        let key = KeyEvent { key: 4, pressed: true, modifiers: 1, text: Some('A') };
        let pointer = PointerEvent { x: 3, y: 700, buttons: 1 };
        for said in [
            Said::Ready,
            Said::Input(Event::Key(key)),
            Said::Input(Event::Pointer(pointer)),
            Said::Pause,
            Said::Step,
            Said::Gone(None),
            Said::Gone(Some("no display".to_owned())),
        ] {
            assert_eq!(Said::parse(&said.line()), Some(said));
        }
        assert_eq!(Said::parse("key 1"), None);
        assert_eq!(Said::parse("pointer 70000 1 1"), None);
    }
}
