//! What an interrupt does, and an exception. Interrupts only fetch bytes: the kernel is not
//! interrupted by anything that it could see.

use core::arch::asm;
use core::arch::naked_asm;
use core::fmt::Write;

use crate::apic;
use crate::apic::vector;
use crate::ending;
use crate::ps2;
use crate::serial;

/// One entry of the processor's table (Intel, volume 3, chapter 7.14.1 "64-Bit Mode IDT").
#[derive(Clone, Copy)]
#[repr(C)]
struct Gate {
    low: u16,
    selector: u16,
    stack: u8,
    kind: u8,
    middle: u16,
    high: u32,
    reserved: u32,
}

const NOTHING: Gate =
    Gate { low: 0, selector: 0, stack: 0, kind: 0, middle: 0, high: 0, reserved: 0 };

/// An interrupt gate that is there.
const INTERRUPT: u8 = 0x8e;

#[repr(C, align(16))]
struct Table([Gate; 256]);

static mut TABLE: Table = Table([NOTHING; 256]);

#[repr(C, packed)]
struct Pointer {
    limit: u16,
    base: u64,
}

/// What the processor pushes, with an error code or 0 in front.
#[repr(C)]
struct Frame {
    error: u64,
    instruction: u64,
    code: u64,
    flags: u64,
    stack: u64,
}

/// Makes the table and lets the processor use it.
///
/// # Safety
/// It is called once.
pub unsafe fn begin() {
    let selector: u16;
    // SAFETY: it only reads.
    unsafe { asm!("mov {:x}, cs", out(reg) selector, options(nomem, nostack)) };
    // SAFETY: nobody else has a reference, and the processor does not use it yet.
    let table = unsafe { &mut *core::ptr::addr_of_mut!(TABLE) };
    let handlers: [(u8, extern "sysv64" fn()); 11] = [
        (0, divide),
        (6, invalid),
        (8, double_fault),
        (13, protection),
        (14, page),
        (vector::TIMER, wake),
        (vector::PLUGGED, wake),
        (vector::KEYBOARD, input),
        (vector::SERIAL, line),
        (vector::MOUSE, input),
        (vector::SPURIOUS, spurious),
    ];
    for (vector, handler) in handlers {
        let at = handler as usize as u64;
        table.0[usize::from(vector)] = Gate {
            low: at as u16,
            selector,
            kind: INTERRUPT,
            middle: (at >> 16) as u16,
            high: (at >> 32) as u32,
            ..NOTHING
        };
    }
    let base = core::ptr::addr_of!(TABLE) as u64;
    let pointer = Pointer { limit: (size_of::<Table>() - 1) as u16, base };
    // SAFETY: the table stays there, and each gate of it leads to a handler.
    unsafe { asm!("lidt [{}]", in(reg) &pointer, options(readonly, nostack)) };
}

/// A handler that calls a function and goes back to where the interrupt came.
macro_rules! interrupt {
    ($name:ident, $function:ident) => {
        #[unsafe(naked)]
        extern "sysv64" fn $name() {
            // What a function may change is kept; five words of the processor and nine of ours
            // leave the stack where calls want it.
            naked_asm!(
                "push rax", "push rcx", "push rdx", "push rsi", "push rdi",
                "push r8", "push r9", "push r10", "push r11",
                "cld",
                "call {function}",
                "pop r11", "pop r10", "pop r9", "pop r8",
                "pop rdi", "pop rsi", "pop rdx", "pop rcx", "pop rax",
                "iretq",
                function = sym $function,
            )
        }
    };
}

/// A handler of an exception, which is the end: those whose number is `with` an error code have
/// it on the stack, the others get a zero.
macro_rules! exception {
    ($name:ident, $number:literal, $zero:literal) => {
        #[unsafe(naked)]
        extern "sysv64" fn $name() {
            naked_asm!(
                $zero,
                "mov rdi, rsp",
                "mov esi, {number}",
                "and rsp, -16",
                "call {function}",
                "ud2",
                number = const $number,
                function = sym fail,
            )
        }
    };
}

interrupt!(wake, on_wake);
interrupt!(input, on_input);
interrupt!(line, on_line);
interrupt!(spurious, on_nothing);
exception!(divide, 0, "push 0");
exception!(invalid, 6, "push 0");
exception!(double_fault, 8, "");
exception!(protection, 13, "");
exception!(page, 14, "");

extern "sysv64" fn on_wake() {
    // It has woken whoever slept, which was all it was for.
    apic::end();
}

extern "sysv64" fn on_input() {
    ps2::receive();
    apic::end();
}

extern "sysv64" fn on_line() {
    serial::LINE.receive();
    apic::end();
}

extern "sysv64" fn on_nothing() {}

extern "sysv64" fn fail(frame: &Frame, number: u32) -> ! {
    let Frame { error, instruction, stack, .. } = frame;
    let address: u64;
    // SAFETY: it only reads.
    unsafe { asm!("mov {}, cr2", out(reg) address, options(nomem, nostack)) };
    let _ = writeln!(
        &serial::LINE,
        "\r\nexception {number} (error {error:#x}) at {instruction:#x}, stack {stack:#x}, \
         address {address:#x}\r"
    );
    ending::end(ending::Code::Panicked)
}
