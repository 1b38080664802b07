//! A run on this crate's interpreter.

use crate::reference::given;
use crate::reference::script::Draw;
use crate::reference::script::Script;
use crate::reference::script::Seen;
use crate::reference::script::hash;
use crate::reference::script::shown;
use xip::Exit;
use xip::ExternType;
use xip::FunctionType;
use xip::Given;
use xip::Host;
use xip::Instance;
use xip::Limits;
use xip::Module;

struct Outside<'a> {
    script: &'a mut Script,
    types: &'a [FunctionType],
    /// The answer to the call that left.
    answer: Vec<u64>,
}

impl Host for Outside<'_> {
    fn call(
        &mut self,
        import: usize,
        arguments: &[u64],
        memory: &mut [u8],
        fuel: &mut u64,
    ) -> Option<u64> {
        let kind = &self.types[import];
        let arguments = arguments.iter().zip(&kind.parameters);
        let arguments = arguments.map(|(value, kind)| shown(*value, *kind)).collect();
        let reply = self.script.call(import, arguments, &kind.results, memory, *fuel);
        *fuel = fuel.saturating_sub(reply.fuel);
        self.answer = reply.results;
        match reply.leaves {
            true => None,
            false => Some(self.answer.first().copied().unwrap_or(0)),
        }
    }

    fn may_grow(&mut self, _: usize, desired: usize) -> bool {
        desired <= self.script.memory_max
    }
}

/// Opens the module and calls what it exports, or the function of this name alone.
pub(crate) fn run(module: &Module<'_>, only: Option<&str>, budget: u64, script: &mut Script) {
    let imports: Vec<ExternType> = module.imports().map(|import| import.kind).collect();
    let types: Vec<FunctionType> = imports
        .iter()
        .filter_map(|import| match import {
            ExternType::Function(kind) => Some(kind.clone()),
            _ => None,
        })
        .collect();
    let globals: Vec<u64> = imports
        .iter()
        .filter_map(|import| match import {
            ExternType::Global(kind) => Some(given::global(kind.value)),
            _ => None,
        })
        .collect();
    let memory = imports.iter().find_map(|import| match import {
        ExternType::Memory(kind) => Some(kind.limits),
        _ => None,
    });
    let tables: Vec<Limits> = imports
        .iter()
        .filter_map(|import| match import {
            ExternType::Table(kind) => Some(kind.limits),
            _ => None,
        })
        .collect();
    let given = Given {
        fuel: given::START_FUEL,
        calls_max: given::CALLS_MAX,
        values_max: given::STACK_MAX / 8,
        tables_max: given::TABLES_MAX,
        elements_max: given::ELEMENTS_MAX,
        globals: &globals,
        spare: 0,
        memory_reserved: 0,
        memory,
        tables: &tables,
    };
    let mut host = Outside { script, types: &types, answer: Vec::new() };
    let mut instance = match Instance::open(module, &given, &mut host) {
        Ok(instance) => instance,
        Err(error) => return script.seen.push(Seen::NotOpen(error)),
    };
    instance.keep_tables();
    let exports: Vec<_> = module.exports().collect();
    let globals: Vec<_> = exports
        .iter()
        .filter_map(|export| match &export.kind {
            ExternType::Global(kind) => Some((export.index, kind.value)),
            _ => None,
        })
        .collect();
    let mut draw = Draw::new(budget);
    for export in &exports {
        let ExternType::Function(kind) = &export.kind else { continue };
        if only.is_some_and(|only| only != export.name) {
            continue;
        }
        let arguments: Vec<u64> =
            kind.parameters.iter().map(|kind| given::argument(&mut draw, *kind)).collect();
        instance.set_fuel(budget);
        let mut exit = instance.enter(export.index, &arguments, &mut host);
        loop {
            let fuel = instance.fuel();
            let memory = hash(instance.memory());
            if host.script.is_enough() {
                return host.script.seen.push(Seen::Enough);
            }
            exit = match exit {
                Exit::Finished => {
                    let results = instance.results().iter().zip(&kind.results);
                    let results = results.map(|(value, kind)| shown(*value, *kind)).collect();
                    let globals = globals
                        .iter()
                        .map(|(index, kind)| shown(instance.global(*index).unwrap(), *kind))
                        .collect();
                    host.script.seen.push(Seen::Finished { results, fuel, memory, globals });
                    break;
                }
                Exit::Trapped(trap) => {
                    host.script.seen.push(Seen::Trapped { trap, fuel, memory });
                    return;
                }
                Exit::OutOfFuel(required) => {
                    host.script.seen.push(Seen::OutOfFuel { required, fuel, memory });
                    instance.set_fuel(given::refuelled(fuel, required, budget));
                    instance.refuel(&mut host)
                }
                Exit::Called(import) => {
                    assert_eq!(types[import].parameters.len(), instance.arguments().len());
                    let answer = core::mem::take(&mut host.answer);
                    instance.answer(&answer, &mut host)
                }
            };
        }
    }
}
