//! Headers by which other languages call the kernel: each is written by hand but for one part,
//! which is made from the kernel's own tables, so that none can lie.
//!
//! The part stands between two lines that say so. `orrery header` writes it again, and a test fails
//! where it is old.

mod constant;
mod c;
mod zig;
mod go;
mod assemblyscript;

use kernel::personality::FAMILIES;
use kernel::personality::Function;
use kernel::personality::Kind;

use crate::header::constant::Group;
use crate::header::constant::groups;

/// The line before the part that is made.
const BEGIN: &str = "// Made by `cargo run header` from the kernel's tables. Begin.";

/// The line behind it.
const END: &str = "// Made by `cargo run header` from the kernel's tables. End.";

/// Columns of a line, if it can be broken.
const COLUMNS: usize = 100;

/// A language with a header.
pub struct Language {
    /// Its name.
    pub name: &'static str,
    /// Its header, below the root of the repository.
    pub file: &'static str,
    /// A group of constants.
    group: fn(&Group) -> String,
    /// One function.
    function: fn(&Function) -> String,
}

/// Every language with a header.
pub const LANGUAGES: [Language; 4] =
    [c::LANGUAGE, zig::LANGUAGE, go::LANGUAGE, assemblyscript::LANGUAGE];

impl Language {
    /// The header with the part that is made as it must be; `None` if the two lines are missing.
    pub fn renewed(&self, header: &str) -> Option<String> {
        let (above, rest) = header.split_once(BEGIN)?;
        let (_, below) = rest.split_once(END)?;
        Some(format!("{above}{BEGIN}\n{}\n{END}{below}", self.made()))
    }

    /// All constants, then all functions.
    fn made(&self) -> String {
        let mut text = String::new();
        for group in groups() {
            text.push_str(&format!("\n{}", (self.group)(&group)));
        }
        for family in FAMILIES {
            let (name, about) = (family.name, family.about);
            text.push_str(&format!("\n// `{name}`: {about}.\n"));
            for function in family.functions {
                text.push('\n');
                text.push_str(&(self.function)(function));
            }
        }
        text
    }
}

/// What a function does, as lines of comments.
fn about(function: &Function, mark: &str) -> String {
    function.about.lines().map(|line| format!("{mark}{line}\n")).collect()
}

/// The parameters of a function as the language writes them.
fn parameters(function: &Function, write: impl Fn(&str, Kind) -> String) -> Vec<String> {
    function.parameters.iter().map(|parameter| write(parameter.name, parameter.kind)).collect()
}

/// `head(one, two)tail` on one line, or else one line for each parameter.
fn declaration(head: &str, parameters: &[String], tail: &str, last_comma: &str) -> String {
    let whole = format!("{head}({}){tail}\n", parameters.join(", "));
    if whole.lines().all(|line| line.len() <= COLUMNS) {
        return whole;
    }
    let lines = parameters.join(",\n    ");
    format!("{head}(\n    {lines}{last_comma}\n){tail}\n")
}

/// `sys_cap_send` as `SysCapSend`.
fn camel(name: &str) -> String {
    let upper = |part: &str| {
        let (first, rest) = part.split_at(part.len().min(1));
        format!("{}{rest}", first.to_uppercase())
    };
    name.split('_').map(upper).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_made_part_is_renewed() {
        let language = &LANGUAGES[0];
        let header = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let renewed = language.renewed(&header).expect("the lines are there");
        assert!(renewed.starts_with("above\n") && renewed.ends_with("\nbelow\n"));
        assert!(!renewed.contains("old\n") && renewed.contains("sys_cap_send"));
        assert_eq!(language.renewed(&renewed), Some(renewed.clone()));
        assert_eq!(language.renewed("above\n"), None);
    }

    #[test]
    fn every_header_declares_every_function_once() {
        for language in LANGUAGES {
            let made = language.made();
            for function in FAMILIES.iter().flat_map(|family| family.functions) {
                let is_named = |line: &&str| {
                    let name = function.name;
                    let names = [format!(" {name}("), format!(" {}(", camel(name))];
                    !line.starts_with("//") && names.iter().any(|name| line.contains(name))
                };
                let count = made.lines().filter(is_named).count();
                assert_eq!(count, 1, "{} in {}", function.name, language.name);
            }
        }
    }
}
