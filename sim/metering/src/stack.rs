//! How deep calls may be nested and how much they may have on the stack together.
//!
//! wasmi's stack is full after so many nested calls or so many values. The values are those of
//! its frames: where a callee's frame begins is known at each place that calls it, so both numbers
//! are kept in one global, the calls in its upper half and the values in its lower one, each so
//! far below the half's highest bit that it sets the bit when there are too many. A module whose
//! calls cannot be nested so deeply does not count them.

use std::collections::BTreeMap;

use wasmparser::FuncValidator;
use wasmparser::FuncValidatorAllocations;
use wasmparser::FunctionBody;
use wasmparser::Operator;
use wasmparser::Parser;
use wasmparser::ValidPayload;
use wasmparser::Validator;
use wasmparser::ValidatorResources;
use wasmparser::WasmFeatures;
use xip::FunctionTariff;

use crate::limits::Limits;
use crate::shape::Shape;
use crate::shape::refused;
use crate::untreatable::Untreatable;

/// One more call, in the global.
pub(crate) const ONE_CALL: i64 = 1 << 32;

/// The bit that too many values set.
pub(crate) const VALUES_FULL: i64 = 1 << 31;

/// The bits that too many calls or values set.
pub(crate) const FULL: i64 = i64::MIN | VALUES_FULL;

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callee {
    Function(u32),
    /// Any function of this type that is referred to.
    Type(u32),
}

/// A reachable place that calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    /// Where it lies in the module.
    pub(crate) at: usize,
    pub(crate) callee: Callee,
    /// Values from where the caller's frame begins to where the callee's does.
    pub(crate) offset: u64,
    /// The caller ends with it.
    pub(crate) is_last: bool,
}

/// The places that call, by function with a body.
pub(crate) struct Sites(Vec<Vec<Site>>);

impl Sites {
    /// Finds them, in a module that `xip` takes: this validator is asked for the heights of the stack, not
    /// for its opinion. Functions that bodies refer to are added to the shape's.
    pub(crate) fn find(wasm: &[u8], shape: &mut Shape<'_>) -> Result<Sites, Untreatable> {
        let mut validator = Validator::new_with_features(WasmFeatures::all());
        let mut allocations = FuncValidatorAllocations::default();
        let mut all = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(refused)?;
            let valid = validator.payload(&payload).map_err(refused)?;
            let ValidPayload::Func(function, body) = valid else { continue };
            let mut validator = function.into_validator(allocations);
            all.push(sites_of(shape, &mut validator, &body).map_err(refused)?);
            allocations = validator.into_allocations();
        }
        shape.referred.sort_unstable();
        shape.referred.dedup();
        Ok(Sites(all))
    }

    /// Those of one function, in the order of the code.
    pub(crate) fn of(&self, body: usize) -> &[Site] {
        &self.0[body]
    }

    /// The first function that may end in a call of the host.
    pub(crate) fn ending_in_host_call(&self, shape: &Shape<'_>) -> Option<u32> {
        let is_host_referred = shape.referred.iter().any(|function| *function < shape.imported);
        let ends = |site: &Site| {
            let is_host = match site.callee {
                Callee::Function(function) => function < shape.imported,
                Callee::Type(_) => is_host_referred,
            };
            site.is_last && is_host
        };
        let body = self.0.iter().position(|sites| sites.iter().any(ends))?;
        Some(shape.imported + body as u32)
    }
}

fn sites_of(
    shape: &mut Shape<'_>,
    validator: &mut FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
) -> wasmparser::Result<Vec<Site>> {
    let mut sites = Vec::new();
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset()?;
        let is_reachable = validator.get_control_frame(0).is_some_and(|frame| !frame.unreachable);
        let callee = match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                Some(Callee::Function(function_index))
            }
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. } => Some(Callee::Type(type_index)),
            Operator::RefFunc { function_index } => {
                shape.referred.push(function_index);
                None
            }
            _ => None,
        };
        if let (Some(callee), true) = (callee, is_reachable) {
            let taken = match callee {
                Callee::Function(function) => shape.signature(function).params().len(),
                Callee::Type(kind) => shape.types[kind as usize].params().len() + 1,
            };
            let below = validator.operand_stack_height() as usize - taken;
            let offset = u64::from(validator.len_locals()) + below as u64;
            let is_last = matches!(
                operator,
                Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. }
            );
            sites.push(Site { at, callee, offset, is_last });
        }
        validator.op(at, &operator)?;
    }
    Ok(sites)
}

/// What a call takes at most: nested calls with itself, and values.
#[derive(Clone, Copy, Debug, Default)]
struct Need {
    calls: u64,
    values: u64,
}

impl Need {
    fn and(self, other: Need) -> Need {
        Need { calls: self.calls.max(other.calls), values: self.values.max(other.values) }
    }
}

/// Whether the stack can become full: calls may be nested endlessly, or too deeply.
pub(crate) fn can_overflow(
    shape: &Shape<'_>,
    tariffs: &[FunctionTariff],
    sites: &Sites,
    limits: &Limits,
) -> bool {
    let mut graph = Graph { shape, tariffs, sites, limits, known: BTreeMap::new() };
    (shape.imported..shape.functions.len() as u32)
        .any(|function| graph.need(Callee::Function(function), limits.calls).is_none())
}

struct Graph<'a> {
    shape: &'a Shape<'a>,
    tariffs: &'a [FunctionTariff],
    sites: &'a Sites,
    limits: &'a Limits,
    /// Nothing for those that are being looked at: who comes upon one has gone in a circle.
    known: BTreeMap<(bool, u32), Option<Need>>,
}

impl Graph<'_> {
    /// `None` if it can be too much. No way is followed for more than `left` steps.
    fn need(&mut self, callee: Callee, left: u64) -> Option<Need> {
        let key = match callee {
            Callee::Function(function) => (false, function),
            Callee::Type(kind) => (true, kind),
        };
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        self.known.insert(key, None);
        let left = left.checked_sub(1)?;
        let need = match callee {
            Callee::Function(function) => self.need_of_function(function, left)?,
            Callee::Type(kind) => self.need_of_type(kind, left)?,
        };
        self.known.insert(key, Some(need));
        Some(need)
    }

    fn need_of_function(&mut self, function: u32, left: u64) -> Option<Need> {
        let Some(body) = function.checked_sub(self.shape.imported) else {
            return Some(Need { calls: 0, values: host_values(self.shape, function) });
        };
        let mut need = Need { calls: 1, values: values(&self.tariffs[body as usize]) };
        let sites = self.sites;
        for site in sites.of(body as usize) {
            let callee = self.need(site.callee, left)?;
            let (calls, offset) = if site.is_last { (0, 0) } else { (1, site.offset) };
            let values = callee.values + offset;
            need = need.and(Need { calls: callee.calls + calls, values });
        }
        let fits = need.calls <= self.limits.calls && need.values <= self.limits.values;
        fits.then_some(need)
    }

    fn need_of_type(&mut self, kind: u32, left: u64) -> Option<Need> {
        let (shape, mut need) = (self.shape, Need::default());
        let wanted = &shape.types[kind as usize];
        for function in shape.referred.iter().filter(|one| shape.signature(**one) == wanted) {
            need = need.and(self.need(Callee::Function(*function), left)?);
        }
        Some(need)
    }
}

/// Values that a function needs from where its frame begins. wasmi counts locals twice.
pub(crate) fn values(tariff: &FunctionTariff) -> u64 {
    (2 * tariff.locals + tariff.height) as u64
}

/// The same for a function of the host.
pub(crate) fn host_values(shape: &Shape<'_>, function: u32) -> u64 {
    let signature = shape.signature(function);
    signature.params().len().max(signature.results().len()) as u64
}

/// What the global is when a function is entered from outside.
pub(crate) fn bottom(limits: &Limits) -> i64 {
    let calls = (1 << 31) - limits.calls as i64;
    let values = (1 << 31) - 1 - limits.values as i64;
    (calls << 32) + values
}
