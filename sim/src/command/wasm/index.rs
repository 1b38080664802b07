//! The shape of a cache folder's index, `index.json`.

use std::collections::BTreeMap;

use kernel::module::BUCKETS;
use kernel::module::ErrorKind;
use kernel::module::Metrics;
use kernel::module::ModuleMetrics;
use kernel::module::Timing;
use serde::Deserialize;
use serde::Serialize;

/// Version of the shape.
pub(super) const VERSION: u32 = 1;

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    pub(super) version: u32,
    /// Least recently used first.
    pub(super) modules: Vec<CachedModule>,
    pub(super) metrics: BTreeMap<String, Counted>,
}

/// One module whose bytes lie beside the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CachedModule {
    pub(super) name: String,
    /// SHA-256 of the bytes in hexadecimal: the name of their file.
    pub(super) sha256: String,
    pub(super) bytes: usize,
    /// Nanoseconds since 1970.
    pub(super) loaded: u64,
    pub(super) used: u64,
}

/// What was counted of one module.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counted {
    loads: u64,
    fuel: u64,
    memory: u64,
    errors: BTreeMap<String, u64>,
    calls: BTreeMap<String, Called>,
}

/// How long the calls of one function took.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Called {
    counts: [u64; BUCKETS.len() + 1],
    nanos: u64,
}

/// What was counted, as the index writes it.
pub(super) fn counted(metrics: &Metrics) -> BTreeMap<String, Counted> {
    let counted = metrics.iter().map(|(name, module)| {
        let errors = module.errors.iter().map(|(kind, count)| (kind.label().to_owned(), *count));
        let calls = module.calls.iter().map(|(function, timing)| {
            let Timing { counts, nanos } = *timing;
            (function.clone(), Called { counts, nanos })
        });
        let ModuleMetrics { loads, fuel, memory, .. } = *module;
        let (errors, calls) = (errors.collect(), calls.collect());
        (name.to_owned(), Counted { loads, fuel, memory, errors, calls })
    });
    counted.collect()
}

/// What an index says was counted. Kinds of errors that there are no more are left out.
pub(super) fn metrics(counted: BTreeMap<String, Counted>) -> Metrics {
    let mut metrics = Metrics::default();
    for (name, Counted { loads, fuel, memory, errors, calls }) in counted {
        let kind_of = |label: &str| ErrorKind::ALL.into_iter().find(|kind| kind.label() == label);
        let errors =
            errors.into_iter().filter_map(|(label, count)| Some((kind_of(&label)?, count)));
        let timing = |Called { counts, nanos }| Timing { counts, nanos };
        let calls = calls.into_iter().map(|(function, called)| (function, timing(called)));
        let (errors, calls) = (errors.collect(), calls.collect());
        metrics.restore(&name, ModuleMetrics { loads, fuel, memory, errors, calls });
    }
    metrics
}
