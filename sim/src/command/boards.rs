//! `orrery boards`: what firmware that was built takes of its board, and what of it each actor takes.

use std::fmt;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use devices::stream::Seed;
use goblin::elf::Elf;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use protocol::message::HeapInfo;

use crate::board::VirtualBoard;
use crate::command::Ending;
use crate::command::sim::look;
use crate::firmware::BoardName;
use crate::remote::Remote;
use crate::scenario::load::load;
use crate::stock::Stock;
use crate::target::Target;
use crate::target::TargetError;
use crate::target::emulated::Emulated;
use crate::target::qemu::Computer;
use crate::target::qemu::Qemu;

/// What the names of the kernel's own statics contain, as the compiler writes them.
const OF_KERNEL: &str = "6kernel";

/// The RAM of an ESP32-C6 (ESP32-C6 Technical Reference Manual, table 5.3-2, "HP SRAM"). Other boards
/// are loaded into RAM as a whole.
const ESP32C6_RAM: std::ops::Range<u64> = 0x4080_0000..0x4088_0000;

/// Looks at every board below a folder, as `orrery build` leaves it. Fails if one that was built
/// cannot be asked.
pub fn run(out: &Path) -> Ending {
    let mut ending = Ending::Passed;
    for board in BoardName::ALL {
        let path = out.join(board.name()).join(board.binaries()[0].file);
        let text = match fs::read(&path) {
            Ok(file) => describe(board, &path, &file),
            Err(_) => Ok(format!("not built: cargo run build --board {}\n", board.name())),
        };
        match text {
            Ok(text) => println!("{}: {text}", board.name()),
            Err(error) => {
                eprintln!("{}: error: {error}", board.name());
                ending = Ending::Failed;
            }
        }
    }
    ending
}

/// All that is said of one board.
fn describe(board: BoardName, path: &Path, file: &[u8]) -> Result<String, String> {
    let mut text = format!("{}\n", path.display());
    let sections = Sections::read(board, file)?;
    let _ = write!(text, "{sections}");
    match target(board, path, file).and_then(|target| measure(board, &*target)) {
        Ok(heap) => {
            let _ = write!(text, "{heap}");
        }
        Err(TargetError::Missing(why)) => {
            let _ = writeln!(text, "  heap: not asked: {why}");
        }
        Err(error) => return Err(error.to_string()),
    }
    Ok(text)
}

/// A part of the firmware that stays.
struct Section {
    name: String,
    address: u64,
    /// Bytes that are stored.
    stored: u64,
    /// Bytes of RAM.
    ram: u64,
}

/// What firmware takes before it does anything.
struct Sections {
    all: Vec<Section>,
    /// Bytes of RAM that are the kernel's own statics.
    kernel: u64,
}

impl Sections {
    fn read(board: BoardName, file: &[u8]) -> Result<Sections, String> {
        let elf = Elf::parse(file).map_err(|error| error.to_string())?;
        let is_ram = |address: u64| board != BoardName::Esp32c6 || ESP32C6_RAM.contains(&address);
        let mut all = Vec::new();
        for section in elf.section_headers.iter().filter(|section| section.is_alloc()) {
            let (address, size) = (section.sh_addr, section.sh_size);
            let stored = section.file_range().map_or(0, |range| range.len() as u64);
            let ram = if is_ram(address) { size } else { 0 };
            let name = elf.shdr_strtab.get_at(section.sh_name).unwrap_or("?").to_owned();
            if stored + ram != 0 {
                all.push(Section { name, address, stored, ram });
            }
        }
        let statics = elf.syms.iter().filter(|symbol| {
            let is_kernel =
                elf.strtab.get_at(symbol.st_name).is_some_and(|name| name.contains(OF_KERNEL));
            let section = elf.section_headers.get(symbol.st_shndx);
            is_kernel && section.is_some_and(|section| section.is_alloc() && section.is_writable())
        });
        Ok(Sections { all, kernel: statics.map(|symbol| symbol.st_size).sum() })
    }
}

impl fmt::Display for Sections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {:<20} {:>10} {:>10} {:>10}", "section", "address", "stored", "RAM")?;
        for Section { name, address, stored, ram } in &self.all {
            writeln!(f, "  {name:<20} {address:>#10x} {stored:>10} {ram:>10}")?;
        }
        let stored: u64 = self.all.iter().map(|section| section.stored).sum();
        let ram: u64 = self.all.iter().map(|section| section.ram).sum();
        writeln!(f, "  {:<20} {:>10} {stored:>10} {ram:>10}", "in all", "")?;
        writeln!(f, "  {:<20} {:>10} {:>10} {:>10}", "the kernel's statics", "", "", self.kernel)
    }
}

/// What a population takes of the heap.
struct Heap {
    /// All of it.
    bytes: u64,
    /// What the firmware takes, and a kernel without actors.
    kernel: u64,
    /// Places for actors in it.
    places: usize,
    /// Whose population it is.
    scenario: PathBuf,
    actors: Vec<Share>,
    /// What is left once all of them are there.
    free: u64,
}

/// What one actor takes.
struct Share {
    name: String,
    /// Bytes of its module, which take heap only if the engine copies or compiles them.
    wasm: usize,
    /// Bytes of linear memory that it may have.
    memory: usize,
    /// Bytes of heap in all.
    heap: u64,
}

impl fmt::Display for Heap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Heap { bytes, kernel, places, scenario, actors, free } = self;
        writeln!(f, "  heap: {bytes} bytes")?;
        writeln!(f, "  {kernel:>10} firmware, and a kernel with {places} empty places")?;
        for Share { name, wasm, memory, heap } in actors {
            writeln!(f, "  {heap:>10} {name}: wasm {wasm}, may have {memory} of memory")?;
        }
        writeln!(f, "  {free:>10} free, with the population of {}", scenario.display())
    }
}

/// Where the firmware can be asked.
fn target(board: BoardName, path: &Path, file: &[u8]) -> Result<Arc<dyn Target>, TargetError> {
    let computer = match board {
        BoardName::Esp32c6 => return Ok(Arc::new(Emulated::new(file)?)),
        BoardName::X86_64 => Computer::X86_64,
        BoardName::QemuRiscv32 => Computer::Riscv32,
    };
    Ok(Arc::new(Qemu { computer, firmware: path.to_path_buf() }))
}

/// Boots the board's usual population, first without actors, then with one more of them at a time.
fn measure(board: BoardName, target: &dyn Target) -> Result<Heap, TargetError> {
    let scenario = PathBuf::from(board.population());
    let plans = load(&scenario, &Stock)
        .map_err(|diagnostics| TargetError::Other(diagnostics.render(look())))?;
    let profile = board.profile();
    let mut boards = plans.iter().flat_map(|plan| &plan.boards);
    let plan = boards.find(|(_, plan)| plan.profile == profile);
    let (name, plan) = plan
        .ok_or_else(|| TargetError::Other(format!("{} has no such board", scenario.display())))?;
    let whole = plan.manifest(name);
    let ask = |count: usize| -> Result<HeapInfo, TargetError> {
        let mut virtual_board = VirtualBoard::new(name, profile, None, Seed(0));
        let manifest = first_actors(&whole, count);
        Remote::boot(target, profile, &manifest, &mut virtual_board)?.heap()
    };
    let empty = ask(0)?;
    let mut free = empty.free;
    let mut actors = Vec::new();
    for (index, actor) in whole.actors.iter().enumerate() {
        let left = ask(index + 1)?.free;
        let wasm = match &actor.program {
            Program::Wasm(bytes) => bytes.len(),
            _ => 0,
        };
        let heap = free.saturating_sub(left);
        actors.push(Share { name: actor.name.clone(), wasm, memory: actor.memory, heap });
        free = left;
    }
    let (bytes, kernel) = (empty.bytes, empty.bytes - empty.free);
    Ok(Heap { bytes, kernel, places: whole.places, scenario, actors, free })
}

/// The population without those behind so many, and without what is granted of them.
fn first_actors(whole: &Manifest, count: usize) -> Manifest {
    let mut manifest = whole.clone();
    manifest.actors.truncate(count);
    let names: Vec<String> = manifest.actors.iter().map(|actor| actor.name.clone()).collect();
    let is_there = |object: &GrantObject| match object {
        GrantObject::Endpoint(name) | GrantObject::Child(name) | GrantObject::Directory(name) => {
            names.contains(name)
        }
        _ => true,
    };
    for ActorManifest { grants, .. } in &mut manifest.actors {
        grants.retain(|grant| is_there(&grant.object));
    }
    manifest
}
