//! Unpredictable bytes from the chip's noise.

use esp_hal::peripherals::ADC1;
use esp_hal::peripherals::RNG;
use esp_hal::rng::Trng;
use esp_hal::rng::TrngSource;

/// The chip's generator. It is fed by the converter's noise for as long as this lives: without that,
/// or a radio, its numbers can be foretold (ESP32-C6 Technical Reference Manual, chapter "Random
/// Number Generator").
pub(crate) struct Entropy {
    _noise: TrngSource<'static>,
    generator: Trng,
}

impl Entropy {
    /// Switches the noise on.
    pub(crate) fn new(generator: RNG<'static>, converter: ADC1<'static>) -> Entropy {
        let noise = TrngSource::new(generator, converter);
        let generator = Trng::try_new().expect("the noise is on");
        Entropy { _noise: noise, generator }
    }

    /// The next block.
    pub(crate) fn block(&mut self) -> [u8; 32] {
        let mut block = [0; 32];
        self.generator.read(&mut block);
        block
    }
}
