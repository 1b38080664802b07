//! `orrery actors`: what is in the image, and the services of the kernel image; or who there is in
//! a scenario, and what runs each.

use std::fmt::Write;
use std::path::Path;

use image::program::Program;
use kernel::engine::imports;
use kernel::manifest;
use sha2::Digest;
use sha2::Sha256;

use crate::command::Ending;
use crate::command::sim::look;
use crate::engine::why_on_wasmi;
use crate::play::title;
use crate::scenario::load::load;
use crate::scenario::plan::Plan;
use crate::stock::SERVICES;
use crate::stock::Stock;
use crate::trace::hex;

/// Prints each actor with its size, hash, grants and imports; or those of a scenario, with what runs
/// them if `--engine wasmtime` is asked for.
pub fn run(scenario: Option<&Path>) -> Ending {
    let Some(scenario) = scenario else {
        print!("{}", listing());
        return Ending::Passed;
    };
    match load(scenario, &Stock) {
        Ok(plans) => print!("{}", plans.iter().map(population).collect::<String>()),
        Err(diagnostics) => {
            eprintln!("{}", diagnostics.render(look()));
            return Ending::Refused;
        }
    }
    Ending::Passed
}

/// Who there is when a plan begins, and what runs each.
fn population(plan: &Plan) -> String {
    let mut text = format!("{}\n", title(plan));
    for (name, board) in &plan.boards {
        for actor in &board.actors {
            let engine = match &actor.manifest.program {
                manifest::Program::Wasm(wasm) => engine_of(wasm),
                manifest::Program::Native(_) | manifest::Program::Service(_) => {
                    "in the kernel image".to_owned()
                }
            };
            let (actor, program) = (&actor.manifest.name, &actor.program);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "    {name:<8} {actor:<12} {program:<12} {engine}");
        }
    }
    text
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
            engine_of(program.wasm),
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
fn engine_of(wasm: &[u8]) -> String {
    match why_on_wasmi(wasm) {
        None => "wasmtime".to_owned(),
        Some(why) => format!("wasmi, because {why}"),
    }
}

fn given(program: &Program) -> String {
    let grants = program.grants.iter().map(|(object, rights)| format!("{object} ({rights})"));
    grants.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load::parse;

    #[test]
    fn a_module_that_wasmtime_does_not_take_is_named_with_the_reason() {
        let text = "
name: one that ends in a call of the host
version: 1
board: pc
actors:
  ns: {}
  echo: {}
  odd:
    wat: |
      (module
        (import \"env\" \"sys_yield\" (func $yield))
        (func (export \"_start\") return_call $yield))
steps: [ { delay: 1ms } ]
";
        let plans = parse("odd.yaml".as_ref(), text.into(), "".as_ref(), &Stock).unwrap();
        let lines = population(&plans[0]);
        let of = |name: &str| {
            let found = lines.lines().find(|line| line.contains(&format!(" {name} ")));
            found.unwrap_or_else(|| panic!("{name} is not in {lines}")).to_owned()
        };
        assert!(of("ns").ends_with("in the kernel image"), "{lines}");
        assert!(of("odd").contains("wasmi, because "), "{lines}");
        if cfg!(target_pointer_width = "64") {
            assert!(of("echo").ends_with(" wasmtime"), "{lines}");
        }
    }
}
