//! Work as Rust programs do it, compiled for wasm: a hash, a sort, a map of texts, calls through
//! pointers, floats. The benchmark compiles this file alone.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::alloc::GlobalAlloc;
use core::alloc::Layout;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering;

/// Gives and never takes back; a run begins anew.
struct Arena(AtomicUsize);

static mut SPACE: [u8; 1 << 22] = [0; 1 << 22];

// SAFETY: every place is given once between two runs, aligned and inside the space.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.0.load(Ordering::Relaxed).next_multiple_of(layout.align());
        self.0.store(start + layout.size(), Ordering::Relaxed);
        if 1 << 22 < start + layout.size() {
            return core::ptr::null_mut();
        }
        // SAFETY: the place lies inside the space.
        unsafe { (&raw mut SPACE).cast::<u8>().add(start) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ARENA: Arena = Arena(AtomicUsize::new(0));

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ mixed >> 27
    }
}

trait Shape {
    fn area(&self) -> f64;
}

struct Square(f64);
struct Disc(f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

impl Shape for Disc {
    fn area(&self) -> f64 {
        self.0 * self.0 * 3.14159
    }
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xEDB8_8320 }
        })
    })
}

/// So many rounds of everything; what comes out depends on all of it.
#[unsafe(no_mangle)]
extern "C" fn work(rounds: u32) -> u32 {
    let mut sum = 0u32;
    for round in 0..rounds {
        ARENA.0.store(0, Ordering::Relaxed);
        let mut draw = Draw(u64::from(round));
        let mut numbers: Vec<u64> = (0..600).map(|_| draw.next()).collect();
        numbers.sort_unstable();
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        sum = sum.wrapping_add(crc(&bytes));
        let mut names: BTreeMap<String, u64> = BTreeMap::new();
        for number in &numbers[..150] {
            *names.entry(format!("{:x}", number % 97)).or_default() += number;
        }
        sum ^= names.values().fold(0, |sum, value| sum ^ *value as u32);
        let shapes: Vec<Box<dyn Shape>> = numbers
            .iter()
            .map(|number| -> Box<dyn Shape> {
                let side = (number % 1000) as f64 / 8.0;
                if number % 2 == 0 { Box::new(Square(side)) } else { Box::new(Disc(side)) }
            })
            .collect();
        let area: f64 = shapes.iter().map(|shape| shape.area()).sum();
        sum = sum.wrapping_add(area as u32);
    }
    sum
}
