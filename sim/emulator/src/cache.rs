//! Decoded code: basic blocks, how they are found and linked, and how they are forgotten when
//! what they were decoded from is written.
//!
//! A block is entered at its start only. It goes on where an unconditional jump leads, and behind
//! branches, which are ways out of it when they are taken. It ends behind a branch that goes back,
//! a jump whose target is not known, or a privileged instruction, and when it is long enough.

use std::collections::BTreeMap;

use crate::bus::fetch;
use crate::decode::decode;
use crate::decode::length;
use crate::exception::Exception;
use crate::exception::Privilege;
use crate::exception::Trap;
use crate::instruction::Decoded;
use crate::instruction::Flow;
use crate::instruction::Instruction;
use crate::instruction::Kind;
use crate::jump::JUMPS;
use crate::jump::Jump;
use crate::jump::NO_JUMPS;
use crate::jump::jump_place;
use crate::jump::user_bit;
use crate::memory::Memory;
use crate::memory::PAGE;
use crate::register::NOWHERE;
use crate::stream::Stream;

/// Instructions in the longest block.
const COUNT_MAX: usize = 64;
/// Branches in it.
const BRANCHES_MAX: usize = 4;
/// Instructions that are kept; beyond, everything is forgotten and decoded anew.
const KEPT_MAX: usize = 1 << 22;
const HALVES: usize = (PAGE / 2) as usize;

/// All decoded code.
pub(crate) struct Cache {
    pub(crate) stream: Stream,
    pub(crate) jumps: Box<[Jump; JUMPS]>,
    /// For each privilege and page of addresses the place of the block that begins at each even
    /// address, counted from 1.
    starts: [BTreeMap<u32, Box<[u32; HALVES]>>; 2],
    /// For each page of the store the blocks decoded from it, with the lines they cover.
    covers: BTreeMap<u32, Vec<(u32, u64)>>,
    draft: Vec<(Decoded, u32)>,
}

impl Cache {
    pub(crate) fn new() -> Cache {
        Cache {
            stream: Stream::default(),
            jumps: Box::new(NO_JUMPS),
            starts: [BTreeMap::new(), BTreeMap::new()],
            covers: BTreeMap::new(),
            draft: Vec::new(),
        }
    }

    /// The block at an address, decoded if it is not yet.
    pub(crate) fn find(
        &mut self,
        memory: &mut Memory,
        pc: u32,
        privilege: Privilege,
    ) -> Result<u32, Trap> {
        let key = pc | user_bit(privilege);
        let jump = self.jumps[jump_place(pc)];
        if jump.key == key {
            return Ok(jump.block);
        }
        let starts = self.starts[user_bit(privilege) as usize].get(&(pc / PAGE));
        let known = starts.map_or(0, |starts| starts[half(pc)]);
        let block = match known.checked_sub(1) {
            Some(block) => block,
            None => self.translate(memory, pc, privilege)?,
        };
        self.jumps[jump_place(pc)] = Jump { key, block };
        Ok(block)
    }

    fn translate(
        &mut self,
        memory: &mut Memory,
        pc: u32,
        privilege: Privilege,
    ) -> Result<u32, Trap> {
        if KEPT_MAX < self.stream.operations.len() {
            self.clear();
        }
        let mut draft = std::mem::take(&mut self.draft);
        draft.clear();
        let mut lines: Vec<(u32, u64)> = Vec::new();
        let behind = match draw(memory, pc, privilege, &mut draft, &mut lines) {
            Ok(behind) => behind,
            Err(trap) => {
                self.draft = draft;
                return Err(trap);
            }
        };
        let block = self.stream.append(&draft, behind, privilege);
        for (page, lines) in lines {
            self.covers.entry(page).or_default().push((block, lines));
        }
        *self.start_of(pc, privilege) = block + 1;
        self.draft = draft;
        Ok(block)
    }

    fn start_of(&mut self, pc: u32, privilege: Privilege) -> &mut u32 {
        let pages = &mut self.starts[user_bit(privilege) as usize];
        let starts = pages.entry(pc / PAGE).or_insert_with(|| Box::new([0; HALVES]));
        &mut starts[half(pc)]
    }

    /// Forgets every block that was decoded from lines that were written since.
    pub(crate) fn forget(&mut self, stale: &[(u32, u64)]) {
        for (page, lines) in stale {
            let Some(mut covers) = self.covers.remove(page) else { continue };
            covers.retain(|(block, covered)| {
                let is_kept = covered & lines == 0;
                if !is_kept {
                    let pc = self.stream.address(*block);
                    let privilege = self.stream.privilege(*block);
                    let start = self.start_of(pc, privilege);
                    if *start == block + 1 {
                        *start = 0;
                    }
                }
                is_kept
            });
            self.covers.insert(*page, covers);
        }
        self.stream.unlink();
        self.jumps.copy_from_slice(&NO_JUMPS);
    }

    /// Forgets everything: what may be executed has changed.
    pub(crate) fn clear(&mut self) {
        self.starts = [BTreeMap::new(), BTreeMap::new()];
        self.stream.clear();
        self.covers.clear();
        self.jumps.copy_from_slice(&NO_JUMPS);
    }
}

/// Decodes a block. Gives where it goes on, and adds the lines that it covers.
fn draw(
    memory: &mut Memory,
    pc: u32,
    privilege: Privilege,
    draft: &mut Vec<(Decoded, u32)>,
    lines: &mut Vec<(u32, u64)>,
) -> Result<u32, Trap> {
    let mut at = pc;
    let mut branches = 0;
    while draft.len() < COUNT_MAX && branches < BRANCHES_MAX {
        let (word, places) = match fetch_instruction(memory, at, privilege) {
            Ok(found) => found,
            Err(trap) if draft.is_empty() => return Err(trap),
            Err(_) => break,
        };
        for place in places.into_iter().flatten() {
            memory.note_code(place);
            let (page, line) = ((place / PAGE as usize) as u32, 1 << (place >> 6 & 63));
            match lines.iter_mut().find(|(known, _)| *known == page) {
                Some((_, covered)) => *covered |= line,
                None => lines.push((page, line)),
            }
        }
        let decoded = resolve(decode(word, at), draft.last(), at);
        draft.push((decoded, at));
        let behind = at.wrapping_add(decoded.bytes);
        match decoded.flow {
            Flow::Next => at = behind,
            Flow::Unknown => return Ok(behind),
            // Most branches back are taken.
            Flow::Branch(target) if target <= at => return Ok(behind),
            Flow::Branch(_) => {
                branches += 1;
                at = behind;
            }
            // A loop is not unrolled.
            Flow::Jump(target) if draft.iter().any(|(_, known)| *known == target) => {
                return Ok(target);
            }
            Flow::Jump(target) => at = target,
        }
    }
    Ok(at)
}

/// A jump whose target the instruction before it has just loaded is one to a known target.
fn resolve(decoded: Decoded, before: Option<&(Decoded, u32)>, pc: u32) -> Decoded {
    let Instruction { kind, destination, first, constant, .. } = decoded.instruction;
    let Some((Decoded { instruction: loaded, .. }, _)) = before else { return decoded };
    let is_known = loaded.kind == Kind::LoadConstant && loaded.destination == first;
    if kind != Kind::JumpRegister || !is_known {
        return decoded;
    }
    let behind = pc.wrapping_add(decoded.bytes);
    let kind = if destination == NOWHERE { Kind::Nothing } else { Kind::LoadConstant };
    let instruction = Instruction { kind, constant: behind, ..decoded.instruction };
    let target = loaded.constant.wrapping_add(constant) & !1;
    Decoded { instruction, flow: Flow::Jump(target), ..decoded }
}

fn half(pc: u32) -> usize {
    (pc % PAGE / 2) as usize
}

/// The bits of an instruction, and where its halves lie in the store.
pub(crate) fn fetch_instruction(
    memory: &Memory,
    pc: u32,
    privilege: Privilege,
) -> Result<(u32, [Option<usize>; 2]), Trap> {
    let half = |address| {
        let trap = Trap::new(Exception::InstructionAccess, address);
        fetch(memory, address, privilege).ok_or(trap)
    };
    let (low, place) = half(pc)?;
    if length(low) == 2 {
        return Ok((u32::from(low), [Some(place), None]));
    }
    let (high, second) = half(pc.wrapping_add(2))?;
    Ok((u32::from(low) | u32::from(high) << 16, [Some(place), Some(second)]))
}
