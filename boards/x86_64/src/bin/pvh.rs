//! `qemu-system-x86_64 -kernel`: QEMU leaves the processor in 32 bits without paging and says in a
//! structure what there is (Xen, "x86/HVM direct boot ABI", `public/arch-x86/hvm/start_info.h`).
#![no_std]
#![no_main]

use board_x86_64::bochs;
use board_x86_64::start::give_memory;
use board_x86_64::start::start;
use core::arch::global_asm;

/// Bytes of the stack.
const STACK_BYTES: usize = 256 << 10;

/// Memory that page tables lead to, at the place where it is.
const MAPPED: u64 = 4 << 30;

/// `XEN_HVM_START_MAGIC_VALUE`.
const MAGIC: u32 = 0x336e_c578;

/// `XEN_HVM_MEMMAP_TYPE_RAM`.
const RAM: u32 = 1;

/// `struct hvm_start_info`, version 1.
#[repr(C)]
struct StartInfo {
    magic: u32,
    version: u32,
    flags: u32,
    modules: u32,
    module_list: u64,
    command_line: u64,
    rsdp: u64,
    ranges: u64,
    range_count: u32,
    reserved: u32,
}

/// `struct hvm_modlist_entry`: what `-initrd` names.
#[repr(C)]
struct ModuleEntry {
    address: u64,
    bytes: u64,
    command_line: u64,
    reserved: u64,
}

/// `struct hvm_memmap_table_entry`.
#[repr(C)]
struct Range {
    address: u64,
    bytes: u64,
    kind: u32,
    reserved: u32,
}

// The note says where to begin. Four gigabytes are mapped by pages of 2 MiB to where they are
// (Intel, volume 3, chapter 5.5 "4-Level Paging"); then the processor is told to use 64 bits.
global_asm!(
    r#"
    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, 18
    .asciz "Xen"
    .long _start

    .section .boot, "ax", @progbits
    .code32
    .global _start
_start:
    cli
    cld
    mov esp, offset {stack} + {stack_bytes}
    mov esi, ebx

    mov eax, offset page_directories + 3
    mov edi, offset page_pointers
    mov ecx, 4
2:  mov dword ptr [edi], eax
    add eax, 4096
    add edi, 8
    loop 2b

    mov eax, 0x83
    mov edi, offset page_directories
    mov ecx, 2048
3:  mov dword ptr [edi], eax
    add eax, 0x200000
    add edi, 8
    loop 3b

    mov eax, offset page_pointers + 3
    mov dword ptr [page_map], eax
    mov eax, offset page_map
    mov cr3, eax

    mov eax, cr4
    or eax, 0x20
    mov cr4, eax
    mov ecx, 0xc0000080
    rdmsr
    or eax, 0x100
    wrmsr
    mov eax, cr0
    or eax, 0x80000001
    mov cr0, eax

    lgdt [segments_pointer]
    push 8
    mov eax, offset _start_64
    push eax
    retf

    .code64
_start_64:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    mov esp, offset {stack} + {stack_bytes}
    mov edi, esi
    call {main}
    ud2

    .balign 8
segments:
    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
segments_pointer:
    .short 23
    .long segments

    .section .boot_bss, "aw", @nobits
    .balign 4096
page_map: .skip 4096
page_pointers: .skip 4096
page_directories: .skip 16384
    "#,
    stack = sym STACK,
    stack_bytes = const STACK_BYTES,
    main = sym main,
);

#[repr(C, align(16))]
struct Stack(#[allow(dead_code, reason = "the processor uses it")] [u8; STACK_BYTES]);

static mut STACK: Stack = Stack([0; STACK_BYTES]);

unsafe extern "C" {
    /// Where the firmware ends (`link.ld`).
    static _end: u8;
}

extern "sysv64" fn main(info: &'static StartInfo) -> ! {
    assert_eq!(info.magic, MAGIC, "whoever starts the firmware says what there is");
    let image = image(info);
    let ours = core::ptr::addr_of!(_end) as u64;
    let memory = memory(info, ours, image);
    // SAFETY: it is said to be memory, and is behind the firmware and beside the image.
    unsafe { give_memory(memory) };
    // SAFETY: this is the only processor that runs, and `main` is called once.
    unsafe { start(image, bochs::begin()) }
}

/// What is to be booted; empty if QEMU was given nothing.
fn image(info: &StartInfo) -> &'static [u8] {
    if info.modules == 0 {
        return &[];
    }
    // SAFETY: the list has so many entries, and modules are memory that nobody else writes.
    unsafe {
        let module = &*(info.module_list as *const ModuleEntry);
        core::slice::from_raw_parts(module.address as *const u8, module.bytes as usize)
    }
}

/// The largest piece of memory that is behind the firmware and beside the image.
fn memory(info: &StartInfo, ours: u64, image: &[u8]) -> (usize, usize) {
    // SAFETY: the list has so many entries.
    let ranges = unsafe {
        core::slice::from_raw_parts(info.ranges as *const Range, info.range_count as usize)
    };
    let held = image.as_ptr_range();
    let (image_first, image_end) = (held.start as u64, held.end as u64);
    let mut best = (0, 0);
    for range in ranges.iter().filter(|range| range.kind == RAM) {
        let end = (range.address + range.bytes).min(MAPPED);
        let first = range.address.max(ours);
        for (first, end) in [(first, end.min(image_first)), (first.max(image_end), end)] {
            let bytes = end.saturating_sub(first);
            if best.1 < bytes {
                best = (first, bytes);
            }
        }
    }
    (best.0 as usize, best.1 as usize)
}
