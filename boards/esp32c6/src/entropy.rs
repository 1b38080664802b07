//! Unpredictable bytes from the chip's noise.

use esp_hal::peripherals::ADC1;
use esp_hal::peripherals::RNG;
use esp_hal::rng::Trng;
use esp_hal::rng::TrngSource;

/// The chip's generator. It is fed by the converter's noise from when this is made until power goes:
/// without that, or a radio, its numbers can be foretold (ESP32-C6 Technical Reference Manual,
/// chapter "Random Number Generator").
pub(crate) struct Entropy {
    generator: Trng,
}

impl Entropy {
    /// Switches the noise on.
    pub(crate) fn new(generator: RNG<'static>, converter: ADC1<'static>) -> Entropy {
        core::mem::forget(TrngSource::new(generator, converter));
        Entropy { generator: Trng::try_new().expect("the noise is on") }
    }

    /// The next block.
    pub(crate) fn block(&mut self) -> [u8; 32] {
        let mut block = [0; 32];
        self.generator.read(&mut block);
        block
    }
}
