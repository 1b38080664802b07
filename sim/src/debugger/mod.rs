//! A debugger at the other end of a socket, in GDB's remote protocol. It sees an emulated machine
//! between two instructions; what it reads of memory has no effect on devices.

mod description;
mod stub;

use std::io;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;

use emulator::cpu::Cpu;
use emulator::cpu::Stop;
use emulator::machine::Machine;
use gdbstub::common::Signal;
use gdbstub::conn::ConnectionExt;
use gdbstub::stub::DisconnectReason;
use gdbstub::stub::GdbStub;
use gdbstub::stub::SingleThreadStopReason;
use gdbstub::stub::run_blocking::BlockingEventLoop;
use gdbstub::stub::run_blocking::Event;
use gdbstub::stub::run_blocking::WaitForStopReasonError;
use gdbstub::target::Target;

use crate::debugger::stub::Debugger;
use crate::debugger::stub::Progress;

/// What can be debugged.
pub trait Debuggee {
    /// The processor and what stands around it.
    fn parts(&mut self) -> (&mut Cpu, &mut dyn Machine);

    /// Shows what the program has sent.
    fn show(&mut self);
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// The debugger has gone: the program goes on alone.
    Detached,
    /// The debugger wants the program to end.
    Killed,
    /// The program has ended.
    Ended(Stop),
}

/// Reads `[ADDRESS]:PORT`. Without an address only this computer can connect.
///
/// # Errors
/// When it is neither a port nor an address with one.
pub fn parse(text: &str) -> Result<SocketAddr, String> {
    let whole = match text.strip_prefix(':').unwrap_or(text) {
        port if port.parse::<u16>().is_ok() => format!("127.0.0.1:{port}"),
        _ => text.to_owned(),
    };
    whole.parse().map_err(|_| "expected [ADDRESS]:PORT, such as `:3333`".to_owned())
}

/// Waits for a debugger and lets it drive until one of both has enough.
///
/// # Errors
/// When nobody can connect there, or the connection breaks.
pub fn debug(listener: &TcpListener, debuggee: &mut dyn Debuggee) -> io::Result<Session> {
    let (stream, _) = listener.accept()?;
    let mut debugger = Debugger::new(debuggee);
    let reason = GdbStub::new(stream).run_blocking::<Loop>(&mut debugger);
    if let Some(stop) = debugger.end.take() {
        return Ok(Session::Ended(stop));
    }
    match reason {
        Ok(DisconnectReason::Disconnect) => Ok(Session::Detached),
        Ok(_) => Ok(Session::Killed),
        Err(error) => Err(io::Error::other(error.to_string())),
    }
}

/// Executes in stretches between which it looks whether the debugger has something to say.
struct Loop<'a>(PhantomData<&'a ()>);

type Waiting<T> = WaitForStopReasonError<T, io::Error>;

impl<'a> BlockingEventLoop for Loop<'a> {
    type Target = Debugger<'a>;
    type Connection = TcpStream;
    type StopReason = SingleThreadStopReason<u32>;

    fn wait_for_stop_reason(
        target: &mut Debugger<'a>,
        connection: &mut TcpStream,
    ) -> Result<Event<Self::StopReason>, Waiting<<Debugger<'a> as Target>::Error>> {
        loop {
            match target.proceed() {
                Progress::Stopped(reason) => return Ok(Event::TargetStopped(reason)),
                Progress::Running => (),
            }
            // A connection that is gone is noticed when it is read.
            if connection.peek().map(|byte| byte.is_some()).unwrap_or(true) {
                let byte = ConnectionExt::read(connection);
                return byte.map(Event::IncomingData).map_err(WaitForStopReasonError::Connection);
            }
        }
    }

    fn on_interrupt(
        _target: &mut Debugger<'a>,
    ) -> Result<Option<Self::StopReason>, <Debugger<'a> as Target>::Error> {
        Ok(Some(SingleThreadStopReason::Signal(Signal::SIGINT)))
    }
}

#[cfg(test)]
mod tests;
