//! Decoded code: basic blocks, how they are found and linked, and how they are forgotten when
//! what they were decoded from is written.
//!
//! A block is entered at its start only. It goes on where an unconditional jump leads, and behind
//! branches, which are ways out of it when they are taken. It ends behind a branch that goes back,
//! a jump whose target is not known, or a privileged instruction, and when it is long enough.

use std::collections::BTreeMap;

use crate::decode::decode;
use crate::exception::Privilege;
use crate::exception::Trap;
use crate::fetch::Fetch;
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
    /// The beginning of a block that is executed only this once.
    pub(crate) part: Stream,
    pub(crate) jumps: Box<[Jump; JUMPS]>,
    /// For each privilege and page of addresses the place of the block that begins at each even
    /// address, counted from 1.
    starts: [BTreeMap<u32, Box<[u32; HALVES]>>; 2],
    /// For each page of the store the blocks decoded from it, with the lines they cover.
    covers: BTreeMap<u32, Vec<(u32, u64)>>,
    /// What a block was made of that was decoded last, and the lines that it covers.
    draft: Vec<(Decoded, u32)>,
    lines: Vec<(u32, u64)>,
}

impl Cache {
    pub(crate) fn new() -> Cache {
        Cache {
            stream: Stream::default(),
            part: Stream::default(),
            jumps: Box::new(NO_JUMPS),
            starts: [BTreeMap::new(), BTreeMap::new()],
            covers: BTreeMap::new(),
            draft: Vec::new(),
            lines: Vec::new(),
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
        let fetch = Fetch::new(memory, privilege);
        let behind = draw(fetch, pc, COUNT_MAX, &mut self.draft, &mut self.lines)?;
        let block = self.stream.append(&self.draft, behind, privilege);
        for (page, lines) in &self.lines {
            memory.note_code(*page, *lines);
            self.covers.entry(*page).or_default().push((block, *lines));
        }
        *self.start_of(pc, privilege) = block + 1;
        Ok(block)
    }

    /// Decodes the beginning of a block, so many instructions at most, into a stream of its own.
    pub(crate) fn decode_part(
        &mut self,
        memory: &mut Memory,
        pc: u32,
        privilege: Privilege,
        count: u64,
    ) -> Result<u32, Trap> {
        let fetch = Fetch::new(memory, privilege);
        let count = COUNT_MAX.min(count as usize);
        let behind = draw(fetch, pc, count, &mut self.draft, &mut self.lines)?;
        for (page, lines) in &self.lines {
            memory.note_code(*page, *lines);
        }
        self.part.clear();
        Ok(self.part.append(&self.draft, behind, privilege))
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

/// Decodes a block of so many instructions at most. Gives where it goes on, and finds the lines
/// that it covers.
fn draw(
    mut fetch: Fetch,
    pc: u32,
    count: usize,
    draft: &mut Vec<(Decoded, u32)>,
    lines: &mut Vec<(u32, u64)>,
) -> Result<u32, Trap> {
    draft.clear();
    lines.clear();
    let mut at = pc;
    let mut branches = 0;
    while draft.len() < count && branches < BRANCHES_MAX {
        let (word, places) = match fetch.instruction(at) {
            Ok(found) => found,
            Err(trap) if draft.is_empty() => return Err(trap),
            Err(_) => break,
        };
        for place in places.into_iter().flatten() {
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
