//! QEMU's monitor (QEMU Machine Protocol specification), and the pictures that it writes.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Error;
use std::io::ErrorKind;
use std::io::Write;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::path::Path;

use devices::picture::Picture;
use serde_json::Value;
use serde_json::json;

use crate::target::TargetError;

/// Where Unix sockets are not, nobody ever listens.
#[cfg(not(unix))]
type UnixStream = std::net::TcpStream;

/// A conversation with the monitor.
#[derive(Debug)]
pub struct Monitor {
    stream: BufReader<UnixStream>,
}

impl Monitor {
    /// Begins it at this socket.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn open(socket: &Path) -> Result<Monitor, TargetError> {
        let opened = connect(socket).and_then(|stream| {
            let mut monitor = Monitor { stream: BufReader::new(stream) };
            monitor.line()?;
            monitor.ask("qmp_capabilities", &json!({}))?;
            Ok(monitor)
        });
        opened.map_err(|error| unreachable(&error))
    }

    /// What the screen shows; the file is where it is written on its way.
    ///
    /// # Errors
    /// When QEMU has ended, or has no screen.
    pub fn picture(&mut self, file: &Path) -> Result<Picture, TargetError> {
        let dumped = self.ask("screendump", &json!({ "filename": file }));
        let bytes = dumped.and_then(|_| fs::read(file)).map_err(|error| unreachable(&error))?;
        picture(&bytes)
            .ok_or_else(|| TargetError::Unreachable("QEMU's picture cannot be read".to_owned()))
    }

    /// Presses keys at once and releases them; they are called as QEMU calls them (`QKeyCode`).
    ///
    /// # Errors
    /// When QEMU has ended, or knows no such key.
    pub fn press(&mut self, keys: &[&str]) -> Result<(), TargetError> {
        let key = |code: &&str| json!({ "type": "qcode", "data": code });
        let keys: Vec<Value> = keys.iter().map(key).collect();
        let pressed = self.ask("send-key", &json!({ "keys": keys }));
        pressed.map(drop).map_err(|error| unreachable(&error))
    }

    /// Asks for one thing, and waits until it is done.
    fn ask(&mut self, what: &str, arguments: &Value) -> std::io::Result<Value> {
        let request = json!({ "execute": what, "arguments": arguments });
        writeln!(self.stream.get_mut(), "{request}")?;
        loop {
            let answer: Value = serde_json::from_str(&self.line()?)?;
            if let Some(error) = answer.get("error") {
                return Err(Error::other(error.to_string()));
            }
            // Events come in between.
            if let Some(value) = answer.get("return") {
                return Ok(value.clone());
            }
        }
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(line),
        }
    }
}

#[cfg(unix)]
fn connect(socket: &Path) -> std::io::Result<UnixStream> {
    UnixStream::connect(socket)
}

#[cfg(not(unix))]
fn connect(_: &Path) -> std::io::Result<UnixStream> {
    Err(Error::other("it is a Unix socket"))
}

fn unreachable(error: &Error) -> TargetError {
    TargetError::Unreachable(format!("QEMU's monitor: {error}"))
}

/// A picture in the form P6 (Netpbm, "PPM Format Specification").
fn picture(bytes: &[u8]) -> Option<Picture> {
    let mut rest = bytes;
    let mut word = || {
        let start = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let len = rest[start..].iter().position(u8::is_ascii_whitespace)?;
        let word = std::str::from_utf8(&rest[start..start + len]).ok()?;
        rest = &rest[start + len + 1..];
        Some(word)
    };
    if word()? != "P6" {
        return None;
    }
    let (width, height) = (word()?.parse::<usize>().ok()?, word()?.parse::<usize>().ok()?);
    if word()? != "255" || rest.len() != width.checked_mul(height)?.checked_mul(3)? {
        return None;
    }
    let pixels = rest.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    Some(Picture { width, height, pixels: pixels.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_and_everything_else_is_none() {
        let bytes = b"P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06";
        let read = picture(bytes).unwrap();
        assert_eq!((read.width, read.height), (2, 1));
        assert_eq!(read.pixels, [[1, 2, 3], [4, 5, 6]]);
        for len in 0..bytes.len() {
            assert_eq!(picture(&bytes[..len]), None, "{len}");
        }
        assert_eq!(picture(b"P6\n99999999999 99999999999\n255\n"), None);
    }
}
