//! The devices that are only set up: clocks, power, access rights, analog parts. Each register
//! reads back what was last written to it, which is all that firmware asks of them.

/// The addresses of all devices.
pub(super) const START: u32 = 0x6000_0000;
pub(super) const BYTES: u32 = 0x10_0000;

/// Where each begins and ends (ESP32-C6 Technical Reference Manual, chapter "System and Memory",
/// table of module addresses), in the order of their addresses.
const BLOCKS: &[(u32, u32, &str)] = &[
    (0x6000_0000, 0x6000_2000, "UART"),
    (0x6000_2000, 0x6000_3000, "SPI0"),
    (0x6000_3000, 0x6000_4000, "SPI1"),
    (0x6000_4000, 0x6000_5000, "I2C0"),
    (0x6000_5000, 0x6000_6000, "UHCI0"),
    (0x6000_6000, 0x6000_7000, "RMT"),
    (0x6000_7000, 0x6000_8000, "LEDC"),
    (0x6000_8000, 0x6000_9000, "TIMG0"),
    (0x6000_9000, 0x6000_a000, "TIMG1"),
    (0x6000_a000, 0x6000_b000, "SYSTIMER"),
    (0x6000_b000, 0x6000_c000, "TWAI0"),
    (0x6000_c000, 0x6000_d000, "I2S0"),
    (0x6000_d000, 0x6000_e000, "TWAI1"),
    (0x6000_e000, 0x6000_f000, "APB_SARADC"),
    (0x6000_f000, 0x6001_0000, "USB_DEVICE"),
    (0x6001_0000, 0x6001_1000, "INTMTX"),
    (0x6001_1000, 0x6001_2000, "ATOMIC"),
    (0x6001_2000, 0x6001_3000, "PCNT"),
    (0x6001_3000, 0x6001_4000, "SOC_ETM"),
    (0x6001_4000, 0x6001_5000, "MCPWM0"),
    (0x6001_5000, 0x6001_6000, "PARL_IO"),
    (0x6008_0000, 0x6008_1000, "DMA"),
    (0x6008_1000, 0x6008_2000, "SPI2"),
    (0x6008_8000, 0x6008_9000, "AES"),
    (0x6008_9000, 0x6008_a000, "SHA"),
    (0x6008_a000, 0x6008_b000, "RSA"),
    (0x6008_b000, 0x6008_c000, "ECC"),
    (0x6008_c000, 0x6008_d000, "DS"),
    (0x6008_d000, 0x6008_e000, "HMAC"),
    (0x6009_0000, 0x6009_1000, "IO_MUX"),
    (0x6009_1000, 0x6009_2000, "GPIO"),
    (0x6009_2000, 0x6009_3000, "MEM_MONITOR"),
    (0x6009_3000, 0x6009_4000, "PAU"),
    (0x6009_5000, 0x6009_6000, "HP_SYS"),
    (0x6009_6000, 0x6009_7000, "PCR"),
    (0x6009_8000, 0x6009_9000, "TEE"),
    (0x6009_9000, 0x6009_a000, "HP_APM"),
    (0x600a_9800, 0x600a_a000, "MODEM_SYSCON"),
    (0x600a_f000, 0x600a_f800, "MODEM_LPCON"),
    (0x600a_f800, 0x600b_0000, "I2C_ANA_MST"),
    (0x600b_0000, 0x600b_0400, "PMU"),
    (0x600b_0400, 0x600b_0800, "LP_CLKRST"),
    (0x600b_0800, 0x600b_0c00, "EFUSE"),
    (0x600b_0c00, 0x600b_1000, "LP_TIMER"),
    (0x600b_1000, 0x600b_1400, "LP_AON"),
    (0x600b_1400, 0x600b_1800, "LP_UART"),
    (0x600b_1800, 0x600b_1c00, "LP_I2C0"),
    (0x600b_1c00, 0x600b_2000, "LP_WDT"),
    (0x600b_2000, 0x600b_2400, "LP_IO"),
    (0x600b_2400, 0x600b_2800, "LP_I2C_ANA_MST"),
    (0x600b_2800, 0x600b_2c00, "LP_PERI"),
    (0x600b_2c00, 0x600b_3000, "LP_ANA"),
    (0x600b_3400, 0x600b_3800, "LP_TEE"),
    (0x600b_3800, 0x600b_3c00, "LP_APM"),
    (0x600b_3c00, 0x600b_4000, "OTP_DEBUG"),
    (0x600c_0000, 0x600c_1000, "TRACE"),
    (0x600c_2000, 0x600c_3000, "ASSIST_DEBUG"),
    (0x600c_5000, 0x600c_6000, "INTPRI"),
    (0x600c_8000, 0x600c_9000, "EXTMEM"),
];

/// The registers.
#[derive(Clone)]
pub(super) struct Blocks {
    words: Vec<u32>,
}

impl Blocks {
    pub(super) fn new() -> Blocks {
        Blocks { words: vec![0; (BYTES / 4) as usize] }
    }

    /// What was last written there.
    pub(super) fn read(&self, address: u32) -> u32 {
        self.words[((address - START) / 4) as usize]
    }

    pub(super) fn write(&mut self, address: u32, value: u32) {
        self.words[((address - START) / 4) as usize] = value;
    }
}

/// Which device answers at an address.
pub(super) fn name(address: u32) -> Option<&'static str> {
    let place = BLOCKS.partition_point(|(start, ..)| *start <= address);
    let (_, end, name) = BLOCKS[..place].last()?;
    (address < *end).then_some(*name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_in_order_and_do_not_overlap() {
        assert!(BLOCKS.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        assert!(BLOCKS.iter().all(|(start, end, _)| start < end));
        assert!(BLOCKS.iter().all(|(start, end, _)| START <= *start && *end <= START + BYTES));
    }

    #[test]
    fn an_address_is_answered_by_its_block_or_by_none() {
        assert_eq!(name(0x600b_0000), Some("PMU"));
        assert_eq!(name(0x600b_03fc), Some("PMU"));
        assert_eq!(name(0x600b_0400), Some("LP_CLKRST"));
        assert_eq!(name(0x6001_6000), None);
        assert_eq!(name(0x6000_0000 - 4), None);
    }

    #[test]
    fn a_register_reads_back_what_was_written() {
        let mut blocks = Blocks::new();
        blocks.write(0x6009_6110, 0x1234);
        assert_eq!(blocks.read(0x6009_6110), 0x1234);
        assert_eq!(blocks.read(0x6009_6114), 0);
    }
}
