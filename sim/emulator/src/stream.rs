//! Decoded code in the order in which it is executed: one flat list of operations, each of which
//! says of what kind the next one is, so that the host learns early where to go on.
//!
//! A block is a header, its instructions, and what says where it goes on. What does nothing is
//! counted with the others, and has no place among them.

use crate::exception::Privilege;
use crate::fuse::fuse;
use crate::instruction::Decoded;
use crate::instruction::Flow;
use crate::instruction::Instruction;
use crate::instruction::Kind;
use crate::instruction::Operation;
use crate::register::NOWHERE;

/// There is no operation.
pub(crate) const NONE: u32 = u32::MAX;

/// Where a branch goes that is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) pc: u32,
    /// The place of the block there, or [`NONE`].
    pub(crate) place: u32,
    /// Instructions of the block that are behind the branch.
    unexecuted: u16,
}

impl Link {
    /// Instructions that were counted with the block, and are not executed on this way.
    #[inline(always)]
    pub(crate) fn unexecuted(&self) -> u64 {
        u64::from(self.unexecuted)
    }
}

/// Where an operation came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) pc: u32,
    /// Where the program goes on behind it, in its block.
    pub(crate) behind: u32,
    /// Instructions of the block from this one on.
    pub(crate) remaining: u16,
}

/// Blocks one behind the other.
#[derive(Default)]
pub(crate) struct Stream {
    pub(crate) operations: Vec<Operation>,
    /// Where each of them came from.
    pub(crate) origins: Vec<Origin>,
    /// The ways of all branches.
    pub(crate) links: Vec<Link>,
    /// Which operations end a block and go on.
    ends: Vec<u32>,
}

impl Stream {
    /// Adds a block of instructions with their addresses, behind which the program goes on there.
    /// Gives its place.
    pub(crate) fn append(
        &mut self,
        block: &[(Decoded, u32)],
        behind: u32,
        privilege: Privilege,
    ) -> u32 {
        let (start, count) = (self.operations.len(), block.len() as u16);
        let pc = block.first().map_or(behind, |(_, address)| *address);
        self.push(
            Operation::header(count as u8, privilege, pc),
            Origin { pc, behind: pc, remaining: count },
        );
        let mut goes_on = true;
        for (index, (Decoded { instruction, flow, .. }, address)) in block.iter().enumerate() {
            let behind = block.get(index + 1).map_or(behind, |(_, address)| *address);
            let remaining = count - index as u16;
            let origin = Origin { pc: *address, behind, remaining };
            goes_on = self.push_instruction(*instruction, *flow, origin);
        }
        if goes_on {
            self.ends.push(self.operations.len() as u32);
            self.follow_with(Kind::GoOn);
            self.push(Operation::end(NONE), Origin { pc: behind, behind, remaining: 0 });
        }
        fuse(&mut self.operations[start..]);
        start as u32
    }

    /// Says whether the block goes on behind this instruction.
    fn push_instruction(&mut self, instruction: Instruction, flow: Flow, origin: Origin) -> bool {
        let mut operation = Operation::new(instruction);
        match instruction.kind {
            Kind::Nothing => return true,
            Kind::JumpRegister if instruction.destination != NOWHERE => {
                self.follow_with(Kind::CallRegister);
                self.push(operation, origin);
                // What the return address is stands behind it.
                self.push(Operation::end(origin.behind), origin);
                return false;
            }
            kind => self.follow_with(kind),
        }
        if let Flow::Branch(target) = flow {
            operation.constant = self.links.len() as u32;
            self.links.push(Link { pc: target, place: NONE, unexecuted: origin.remaining - 1 });
        }
        self.push(operation, origin);
        !matches!(instruction.kind, Kind::JumpRegister | Kind::System)
    }

    /// The last operation is followed by one of this kind.
    fn follow_with(&mut self, kind: Kind) {
        if let Some(last) = self.operations.last_mut() {
            last.then = kind;
        }
    }

    fn push(&mut self, operation: Operation, origin: Origin) {
        self.operations.push(operation);
        self.origins.push(origin);
    }

    /// The address of a block.
    pub(crate) fn address(&self, block: u32) -> u32 {
        self.operations[block as usize].constant
    }

    /// The privilege that a block was decoded for.
    pub(crate) fn privilege(&self, block: u32) -> Privilege {
        self.operations[block as usize].privilege()
    }

    /// Lets an operation that ends a block go on with this one.
    pub(crate) fn go_on(&mut self, end: u32, block: u32) {
        self.operations[end as usize].constant = block;
    }

    /// Forgets which block follows which.
    pub(crate) fn unlink(&mut self) {
        for end in &self.ends {
            self.operations[*end as usize].constant = NONE;
        }
        for link in &mut self.links {
            link.place = NONE;
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.operations.clear();
        self.origins.clear();
        self.links.clear();
        self.ends.clear();
    }
}
