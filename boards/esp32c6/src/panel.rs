//! The screen: a panel of 320×240 pixels behind an ILI9341, which keeps the picture itself. What
//! is written goes to the panel at once: there is no memory for another copy.

use abi::graphics::FramebufferInfo;
use abi::graphics::PixelFormat;
use embedded_graphics_core::pixelcolor::Rgb565;
use embedded_graphics_core::pixelcolor::raw::RawU16;
use embedded_hal_bus::spi::ExclusiveDevice;
use embedded_hal_bus::spi::NoDelay;
use esp_hal::Blocking;
use esp_hal::gpio::AnyPin;
use esp_hal::gpio::Level;
use esp_hal::gpio::Output;
use esp_hal::gpio::OutputConfig;
use esp_hal::peripherals::SPI2;
use esp_hal::spi::master::Config;
use esp_hal::spi::master::Spi;
use esp_hal::time::Rate;
use kernel::device::Framebuffer;
use mipidsi::Builder;
use mipidsi::Display;
use mipidsi::interface::SpiInterface;
use mipidsi::models::ILI9341Rgb565;
use mipidsi::options::ColorOrder;
use mipidsi::options::Orientation;
use mipidsi::options::Rotation;
use static_cell::StaticCell;

use crate::clock::Clock;

const WIDTH: usize = 320;
const HEIGHT: usize = 240;
const PIXEL: usize = PixelFormat::Rgb565.bytes();
const ROW: usize = WIDTH * PIXEL;

/// The panel is specified for 10 MHz when written to, and known to take four times that.
const RATE: Rate = Rate::from_mhz(40);

/// Pixels on their way, high byte first.
static PIXELS: StaticCell<[u8; ROW]> = StaticCell::new();

type Bus = ExclusiveDevice<Spi<'static, Blocking>, Output<'static>, NoDelay>;

type Controller =
    Display<SpiInterface<'static, Bus, Output<'static>>, ILI9341Rgb565, Output<'static>>;

/// Which pins lead to the panel.
pub(crate) struct Wires {
    /// The clock of the bus.
    pub(crate) clock: AnyPin<'static>,
    /// The data of the bus.
    pub(crate) data: AnyPin<'static>,
    /// Low while the panel is spoken to.
    pub(crate) select: AnyPin<'static>,
    /// Low for a command, high for what belongs to it.
    pub(crate) command: AnyPin<'static>,
    /// Low to restart the panel.
    pub(crate) reset: AnyPin<'static>,
    /// High for light behind the panel.
    pub(crate) light: AnyPin<'static>,
}

/// The panel.
pub(crate) struct Panel {
    controller: Controller,
    /// The first half of a pixel whose other half has not come yet, and where it belongs.
    half: Option<(usize, u8)>,
    light: Output<'static>,
}

impl Panel {
    /// Wakes the panel. `None` if its bus cannot be had.
    pub(crate) fn new(bus: SPI2<'static>, wires: Wires, clock: &mut Clock) -> Option<Panel> {
        let output = |pin, level| Output::new(pin, level, OutputConfig::default());
        let bus = Spi::new(bus, Config::default().with_frequency(RATE)).ok()?;
        let bus = bus.with_sck(wires.clock).with_mosi(wires.data);
        let bus = ExclusiveDevice::new_no_delay(bus, output(wires.select, Level::High)).ok()?;
        let command = output(wires.command, Level::High);
        let interface = SpiInterface::new(bus, command, PIXELS.init([0; ROW]));
        let controller = Builder::new(ILI9341Rgb565, interface)
            .reset_pin(output(wires.reset, Level::High))
            .color_order(ColorOrder::Bgr)
            .orientation(Orientation::new().rotate(Rotation::Deg90))
            .init(clock)
            .ok()?;
        let light = output(wires.light, Level::Low);
        let mut panel = Panel { controller, half: None, light };
        for y in 0..HEIGHT {
            panel.write(y * ROW, &[0; ROW]);
        }
        // The panel comes up with noise, which nobody need see.
        panel.light.set_high();
        Some(panel)
    }

    /// Sends whole pixels, rectangle by rectangle.
    fn send(&mut self, mut first: usize, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (x, y) = (first % WIDTH, first / WIDTH);
            let count = bytes.len() / PIXEL;
            let (width, height) = if x == 0 && WIDTH <= count {
                (WIDTH, count / WIDTH)
            } else {
                (count.min(WIDTH - x), 1)
            };
            let (now, later) = bytes.split_at(width * height * PIXEL);
            let pixels = now.chunks_exact(PIXEL);
            let colours = pixels
                .map(|pixel| Rgb565::from(RawU16::new(u16::from_le_bytes([pixel[0], pixel[1]]))));
            // The kernel has checked that the range lies inside, so each is below 320.
            let (left, top) = (x as u16, y as u16);
            let (right, bottom) = (left + width as u16 - 1, top + height as u16 - 1);
            // A panel that is not there says nothing.
            let _ = self.controller.set_pixels(left, top, right, bottom, colours);
            first += width * height;
            bytes = later;
        }
    }
}

impl Framebuffer for Panel {
    fn info(&self) -> FramebufferInfo {
        FramebufferInfo {
            width: WIDTH as u32,
            height: HEIGHT as u32,
            stride: ROW as u32,
            format: PixelFormat::Rgb565,
        }
    }

    /// A run may begin or end within a pixel: its first half waits for the second, and a second one
    /// without a first is taken to have had zeros there.
    fn write(&mut self, mut offset: usize, mut bytes: &[u8]) {
        if !offset.is_multiple_of(PIXEL)
            && let Some((second, rest)) = bytes.split_first()
        {
            let first = self.half.filter(|(at, _)| at + 1 == offset).map_or(0, |(_, byte)| byte);
            self.send(offset / PIXEL, &[first, *second]);
            (offset, bytes) = (offset + 1, rest);
        }
        let (whole, half) = bytes.split_at(bytes.len() / PIXEL * PIXEL);
        self.half = half.first().map(|byte| (offset + whole.len(), *byte));
        self.send(offset / PIXEL, whole);
    }

    fn flush(&mut self) {}
}
