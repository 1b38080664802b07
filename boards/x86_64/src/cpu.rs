//! Instructions that Rust has no words for (Intel, "64 and IA-32 Architectures Software Developer's
//! Manual", volume 2). The only file that reaches ports, registers of the processor and memory of
//! devices.

use core::arch::asm;
use core::arch::x86_64::__cpuid;

/// Bit 30 of what `CPUID` leaf 1 says in ECX: there is `RDRAND`.
const HAS_RANDOM: u32 = 1 << 30;

/// How often `RDRAND` may have nothing in a row before it is broken (volume 1, chapter 7.3.17.1).
const RANDOM_TRIES: usize = 10;

/// Reads a port of one byte.
pub fn read_port(port: u16) -> u8 {
    let value;
    // SAFETY: ports are no memory of ours.
    unsafe { asm!("in al, dx", in("dx") port, out("al") value, options(nomem, nostack)) };
    value
}

/// Writes a port of one byte.
pub fn write_port(port: u16, value: u8) {
    // SAFETY: ports are no memory of ours.
    unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nomem, nostack)) };
}

/// Reads a port of two bytes.
pub fn read_port_16(port: u16) -> u16 {
    let value;
    // SAFETY: ports are no memory of ours.
    unsafe { asm!("in ax, dx", in("dx") port, out("ax") value, options(nomem, nostack)) };
    value
}

/// Writes a port of two bytes.
pub fn write_port_16(port: u16, value: u16) {
    // SAFETY: ports are no memory of ours.
    unsafe { asm!("out dx, ax", in("dx") port, in("ax") value, options(nomem, nostack)) };
}

/// Reads a port of four bytes.
pub fn read_port_32(port: u16) -> u32 {
    let value;
    // SAFETY: ports are no memory of ours.
    unsafe { asm!("in eax, dx", in("dx") port, out("eax") value, options(nomem, nostack)) };
    value
}

/// Writes a port of four bytes.
pub fn write_port_32(port: u16, value: u32) {
    // SAFETY: ports are no memory of ours.
    unsafe { asm!("out dx, eax", in("dx") port, in("eax") value, options(nomem, nostack)) };
}

/// Ticks since some time before.
pub fn ticks() -> u64 {
    // SAFETY: every processor with 64 bits has the counter.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Reads a register of the model.
///
/// # Safety
/// The processor has it.
pub unsafe fn read_model_register(register: u32) -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: the caller knows that it is there.
    unsafe {
        asm!("rdmsr", in("ecx") register, out("eax") low, out("edx") high,
            options(nomem, nostack));
    }
    u64::from(high) << 32 | u64::from(low)
}

/// Writes a register of the model.
///
/// # Safety
/// The processor has it, and nothing that Rust counts on changes.
pub unsafe fn write_model_register(register: u32, value: u64) {
    // SAFETY: the caller promises it.
    unsafe {
        asm!("wrmsr", in("ecx") register, in("eax") value as u32, in("edx") (value >> 32) as u32,
            options(nomem, nostack));
    }
}

/// Reads a device's register at this address.
///
/// # Safety
/// It is there.
pub unsafe fn read_device(address: usize) -> u32 {
    // SAFETY: the caller knows that it is there.
    unsafe { (address as *const u32).read_volatile() }
}

/// Writes a device's register at this address.
///
/// # Safety
/// It is there.
pub unsafe fn write_device(address: usize, value: u32) {
    // SAFETY: the caller knows that it is there.
    unsafe { (address as *mut u32).write_volatile(value) }
}

/// Lets interrupts come.
pub fn enable_interrupts() {
    // SAFETY: the table of interrupts is there before anybody calls this.
    unsafe { asm!("sti", options(nostack)) };
}

/// Lets none come.
pub fn disable_interrupts() {
    // SAFETY: nothing depends on them coming.
    unsafe { asm!("cli", options(nostack)) };
}

/// Lets interrupts come and sleeps until one does. None gets between the two.
pub fn sleep() {
    // SAFETY: the table of interrupts is there before anybody calls this.
    unsafe { asm!("sti", "hlt", options(nostack)) };
}

/// Sleeps for ever.
pub fn stop() -> ! {
    loop {
        disable_interrupts();
        // SAFETY: nothing happens any more.
        unsafe { asm!("hlt", options(nomem, nostack)) };
    }
}

/// Bytes that nobody could have foretold, if the processor makes such.
pub fn random() -> Option<[u8; 32]> {
    if __cpuid(1).ecx & HAS_RANDOM == 0 {
        return None;
    }
    let mut bytes = [0; 32];
    for piece in bytes.chunks_exact_mut(8) {
        let word = (0..RANDOM_TRIES).find_map(|_| random_word())?;
        piece.copy_from_slice(&word.to_le_bytes());
    }
    Some(bytes)
}

fn random_word() -> Option<u64> {
    let (word, is_there): (u64, u8);
    // SAFETY: the processor has the instruction.
    unsafe {
        asm!("rdrand {}", "setc {}", out(reg) word, out(reg_byte) is_there,
            options(nomem, nostack));
    }
    (is_there != 0).then_some(word)
}
