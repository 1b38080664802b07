//! How much modules are used, and how they fail, under the names of seed *wasm-runtime-primitive*.
//!
//! Names of modules and functions come from outside, so their number is bounded: what is too many is
//! counted under [`OTHER`].

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::string::ToString;

use crate::limits::METRIC_FUNCTIONS_MAX;
use crate::limits::METRIC_MODULES_MAX;
use crate::limits::MODULE_NAME_MAX;
use crate::module::error::ErrorKind;
use crate::module::error::ModuleError;
use crate::module::error::Spent;
use crate::time::Duration;

/// Where is counted what would be too many labels.
pub(super) const OTHER: &str = "other";

/// Upper ends of the buckets of a call's duration, in nanoseconds: 100 µs to 10 s.
pub const BUCKETS: [u64; 6] =
    [100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000];

/// All that is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    modules: BTreeMap<String, ModuleMetrics>,
}

/// What is counted of one module. All but `memory` only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleMetrics {
    /// How often it was loaded, from a cache or not.
    pub loads: u64,
    /// Logical instructions of all calls.
    pub fuel: u64,
    /// Bytes of linear memory at the end of the last call.
    pub memory: u64,
    /// How often it failed, and how.
    pub errors: BTreeMap<ErrorKind, u64>,
    /// How long its functions took.
    pub calls: BTreeMap<String, Timing>,
}

/// How long the calls of a function took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// How many calls ended within each of [`BUCKETS`] and not within the one before; the last is
    /// those that took longer than all.
    pub counts: [u64; BUCKETS.len() + 1],
    /// Nanoseconds of all of them.
    pub nanos: u64,
}

impl Timing {
    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn add(&mut self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.iter().position(|end| nanos <= *end).unwrap_or(BUCKETS.len());
        self.counts[bucket] = self.counts[bucket].saturating_add(1);
        self.nanos = self.nanos.saturating_add(nanos);
    }
}

impl Metrics {
    /// A module was loaded, or was not.
    pub fn loaded(&mut self, module: &str, result: Result<(), &ModuleError>) {
        let module = self.module(module);
        match result {
            Ok(()) => module.loads = module.loads.saturating_add(1),
            Err(error) => module.failed(error.kind()),
        }
    }

    /// A function was called, and so long it took by the caller's clock.
    pub fn called(
        &mut self,
        module: &str,
        function: &str,
        duration: Duration,
        spent: Spent,
        result: Result<(), &ModuleError>,
    ) {
        let module = self.module(module);
        module.fuel = module.fuel.saturating_add(spent.fuel);
        if let Err(error) = result {
            module.failed(error.kind());
            if spent == Spent::default() {
                // What was called wrongly has not begun.
                return;
            }
        }
        module.memory = spent.memory as u64;
        bounded(&mut module.calls, function, METRIC_FUNCTIONS_MAX).add(duration);
    }

    /// What is counted of one module.
    pub fn get(&self, module: &str) -> Option<&ModuleMetrics> {
        self.modules.get(module)
    }

    /// Every module in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ModuleMetrics)> {
        self.modules.iter().map(|(name, module)| (name.as_str(), module))
    }

    /// Goes on with what an earlier run has counted.
    pub fn restore(&mut self, name: &str, metrics: ModuleMetrics) {
        *self.module(name) = metrics;
    }

    /// Forgets what was counted of a module; says whether anything was.
    pub fn remove(&mut self, name: &str) -> bool {
        self.modules.remove(name).is_some()
    }

    fn module(&mut self, name: &str) -> &mut ModuleMetrics {
        bounded(&mut self.modules, name, METRIC_MODULES_MAX)
    }
}

impl ModuleMetrics {
    fn failed(&mut self, kind: ErrorKind) {
        let count = self.errors.entry(kind).or_default();
        *count = count.saturating_add(1);
    }
}

/// What is counted under a name, or under [`OTHER`] if the name is one too many or too long.
fn bounded<'map, T: Default>(
    map: &'map mut BTreeMap<String, T>,
    name: &str,
    max: usize,
) -> &'map mut T {
    let has_room = name.len() <= MODULE_NAME_MAX && map.len() < max;
    let name = if map.contains_key(name) || has_room { name } else { OTHER };
    map.entry(name.to_string()).or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn labels_are_bounded_whatever_names_are_used() {
        let mut metrics = Metrics::default();
        for index in 0..1_000 {
            metrics.loaded(&format!("module-{index}"), Ok(()));
            let (spent, second) = (Spent::default(), Duration::from_secs(1));
            metrics.called("module-0", &format!("function-{index}"), second, spent, Ok(()));
        }
        assert_eq!(metrics.iter().count(), METRIC_MODULES_MAX + 1);
        assert_eq!(metrics.get(OTHER).unwrap().loads, 1_000 - METRIC_MODULES_MAX as u64);
        let calls = &metrics.get("module-0").unwrap().calls;
        assert_eq!(calls.len(), METRIC_FUNCTIONS_MAX + 1);
        assert_eq!(calls.values().map(Timing::calls).sum::<u64>(), 1_000);
    }

    #[test]
    fn a_call_is_counted_in_one_bucket() {
        let mut timing = Timing::default();
        for nanos in [0, 100_000, 100_001, 10_000_000_000, 10_000_000_001] {
            timing.add(Duration::from_nanos(nanos));
        }
        assert_eq!(timing.counts, [2, 1, 0, 0, 0, 1, 1]);
        assert_eq!((timing.calls(), timing.nanos), (5, 20_000_200_002));
    }
}
