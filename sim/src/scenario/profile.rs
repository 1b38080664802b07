//! The kinds of boards that a scenario can name: what they have and how fast they are.

use abi::graphics::FramebufferInfo;
use abi::graphics::PixelFormat;
use protocol::message::Pace;

/// A kind of board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfileName {
    /// An x86-64 desktop computer.
    Pc,
    /// An ESP32-C6 with a small panel.
    Esp32c6,
}

impl ProfileName {
    /// All of them.
    pub const ALL: [ProfileName; 2] = [ProfileName::Pc, ProfileName::Esp32c6];

    /// Its name in scenarios and traces.
    pub const fn name(self) -> &'static str {
        match self {
            ProfileName::Pc => "pc",
            ProfileName::Esp32c6 => "esp32c6",
        }
    }

    /// The profile with this name.
    pub fn from_name(name: &str) -> Option<ProfileName> {
        ProfileName::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// Its number of digital pins. An ESP32-C6 has GPIO 0 to 30 (ESP32-C6 Technical Reference
    /// Manual, chapter 7 "IO MUX and GPIO Matrix"); a PC is given a card with 32 lines.
    pub const fn pins(self) -> u8 {
        match self {
            ProfileName::Pc => 32,
            ProfileName::Esp32c6 => 31,
        }
    }

    /// Width and height of its screen in pixels.
    pub const fn screen(self) -> (u16, u16) {
        match self {
            ProfileName::Pc => (1280, 800),
            ProfileName::Esp32c6 => (320, 240),
        }
    }

    /// Size and layout of its framebuffer.
    pub const fn layout(self) -> FramebufferInfo {
        let format = match self {
            ProfileName::Pc => PixelFormat::Bgra8888,
            ProfileName::Esp32c6 => PixelFormat::Rgb565,
        };
        let (width, height) = self.screen();
        let stride = width as u32 * format.bytes() as u32;
        FramebufferInfo { width: width as u32, height: height as u32, stride, format }
    }

    /// Bytes of linear memory for all actors together. The ESP32-C6 has the module arena of seed
    /// *sovelmaos*, chapter 2.2.
    pub const fn arena(self) -> usize {
        match self {
            ProfileName::Pc => 64 << 20,
            ProfileName::Esp32c6 => 300 << 10,
        }
    }

    /// How many actors there can be at once.
    pub const fn places(self) -> usize {
        match self {
            ProfileName::Pc => 256,
            ProfileName::Esp32c6 => 32,
        }
    }

    /// The font that fits its screen.
    pub const fn font(self) -> &'static str {
        match self {
            ProfileName::Pc => "spleen-8x16",
            ProfileName::Esp32c6 => "spleen-6x12",
        }
    }

    /// How long its processor takes. A PC is taken to need half a nanosecond for a logical
    /// instruction; an ESP32-C6 17 machine instructions at 160 MHz (`docs/performance.md`). To this
    /// comes the way into the actor and out again.
    pub const fn pace(self) -> Pace {
        match self {
            ProfileName::Pc => Pace { picos_per_fuel: 500, switch_nanos: 200 },
            ProfileName::Esp32c6 => Pace { picos_per_fuel: 106_250, switch_nanos: 5_000 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in ProfileName::ALL {
            assert_eq!(ProfileName::from_name(profile.name()), Some(profile));
        }
        assert_eq!(ProfileName::from_name("esp32"), None);
    }
}
