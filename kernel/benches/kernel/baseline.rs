//! What the kernel is compared with: the least that a program of the same kind could do.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::cast::PAYLOAD;
use crate::stopwatch::RUNS;
use crate::stopwatch::best;
use crate::stopwatch::each;
use crate::stopwatch::time;

/// Messages in one measurement.
const MESSAGES: usize = 10_000;

/// Modules that are compiled in one measurement.
const MODULES: usize = 100;

type Message = (usize, [u8; PAYLOAD]);
type Actor = Box<dyn FnMut(&mut VecDeque<Message>, [u8; PAYLOAD])>;

/// Nanoseconds for a message in the smallest loop of actors: boxed closures and one queue.
pub(crate) fn smallest_loop() -> f64 {
    let actor =
        |to: usize| -> Actor { Box::new(move |queue, message| queue.push_back((to, message))) };
    let mut actors = [actor(1), actor(0)];
    let mut queue = VecDeque::from([(0, [0; PAYLOAD])]);
    let took = best(|| {
        for _ in 0..MESSAGES {
            let (to, message) = queue.pop_front().expect("the message is here");
            actors[to](&mut queue, black_box(message));
        }
    });
    each(took, MESSAGES)
}

/// Nanoseconds for a message through the standard library's channels, on one thread.
pub(crate) fn channels() -> f64 {
    let (to_first, first) = channel::<[u8; PAYLOAD]>();
    let (to_second, second) = channel();
    to_first.send([0; PAYLOAD]).expect("both ends are here");
    let took = best(|| {
        for _ in 0..MESSAGES / 2 {
            let message = first.try_recv().expect("the message is here");
            to_second.send(black_box(message)).expect("both ends are here");
            let message = second.try_recv().expect("the message is here");
            to_first.send(black_box(message)).expect("both ends are here");
        }
    });
    each(took, MESSAGES)
}

/// Nanoseconds for a call into a module of bare wasmi that calls one host function, with fuel.
pub(crate) fn bare_call() -> f64 {
    let engine = engine();
    let module = wasmi::Module::new(&engine, wat_of(include_str!("handler.wat")));
    let module = module.expect("the module is right");
    let (mut store, linker) = (wasmi::Store::new(&engine, 0u64), linker(&engine));
    let instance = linker.instantiate_and_start(&mut store, &module).expect("it links");
    let entry = instance.get_typed_func::<(i32, i64, i32, i32), i32>(&store, "handle_message");
    let entry = entry.expect("the entry is there");
    let took = best(|| {
        for _ in 0..MESSAGES {
            store.set_fuel(1_000).expect("fuel is counted");
            black_box(entry.call(&mut store, (1, 2, 3, 4)).expect("it does not trap"));
        }
    });
    each(took, MESSAGES)
}

/// Nanoseconds that bare wasmi takes to compile and link a module, and to link it alone.
pub(crate) fn bare_birth(wasm: &[u8]) -> (f64, f64) {
    let engine = engine();
    let linker = linker(&engine);
    let compile = || wasmi::Module::new(&engine, wasm).expect("the module is right");
    let link = |module: &wasmi::Module| {
        let mut store = wasmi::Store::new(&engine, 0u64);
        store.set_fuel(1_000).expect("fuel is counted");
        black_box(linker.instantiate_and_start(&mut store, module).expect("it links"));
    };
    let both = best(|| (0..MODULES).for_each(|_| link(&compile())));
    let module = compile();
    let alone = best(|| (0..MODULES).for_each(|_| link(&module)));
    (each(both, MODULES), each(alone, MODULES))
}

/// Nanoseconds for dropping one of so many boxes.
pub(crate) fn boxes(count: usize) -> f64 {
    let took = best_of_prepared(|| (0..count).map(|index| Box::new([index; 6])).collect());
    each(took, count)
}

fn best_of_prepared(prepare: impl Fn() -> Vec<Box<[usize; 6]>>) -> Duration {
    let once = |_| {
        let boxes = prepare();
        time(|| drop(black_box(boxes)))
    };
    (0..RUNS).map(once).min().unwrap_or_default()
}

fn engine() -> wasmi::Engine {
    let mut config = wasmi::Config::default();
    config.consume_fuel(true).compilation_mode(wasmi::CompilationMode::Eager);
    wasmi::Engine::new(&config)
}

fn linker(engine: &wasmi::Engine) -> wasmi::Linker<u64> {
    let mut linker = wasmi::Linker::new(engine);
    let send =
        |mut caller: wasmi::Caller<'_, u64>, to: i64, _: i32, _: i32, _: i32, _: i64| -> i32 {
            *caller.data_mut() += to as u64;
            0
        };
    linker.func_wrap("env", "sys_cap_send", send).expect("named once");
    linker
}

fn wat_of(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the module is well written")
}
