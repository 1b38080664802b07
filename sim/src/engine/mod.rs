//! What runs the actors' modules in the kernel of this program. A scenario cannot tell.

// Its compiler makes code for processors of 64 bits.
#[cfg_attr(not(target_pointer_width = "64"), path = "absent.rs")]
mod wasmtime;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use kernel::Foundry;
use kernel::manifest::EngineKind;

/// An engine by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum EngineName {
    /// wasmi, which compiles to code of its own: the reference.
    #[default]
    Wasmi,
    /// wasmtime, which compiles to this computer's code. What it does not take runs on wasmi.
    Wasmtime,
    /// The kernel's own, which runs modules where they lie.
    InPlace,
}

impl EngineName {
    /// All of them.
    pub const ALL: [EngineName; 3] = [EngineName::Wasmi, EngineName::Wasmtime, EngineName::InPlace];

    /// The engine of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn parse(text: &str) -> Result<EngineName, String> {
        let found = EngineName::ALL.into_iter().find(|engine| engine.text() == text);
        found.ok_or_else(|| "expected wasmi, wasmtime or in-place".to_owned())
    }

    /// Its name.
    pub const fn text(self) -> &'static str {
        match self {
            EngineName::Wasmi => "wasmi",
            EngineName::Wasmtime => "wasmtime",
            EngineName::InPlace => "in-place",
        }
    }

    /// The kernel's own engine that does the same, or does what is left over.
    pub const fn kind(self) -> EngineKind {
        match self {
            EngineName::InPlace => EngineKind::InPlace,
            EngineName::Wasmi | EngineName::Wasmtime => EngineKind::Wasmi,
        }
    }

    /// Where kernels get it from: one for all worlds of this thread, until it is full.
    pub fn foundry(self) -> Rc<Foundry> {
        thread_local! {
            static FOUNDRIES: RefCell<BTreeMap<EngineName, Rc<Foundry>>> = RefCell::default();
        }
        FOUNDRIES.with_borrow_mut(|foundries| {
            let known = foundries.get(&self).filter(|foundry| !foundry.is_full());
            let foundry = known.map_or_else(|| Rc::new(self.new_foundry()), Rc::clone);
            foundries.insert(self, Rc::clone(&foundry));
            foundry
        })
    }

    fn new_foundry(self) -> Foundry {
        // The compiler is made for those who ask for it.
        match self {
            EngineName::Wasmtime => wasmtime::foundry(),
            EngineName::Wasmi | EngineName::InPlace => None,
        }
        .unwrap_or_else(|| Foundry::new(self.kind()))
    }
}

/// Why a module runs on wasmi if wasmtime is asked for; nothing if it does not.
pub fn why_on_wasmi(wasm: &[u8]) -> Option<String> {
    wasmtime::refusal(wasm)
}
