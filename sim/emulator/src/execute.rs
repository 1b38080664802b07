//! Executes decoded blocks from one on until something ends that, and does itself what the
//! functions of operations cannot: devices, refused memory, atomic operations.

use crate::exception::Trap;
use crate::exception::Width;
use crate::handler::enter;
use crate::handler::go_on;
use crate::instruction::Kind;
use crate::run::Code;
use crate::run::Core;
use crate::run::Pause;
use crate::world::World;

/// Instructions in a run. Each may take some hundred bytes of the stack where the compiler does not
/// optimise.
const RUN: u64 = 1024;

/// Why executing ended. What is left of the budget does not count what was not executed.
pub(crate) enum Exit {
    /// The block at this place does not fit into the budget.
    Budget(u32),
    /// It is not known which block follows the end at this place.
    Behind(u32),
    /// It is not known which block follows on this way out of one.
    Taken(u32),
    /// It is not known which block begins there.
    Jump(u32),
    /// An instruction did not complete.
    Trap(u32, Trap),
    /// A privileged instruction, or none at all, is to be executed: its address and bits, and
    /// where it ends.
    System(u32, u32, u32),
    /// A device or decoded code changed: look at it before this instruction.
    Attention(u32),
}

/// Executes from the start of the block at this place. `left` is how many instructions may be
/// executed.
pub(crate) fn execute(
    core: &mut Core,
    world: &mut World,
    code: Code,
    first: u32,
    left: &mut u64,
) -> Exit {
    core.pause = Pause::Budget(first);
    let mut budget = 0;
    loop {
        let rest = match core.pause {
            Pause::Budget(place) => {
                // What was left of the last run's budget was too little for this block.
                *left += budget;
                budget = RUN.min(*left);
                *left -= budget;
                let block = &code.operations[place as usize..];
                if budget < block[0].count() {
                    *left += budget;
                    return Exit::Budget(place);
                }
                enter(core, &code, block, budget)
            }
            Pause::Slow(place, kind) => {
                let remaining = u64::from(code.origins[place as usize].remaining);
                let done = slowly(core, world, &code, place, kind, *left + budget + remaining);
                if let Some((exit, executed)) = done {
                    *left += budget + remaining - executed;
                    return exit;
                }
                go_on(core, &code, &code.operations[place as usize..], budget)
            }
            pause => {
                *left += budget;
                return exit(pause);
            }
        };
        budget = rest;
    }
}

fn exit(pause: Pause) -> Exit {
    match pause {
        Pause::Budget(place) => Exit::Budget(place),
        Pause::Behind(place) => Exit::Behind(place),
        Pause::Taken(link) => Exit::Taken(link),
        Pause::Jump(target) => Exit::Jump(target),
        Pause::Slow(..) | Pause::Astray => unreachable!("a block ends before the code does"),
    }
}

/// Does one operation, when so much is left before it. Gives why executing ends with it, if it
/// does, and how many instructions were executed then.
fn slowly(
    core: &mut Core,
    world: &mut World,
    code: &Code,
    place: u32,
    kind: Kind,
    left: u64,
) -> Option<(Exit, u64)> {
    let (i, origin) = (code.operations[place as usize], code.origins[place as usize]);
    let words = &mut core.registers.words;
    let operands = [i.first, i.second].map(|register| words[usize::from(register)]);
    let address = operands[0].wrapping_add(i.constant);
    let memory = &mut core.memory;
    let done = match kind {
        Kind::System => return Some((Exit::System(origin.pc, i.constant, origin.behind), 0)),
        Kind::Atomic => world.atomic(memory, left, i.constant, operands).map(Some),
        _ => match access(kind) {
            (width, Some(extend)) => {
                world.load(memory, left, address, width).map(|value| Some(extend(value)))
            }
            (width, None) => world.store(memory, left, address, width, operands[1]).map(|()| None),
        },
    };
    match done {
        Ok(None) => (),
        Ok(Some(value)) => words[usize::from(i.destination)] = value,
        Err(trap) => return Some((Exit::Trap(origin.pc, trap), 0)),
    }
    let is_wanted = world.wants_attention(memory);
    is_wanted.then_some((Exit::Attention(origin.behind), 1))
}

/// What becomes of a value that was loaded.
type Extend = fn(u32) -> u32;

/// How many bytes a load or store takes; of a load also how they become a word.
fn access(kind: Kind) -> (Width, Option<Extend>) {
    match kind {
        Kind::LoadByte => (Width::Byte, Some(|value| value as i8 as u32)),
        Kind::LoadHalf => (Width::Half, Some(|value| value as i16 as u32)),
        Kind::LoadWord => (Width::Word, Some(|value| value)),
        Kind::LoadByteUnsigned => (Width::Byte, Some(|value| value)),
        Kind::LoadHalfUnsigned => (Width::Half, Some(|value| value)),
        Kind::StoreByte => (Width::Byte, None),
        Kind::StoreHalf => (Width::Half, None),
        _ => (Width::Word, None),
    }
}
