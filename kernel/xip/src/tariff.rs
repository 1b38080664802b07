//! What wasmi charges for a module and where, for whoever rewrites modules instead of running them.

use alloc::vec::Vec;

use crate::module::Function;
use crate::module::LoadError;
use crate::module::Module;
use crate::side::Mark;
use crate::side::Place;
use crate::side::SideTable;

/// Fuel that is taken at a place of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Where the operator lies in the module, in bytes.
    pub at: usize,
    /// Where it is charged, seen from there.
    pub place: Place,
    /// How much it is.
    pub cost: u64,
}

/// What one function takes of fuel and of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionTariff {
    /// Fuel that is taken when it is entered.
    pub entry: u64,
    /// Fuel that is taken inside, in the order of the code.
    pub charges: Vec<Charge>,
    /// Its parameters and locals.
    pub locals: usize,
    /// The most values that it has on the stack besides.
    pub height: usize,
}

/// What every function that has a body takes, in the order of the module. A module that
/// [`Module::new`] refuses is refused in the same words.
pub fn tariffs(wasm: &[u8]) -> Result<Vec<FunctionTariff>, LoadError> {
    let module = Module::with_side_table(wasm, SideTable::marked(), &mut |_| true)?;
    let mut marks = module.side.marks();
    let ends = module.functions.iter().skip(1).map(|function| function.side as usize);
    let functions = module.functions.iter().zip(ends.chain([module.side.len()]));
    let tariff = |(function, end): (&Function, usize)| FunctionTariff {
        entry: module.side.cost(function.side as usize),
        charges: split(&mut marks, end)
            .iter()
            .map(|mark| Charge {
                at: mark.at,
                place: mark.place,
                cost: module.side.cost(mark.entry),
            })
            .collect(),
        locals: usize::from(module.types[usize::from(function.kind)].parameters)
            + usize::from(function.locals),
        height: usize::from(function.height),
    };
    Ok(functions.map(tariff).collect())
}

/// Takes the marks whose entries lie before `end`.
fn split<'marks>(marks: &mut &'marks [Mark], end: usize) -> &'marks [Mark] {
    let count = marks.partition_point(|mark| mark.entry < end);
    let (taken, left) = marks.split_at(count);
    *marks = left;
    taken
}
