//! The functions in the chip's ROM that firmware calls, by the names that its ELF has for their
//! addresses, or by where they are in the chip. The ROM itself is not here: each does for the machine
//! what the chip's does for the chip.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::esp32c6::TICKS_PER_SECOND;
use crate::esp32c6::arithmetic::Arguments;
use crate::esp32c6::arithmetic::OPERATIONS;
use crate::esp32c6::arithmetic::Operation;
use crate::esp32c6::arithmetic::Value;
use crate::esp32c6::digest::Digest;
use crate::esp32c6::digest::STATE_BYTES;
use crate::esp32c6::rom_table::FUNCTIONS;
use crate::esp32c6::storage::Storage;
use crate::memory::Memory;
use crate::memory::PAGE;
use crate::register::A0;
use crate::register::Registers;
use crate::symbol::Symbols;

/// Where the ROM's code is.
pub(super) const START: u32 = 0x4000_0000;
pub(super) const BYTES: u32 = 0x5_0000;

/// Instructions of a short function.
const SHORT: u64 = 20;

/// What the flash functions answer.
const FLASH_OK: u32 = 0;
const FLASH_ERROR: u32 = 1;

/// Power came on.
const RESET_POWER_ON: u32 = 1;

/// A call, and what it may reach.
pub(super) struct Call<'a> {
    arguments: Arguments,
    memory: &'a mut Memory,
    storage: &'a mut Storage,
    /// Instructions that the function takes.
    instructions: u64,
    /// Bytes that it prints.
    printed: &'a mut Vec<u8>,
}

type Service = fn(&mut Call) -> Option<Value>;

#[derive(Clone, Copy)]
enum Function {
    Operation(Operation),
    Service(Service),
}

/// The functions of a firmware's ROM.
#[derive(Clone, Default)]
pub(super) struct Rom {
    functions: BTreeMap<u32, Function>,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It returns after so many instructions.
    Returned(u64),
    /// There is no such function here.
    Unknown,
    /// Its arguments name memory that is not there.
    BadArguments,
}

/// Each gives `None` for memory that is not there.
const SERVICES: &[(&str, Service)] = &[
    ("memset", memset),
    ("memcpy", memcpy),
    ("memmove", memcpy),
    ("memcmp", memcmp),
    ("bcmp", memcmp),
    ("bzero", bzero),
    ("strlen", strlen),
    ("rtc_get_reset_reason", |_| Some(Value::Word(RESET_POWER_ON))),
    ("ets_delay_us", delay),
    ("ets_update_cpu_frequency", nothing),
    ("esp_rom_spiflash_read", flash_read),
    ("esp_rom_spiflash_write", flash_write),
    ("esp_rom_spiflash_erase_sector", flash_erase_sector),
    ("esp_rom_spiflash_erase_block", flash_erase_block),
    ("esp_rom_spiflash_unlock", |_| Some(Value::Word(FLASH_OK))),
    ("Cache_Invalidate_Addr", nothing),
    ("Cache_Suspend_ICache", |_| Some(Value::Word(0))),
    ("Cache_Resume_ICache", nothing),
    ("esp_rom_md5_init", digest_begin),
    ("esp_rom_md5_update", digest_update),
    ("esp_rom_md5_final", digest_end),
    ("uart_tx_one_char", print),
    ("esp_rom_uart_tx_one_char", print),
];

impl Rom {
    /// The functions where these symbols place them in the ROM, and the others where the chip has
    /// them.
    pub(super) fn new(symbols: &Symbols) -> Rom {
        let mut functions = BTreeMap::new();
        let known = FUNCTIONS.iter().map(|(address, name)| (*name, *address));
        for (name, address) in known.chain(symbols.all()) {
            let is_inside = (START..START + BYTES).contains(&address);
            if let Some(function) = by_name(name).filter(|_| is_inside) {
                functions.insert(address, function);
            }
        }
        Rom { functions }
    }

    /// Does what the function at an address does.
    pub(super) fn call(
        &self,
        address: u32,
        registers: &mut Registers,
        memory: &mut Memory,
        storage: &mut Storage,
        printed: &mut Vec<u8>,
    ) -> Outcome {
        let Some(function) = self.functions.get(&address) else { return Outcome::Unknown };
        let arguments = [0, 1, 2, 3].map(|index| registers.get(A0 + index));
        let mut call = Call { arguments, memory, storage, instructions: SHORT, printed };
        let value = match function {
            Function::Operation(operation) => operation(arguments),
            Function::Service(service) => match service(&mut call) {
                Some(value) => value,
                None => return Outcome::BadArguments,
            },
        };
        match value {
            Value::Nothing => (),
            Value::Word(word) => registers.set(A0, word),
            Value::Double(words) => {
                registers.set(A0, words as u32);
                registers.set(A0 + 1, (words >> 32) as u32);
            }
        }
        Outcome::Returned(call.instructions)
    }
}

fn by_name(name: &str) -> Option<Function> {
    let operation = OPERATIONS.iter().find(|(known, _)| *known == name);
    let service = SERVICES.iter().find(|(known, _)| *known == name);
    let service = service.map(|(_, service)| Function::Service(*service));
    operation.map(|(_, operation)| Function::Operation(*operation)).or(service)
}

impl Call<'_> {
    fn wait(&mut self, time: Duration) {
        // A millionth of a second is 160 instructions; whoever waits centuries waits for ever.
        let ticks = time.as_nanos() * u128::from(TICKS_PER_SECOND) / 1_000_000_000;
        self.instructions += u64::try_from(ticks).unwrap_or(u64::MAX / 2);
    }

    fn bytes(&self, address: u32, len: u32) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut next = address;
        let mut left = len;
        while 0 < left {
            // Neighbouring pages of the flash are neighbours in it by chance alone.
            let piece = left.min(PAGE - next % PAGE);
            bytes.extend_from_slice(self.memory.bytes(next, piece)?);
            next = next.wrapping_add(piece);
            left -= piece;
        }
        Some(bytes)
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Option<()> {
        self.instructions += bytes.len() as u64 / 4;
        self.memory.write(address, bytes).then_some(())
    }
}

fn nothing(_: &mut Call) -> Option<Value> {
    Some(Value::Nothing)
}

fn delay(call: &mut Call) -> Option<Value> {
    call.wait(Duration::from_micros(u64::from(call.arguments[0])));
    Some(Value::Nothing)
}

fn print(call: &mut Call) -> Option<Value> {
    call.printed.push(call.arguments[0] as u8);
    Some(Value::Word(0))
}

fn digest_begin(call: &mut Call) -> Option<Value> {
    call.write(call.arguments[0], &Digest::new().bytes())?;
    Some(Value::Nothing)
}

fn digest_update(call: &mut Call) -> Option<Value> {
    let [state, from, len, _] = call.arguments;
    let bytes = call.bytes(from, len)?;
    let mut digest = digest_at(call, state)?;
    digest.update(&bytes);
    call.instructions += u64::from(len) * 8;
    call.write(state, &digest.bytes())?;
    Some(Value::Nothing)
}

fn digest_end(call: &mut Call) -> Option<Value> {
    let [to, state, ..] = call.arguments;
    let digest = digest_at(call, state)?.finish();
    call.write(to, &digest)?;
    Some(Value::Nothing)
}

fn digest_at(call: &Call, state: u32) -> Option<Digest> {
    let bytes = call.memory.bytes(state, STATE_BYTES as u32)?;
    Some(Digest::load(bytes.try_into().ok()?))
}

fn memset(call: &mut Call) -> Option<Value> {
    let [to, byte, len, _] = call.arguments;
    call.memory.bytes(to, len.max(1))?;
    call.write(to, &vec![byte as u8; len as usize])?;
    Some(Value::Word(to))
}

fn bzero(call: &mut Call) -> Option<Value> {
    let [to, len, ..] = call.arguments;
    call.memory.bytes(to, len.max(1))?;
    call.write(to, &vec![0; len as usize])?;
    Some(Value::Nothing)
}

fn memcpy(call: &mut Call) -> Option<Value> {
    let [to, from, len, _] = call.arguments;
    let bytes = call.bytes(from, len)?;
    call.write(to, &bytes)?;
    Some(Value::Word(to))
}

fn memcmp(call: &mut Call) -> Option<Value> {
    let [left, right, len, _] = call.arguments;
    let order = call.bytes(left, len)?.cmp(&call.bytes(right, len)?);
    call.instructions += u64::from(len) / 2;
    Some(Value::Word(order as i32 as u32))
}

fn strlen(call: &mut Call) -> Option<Value> {
    let from = call.arguments[0];
    let mut len = 0;
    while call.memory.bytes(from.checked_add(len)?, 1)? != [0] {
        len += 1;
    }
    call.instructions += u64::from(len);
    Some(Value::Word(len))
}

fn flash_read(call: &mut Call) -> Option<Value> {
    let [at, to, len, _] = call.arguments;
    // Nothing is read to where nothing can be.
    call.memory.bytes(to, len.max(1))?;
    let Some(bytes) = call.storage.read(at, len) else { return Some(Value::Word(FLASH_ERROR)) };
    call.write(to, &bytes)?;
    Some(Value::Word(FLASH_OK))
}

fn flash_write(call: &mut Call) -> Option<Value> {
    let [at, from, len, _] = call.arguments;
    let bytes = call.bytes(from, len)?;
    let Ok(busy) = call.storage.program(at, &bytes, call.memory) else {
        return Some(Value::Word(FLASH_ERROR));
    };
    call.wait(busy);
    Some(Value::Word(FLASH_OK))
}

fn flash_erase_sector(call: &mut Call) -> Option<Value> {
    erase(call, call.arguments[0], 1)
}

/// A block is 16 sectors.
fn flash_erase_block(call: &mut Call) -> Option<Value> {
    erase(call, call.arguments[0].saturating_mul(16), 16)
}

fn erase(call: &mut Call, first: u32, count: u32) -> Option<Value> {
    for sector in first..first.saturating_add(count) {
        let Ok(busy) = call.storage.erase(sector, call.memory) else {
            return Some(Value::Word(FLASH_ERROR));
        };
        call.wait(busy);
    }
    Some(Value::Word(FLASH_OK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use devices::flash::Flash;
    use devices::flash::Quality;
    use devices::stream::Seed;

    use crate::memory::Backing;
    use crate::memory::Rights;

    const RAM: u32 = 0x4080_0000;

    struct Bench {
        memory: Memory,
        storage: Storage,
    }

    impl Bench {
        fn new() -> Bench {
            let mut memory = Memory::new(0x10_0000);
            memory.map_ram(RAM, 0x1000).unwrap();
            let chip = Flash::new(vec![0xff; 0x4_0000], Quality::SERIAL, Seed(1), "chip");
            let storage = Storage::new(chip, &mut memory).unwrap();
            Bench { memory, storage }
        }

        fn page(&mut self) -> Backing {
            self.memory.allocate(PAGE).unwrap()
        }

        fn call(&mut self, name: &str, arguments: &[u32]) -> (Outcome, u32) {
            let mut symbols = Symbols::default();
            symbols.add(name, START + 0x100, 0);
            let mut registers = Registers::default();
            for (index, argument) in arguments.iter().enumerate() {
                registers.set(A0 + index, *argument);
            }
            let outcome = Rom::new(&symbols).call(
                START + 0x100,
                &mut registers,
                &mut self.memory,
                &mut self.storage,
                &mut Vec::new(),
            );
            (outcome, registers.get(A0))
        }
    }

    #[test]
    fn memory_is_set_copied_also_over_itself_and_compared() {
        let mut bench = Bench::new();
        bench.memory.write(RAM, b"abcdef");
        bench.call("memmove", &[RAM + 2, RAM, 4]);
        assert_eq!(bench.memory.bytes(RAM, 6).unwrap(), b"ababcd");
        assert_eq!(bench.call("memcmp", &[RAM, RAM + 2, 2]).1, 0);
        assert_eq!(bench.call("memcmp", &[RAM, RAM + 4, 2]).1, u32::MAX);
        bench.call("memset", &[RAM, 0x101, 3]);
        assert_eq!(bench.memory.bytes(RAM, 4).unwrap(), [1, 1, 1, b'b']);
    }

    #[test]
    fn a_copy_goes_on_where_the_next_page_lies_elsewhere() {
        let mut bench = Bench::new();
        let (first, second) = (bench.page(), bench.page());
        for (number, page) in (0..).zip([second, first]) {
            bench.memory.map(RAM + 0x1_0000 + number * PAGE, page, Rights::Rom).unwrap();
        }
        bench.memory.write(RAM + 0x1_0000 + PAGE - 2, b"ab");
        bench.memory.write(RAM + 0x1_0000 + PAGE, b"cd");
        bench.call("memcpy", &[RAM, RAM + 0x1_0000 + PAGE - 2, 4]);
        assert_eq!(bench.memory.bytes(RAM, 4).unwrap(), b"abcd");
    }

    #[test]
    fn memory_that_is_not_there_is_reported() {
        let mut bench = Bench::new();
        for (name, arguments) in [
            ("memset", [RAM, 0, u32::MAX]),
            ("memset", [0x10, 0, 4]),
            ("memcpy", [RAM, 0x10, 4]),
            ("memcpy", [RAM + 0xffe, RAM, 4]),
            ("esp_rom_spiflash_read", [0, RAM, 0x8000_0000]),
        ] {
            assert_eq!(bench.call(name, &arguments).0, Outcome::BadArguments, "{name}");
        }
    }

    #[test]
    fn flash_is_erased_programmed_and_read_and_takes_its_time() {
        let mut bench = Bench::new();
        bench.memory.write(RAM, &[1, 2, 3, 4]);
        let (Outcome::Returned(ticks), 0) = bench.call("esp_rom_spiflash_erase_sector", &[1])
        else {
            panic!("a sector is erased");
        };
        assert_eq!(ticks, SHORT + TICKS_PER_SECOND * 45 / 1_000);
        assert_eq!(bench.call("esp_rom_spiflash_write", &[0x1000, RAM, 4]).1, FLASH_OK);
        bench.call("esp_rom_spiflash_read", &[0x1000, RAM + 8, 4]);
        assert_eq!(bench.memory.bytes(RAM + 8, 4).unwrap(), [1, 2, 3, 4]);
        assert_eq!(bench.call("esp_rom_spiflash_erase_sector", &[0x40]).1, FLASH_ERROR);
        assert_eq!(bench.call("esp_rom_spiflash_write", &[0x1001, RAM, 4]).1, FLASH_ERROR);
    }

    #[test]
    fn firmware_without_names_finds_the_functions_where_the_chip_has_them() {
        let mut bench = Bench::new();
        bench.memory.write(RAM, b"abcd");
        let mut registers = Registers::default();
        for (index, argument) in [RAM + 8, RAM, 4].into_iter().enumerate() {
            registers.set(A0 + index, argument);
        }
        let (address, _) = FUNCTIONS.iter().find(|(_, name)| *name == "memcpy").unwrap();
        let outcome = Rom::new(&Symbols::default()).call(
            *address,
            &mut registers,
            &mut bench.memory,
            &mut bench.storage,
            &mut Vec::new(),
        );
        assert_eq!(outcome, Outcome::Returned(SHORT + 1));
        assert_eq!(bench.memory.bytes(RAM + 8, 4).unwrap(), b"abcd");
    }

    #[test]
    fn a_function_that_is_not_known_is_not_served() {
        assert_eq!(Bench::new().call("esp_pp_rom_version_get", &[]).0, Outcome::Unknown);
    }

    #[test]
    fn whoever_waits_gets_the_time_that_passes() {
        let (outcome, _) = Bench::new().call("ets_delay_us", &[10]);
        assert_eq!(outcome, Outcome::Returned(SHORT + 1_600));
    }
}
