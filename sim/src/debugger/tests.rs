//! A client that speaks the protocol over a socket.

use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::process::Command;
use std::thread;

use devices::flash::Quality;
use devices::stream::Seed;
use emulator::cpu::Cpu;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::elf::Segment;
use emulator::esp32c6;
use emulator::esp32c6::Wiring;
use emulator::esp32c6::board::Board;
use emulator::machine::Machine;
use emulator::symbol::Symbols;
use emulator::virt::Options;
use emulator::virt::RAM;
use emulator::virt::Virt;

use crate::debugger::Debuggee;
use crate::debugger::Session;
use crate::debugger::debug;
use crate::debugger::parse;
use crate::partition;

struct Bench {
    cpu: Cpu,
    machine: Virt,
}

impl Debuggee for Bench {
    fn parts(&mut self) -> (&mut Cpu, &mut dyn Machine) {
        (&mut self.cpu, &mut self.machine)
    }

    fn show(&mut self) {}
}

/// Counts x5 up for ever and keeps it in memory.
const COUNT: [u32; 5] = [
    0x0000_0317, // auipc x6, 0
    0x0012_8293, // addi x5, x5, 1
    0x1053_2023, // sw x5, 256(x6)
    0x0000_0013, // nop
    0xff5f_f06f, // jal x0, -12
];
/// Writes a pass to the finisher.
const END: [u32; 4] = [0x0010_0337, 0x0000_52b7, 0x5552_8293, 0x0053_2023];

struct Client(TcpStream);

impl Client {
    fn send(&mut self, text: &str) {
        let sum = text.bytes().fold(0_u8, u8::wrapping_add);
        self.0.write_all(format!("${text}#{sum:02x}").as_bytes()).unwrap();
    }

    fn byte(&mut self) -> u8 {
        let mut byte = [0];
        self.0.read_exact(&mut byte).unwrap();
        byte[0]
    }

    /// The next packet's text, with runs written out.
    fn receive(&mut self) -> String {
        while self.byte() != b'$' {}
        let mut text = Vec::new();
        loop {
            match self.byte() {
                b'#' => break,
                b'*' => {
                    let last = *text.last().unwrap();
                    let count = usize::from(self.byte() - 29);
                    text.extend(std::iter::repeat_n(last, count));
                }
                byte => text.push(byte),
            }
        }
        let _ = [self.byte(), self.byte()];
        self.0.write_all(b"+").unwrap();
        String::from_utf8(text).unwrap()
    }

    fn ask(&mut self, text: &str) -> String {
        self.send(text);
        self.receive()
    }

    /// A register by its number.
    fn register(&mut self, number: usize) -> u32 {
        let answer = self.ask(&format!("p{number:x}"));
        u32::from_str_radix(&answer, 16).unwrap().swap_bytes()
    }
}

/// Lets a client loose on a program, and gives how that ended.
fn session(words: &[u32], client: impl FnOnce(&mut Client) + Send + 'static) -> (Session, Bench) {
    let options = Options { ram: 0x1_0000, ..Options::default() };
    let (mut cpu, machine) = Virt::new(&options).unwrap();
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    assert!(cpu.memory_mut().write(RAM, &bytes));
    let mut bench = Bench { cpu, machine };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let other = thread::spawn(move || client(&mut Client(TcpStream::connect(address).unwrap())));
    let session = debug(&listener, &mut bench).unwrap();
    other.join().unwrap();
    (session, bench)
}

#[test]
fn registers_and_memory_are_read_and_written() {
    let (session, bench) = session(&COUNT, |client| {
        let all = client.ask("g");
        assert_eq!(all.len(), 33 * 8);
        assert!(all.ends_with("00000080"), "the program counter is the last: {all}");
        assert_eq!(client.ask("m80000004,4"), "93821200");
        assert_eq!(client.ask("M80000200,4:78563412"), "OK");
        assert_eq!(client.ask("m80000200,2"), "7856");
        assert_eq!(client.ask("P5=2a000000"), "OK");
        assert_eq!(client.register(5), 42);
        assert_eq!(client.register(65 + 0x301), 0x4010_1105, "misa");
        assert!(client.ask("m100000,4").starts_with('E'), "a device is not asked");
        assert!(client.ask("qXfer:features:read:target.xml:0,800").contains("riscv:rv32"));
        assert_eq!(client.ask("D"), "OK");
    });
    assert_eq!(session, Session::Detached);
    assert_eq!(bench.cpu.memory().word(RAM + 0x200), Some(0x1234_5678));
}

#[test]
fn a_step_is_one_instruction() {
    let (session, bench) = session(&COUNT, |client| {
        for pc in [0x8000_0004, 0x8000_0008, 0x8000_000c, 0x8000_0010, 0x8000_0004] {
            assert_eq!(client.ask("vCont;s"), "S05");
            assert_eq!(client.register(32), pc);
        }
        client.send("k");
    });
    assert_eq!(session, Session::Killed);
    assert_eq!(bench.cpu.retired(), 5);
}

#[test]
fn a_breakpoint_stops_before_its_instruction_and_is_not_seen_in_memory() {
    let (_, bench) = session(&COUNT, |client| {
        assert_eq!(client.ask("Z0,8000000c,4"), "OK");
        for round in 1..4 {
            assert!(client.ask("vCont;c").starts_with("T05"));
            assert_eq!((client.register(32), client.register(5)), (0x8000_000c, round));
        }
        assert_eq!(client.ask("m8000000c,4"), "13000000");
        assert_eq!(client.ask("z0,8000000c,4"), "OK");
        client.send("k");
    });
    assert_eq!(bench.cpu.registers().get(5), 3);
}

#[test]
fn a_watchpoint_stops_behind_the_store() {
    let (_, bench) = session(&COUNT, |client| {
        assert_eq!(client.ask("Z2,80000102,1"), "OK");
        let answer = client.ask("vCont;c");
        assert!(answer.contains("watch:80000102"), "{answer}");
        assert_eq!(client.register(32), 0x8000_000c);
        assert_eq!(client.ask("z2,80000102,1"), "OK");
        client.send("k");
    });
    assert_eq!(bench.cpu.memory().word(RAM + 0x100), Some(1));
}

#[test]
fn a_running_program_is_interrupted() {
    let (_, bench) = session(&COUNT, |client| {
        client.send("vCont;c");
        client.0.write_all(&[3]).unwrap();
        assert_eq!(client.receive(), "S02");
        client.send("k");
    });
    assert!(0 < bench.cpu.retired());
}

#[test]
fn the_end_of_a_program_is_told() {
    let (session, _) = session(&END, |client| {
        assert_eq!(client.ask("vCont;c"), "W00");
    });
    assert_eq!(session, Session::Ended(Stop::Exit(0)));
}

#[test]
fn without_an_address_only_this_computer_connects() {
    assert!(parse(":3333").unwrap().ip().is_loopback());
    assert!(parse("3333").unwrap().ip().is_loopback());
    assert_eq!(parse("0.0.0.0:1").unwrap().to_string(), "0.0.0.0:1");
    assert!(parse("here").is_err());
}

const GDB: &str = "gdb-multiarch";

/// Whether GDB is there. If it is not and may be absent, that is said.
fn has_gdb() -> bool {
    let output = Command::new(GDB).arg("--version").output();
    if output.is_ok_and(|output| output.status.success()) {
        return true;
    }
    let is_required = std::env::var_os("ORRERY_REQUIRE_TOOLS").is_some_and(|set| set == "1");
    assert!(!is_required, "no {GDB}, and ORRERY_REQUIRE_TOOLS is set");
    println!("skipped: needs {GDB} (apt install gdb-multiarch)");
    false
}

/// A board whose firmware is in its RAM.
fn board(start: u32, words: &[u32]) -> Board {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let (physical, size) = (start, bytes.len() as u32);
    let segment = Segment { index: 0, physical, virtual_address: start, bytes, size };
    let elf = Elf { entry: start, segments: vec![segment], symbols: Symbols::default() };
    let flash = partition::flash(&[], &[]).unwrap();
    let (quality, wiring) = (Quality::SERIAL, Wiring::default());
    Board::boot(&elf, esp32c6::Options { flash, quality, seed: Seed(0), wiring }).unwrap()
}

#[test]
fn gdb_itself_stops_steps_and_looks_on_the_chip_of_a_board() {
    if !has_gdb() {
        return;
    }
    let mut board = board(0x4080_0000, &COUNT);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("target remote {}", listener.local_addr().unwrap());
    let gdb = thread::spawn(move || {
        let commands = [
            "set confirm off",
            "set architecture riscv:rv32",
            &target,
            "break *0x40800008",
            "continue",
            "continue",
            "info registers t0 pc",
            "stepi",
            "x/2xw 0x40800100",
            "info registers pc mstatus",
            "kill",
        ];
        let commands = commands.iter().flat_map(|command| ["-ex", command]);
        let output = Command::new(GDB).args(["-nx", "-q", "-batch"]).args(commands).output();
        String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
    });
    let session = debug(&listener, &mut board).unwrap();
    let said = gdb.join().unwrap();
    assert_eq!(session, Session::Killed, "{said}");
    let words: Vec<Vec<&str>> =
        said.lines().map(|line| line.split_whitespace().collect()).collect();
    for wanted in [
        ["t0", "0x2", "2"].as_slice(),
        &["pc", "0x40800008", "0x40800008"],
        &["0x40800100:", "0x00000002", "0x00000000"],
        &["pc", "0x4080000c", "0x4080000c"],
    ] {
        assert!(words.iter().any(|words| words == wanted), "no {wanted:?} in\n{said}");
    }
    assert!(said.contains("mstatus"), "{said}");
}
