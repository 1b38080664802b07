//! The loop of the interpreter.
//!
//! Each turn reads one opcode where it lies. A value on the stack is 64 bits wide; one of 32 bits
//! has zeros above it. A frame is its parameters, its locals and its operands, one behind the
//! other: so the operands of a call are the parameters of the callee where they lie. This is also
//! how wasmi lays its frames out, and where its stack is full, this one is. The value on top is kept in a register, and in its place only once another one lies above it.
//! A local is always in its place, and if nothing lies above the last one, it is in the register
//! too. So that there is something on top of an empty stack, its first place is nobody's.

use crate::activation::Activation;
use crate::activation::Frame;
use crate::activation::NOTHING;
use crate::activation::Place;
use crate::activation::Stop;
use crate::activation::grow;
use crate::activation::has_frame;
use crate::bulk;
use crate::bulk::Halt;
use crate::bulk::Reach;
use crate::host::Host;
use crate::leb;
use crate::module::Module;
use crate::number;
use crate::store::Store;
use crate::store::callee;
use crate::store::grow_memory;
use crate::trap::Trap;

/// Goes on with a call until it ends or leaves.
#[expect(clippy::too_many_lines, reason = "one loop over all opcodes")]
pub(crate) fn run<H: Host>(
    module: &Module<'_>,
    store: &mut Store,
    call: &mut Activation,
    host: &mut H,
) -> Stop {
    let (bytes, side, bounds) = (module.bytes(), &module.side, call.bounds);
    let Activation { stack: values, frames, .. } = call;
    let mut stack: &mut [u64] = &mut values[..];
    let Store { memory: all, globals, tables, .. } = store;
    let mut memory: &mut [u8] = &mut all[..];
    let globals: &mut [u64] = &mut globals[..];
    let Place { mut function, code: mut at, mut entry, mut base, mut top, mut pending } =
        call.place;
    let mut last = stack[top - 1];
    let mut fuel = store.fuel;
    let mut end = module.functions[function as usize].end as usize;

    macro_rules! trap {
        ($trap:ident) => {
            break Stop::Trapped(Trap::$trap)
        };
    }
    // The stack has so many values, if it may and there is memory.
    macro_rules! reach {
        ($needed:expr, $is_full:expr) => {
            let is_short = stack.len() < $needed;
            let is_full = $is_full || is_short && !grow(values, $needed, bounds.spare);
            stack = &mut values[..];
            if is_full {
                trap!(StackOverflow);
            }
        };
    }
    macro_rules! charge {
        ($cost:expr) => {{
            let cost = $cost;
            if fuel < cost {
                pending = cost;
                break Stop::OutOfFuel(cost);
            }
            fuel -= cost;
        }};
    }
    macro_rules! settle {
        () => {
            stack[top - 1] = last
        };
    }
    macro_rules! push {
        ($value:expr) => {{
            settle!();
            last = $value;
            top += 1;
        }};
    }
    // As many values go, and what lies below them is on top.
    macro_rules! drop {
        ($count:expr) => {{
            top -= $count;
            last = stack[top - 1];
        }};
    }
    macro_rules! pop {
        () => {{
            let value = last;
            drop!(1);
            value
        }};
    }
    macro_rules! number {
        () => {{
            let (number, next) = leb::unsigned(bytes, at);
            at = next;
            number
        }};
    }
    macro_rules! branch {
        () => {{
            let branch = side.branch(entry);
            at = at.wrapping_add_signed(branch.code as isize);
            entry = entry.wrapping_add_signed(branch.entries as isize);
            if branch.dropped != 0 {
                settle!();
                let kept = top - branch.kept as usize;
                let target = kept - branch.dropped as usize;
                stack.copy_within(kept..top, target);
                drop!(branch.dropped as usize);
            }
        }};
    }
    macro_rules! resume {
        ($frame:expr) => {{
            let frame: Frame = $frame;
            at = frame.code as usize;
            entry = frame.entry as usize;
            base = frame.base as usize;
            function = frame.function;
            end = module.functions[function as usize].end as usize;
        }};
    }
    macro_rules! leave_function {
        () => {{
            let kind = module.functions[function as usize].kind;
            let results = usize::from(module.types[usize::from(kind)].results);
            settle!();
            if results == 1 {
                stack[base] = last;
            } else {
                stack.copy_within(top - results..top, base);
                last = stack[base + results - 1];
            }
            top = base + results;
            match frames.pop() {
                Some(frame) => resume!(frame),
                None => break Stop::Returned,
            }
        }};
    }
    // The parameters are in their place, from `base` to `top`.
    macro_rules! begin_function {
        ($own:expr) => {{
            let callee = &module.functions[$own];
            let locals = top + usize::from(callee.locals);
            let needed = locals + usize::from(callee.height);
            reach!(needed, bounds.is_full(needed, locals - base));
            for local in &mut stack[top..locals] {
                *local = 0;
            }
            top = locals;
            last = stack[top - 1];
            function = $own as u32;
            at = callee.code as usize;
            end = callee.end as usize;
            entry = callee.side as usize;
            let cost = side.cost(entry);
            entry += 1;
            charge!(cost);
        }};
    }
    macro_rules! call_host {
        ($import:expr, $signature:expr, $is_last:expr) => {{
            let arguments = usize::from($signature.parameters);
            let results = usize::from($signature.results);
            let start = top - arguments;
            let needed = start + arguments.max(results);
            settle!();
            reach!(needed, arguments.max(results) != 0 && bounds.is_full(needed, 0));
            match host.call($import, &stack[start..top], memory, &mut fuel) {
                Some(value) => {
                    assert!(results < 2, "many results are no value");
                    if results == 1 {
                        stack[start] = value;
                    }
                    top = start + results;
                    last = stack[top - 1];
                    if $is_last {
                        break Stop::Returned;
                    }
                }
                None => {
                    if $is_last {
                        function = NOTHING;
                    }
                    break Stop::Called($import as u32);
                }
            }
        }};
    }
    macro_rules! call {
        ($callee:expr) => {{
            let callee = $callee as usize;
            if let Some(kind) = module.imported.get(callee) {
                let signature = module.types[usize::from(*kind)];
                call_host!(callee, signature, false);
            } else {
                let own = callee - module.imported.len();
                let kind = module.functions[own].kind;
                if frames.len() + 1 == bounds.calls || !has_frame(frames) {
                    trap!(StackOverflow);
                }
                frames.push(Frame {
                    code: at as u32,
                    entry: entry as u32,
                    base: base as u32,
                    function,
                });
                base = top - usize::from(module.types[usize::from(kind)].parameters);
                settle!();
                begin_function!(own);
            }
        }};
    }
    macro_rules! call_last {
        ($callee:expr) => {{
            let callee = $callee as usize;
            let signature = module.signature(callee as u32);
            let arguments = usize::from(signature.parameters);
            settle!();
            stack.copy_within(top - arguments..top, base);
            top = base + arguments;
            last = stack[top - 1];
            if callee < module.imported.len() {
                let caller = frames.pop();
                if let Some(frame) = caller {
                    resume!(frame);
                }
                call_host!(callee, signature, caller.is_none());
            } else {
                begin_function!(callee - module.imported.len());
            }
        }};
    }
    macro_rules! callee_of_table {
        () => {{
            let kind = number!();
            let table = number!();
            let index = pop!() as u32 as usize;
            match callee(module, &tables[table as usize], kind, index) {
                Ok(callee) => callee,
                Err(trap) => break Stop::Trapped(trap),
            }
        }};
    }
    macro_rules! constant {
        ($count:literal, $kind:ident) => {{
            let found = bytes[at..].first_chunk::<$count>();
            let value = $kind::from_le_bytes(*found.expect("the module is valid"));
            at += $count;
            push!(u64::from(value));
        }};
    }
    macro_rules! binary {
        (|$left:ident, $right:ident: $kind:ty| $result:expr) => {{
            let $right = last as $kind;
            let $left = stack[top - 2] as $kind;
            top -= 1;
            last = $result as u64;
        }};
    }
    // Where an access to memory begins; beyond any memory if the host has no such address.
    macro_rules! place {
        ($address:expr) => {{
            at = leb::skip(bytes, at);
            let offset = number!();
            let first = u64::from($address as u32) + u64::from(offset);
            usize::try_from(first).unwrap_or(usize::MAX)
        }};
    }
    macro_rules! load {
        ($count:literal, |$loaded:ident| $value:expr) => {{
            let first = place!(last);
            let found = memory.get(first..).and_then(<[u8]>::first_chunk::<$count>);
            let Some(&$loaded) = found else {
                trap!(MemoryOutOfBounds);
            };
            last = $value as u64;
        }};
    }
    macro_rules! store {
        ($count:literal) => {{
            let first = place!(stack[top - 2]);
            let found = memory.get_mut(first..).and_then(<[u8]>::first_chunk_mut::<$count>);
            let Some(place) = found else {
                trap!(MemoryOutOfBounds);
            };
            let value = last.to_le_bytes();
            place.copy_from_slice(&value[..$count]);
            drop!(2);
        }};
    }

    let stop = 'call: {
        if fuel < pending {
            break 'call Stop::OutOfFuel(pending);
        }
        fuel -= pending;
        pending = 0;
        loop {
            let opcode = bytes[at];
            at += 1;
            match opcode {
                0x00 => trap!(Unreachable),
                0x01 | 0xAD => (),
                0x02 => at = leb::skip(bytes, at),
                0x03 => {
                    let cost = side.cost(entry);
                    if fuel < cost {
                        at -= 1;
                        break Stop::OutOfFuel(cost);
                    }
                    fuel -= cost;
                    entry += 1;
                    at = leb::skip(bytes, at);
                }
                0x04 => {
                    if pop!() as u32 != 0 {
                        let cost = side.cost(entry + 1);
                        entry += 3;
                        at = leb::skip(bytes, at);
                        charge!(cost);
                    } else {
                        let cost = side.cost(entry + 2);
                        branch!();
                        charge!(cost);
                    }
                }
                0x05 => {
                    let cost = side.cost(entry + 1);
                    branch!();
                    charge!(cost);
                }
                0x0B => {
                    if at == end {
                        leave_function!();
                    }
                }
                0x0C => branch!(),
                0x0D => {
                    if pop!() as u32 != 0 {
                        branch!();
                    } else {
                        entry += 1;
                        at = leb::skip(bytes, at);
                    }
                }
                0x0E => {
                    let (count, _) = leb::unsigned(bytes, at);
                    entry += (pop!() as u32).min(count) as usize;
                    branch!();
                }
                0x0F => leave_function!(),
                0x10 => call!(number!()),
                0x11 => call!(callee_of_table!()),
                0x12 => call_last!(number!()),
                0x13 => call_last!(callee_of_table!()),
                0x1A => drop!(1),
                0x1B | 0x1C => {
                    if opcode == 0x1C {
                        let count = number!();
                        at += count as usize;
                    }
                    let place = if last as u32 == 0 { top - 2 } else { top - 3 };
                    last = stack[place];
                    top -= 2;
                }
                0x20 => push!(stack[base + number!() as usize]),
                0x21 => {
                    stack[base + number!() as usize] = last;
                    drop!(1);
                }
                0x22 => stack[base + number!() as usize] = last,
                0x23 => push!(globals[number!() as usize]),
                0x24 => {
                    globals[number!() as usize] = last;
                    drop!(1);
                }
                0x28 | 0x2A => load!(4, |loaded| u32::from_le_bytes(loaded)),
                0x29 | 0x2B => load!(8, |loaded| u64::from_le_bytes(loaded)),
                0x2C => load!(1, |loaded| i32::from(i8::from_le_bytes(loaded)) as u32),
                0x2D | 0x31 => load!(1, |loaded| loaded[0]),
                0x2E => load!(2, |loaded| i32::from(i16::from_le_bytes(loaded)) as u32),
                0x2F | 0x33 => load!(2, |loaded| u16::from_le_bytes(loaded)),
                0x30 => load!(1, |loaded| i64::from(i8::from_le_bytes(loaded))),
                0x32 => load!(2, |loaded| i64::from(i16::from_le_bytes(loaded))),
                0x34 => load!(4, |loaded| i64::from(i32::from_le_bytes(loaded))),
                0x35 => load!(4, |loaded| u32::from_le_bytes(loaded)),
                0x36 | 0x38 | 0x3E => store!(4),
                0x37 | 0x39 => store!(8),
                0x3A | 0x3C => store!(1),
                0x3B | 0x3D => store!(2),
                // The size is what growing by nothing gives.
                0x3F | 0x40 => {
                    if opcode == 0x3F {
                        push!(0);
                    }
                    let kind = store.memory_type.expect("the module is valid");
                    let pages = last as u32;
                    match grow_memory(all, kind, pages, &mut fuel, host) {
                        Ok(before) => last = u64::from(before.unwrap_or(u32::MAX)),
                        Err(required) => {
                            at -= 1;
                            break Stop::OutOfFuel(required);
                        }
                    }
                    memory = &mut all[..];
                    at += 1;
                }
                0x41 => {
                    let (value, next) = leb::signed(bytes, at);
                    at = next;
                    push!(u64::from(value as u32));
                }
                0x42 => {
                    let (value, next) = leb::signed(bytes, at);
                    at = next;
                    push!(value as u64);
                }
                0x43 => constant!(4, u32),
                0x44 => constant!(8, u64),
                0x45 | 0xD1 => last = u64::from(last as u32 == 0),
                0x46 => binary!(|left, right: u32| left == right),
                0x47 => binary!(|left, right: u32| left != right),
                0x48 => binary!(|left, right: i32| left < right),
                0x49 => binary!(|left, right: u32| left < right),
                0x4A => binary!(|left, right: i32| right < left),
                0x4B => binary!(|left, right: u32| right < left),
                0x4C => binary!(|left, right: i32| left <= right),
                0x4D => binary!(|left, right: u32| left <= right),
                0x4E => binary!(|left, right: i32| right <= left),
                0x4F => binary!(|left, right: u32| right <= left),
                0x6A => binary!(|left, right: u32| left.wrapping_add(right)),
                0x6B => binary!(|left, right: u32| left.wrapping_sub(right)),
                0x6C => binary!(|left, right: u32| left.wrapping_mul(right)),
                0x71 | 0x83 => binary!(|left, right: u64| left & right),
                0x72 | 0x84 => binary!(|left, right: u64| left | right),
                0x73 | 0x85 => binary!(|left, right: u64| left ^ right),
                0x74 => binary!(|left, right: u32| left.wrapping_shl(right)),
                0x75 => binary!(|left, right: u32| (left as i32).wrapping_shr(right) as u32),
                0x76 => binary!(|left, right: u32| left.wrapping_shr(right)),
                0x7C => binary!(|left, right: u64| left.wrapping_add(right)),
                0x7D => binary!(|left, right: u64| left.wrapping_sub(right)),
                0x7E => binary!(|left, right: u64| left.wrapping_mul(right)),
                0x86 => binary!(|left, right: u64| left.wrapping_shl(right as u32)),
                0x88 => binary!(|left, right: u64| left.wrapping_shr(right as u32)),
                0xA7 => last = u64::from(last as u32),
                0xAC => last = i64::from(last as i32).cast_unsigned(),
                0x25 | 0x26 | 0xD0 | 0xD2 | 0xFC => {
                    settle!();
                    let mut reach = Reach {
                        memory,
                        tables,
                        elements: &mut store.elements,
                        is_data_dropped: &mut store.is_data_dropped,
                        elements_max: store.elements_max,
                        fuel: &mut fuel,
                    };
                    match bulk::operate(module, opcode, &mut reach, stack, top, at) {
                        Ok((next, height)) => {
                            at = next;
                            top = height;
                            last = stack[top - 1];
                        }
                        Err(Halt::Trap(trap)) => break Stop::Trapped(trap),
                        Err(Halt::OutOfFuel(required)) => {
                            at -= 1;
                            break Stop::OutOfFuel(required);
                        }
                    }
                }
                _ if number::is_unary(opcode) => match number::unary(opcode, last) {
                    Ok(result) => last = result,
                    Err(trap) => break Stop::Trapped(trap),
                },
                _ => {
                    top -= 1;
                    match number::binary(opcode, stack[top - 1], last) {
                        Ok(result) => last = result,
                        Err(trap) => break Stop::Trapped(trap),
                    }
                }
            }
        }
    };
    stack[top - 1] = last;
    call.place = Place { function, code: at, entry, base, top, pending };
    store.fuel = fuel;
    stop
}
