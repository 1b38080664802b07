//! What firmware offers before it is told to go (Unified Extensible Firmware Interface
//! Specification 2.10; chapters below are its own). Only what is called has a name.

use core::ffi::c_void;
use core::ptr::null_mut;
use parts::screen::MemoryScreen;
use parts::screen::Order;

/// A thing of the firmware's.
pub type Handle = *mut c_void;

type Status = usize;
const SUCCESS: Status = 0;

/// A function that is not called.
type Unused = usize;

/// The screen that is asked for.
const SIZE: (u32, u32) = (1280, 800);

/// Bytes of a page.
const PAGE_BYTES: usize = 4096;

/// Memory for the map of memory: more entries than any firmware has.
const MAP_BYTES: usize = 64 << 10;

/// How often the map may change while it is read.
const EXIT_TRIES: usize = 8;

/// `EfiLoaderData` and `EfiConventionalMemory` (chapter 7.2).
const LOADER_DATA: u32 = 2;
const FREE: u32 = 7;

const READ_ONLY: u64 = 1;

#[repr(C)]
struct Guid(u32, u16, u16, [u8; 8]);

const LOADED_IMAGE: Guid =
    Guid(0x5b1b_31a1, 0x9562, 0x11d2, [0x8e, 0x3f, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b]);
const FILE_SYSTEM: Guid =
    Guid(0x964e_5b22, 0x6459, 0x11d2, [0x8e, 0x39, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b]);
const GRAPHICS: Guid =
    Guid(0x9042_a9de, 0x23dc, 0x4a38, [0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a]);

/// `EFI_SYSTEM_TABLE` (chapter 4.3).
#[repr(C)]
pub struct SystemTable {
    header: [u64; 3],
    vendor: usize,
    revision: u32,
    console: [usize; 6],
    runtime: usize,
    boot: *const BootServices,
}

/// `EFI_BOOT_SERVICES` (chapter 4.4), as far as we read it.
#[repr(C)]
struct BootServices {
    header: [u64; 3],
    priorities: [Unused; 2],
    allocate_pages: extern "efiapi" fn(u32, u32, usize, *mut u64) -> Status,
    free_pages: Unused,
    get_memory_map:
        extern "efiapi" fn(*mut usize, *mut c_void, *mut usize, *mut usize, *mut u32) -> Status,
    pool: [Unused; 2],
    events: [Unused; 6],
    protocols: [Unused; 3],
    handle_protocol: extern "efiapi" fn(Handle, *const Guid, *mut *mut c_void) -> Status,
    handles: [Unused; 5],
    images: [Unused; 4],
    exit_boot_services: extern "efiapi" fn(Handle, usize) -> Status,
    others: [Unused; 10],
    locate_protocol: extern "efiapi" fn(*const Guid, *mut c_void, *mut *mut c_void) -> Status,
}

/// `EFI_LOADED_IMAGE_PROTOCOL` (chapter 9.1).
#[repr(C)]
struct LoadedImage {
    revision: u32,
    parent: Handle,
    system: usize,
    device: Handle,
}

/// `EFI_SIMPLE_FILE_SYSTEM_PROTOCOL` (chapter 13.4).
#[repr(C)]
struct FileSystem {
    revision: u64,
    open_volume: extern "efiapi" fn(*mut FileSystem, *mut *mut File) -> Status,
}

/// `EFI_FILE_PROTOCOL` (chapter 13.5).
#[repr(C)]
struct File {
    revision: u64,
    open: extern "efiapi" fn(*mut File, *mut *mut File, *const u16, u64, u64) -> Status,
    close: Unused,
    delete: Unused,
    read: extern "efiapi" fn(*mut File, *mut usize, *mut u8) -> Status,
    write: Unused,
    get_position: extern "efiapi" fn(*mut File, *mut u64) -> Status,
    set_position: extern "efiapi" fn(*mut File, u64) -> Status,
}

/// `EFI_GRAPHICS_OUTPUT_PROTOCOL` (chapter 12.9).
#[repr(C)]
struct Graphics {
    query_mode: extern "efiapi" fn(*mut Graphics, u32, *mut usize, *mut *const ModeInfo) -> Status,
    set_mode: extern "efiapi" fn(*mut Graphics, u32) -> Status,
    copy: Unused,
    mode: *const Mode,
}

#[repr(C)]
struct Mode {
    count: u32,
    number: u32,
    info: *const ModeInfo,
    info_bytes: usize,
    memory: u64,
    memory_bytes: usize,
}

#[repr(C)]
struct ModeInfo {
    version: u32,
    width: u32,
    height: u32,
    /// 0: red first, 1: blue first; others are of no use to us.
    order: u32,
    masks: [u32; 4],
    row_pixels: u32,
}

/// `EFI_MEMORY_DESCRIPTOR` (chapter 7.2).
#[repr(C)]
struct Range {
    kind: u32,
    first: u64,
    mapped: u64,
    pages: u64,
    attributes: u64,
}

/// Firmware that has not been told to go.
pub struct Firmware {
    handle: Handle,
    boot: &'static BootServices,
}

impl Firmware {
    /// The firmware that called us.
    ///
    /// # Safety
    /// Both are what it gave to the entry point, and it has not been told to go.
    pub unsafe fn new(handle: Handle, system: *const SystemTable) -> Firmware {
        // SAFETY: the caller promises it.
        let boot = unsafe { &*(*system).boot };
        Firmware { handle, boot }
    }

    fn protocol<T>(&self, handle: Handle, guid: &Guid) -> Option<*mut T> {
        let mut found = null_mut();
        let status = (self.boot.handle_protocol)(handle, guid, &mut found);
        (status == SUCCESS && !found.is_null()).then_some(found.cast())
    }

    /// A file of the volume that we were started from, in memory that stays. The name ends with
    /// zero.
    pub fn read_file(&self, name: &[u16]) -> Option<&'static [u8]> {
        assert_eq!(name.last(), Some(&0), "firmware looks for the end of a name");
        // SAFETY: protocols are what the specification says, and outlive this function; so do the
        // pages, which nobody else was given.
        unsafe {
            let image: *mut LoadedImage = self.protocol(self.handle, &LOADED_IMAGE)?;
            let volume: *mut FileSystem = self.protocol((*image).device, &FILE_SYSTEM)?;
            let (mut root, mut file) = (null_mut(), null_mut());
            done(((*volume).open_volume)(volume, &mut root))?;
            done(((*root).open)(root, &mut file, name.as_ptr(), READ_ONLY, 0))?;
            let mut bytes = 0;
            done(((*file).set_position)(file, u64::MAX))?;
            done(((*file).get_position)(file, &mut bytes))?;
            done(((*file).set_position)(file, 0))?;
            let mut bytes = usize::try_from(bytes).ok()?;
            let mut first = 0;
            let pages = bytes.div_ceil(PAGE_BYTES).max(1);
            done((self.boot.allocate_pages)(0, LOADER_DATA, pages, &mut first))?;
            done(((*file).read)(file, &mut bytes, first as *mut u8))?;
            Some(core::slice::from_raw_parts(first as *const u8, bytes))
        }
    }

    /// The screen: of the size that is asked for, if the firmware can; else as it is.
    pub fn screen(&self) -> Option<MemoryScreen> {
        let mut found = null_mut();
        done((self.boot.locate_protocol)(&GRAPHICS, null_mut(), &mut found))?;
        let graphics: *mut Graphics = found.cast();
        // SAFETY: the protocol is what the specification says, and its memory is the screen's,
        // which nobody else draws to from here on.
        unsafe {
            let wanted = (0..(*(*graphics).mode).count).find(|number| {
                let (mut bytes, mut info) = (0, core::ptr::null());
                let status = ((*graphics).query_mode)(graphics, *number, &mut bytes, &mut info);
                status == SUCCESS && ((*info).width, (*info).height) == SIZE && (*info).order < 2
            });
            if let Some(number) = wanted
                && number != (*(*graphics).mode).number
            {
                // If it does not, there is still the screen as it is.
                let _ = ((*graphics).set_mode)(graphics, number);
            }
            let mode = &*(*graphics).mode;
            let info = &*mode.info;
            let order = match info.order {
                0 => Order::RedFirst,
                1 => Order::BlueFirst,
                _ => return None,
            };
            let memory = core::slice::from_raw_parts_mut(mode.memory as *mut u8, mode.memory_bytes);
            MemoryScreen::new((info.width, info.height), 4 * info.row_pixels, order, memory)
        }
    }

    /// Tells the firmware to go. The largest piece of memory that is free then: its first byte and
    /// how many.
    pub fn exit(self) -> Option<(usize, usize)> {
        let mut first = 0;
        let pages = MAP_BYTES / PAGE_BYTES;
        done((self.boot.allocate_pages)(0, LOADER_DATA, pages, &mut first))?;
        for _ in 0..EXIT_TRIES {
            let (mut bytes, mut key, mut step, mut version) = (MAP_BYTES, 0, 0, 0);
            let map = first as *mut c_void;
            done((self.boot.get_memory_map)(&mut bytes, map, &mut key, &mut step, &mut version))?;
            if (self.boot.exit_boot_services)(self.handle, key) != SUCCESS {
                continue;
            }
            let ranges = (0..bytes / step).map(|index| {
                // SAFETY: the firmware has written so many entries, and is gone.
                unsafe { &*((first as usize + index * step) as *const Range) }
            });
            let largest = ranges.filter(|range| range.kind == FREE).max_by_key(|range| range.pages);
            return largest.map(|range| (range.first as usize, range.pages as usize * PAGE_BYTES));
        }
        None
    }
}

fn done(status: Status) -> Option<()> {
    (status == SUCCESS).then_some(())
}
