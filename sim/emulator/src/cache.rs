//! Decoded code: basic blocks, how they are found and linked, and how they are forgotten when
//! what they were decoded from is written.
//!
//! A block ends behind a jump, a branch or a privileged instruction, at the end of a page, and
//! when it is long enough. It is entered at its start only.

use std::collections::BTreeMap;

use crate::bus::fetch;
use crate::decode::decode;
use crate::decode::length;
use crate::exception::Exception;
use crate::exception::Privilege;
use crate::exception::Trap;
use crate::fuse::fuse;
use crate::instruction::Decoded;
use crate::instruction::Flow;
use crate::instruction::Instruction;
use crate::memory::Memory;
use crate::memory::PAGE;

/// No block is known.
pub(crate) const NONE: u32 = u32::MAX;
/// Instructions in the longest block.
const COUNT_MAX: usize = 128;
/// Instructions that are kept; beyond, everything is forgotten and decoded anew.
const KEPT_MAX: usize = 1 << 22;
/// How many targets of indirect jumps are found quickly.
pub(crate) const JUMPS: usize = 4096;
const HALVES: usize = (PAGE / 2) as usize;

/// The ways out of a block.
pub(crate) const BEHIND: usize = 0;
/// The way of a jump, and of a branch that is taken.
pub(crate) const TAKEN: usize = 1;

/// Instructions that are executed one after the other. Half a cache line, so that the way from a
/// block to the next is short.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(crate) struct Block {
    /// Its place in the flat store.
    pub(crate) start: u32,
    pub(crate) count: u16,
    privilege: Privilege,
    /// Its own number.
    pub(crate) own: u32,
    pub(crate) pc: u32,
    /// Where it goes on: behind it and to its target.
    pub(crate) exits: [u32; 2],
    /// The blocks there, or [`NONE`].
    pub(crate) links: [u32; 2],
}

impl Block {
    /// A block of one instruction, which is in no cache.
    pub(crate) fn of_one(pc: u32, exits: [u32; 2], privilege: Privilege) -> Block {
        Block { start: 0, count: 1, own: 0, pc, exits, links: [NONE; 2], privilege }
    }
}

/// A target of an indirect jump.
#[derive(Clone, Copy)]
pub(crate) struct Jump {
    /// The address, with [`user_bit`] in its lowest bit.
    pub(crate) key: u32,
    pub(crate) block: u32,
}

/// No address has these keys at these places.
pub(crate) static NO_JUMPS: [Jump; JUMPS] = {
    let mut jumps = [Jump { key: 0, block: NONE }; JUMPS];
    jumps[0].key = 2;
    jumps
};

pub(crate) fn jump_place(pc: u32) -> usize {
    (pc >> 1) as usize % JUMPS
}

/// Addresses are even, so that their lowest bit can tell whose they are.
pub(crate) fn user_bit(privilege: Privilege) -> u32 {
    u32::from(privilege == Privilege::User)
}

/// All decoded code.
pub(crate) struct Cache {
    pub(crate) instructions: Vec<Instruction>,
    /// The address of each of them.
    pub(crate) addresses: Vec<u32>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) jumps: Box<[Jump; JUMPS]>,
    /// For each privilege and page of addresses the block that begins at each even address,
    /// counted from 1.
    starts: [BTreeMap<u32, Box<[u32; HALVES]>>; 2],
    /// For each page of the store the blocks decoded from it, with the lines they cover.
    origins: BTreeMap<u32, Vec<(u32, u64)>>,
    draft: Vec<(Decoded, u32)>,
}

impl Cache {
    pub(crate) fn new() -> Cache {
        Cache {
            instructions: Vec::new(),
            addresses: Vec::new(),
            blocks: Vec::new(),
            jumps: Box::new(NO_JUMPS),
            starts: [BTreeMap::new(), BTreeMap::new()],
            origins: BTreeMap::new(),
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
        if KEPT_MAX < self.instructions.len() {
            self.clear();
        }
        let mut draft = std::mem::take(&mut self.draft);
        draft.clear();
        let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
        let mut at = pc;
        let mut target = pc;
        while draft.len() < COUNT_MAX {
            let (word, places) = match fetch_instruction(memory, at, privilege) {
                Ok(found) => found,
                Err(trap) if draft.is_empty() => {
                    self.draft = draft;
                    return Err(trap);
                }
                Err(_) => break,
            };
            for place in places.into_iter().flatten() {
                memory.note_code(place);
                *lines.entry((place / PAGE as usize) as u32).or_default() |= 1 << (place >> 6 & 63);
            }
            let decoded = decode(word, at);
            draft.push((decoded, at));
            let next = at.wrapping_add(decoded.bytes);
            let is_new_page = next / PAGE != at / PAGE;
            at = next;
            match decoded.flow {
                Flow::Next if !is_new_page => continue,
                Flow::Next | Flow::Unknown => (),
                Flow::Jump(to) | Flow::Branch(to) => target = to,
            }
            break;
        }
        let block = self.blocks.len() as u32;
        let start = self.instructions.len();
        self.instructions.extend(draft.iter().map(|(decoded, _)| decoded.instruction));
        self.addresses.extend(draft.iter().map(|(_, address)| *address));
        fuse(&mut self.instructions[start..]);
        self.blocks.push(Block {
            start: start as u32,
            count: draft.len() as u16,
            own: block,
            pc,
            exits: [at, target],
            links: [NONE; 2],
            privilege,
        });
        for (page, lines) in lines {
            self.origins.entry(page).or_default().push((block, lines));
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
            let Some(mut origins) = self.origins.remove(page) else { continue };
            origins.retain(|(block, covered)| {
                let is_kept = covered & lines == 0;
                if !is_kept {
                    let Block { pc, privilege, .. } = self.blocks[*block as usize];
                    let start = self.start_of(pc, privilege);
                    if *start == block + 1 {
                        *start = 0;
                    }
                }
                is_kept
            });
            self.origins.insert(*page, origins);
        }
        for block in &mut self.blocks {
            block.links = [NONE; 2];
        }
        self.jumps.copy_from_slice(&NO_JUMPS);
    }

    /// Forgets everything: what may be executed has changed.
    pub(crate) fn clear(&mut self) {
        self.starts = [BTreeMap::new(), BTreeMap::new()];
        self.instructions.clear();
        self.addresses.clear();
        self.blocks.clear();
        self.origins.clear();
        self.jumps.copy_from_slice(&NO_JUMPS);
    }
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
