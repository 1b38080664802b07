//! Zig.

use kernel::personality::Function;
use kernel::personality::Kind;

use crate::header::Language;
use crate::header::about;
use crate::header::camel;
use crate::header::constant::Group;
use crate::header::constant::Number;
use crate::header::constant::REFUSAL;
use crate::header::declaration;
use crate::header::parameters;

pub(super) const LANGUAGE: Language =
    Language { name: "zig", file: "actors/sdk/zig/orrery.zig", group, function };

fn group(group: &Group) -> String {
    let mut text = format!("/// {}\n", group.about);
    if group.name == REFUSAL {
        return text + &errors(group);
    }
    text.push_str(&format!("pub const {} = struct {{\n", group.name));
    for (name, value, _) in &group.constants {
        let name = name.to_lowercase();
        let number = match group.number {
            Number::Signed32 => format!("i32 = {value}"),
            Number::Unsigned32 => format!("u32 = {value:#x}"),
            Number::Signed64 => format!("i64 = {value}"),
        };
        text.push_str(&format!("    pub const {name}: {number};\n"));
    }
    text + "};\n"
}

/// Refusals are Zig's own errors.
fn errors(group: &Group) -> String {
    let names =
        || group.constants.iter().map(|(name, code, _)| (camel(&name.to_lowercase()), code));
    let mut text = format!("pub const {REFUSAL} = error{{\n");
    for (name, _) in names() {
        text.push_str(&format!("    {name},\n"));
    }
    text.push_str("};\n\n/// A result of the kernel's as a number or a refusal.\n");
    text.push_str(&format!("pub fn checked(code: i64) {REFUSAL}!u64 {{\n"));
    text.push_str("    if (0 <= code) return @intCast(code);\n    return switch (code) {\n");
    for (name, code) in names() {
        text.push_str(&format!("        {code} => {REFUSAL}.{name},\n"));
    }
    // A code that a header does not know yet is a refusal all the same.
    text + &format!("        else => {REFUSAL}.NotAvailable,\n    }};\n}}\n")
}

fn function(function: &Function) -> String {
    let result = function.result.map_or("void", word);
    let written = parameters(function, |name, kind| format!("{name}: {}", parameter(kind)));
    let head = format!("pub extern \"env\" fn {}", function.name);
    about(function, "///") + &declaration(&head, &written, &format!(" {result};"), ",")
}

fn parameter(kind: Kind) -> &'static str {
    match kind {
        Kind::Bytes => "[*]const u8",
        Kind::Buffer => "[*]u8",
        Kind::Place32 => "*u32",
        Kind::Place64 => "[*]i64",
        Kind::Len => "usize",
        Kind::Opcode | Kind::Rights => "u32",
        kind => word(kind),
    }
}

fn word(kind: Kind) -> &'static str {
    if kind.is_wide() { "i64" } else { "i32" }
}
