//! `\EFI\BOOT\BOOTX64.EFI`: firmware starts it, gives it the image and the screen, and goes
//! (`docs/why/0020-nothing-of-the-firmware-is-left.md`).
#![no_std]
#![no_main]

use board_x86_64::efi::Firmware;
use board_x86_64::efi::Handle;
use board_x86_64::efi::SystemTable;
use board_x86_64::start::give_memory;
use board_x86_64::start::start;
use core::arch::asm;
use parts::screen::MemoryScreen;

/// Bytes of the stack. The firmware's own is in memory that it gives back.
const STACK_BYTES: usize = 256 << 10;

/// The boot image, in the root of the volume that we are started from: `\orrery.img`.
const IMAGE: [u16; 12] = {
    let name = *b"\\orrery.img\0";
    let mut wide = [0; 12];
    let mut index = 0;
    while index < name.len() {
        wide[index] = name[index] as u16;
        index += 1;
    }
    wide
};

#[repr(C, align(16))]
struct Stack(#[allow(dead_code, reason = "the processor uses it")] [u8; STACK_BYTES]);

static mut STACK: Stack = Stack([0; STACK_BYTES]);

/// What was found, for the one who has another stack.
static mut FOUND: Option<(&'static [u8], Option<MemoryScreen>)> = None;

#[unsafe(no_mangle)]
extern "efiapi" fn efi_main(handle: Handle, system: *const SystemTable) -> usize {
    // SAFETY: this is what the firmware gave to the entry point.
    let firmware = unsafe { Firmware::new(handle, system) };
    let image = firmware.read_file(&IMAGE).unwrap_or(&[]);
    // The screen comes last: other calls may change its mode.
    let screen = firmware.screen();
    let memory = firmware.exit().expect("a PC has free memory");
    // SAFETY: the firmware was told to go, and said that this memory is free.
    unsafe { give_memory(memory) };
    // SAFETY: nothing else has a reference, and nobody else uses the stack.
    unsafe {
        FOUND = Some((image, screen));
        let end = core::ptr::addr_of_mut!(STACK).add(1);
        asm!("mov rsp, {}", "call {}", "ud2", in(reg) end, sym main, options(noreturn));
    }
}

extern "sysv64" fn main() -> ! {
    // SAFETY: nothing else has a reference.
    let found = unsafe { (*core::ptr::addr_of_mut!(FOUND)).take() };
    let (image, screen) = found.unwrap_or_default();
    // SAFETY: this is the only processor that runs, and `main` is called once.
    unsafe { start(image, screen) }
}
