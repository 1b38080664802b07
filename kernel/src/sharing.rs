//! Memory that actors make to share, as they meet it.

use abi::handle::Handle;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::capability::Capability;
use crate::capability::Object;
use crate::limits::BYTES_PER_FUEL;
use crate::state::State;

impl State {
    /// Makes memory of zeros and gives it to the running actor, within what its part may share and
    /// the arena has.
    pub(crate) fn make_memory(&mut self, len: u64) -> Result<Handle, Refusal> {
        // Offsets cross as signed 32-bit words.
        let len = i32::try_from(len).map_err(|_| Refusal::OutOfRange)?.unsigned_abs();
        if len == 0 {
            return Err(Refusal::OutOfRange);
        }
        self.may_make()?;
        let role = self.roles[self.current].as_ref().expect("a running actor plays a role");
        let shared = self.regions.made_by(self.current) + len as usize;
        if role.part.shared < shared || self.arena < len as usize {
            return Err(Refusal::NoRoom);
        }
        let range = self.regions.make(len)?;
        let object = Object::Memory(range);
        let capability = Capability { object, rights: Rights::ALL, badge: 0 };
        let root = self.cspaces.plant(capability);
        self.regions.plant(range.region, self.current, root);
        self.arena -= len as usize;
        // Zeros are written like any other bytes.
        self.toll += u64::from(len) / BYTES_PER_FUEL;
        self.cspaces.derive(root, capability, self.current)
    }

    /// A capability to memory has gone; with the last one goes what an actor made.
    pub(crate) fn memory_gone(&mut self, number: u16) {
        let Some(root) = self.regions.root(number) else { return };
        if self.cspaces.is_leaf(root) {
            self.cspaces.uproot(root);
            self.arena += self.regions.free(number);
        }
    }
}
