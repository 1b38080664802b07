//! Metrics in Prometheus' text format, version 0.0.4
//! (prometheus.io/docs/instrumenting/exposition_formats).

use core::fmt;
use core::fmt::Write;

use crate::module::error::ErrorKind;
use crate::module::metrics::BUCKETS;
use crate::module::metrics::Metrics;
use crate::module::metrics::ModuleMetrics;
use crate::module::metrics::Timing;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

impl fmt::Display for Metrics {
    /// The exposition: all families, also those without samples.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = |f: &mut fmt::Formatter<'_>, name: &str, value: fn(&ModuleMetrics) -> u64| {
            self.iter().try_for_each(|(module, metrics)| {
                writeln!(f, "{name}{{module=\"{}\"}} {}", Escaped(module), value(metrics))
            })
        };
        head(f, "wasm_module_loads_total", "counter", "Times a module was loaded.")?;
        total(f, "wasm_module_loads_total", |metrics| metrics.loads)?;
        let help = "How long calls of a function took, in seconds.";
        head(f, "wasm_call_duration_seconds", "histogram", help)?;
        for (module, metrics) in self.iter() {
            for (function, timing) in &metrics.calls {
                histogram(f, module, function, timing)?;
            }
        }
        let help = "Logical instructions executed.";
        head(f, "wasm_fuel_consumed_total", "counter", help)?;
        total(f, "wasm_fuel_consumed_total", |metrics| metrics.fuel)?;
        let help = "Linear memory at the end of the last call, in bytes.";
        head(f, "wasm_memory_bytes", "gauge", help)?;
        total(f, "wasm_memory_bytes", |metrics| metrics.memory)?;
        head(f, "wasm_errors_total", "counter", "Loads and calls that failed.")?;
        for (module, metrics) in self.iter() {
            for kind in ErrorKind::ALL {
                let count = metrics.errors.get(&kind).copied().unwrap_or(0);
                let (module, kind) = (Escaped(module), kind.label());
                writeln!(f, "wasm_errors_total{{module=\"{module}\",type=\"{kind}\"}} {count}")?;
            }
        }
        Ok(())
    }
}

fn head(f: &mut fmt::Formatter<'_>, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(f, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

fn histogram(
    f: &mut fmt::Formatter<'_>,
    module: &str,
    function: &str,
    timing: &Timing,
) -> fmt::Result {
    const NAME: &str = "wasm_call_duration_seconds";
    let (module, function) = (Escaped(module), Escaped(function));
    let mut count = 0_u64;
    for (end, calls) in BUCKETS.into_iter().zip(timing.counts) {
        count = count.saturating_add(calls);
        let end = Seconds(end);
        writeln!(
            f,
            "{NAME}_bucket{{module=\"{module}\",function=\"{function}\",le=\"{end}\"}} {count}"
        )?;
    }
    let (sum, calls) = (Seconds(timing.nanos), timing.calls());
    writeln!(
        f,
        "{NAME}_bucket{{module=\"{module}\",function=\"{function}\",le=\"+Inf\"}} {calls}\n\
         {NAME}_sum{{module=\"{module}\",function=\"{function}\"}} {sum}\n\
         {NAME}_count{{module=\"{module}\",function=\"{function}\"}} {calls}"
    )
}

/// Nanoseconds as seconds, without floats and without zeros at the end.
struct Seconds(u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / NANOS_PER_SECOND)?;
        let (mut fraction, mut digits) = (self.0 % NANOS_PER_SECOND, 9);
        if fraction == 0 {
            return Ok(());
        }
        while fraction % 10 == 0 {
            fraction /= 10;
            digits -= 1;
        }
        write!(f, ".{fraction:0digits$}")
    }
}

/// A label's value: backslash, double quote and line feed are escaped, and nothing else.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '\\' => f.write_str("\\\\"),
            '"' => f.write_str("\\\""),
            '\n' => f.write_str("\\n"),
            character => f.write_char(character),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn seconds_are_decimal_and_short() {
        let shown = |nanos| Seconds(nanos).to_string();
        assert_eq!(shown(0), "0");
        assert_eq!(shown(100_000), "0.0001");
        assert_eq!(shown(10_000_000_000), "10");
        assert_eq!(shown(1_234_567_890), "1.23456789");
    }

    #[test]
    fn labels_escape_what_the_format_asks_for() {
        assert_eq!(Escaped("a\\b\"c\nd\te").to_string(), "a\\\\b\\\"c\\nd\te");
    }
}
