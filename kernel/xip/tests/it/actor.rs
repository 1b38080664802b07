//! The actors of the image, run on both with a host that answers anything.

use crate::ours;
use crate::reference::script::Draw;
use crate::reference::script::Script;
use crate::same;

/// Runs an actor on both. Returns how much was seen.
fn run_the_same(program: &image::program::Program) -> usize {
    let mut seen = 0;
    for seed in 0..12 {
        let leaves_one_in = [1, 3, u64::MAX][seed as usize % 3];
        for entry in ["_start", "handle_message"] {
            seen += same(program.wasm, Some(entry), seed, leaves_one_in).expect("it is valid");
        }
    }
    seen
}

#[test]
fn every_actor_runs_the_same() {
    let seen: usize = image::PROGRAMS.iter().map(run_the_same).sum();
    println!("{seen} events of actors");
    assert!(50_000 < seen, "the actors do too little: {seen}");
}

#[test]
fn every_side_table_is_a_small_part_of_its_module() {
    for program in image::PROGRAMS {
        let module = xip::Module::new(program.wasm).expect("it is valid");
        let part = 100 * module.heap_bytes() / program.wasm.len();
        println!(
            "{:10} {:6} bytes of module, {:6} of heap: {part} %",
            program.name,
            program.wasm.len(),
            module.heap_bytes()
        );
        assert!(part < 20, "{} takes {part} %", program.name);
    }
}

#[test]
fn changed_bytes_of_actors_are_refused_or_run_the_same() {
    let program = image::program("blinky").expect("the image has it");
    for seed in 0..60 {
        let mut wasm = program.wasm.to_vec();
        let mut draw = Draw::new(seed);
        for _ in 0..1 + draw.below(3) {
            let place = 8 + draw.below(wasm.len() as u64 - 8) as usize;
            wasm[place] = draw.next() as u8;
        }
        same(&wasm, Some("_start"), seed, 3);
    }
}

#[test]
fn no_bytes_make_it_panic() {
    for program in image::PROGRAMS.iter().filter(|program| program.wasm.len() < 30_000) {
        for seed in 0..300 {
            let mut wasm = program.wasm.to_vec();
            let mut draw = Draw::new(seed);
            for _ in 0..1 + draw.below(8) {
                let place = 8 + draw.below(wasm.len() as u64 - 8) as usize;
                wasm[place] = draw.next() as u8;
            }
            if draw.one_in(4) {
                wasm.truncate(draw.below(wasm.len() as u64) as usize);
            }
            let Ok(module) = xip::Module::new(&wasm) else { continue };
            let mut script = Script::new(seed, 4, 1 << 20);
            ours::run(&module, None, 5000, &mut script);
        }
    }
}
