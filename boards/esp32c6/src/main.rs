//! Firmware for ESP32-C6 boards: it wires the devices of the chip to the kernel and decides
//! nothing.
//!
//! The firmware's code runs where it lies in flash, and so does whatever of an actor's is not
//! changed; the 512 KiB of memory are for what changes.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

extern crate alloc;

mod clock;
mod serial;
mod pins;
mod panel;
mod flash;
mod mapping;
mod entropy;
mod chip;

use esp_backtrace as _;
use esp_hal::Config;
use esp_hal::clock::CpuClock;
use esp_hal::gpio::Pin;
use esp_hal::interrupt::wait_for_interrupt;
use esp_hal::rtc_cntl::Rtc;

use crate::chip::Chip;
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::flash::FlashChip;
use crate::mapping::map;
use crate::panel::Panel;
use crate::panel::Wires;
use crate::pins::Pins;
use crate::serial::Line;

esp_bootloader_esp_idf::esp_app_desc!();

/// Bytes of the heap in memory that was the firmware's from the start: what is not static and not
/// stack.
const HEAP_OWN: usize = 380 * 1024;

/// Bytes that the boot loader leaves behind.
const HEAP_RECLAIMED: usize = 64 * 1024;

#[esp_hal::main]
fn main() -> ! {
    esp_alloc::heap_allocator!(size: HEAP_OWN);
    esp_alloc::heap_allocator!(#[esp_hal::ram(reclaimed)] size: HEAP_RECLAIMED);
    let chip = esp_hal::init(Config::default().with_cpu_clock(CpuClock::max()));
    let mut clock = Clock::new(chip.SYSTIMER, Rtc::new(chip.RTC_TIMER).rwdt);
    let mut flash = FlashChip::new(chip.FLASH);
    let image = flash.find("actors").map_or(&[][..], |place| map(place.at, place.len));
    let panel = Panel::new(
        chip.SPI2,
        Wires {
            clock: chip.GPIO18.degrade(),
            data: chip.GPIO19.degrade(),
            select: chip.GPIO20.degrade(),
            command: chip.GPIO21.degrade(),
            reset: chip.GPIO22.degrade(),
            light: chip.GPIO23.degrade(),
        },
        &mut clock,
    );
    // Pins 12 and 13 are the USB line, 24 to 30 the flash.
    let free = [
        chip.GPIO0.degrade(),
        chip.GPIO1.degrade(),
        chip.GPIO2.degrade(),
        chip.GPIO3.degrade(),
        chip.GPIO4.degrade(),
        chip.GPIO5.degrade(),
        chip.GPIO6.degrade(),
        chip.GPIO7.degrade(),
        chip.GPIO8.degrade(),
        chip.GPIO9.degrade(),
        chip.GPIO10.degrade(),
        chip.GPIO11.degrade(),
        chip.GPIO14.degrade(),
        chip.GPIO15.degrade(),
        chip.GPIO16.degrade(),
        chip.GPIO17.degrade(),
    ];
    let pins = Pins::new(chip.IO_MUX, free);
    let line = Line::new(chip.USB_DEVICE);
    let home = flash.open("home");
    let entropy = Entropy::new(chip.RNG, chip.ADC1);
    let chip = Chip { clock, line, pins, panel, home, entropy, is_asked: false };
    firmware::run::run(image, chip);
    // The last line on the serial line has said why it ended.
    loop {
        wait_for_interrupt();
    }
}
