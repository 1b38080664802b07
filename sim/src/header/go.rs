//! Go, which TinyGo compiles.

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
    Language { name: "go", file: "actors/sdk/tinygo/orrery.go", group, function };

fn group(group: &Group) -> String {
    let is_refusal = group.name == REFUSAL;
    let number = match group.number {
        _ if is_refusal => REFUSAL,
        Number::Signed32 => "int32",
        Number::Unsigned32 => "uint32",
        Number::Signed64 => "int64",
    };
    let names = || {
        group.constants.iter().map(|(name, value, says)| {
            (format!("{}{}", group.name, camel(&name.to_lowercase())), value, says)
        })
    };
    let longest = names().map(|(name, _, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    if is_refusal {
        text.push_str(
            "// Refusal is why the kernel said no. It is an error.\ntype Refusal int32\n\n",
        );
    }
    text.push_str(&format!("// {}\nconst (\n", group.about));
    for (name, value, _) in names() {
        let value = match group.number {
            Number::Unsigned32 => format!("{value:#x}"),
            _ => value.to_string(),
        };
        text.push_str(&format!("\t{name:longest$} {number} = {value}\n"));
    }
    text.push_str(")\n");
    if is_refusal {
        text.push_str("\n// Error says it to a reader.\n");
        text.push_str("func (refusal Refusal) Error() string {\n\tswitch refusal {\n");
        for (name, _, says) in names() {
            text.push_str(&format!("\tcase {name}:\n\t\treturn \"{says}\"\n"));
        }
        text.push_str("\t}\n\treturn \"no refusal\"\n}\n");
    }
    text
}

fn function(function: &Function) -> String {
    let result = function.result.map_or(String::new(), |kind| format!(" {}", word(kind)));
    let written =
        parameters(function, |name, kind| format!("{} {}", lower_camel(name), parameter(kind)));
    let name = camel(function.name);
    let head = format!("//\n//go:wasmimport env {}\nfunc {name}", function.name);
    let lines = about(function, "//").replacen("// ", &format!("// {name}: "), 1);
    lines + &declaration(&head, &written, &result, ",").replace("\n    ", "\n\t")
}

/// `buffer_len` as `bufferLen`.
fn lower_camel(name: &str) -> String {
    let upper = camel(name);
    let (first, rest) = upper.split_at(upper.len().min(1));
    format!("{}{rest}", first.to_lowercase())
}

fn parameter(kind: Kind) -> &'static str {
    match kind {
        Kind::Bytes | Kind::Buffer => "*byte",
        Kind::Place32 => "*uint32",
        Kind::Place64 => "*int64",
        Kind::Len | Kind::Opcode | Kind::Rights => "uint32",
        kind => word(kind),
    }
}

fn word(kind: Kind) -> &'static str {
    if kind.is_wide() { "int64" } else { "int32" }
}
