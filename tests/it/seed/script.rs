//! Actors written as tables: a situation, the call that is made in it, and what it returns.
//!
//! A call is a function's name and its arguments. An argument is a number; `$name`, a word that an
//! earlier row kept with `-> $name`; `'text'` or the module `@name`, which become a pointer and a
//! length. Every row
//! that returns something logs it; so do `text at len` and the calls that log anyway. A row of
//! which nothing is expected, `""`, must return nothing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use kernel::manifest::ActorManifest;

use crate::seed::bench::Run;
use crate::seed::bench::actor;
use crate::seed::bench::wasm;
use crate::seed::printed::printed;

/// Situation, call, and what it returns. [`POSITIVE`] is any number above 0.
pub(crate) type Row = (&'static str, &'static str, &'static str);

/// A name and, in WAMR's letters, a type: `i` is i32, `I` is i64, results stand in a second text.
pub(crate) type Function = (&'static str, &'static str, &'static str);

/// Stands for any number above 0, such as an id or a handle.
pub(crate) const POSITIVE: &str = "+";

/// Where the texts of a script lie; below is room for its buffers, from 1024 on.
const TEXTS: usize = 0x8000;

/// What every script can do beside its calls.
const OWN: [Function; 8] = [
    ("text", "ii", ""),
    ("load8", "i", "i"),
    ("load32", "i", "i"),
    ("load64", "i", "I"),
    ("store32", "ii", ""),
    ("store64", "iI", ""),
    ("loop_for_ever", "", ""),
    ("trap", "", ""),
];

/// Modules that scripts make actors of.
const MODULES: [(&str, &str); 5] = [
    ("returning", r#"(module (func (export "_start")))"#),
    ("trapping", r#"(module (func (export "_start") unreachable))"#),
    (
        "waiting",
        r#"(module
            (import "env" "sys_cap_recv" (func $recv (param i64 i32 i32) (result i64)))
            (memory (export "memory") 1)
            (func (export "_start") (loop
                (drop (call $recv (i64.const 0) (i32.const 0) (i32.const 4096))) (br 0))))"#,
    ),
    (
        // Logs, and sends the number of its capabilities to whatever is in slot 2.
        "saying",
        r#"(module
            (import "env" "sys_log" (func $log (param i32 i32)))
            (import "env" "sys_cap_send" (func $send (param i64 i32 i32 i32 i64) (result i32)))
            (import "env" "sp_get_capabilities" (func $held (param i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 16) "here")
            (func (export "_start")
                (call $log (i32.const 16) (i32.const 4))
                (i32.store (i32.const 0) (call $held (i32.const 64) (i32.const 1024)))
                (drop (call $send
                    (i64.const 2) (i32.const 7) (i32.const 0) (i32.const 4) (i64.const -1)))))"#,
    ),
    (
        "echoing",
        r#"(module
            (import "env" "mk_send" (func $send (param i64 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (func (export "handle_message") (param i32 i64 i32 i32) (result i32)
                (drop (call $send
                    (local.get 1) (local.get 0) (local.get 2) (local.get 3)))
                (i32.const 1)))"#,
    ),
];

/// The bodies of [`OWN`], and `tell`, which logs a number.
const PRELUDE: &str = r#"
    (memory (export "memory") 1)
    (func $text (param i32 i32) (call $tell_text (local.get 0) (local.get 1)))
    (func $load8 (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func $load32 (param i32) (result i32) (i32.load (local.get 0)))
    (func $load64 (param i32) (result i64) (i64.load (local.get 0)))
    (func $store32 (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func $store64 (param i32 i64) (i64.store (local.get 0) (local.get 1)))
    (func $loop_for_ever (loop (br 0)))
    (func $trap unreachable)
    (func $tell (param $word i64) (local $at i32) (local $rest i64)
        (local.set $at (i32.const 64))
        (local.set $rest (select
            (i64.sub (i64.const 0) (local.get $word))
            (local.get $word)
            (i64.lt_s (local.get $word) (i64.const 0))))
        (loop $digit
            (local.set $at (i32.sub (local.get $at) (i32.const 1)))
            (i32.store8 (local.get $at) (i32.wrap_i64
                (i64.add (i64.const 48) (i64.rem_u (local.get $rest) (i64.const 10)))))
            (local.set $rest (i64.div_u (local.get $rest) (i64.const 10)))
            (br_if $digit (i64.ne (local.get $rest) (i64.const 0))))
        (if (i64.lt_s (local.get $word) (i64.const 0)) (then
            (local.set $at (i32.sub (local.get $at) (i32.const 1)))
            (i32.store8 (local.get $at) (i32.const 45))))
        (call $tell_text (local.get $at) (i32.sub (i32.const 64) (local.get $at))))
"#;

/// An actor that makes the calls of some rows, one after the other, and ends. It imports all
/// functions that are given, whether it calls them or not.
pub(crate) fn script(name: &str, functions: &[Function], rows: &[Row]) -> ActorManifest {
    actor(name, wasm(&module(functions, rows)))
}

/// Panics with the first row that returned something else, or nothing.
pub(crate) fn check(run: &Run, name: &str, functions: &[Function], rows: &[Row]) {
    let logged = run.logged(name);
    let mut lines = logged.iter();
    for (situation, call, expected) in rows {
        let returns_word = !function(functions, head(call)).2.is_empty();
        if expected.is_empty() {
            assert!(!returns_word, "`{name}`, {situation}: say what `{call}` returns");
            continue;
        }
        let Some(line) = lines.next() else {
            panic!("`{name}`, {situation}: `{call}` never returned; it had logged {logged:?}");
        };
        let is_right = match *expected {
            POSITIVE => line.parse::<i64>().is_ok_and(|word| 0 < word),
            expected => line == expected,
        };
        assert!(is_right, "`{name}`, {situation}: `{call}` came to {line}, not to {expected}");
    }
    let more: Vec<&String> = lines.collect();
    assert!(more.is_empty(), "`{name}` logged {more:?} after its last row");
}

/// The functions that no row of these tables calls.
pub(crate) fn uncalled(functions: &[Function], tables: &[&[Row]]) -> Vec<&'static str> {
    let rows = tables.iter().copied().flatten();
    let called: BTreeSet<&str> = rows.map(|(_, call, _)| head(call)).collect();
    functions.iter().map(|function| function.0).filter(|name| !called.contains(name)).collect()
}

fn head(call: &str) -> &str {
    call.split(' ').next().unwrap_or_default()
}

fn function(functions: &[Function], name: &str) -> Function {
    let mut known = functions.iter().chain(&OWN);
    *known.find(|known| known.0 == name).unwrap_or_else(|| panic!("there is no `{name}`"))
}

fn module(functions: &[Function], rows: &[Row]) -> String {
    let mut writer = Writer::default();
    let body: String = rows.iter().map(|(_, call, _)| writer.statement(functions, call)).collect();
    let mut text = String::from("(module\n");
    for (name, parameters, results) in functions {
        let (parameters, results) = (types("param", parameters), types("result", results));
        text.push_str(&format!(
            "(import \"env\" \"{name}\" (func ${name} {parameters} {results}))\n"
        ));
    }
    text.push_str("(import \"sys\" \"sys_log\" (func $tell_text (param i32 i32)))");
    text.push_str(PRELUDE);
    for name in &writer.words {
        text.push_str(&format!("(global ${name} (mut i64) (i64.const 0))\n"));
    }
    for (literal, (at, _)) in &writer.texts {
        text.push_str(&format!("(data (i32.const {at}) \"{literal}\")\n"));
    }
    text + &format!("(func (export \"_start\")\n{body}))")
}

fn types(word: &str, letters: &str) -> String {
    let names: String = letters.chars().map(|letter| format!(" {}", type_name(letter))).collect();
    if names.is_empty() { names } else { format!("({word}{names})") }
}

fn type_name(letter: char) -> &'static str {
    if letter == 'I' { "i64" } else { "i32" }
}

/// The bytes of a module as the text format writes them.
fn blob(name: &str) -> String {
    let known = MODULES.iter().find(|known| known.0 == name);
    let bytes = match known {
        Some((_, text)) => wat::parse_str(text).expect("the test's own module is right"),
        None if name == "printed" => printed().to_vec(),
        None => panic!("there is no module `{name}`"),
    };
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// What the rows of a script name.
#[derive(Default)]
struct Writer {
    words: BTreeSet<String>,
    /// Where each text lies, and how many bytes it has.
    texts: BTreeMap<String, (usize, usize)>,
    end: usize,
}

impl Writer {
    fn statement(&mut self, functions: &[Function], call: &str) -> String {
        let (name, parameters, results) = function(functions, head(call));
        let mut arguments = Vec::new();
        let mut kept = None;
        let mut rest = call[name.len()..].trim_start();
        while !rest.is_empty() {
            let (token, after) = match rest.strip_prefix('\'') {
                Some(text) => text.split_once('\'').expect("a text ends"),
                None => rest.split_once(' ').unwrap_or((rest, "")),
            };
            if token == "->" {
                kept = Some(after.trim().trim_start_matches('$').to_owned());
                break;
            }
            let literal = match token.strip_prefix('@') {
                Some(name) => Some(blob(name)),
                None => rest.starts_with('\'').then(|| token.to_owned()),
            };
            match literal {
                Some(literal) => {
                    let (at, len) = self.place(&literal);
                    arguments.extend([at.to_string(), len.to_string()]);
                }
                None => arguments.push(token.to_owned()),
            }
            rest = after.trim_start();
        }
        assert_eq!(arguments.len(), parameters.len(), "arguments of `{call}`");
        let words = arguments.iter().zip(parameters.chars());
        let words: Vec<String> = words.map(|(word, letter)| self.word(word, letter)).collect();
        let expression = format!("(call ${name} {})", words.join(" "));
        let word = match results {
            "" => return format!("{expression}\n"),
            "I" => expression,
            _ => format!("(i64.extend_i32_s {expression})"),
        };
        let Some(kept) = kept else { return format!("(call $tell {word})\n") };
        self.words.insert(kept.clone());
        format!("(global.set ${kept} {word}) (call $tell (global.get ${kept}))\n")
    }

    fn word(&mut self, word: &str, letter: char) -> String {
        let Some(name) = word.strip_prefix('$') else {
            return format!("({}.const {word})", type_name(letter));
        };
        self.words.insert(name.to_owned());
        match letter {
            'I' => format!("(global.get ${name})"),
            _ => format!("(i32.wrap_i64 (global.get ${name}))"),
        }
    }

    /// Where a text lies. In it, `\ff` is one byte, as the text format has it.
    fn place(&mut self, literal: &str) -> (usize, usize) {
        if let Some(place) = self.texts.get(literal) {
            return *place;
        }
        let place = (TEXTS + self.end, literal.len() - 2 * literal.matches('\\').count());
        self.end += place.1;
        self.texts.insert(literal.to_owned(), place);
        place
    }
}
