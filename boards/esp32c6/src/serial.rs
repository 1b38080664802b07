//! The serial line: the chip's own USB device, which is a serial port to a computer.

use core::fmt;
use embedded_io::ErrorKind;
use embedded_io::ErrorType;
use embedded_io::Write;
use embedded_io::WriteReady;
use esp_hal::Blocking;
use esp_hal::handler;
use esp_hal::peripherals::USB_DEVICE;
use esp_hal::time::Duration;
use esp_hal::time::Instant;
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;

/// Bytes of a packet (ESP32-C6 Technical Reference Manual, chapter "USB Serial/JTAG Controller").
const PACKET: usize = 64;

/// How long a computer that listens takes for a packet at most; one that does not take it is not
/// waited for again before it does.
const PATIENCE: Duration = Duration::from_millis(100);

/// The line.
pub(crate) struct Line {
    device: UsbSerialJtag<'static, Blocking>,
    /// Whether somebody was last seen to take what is written.
    is_heard: bool,
    /// Whether there was no room when it was last asked for.
    is_full: bool,
}

/// Nobody takes what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotHeard;

impl fmt::Display for NotHeard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody takes what is written")
    }
}

impl core::error::Error for NotHeard {}

impl embedded_io::Error for NotHeard {
    fn kind(&self) -> ErrorKind {
        ErrorKind::TimedOut
    }
}

/// Something arrived, or there is room: whoever sleeps wakes and looks. What arrived stays in the
/// device until it is read; meanwhile the computer keeps the rest.
#[handler]
fn wake() {
    let device = USB_DEVICE::regs();
    device.int_ena().modify(|_, enabled| enabled.serial_in_empty().clear_bit());
    device.int_clr().write(|clear| {
        clear.serial_in_empty().clear_bit_by_one();
        clear.serial_out_recv_pkt().clear_bit_by_one()
    });
}

impl Line {
    /// The line, which tells when something arrives.
    pub(crate) fn new(device: USB_DEVICE<'static>) -> Line {
        let mut device = UsbSerialJtag::new(device);
        device.set_interrupt_handler(wake);
        device.listen_rx_packet_recv_interrupt();
        Line { device, is_heard: true, is_full: false }
    }

    /// The next byte that arrived.
    pub(crate) fn read(&mut self) -> Option<u8> {
        self.device.read_byte().ok()
    }

    /// Whether there is something to do: a byte to read, or room that was waited for.
    pub(crate) fn has_news(&self) -> bool {
        let has_byte = USB_DEVICE::regs().ep1_conf().read().serial_out_ep_data_avail().bit_is_set();
        has_byte || self.is_full && has_room()
    }
}

fn has_room() -> bool {
    USB_DEVICE::regs().ep1_conf().read().serial_in_ep_data_free().bit_is_set()
}

impl ErrorType for Line {
    type Error = NotHeard;
}

impl WriteReady for Line {
    fn write_ready(&mut self) -> Result<bool, NotHeard> {
        self.is_full = !has_room();
        if self.is_full {
            let enabled = USB_DEVICE::regs().int_ena();
            enabled.modify(|_, enabled| enabled.serial_in_empty().set_bit());
        }
        Ok(!self.is_full)
    }
}

impl Write for Line {
    /// Sends a packet, when the one before has been taken.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, NotHeard> {
        let begin = Instant::now();
        while !has_room() {
            if !self.is_heard || PATIENCE < begin.elapsed() {
                self.is_heard = false;
                return Err(NotHeard);
            }
        }
        self.is_heard = true;
        let taken = bytes.iter().take(PACKET);
        let len = taken.take_while(|byte| self.device.write_byte_nb(**byte).is_ok()).count();
        // It is on its way; the next packet waits for it.
        let _ = self.device.flush_tx_nb();
        Ok(len)
    }

    fn flush(&mut self) -> Result<(), NotHeard> {
        Ok(())
    }
}
