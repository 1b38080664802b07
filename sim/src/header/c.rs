//! C and C++.

use kernel::personality::Function;
use kernel::personality::Kind;

use crate::header::Language;
use crate::header::about;
use crate::header::constant::Group;
use crate::header::constant::Number;
use crate::header::constant::REFUSAL;
use crate::header::declaration;
use crate::header::parameters;

pub(super) const LANGUAGE: Language =
    Language { name: "c", file: "actors/sdk/c/orrery.h", group, function };

fn group(group: &Group) -> String {
    let mut text = format!("// {}\n", group.about);
    let prefix = format!("ORRERY_{}", group.name.to_uppercase());
    for (name, value, _) in &group.constants {
        let number = match group.number {
            Number::Signed32 => format!("INT32_C({value})"),
            Number::Unsigned32 => format!("UINT32_C({value:#x})"),
            Number::Signed64 => format!("INT64_C({value})"),
        };
        text.push_str(&format!("#define {prefix}_{name} {number}\n"));
    }
    if group.name == REFUSAL {
        text.push_str("\n/// What a refusal says to a reader.\n");
        text.push_str("static inline const char *orrery_refusal_text(int64_t code) {\n");
        text.push_str("    switch (code) {\n");
        for (name, _, says) in &group.constants {
            text.push_str(&format!("    case {prefix}_{name}: return \"{says}\";\n"));
        }
        text.push_str("    default: return \"no refusal\";\n    }\n}\n");
    }
    text
}

fn function(function: &Function) -> String {
    let result = function.result.map_or("void", result);
    let parameters = parameters(function, |name, kind| {
        let written = parameter(kind);
        let space = if written.ends_with('*') { "" } else { " " };
        format!("{written}{space}{name}")
    });
    let none = ["void".to_owned()];
    let given = if parameters.is_empty() { &none[..] } else { &parameters };
    let name = function.name;
    let head = format!("ORRERY_IMPORT({name})\n{result} {name}");
    about(function, "///") + &declaration(&head, given, ";", "")
}

fn parameter(kind: Kind) -> &'static str {
    match kind {
        Kind::Bytes => "const void *",
        Kind::Buffer => "void *",
        Kind::Place32 => "uint32_t *",
        Kind::Place64 => "int64_t *",
        Kind::Len => "size_t",
        Kind::Opcode | Kind::Rights => "uint32_t",
        kind => result(kind),
    }
}

fn result(kind: Kind) -> &'static str {
    if kind.is_wide() { "int64_t" } else { "int32_t" }
}
