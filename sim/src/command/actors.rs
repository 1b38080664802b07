//! `orrery actors`: what is in the image, and the services of the kernel image.

use std::fmt::Write;

use image::program::Program;
use kernel::engine::imports;
use sha2::Digest;
use sha2::Sha256;

use crate::command::Ending;
use crate::engine::why_on_wasmi;
use crate::stock::SERVICES;
use crate::trace::hex;

/// Prints each actor with its size, hash, grants and imports.
pub fn run() -> Ending {
    print!("{}", listing());
    Ending::Passed
}

fn listing() -> String {
    let mut text = String::new();
    for program in image::PROGRAMS {
        let hash = hex(&Sha256::digest(program.wasm)[..8]);
        let imports = match imports(program.wasm) {
            Ok(imports) => imports.join(" "),
            Err(error) => error.to_string(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:<10} {:>6} bytes  sha256 {hash}  priority {:<2}  memory {} KiB\n    {}\n    \
             given:   {}\n    engine:  {}\n    imports: {imports}",
            program.name,
            program.wasm.len(),
            program.priority,
            program.memory / 1024,
            program.about,
            given(program),
            engine_of(program),
        );
    }
    for service in SERVICES {
        let program = &service.program;
        let _ = writeln!(
            text,
            "{:<10} in the kernel image  priority {}\n    {}\n    given:   {}\n    names:   {}",
            program.name,
            program.priority,
            program.about,
            given(program),
            program.names.join(", "),
        );
    }
    text
}

/// What runs it on this computer if `--engine wasmtime` is asked for.
fn engine_of(program: &Program) -> String {
    match why_on_wasmi(program.wasm) {
        None => "wasmtime".to_owned(),
        Some(why) => format!("wasmi, because {why}"),
    }
}

fn given(program: &Program) -> String {
    let grants = program.grants.iter().map(|(object, rights)| format!("{object} ({rights})"));
    grants.collect::<Vec<_>>().join(", ")
}
