//! From power-on to the end: the one loop of every board.

use core::fmt;
use embedded_io::Write;
use kernel::BootError;
use kernel::Kernel;
use kernel::Next;
use kernel::event::Event;
use kernel::manifest::Manifest;
use protocol::image;
use protocol::image::Drive;
use protocol::image::Image;
use protocol::image::ImageError;

use crate::hardware::Hardware;
use crate::session::Session;

/// Why a board that turns its own handle stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every actor is dead.
    Halted,
    /// The first population does not boot.
    NotBooted(BootError),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Halted => f.write_str("every actor is dead"),
            Ending::NotBooted(error) => error.fmt(f),
        }
    }
}

/// Runs what is in the image at the beginning of these bytes. It comes back only from a board that
/// turns its own handle; the last line on the serial line says why.
pub fn run<H: Hardware>(bytes: &'static [u8], mut hardware: H) -> Ending {
    match image::read(bytes) {
        Ok(Image { content, .. }) if content.drive == Drive::Board => {
            let ending = turn(&content.manifest, &mut hardware);
            say(&mut hardware, format_args!("{ending}"));
            ending
        }
        image => serve(image, hardware),
    }
}

/// Turns the handle by the board's own clock.
fn turn<H: Hardware>(manifest: &Manifest, hardware: &mut H) -> Ending {
    let manifest = H::fit(manifest);
    // Modules are looked at before any of them runs, which takes its time on a chip.
    say(hardware, format_args!("boots {} actors", manifest.actors.len()));
    let mut kernel = match Kernel::boot(&manifest, hardware) {
        Ok(kernel) => kernel,
        Err(error) => return Ending::NotBooted(error),
    };
    drop(manifest);
    loop {
        let now = hardware.now();
        let next = kernel.poll(now, hardware);
        // Nobody reads it; drained, it takes no time to make room.
        kernel.drain_trace(|_, _, _| ());
        match next {
            Next::Now => (),
            Next::At(at) => hardware.wait(Some(at)),
            Next::Idle => hardware.wait(None),
            Next::Halted => return Ending::Halted,
        }
    }
}

/// Does what a host says, for as long as there is power.
fn serve<H: Hardware>(image: Result<Image, ImageError>, mut hardware: H) -> ! {
    if let Err(error) = &image {
        say(&mut hardware, format_args!("{error}"));
    }
    let mut session = Session::new(image, hardware);
    loop {
        match session.hardware().event() {
            Some(Event::Serial(byte)) => session.hear(byte),
            // A host that turns the handle says what happens.
            Some(_) => (),
            None => session.hardware().wait(None),
        }
    }
}

/// A line for whoever reads along, between frames.
fn say<H: Hardware>(hardware: &mut H, text: fmt::Arguments<'_>) {
    // Nobody could be told of a line that fails.
    let _ = write!(hardware.serial(), "\r\n{}: {text}\r\n", H::NAME);
}
