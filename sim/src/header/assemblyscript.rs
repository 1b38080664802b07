//! AssemblyScript.

use kernel::personality::Function;
use kernel::personality::Kind;

use crate::header::Language;
use crate::header::about;
use crate::header::constant::Group;
use crate::header::constant::Number;
use crate::header::constant::REFUSAL;
use crate::header::declaration;
use crate::header::parameters;

pub(super) const LANGUAGE: Language = Language {
    name: "assemblyscript",
    file: "actors/sdk/assemblyscript/orrery.ts",
    group,
    function,
};

fn group(group: &Group) -> String {
    let mut text = format!("/// {}\nexport namespace {} {{\n", group.about, group.name);
    for (name, value, _) in &group.constants {
        let number = match group.number {
            Number::Signed32 => format!("i32 = {value}"),
            Number::Unsigned32 => format!("u32 = {value:#x}"),
            Number::Signed64 => format!("i64 = {value}"),
        };
        text.push_str(&format!("  export const {name}: {number};\n"));
    }
    text.push_str("}\n");
    if group.name == REFUSAL {
        text.push_str("\n/// What a refusal says to a reader.\n");
        text.push_str("export function refusalText(code: i32): string {\n  switch (code) {\n");
        for (name, _, says) in &group.constants {
            text.push_str(&format!("    case {REFUSAL}.{name}: return \"{says}\";\n"));
        }
        text.push_str("    default: return \"no refusal\";\n  }\n}\n");
    }
    text
}

fn function(function: &Function) -> String {
    let result = function.result.map_or("void", word);
    let written = parameters(function, |name, kind| format!("{name}: {}", parameter(kind)));
    let name = function.name;
    let head = format!(
        "// @ts-ignore: decorator\n@external(\"env\", \"{name}\")\n\
         export declare function {name}"
    );
    let tail = format!(": {result};");
    let text = about(function, "///") + &declaration(&head, &written, &tail, ",");
    text.replace("\n    ", "\n  ")
}

fn parameter(kind: Kind) -> &'static str {
    match kind {
        Kind::Bytes | Kind::Buffer | Kind::Place32 | Kind::Place64 | Kind::Len => "usize",
        Kind::Opcode | Kind::Rights => "u32",
        kind => word(kind),
    }
}

fn word(kind: Kind) -> &'static str {
    if kind.is_wide() { "i64" } else { "i32" }
}
