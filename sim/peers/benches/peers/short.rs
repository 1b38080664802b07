//! Runs of two hundred messages: ours from boot to report, and shuttle's from two new threads to
//! their end.

use std::hint::black_box;
use std::time::Duration;

use kernel::manifest::Program;
use shuttle::check_random;
use shuttle::sync::mpsc::channel;
use shuttle::thread;
use sim::engine::EngineName;
use sim::runner::run;
use sim::scenario::load::parse;
use sim::scenario::plan::Action;
use sim::scenario::plan::Plan;
use sim::stock::Stock;

use crate::per_second;

/// Messages of a run.
const MESSAGES: usize = 200;

/// Executions of shuttle's that are measured together: it plans its schedules ahead.
const EXECUTIONS: usize = 20;

/// Bytes of payload of a message.
const PAYLOAD: usize = 16;

pub(crate) fn short() {
    let shuttle = shuttle();
    println!("{MESSAGES} messages        shuttle {shuttle:.0} executions a second");
    for (name, module) in [
        ("handlers", include_str!("../../../../kernel/benches/kernel/handler.wat")),
        ("loops", include_str!("../../../../kernel/benches/kernel/loop.wat")),
    ] {
        for engine in EngineName::ALL {
            let plan = plan(module, engine);
            let messages = run(&plan).expect("it boots").messages();
            let rate = per_second(|| drop(black_box(run(&plan))));
            let told = per_second(|| {
                let report = run(&plan).expect("it boots");
                black_box((report.trace(), report.hash()));
            });
            println!(
                "{MESSAGES} messages        {name:<8} on {:<9} {rate:>6.0} runs a second with \
                 {messages}: {:.2}x shuttle; with the trace as text {told:.0}: {:.2}x",
                engine.text(),
                rate / shuttle,
                told / shuttle
            );
        }
    }
}

/// Two threads, one of which sends.
fn shuttle() -> f64 {
    let rate = per_second(|| {
        let run = || {
            let (sender, receiver) = channel::<[u8; PAYLOAD]>();
            let other = thread::spawn(move || {
                for _ in 0..MESSAGES {
                    black_box(receiver.recv().expect("the sender is there"));
                }
            });
            for _ in 0..MESSAGES {
                sender.send([0; PAYLOAD]).expect("the receiver is there");
            }
            other.join().expect("it does not panic");
        };
        check_random(run, EXECUTIONS);
    });
    rate * EXECUTIONS as f64
}

/// Two actors that throw a message to and fro for as long as that many take.
fn plan(module: &str, engine: EngineName) -> Plan {
    let wasm = wat::parse_str(module).expect("the actor is well written");
    let text = "
name: two actors throw messages at each other
version: 1
board: pc
actors:
  ping: { program: echo, memory: 128KiB, grants: { pong: write, serial: read } }
  pong: { program: echo, memory: 128KiB, grants: { ping: write } }
steps: [ write-serial: \"x\", { delay: 1ms } ]
";
    let plans = parse("bench.yaml".as_ref(), text.to_owned(), "".as_ref(), &Stock);
    let mut plan = plans.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).remove(0);
    plan.put_on(engine);
    for board in plan.boards.values_mut() {
        for actor in &mut board.actors {
            actor.manifest.program = Program::Wasm(wasm.clone().into());
        }
    }
    let many = run(&plan).expect("it boots");
    let each = many.end().nanos() / many.messages() as u64;
    plan.steps[1].action = Action::Delay(Duration::from_nanos(each * MESSAGES as u64));
    plan
}
