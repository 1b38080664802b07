//! The registers, as GDB wants them described (GDB manual, appendix "Target Descriptions",
//! RISC-V Features).

use std::fmt::Write;

use emulator::register::NAMES;

/// Where the numbers of control and status registers begin.
const FIRST: u16 = 65;
/// Those that are shown by name; all others can be asked for by number.
const STATUS: [(&str, u16); 12] = [
    ("mstatus", 0x300),
    ("misa", 0x301),
    ("mie", 0x304),
    ("mtvec", 0x305),
    ("mscratch", 0x340),
    ("mepc", 0x341),
    ("mcause", 0x342),
    ("mtval", 0x343),
    ("mip", 0x344),
    ("mcycle", 0xb00),
    ("minstret", 0xb02),
    ("mhartid", 0xf14),
];

/// The document `target.xml`.
pub(super) fn description() -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target \
         version=\"1.0\"><architecture>riscv:rv32</architecture><feature \
         name=\"org.gnu.gdb.riscv.cpu\">",
    );
    // Writing to a string cannot fail.
    for (number, name) in NAMES.into_iter().enumerate() {
        // GDB calls the frame pointer so.
        let name = if name == "s0" { "fp" } else { name };
        let kind = match name {
            "ra" => "code_ptr",
            "sp" | "gp" | "tp" | "fp" => "data_ptr",
            _ => "int",
        };
        let _ = write!(
            text,
            "<reg name=\"{name}\" bitsize=\"32\" type=\"{kind}\" regnum=\"{number}\"/>"
        );
    }
    text.push_str("<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\" regnum=\"32\"/></feature>");
    text.push_str("<feature name=\"org.gnu.gdb.riscv.csr\">");
    for (name, number) in STATUS {
        let number = FIRST + number;
        let _ =
            write!(text, "<reg name=\"{name}\" bitsize=\"32\" type=\"int\" regnum=\"{number}\"/>");
    }
    text.push_str("</feature></target>");
    text
}
