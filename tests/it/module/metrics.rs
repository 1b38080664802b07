//! What metrics say is read by a parser that is not ours, whatever modules are called.

use kernel::module::Failure;
use kernel::module::Metrics;
use kernel::module::ModuleError;
use kernel::module::Spent;
use kernel::time::Duration;
use openmetrics_parser::MetricFamily;
use openmetrics_parser::MetricsExposition;
use openmetrics_parser::PrometheusType;
use openmetrics_parser::PrometheusValue;
use openmetrics_parser::prometheus::parse_prometheus;

use crate::module::Case;

pub(super) const CASES: &[Case] = &[
    ("metrics_are_read_by_a_prometheus_parser", parsed),
    ("hostile_names_come_through_as_they_are", hostile),
    ("metrics_of_nothing_are_read_too", empty),
];

type Family = MetricFamily<PrometheusType, PrometheusValue>;

/// Names that would break out of a label.
const HOSTILE: [&str; 6] = [
    "quote\"",
    "back\\slash",
    "line\nfeed",
    "\\n",
    "\"} 1\nwasm_errors_total{module=\"forged\",type=\"panic\"} 7\n#",
    "ümläut {}=, \u{202e}",
];

fn read(metrics: &Metrics) -> MetricsExposition<PrometheusType, PrometheusValue> {
    let text = metrics.to_string();
    parse_prometheus(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The value of the sample with these labels.
fn value(family: &Family, labels: &[(&str, &str)]) -> Option<PrometheusValue> {
    let mut samples = family.iter_samples();
    let is_meant = |sample: &&_| sample_has(sample, labels);
    samples.find(is_meant).map(|sample| sample.value.clone())
}

fn sample_has(
    sample: &openmetrics_parser::Sample<PrometheusValue>,
    labels: &[(&str, &str)],
) -> bool {
    let set = sample.get_labelset().expect("samples have labels");
    let is_same = |(name, value): &(&str, &str)| set.get_label_value(name) == Some(*value);
    set.iter().count() == labels.len() && labels.iter().all(is_same)
}

fn number(family: &Family, labels: &[(&str, &str)]) -> f64 {
    match value(family, labels) {
        Some(PrometheusValue::Counter(counter)) => counter.value.as_f64(),
        Some(PrometheusValue::Gauge(value)) => value.as_f64(),
        other => panic!("{labels:?}: {other:?}"),
    }
}

fn use_module(metrics: &mut Metrics, name: &str) {
    let spent = Spent { fuel: 1_500, memory: 65_536 };
    metrics.loaded(name, Ok(()));
    metrics.called(name, "resize", Duration::from_micros(50), spent, Ok(()));
    metrics.called(name, "resize", Duration::from_millis(250), spent, Ok(()));
    let error = ModuleError::Timeout { used: 1_500 };
    let failure = Failure { error, spent };
    let duration = Duration::from_secs(20);
    metrics.called(name, "resize", duration, failure.spent, Err(&failure.error));
}

fn check(metrics: &Metrics, name: &str) {
    let exposition = read(metrics);
    let family = |name: &str| exposition.families.get(name).expect(name);
    let module = [("module", name)];
    let loads = family("wasm_module_loads_total");
    assert_eq!((&loads.family_type, number(loads, &module)), (&PrometheusType::Counter, 1.0));
    assert_eq!(number(family("wasm_fuel_consumed_total"), &module), 4_500.0);
    let memory = family("wasm_memory_bytes");
    assert_eq!((&memory.family_type, number(memory, &module)), (&PrometheusType::Gauge, 65_536.0));
    let errors = family("wasm_errors_total");
    for (kind, count) in [("timeout", 1.0), ("panic", 0.0), ("oom", 0.0)] {
        let labels = [("module", name), ("type", kind)];
        assert_eq!(number(errors, &labels), count, "{kind}");
    }
    let durations = family("wasm_call_duration_seconds");
    let labels = [("module", name), ("function", "resize")];
    let Some(PrometheusValue::Histogram(timing)) = value(durations, &labels) else {
        panic!("no histogram of `{name}`");
    };
    assert_eq!(timing.count, Some(3));
    assert_eq!(timing.sum.map(|sum| sum.as_f64()), Some(20.250_05));
    let counts: Vec<_> =
        timing.buckets.iter().map(|bucket| (bucket.upper_bound, bucket.count.as_f64())).collect();
    let ends = [0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, f64::INFINITY];
    let expected: Vec<_> = ends.into_iter().zip([1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0]).collect();
    assert_eq!(counts, expected);
}

fn parsed() {
    let mut metrics = Metrics::default();
    use_module(&mut metrics, "libimage");
    check(&metrics, "libimage");
}

fn hostile() {
    let mut metrics = Metrics::default();
    for name in HOSTILE {
        use_module(&mut metrics, name);
    }
    for name in HOSTILE {
        check(&metrics, name);
    }
    let exposition = read(&metrics);
    let errors = exposition.families.get("wasm_errors_total").expect("it is always there");
    assert!(value(errors, &[("module", "forged"), ("type", "panic")]).is_none());
}

fn empty() {
    let exposition = read(&Metrics::default());
    assert!(exposition.families.values().all(|family| family.iter_samples().next().is_none()));
}
