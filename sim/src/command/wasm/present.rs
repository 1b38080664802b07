//! What is cached, counted and called, as a person reads it.

use std::fmt::Write;

use kernel::module::Config;
use kernel::module::Module;
use kernel::module::ModuleMetrics;
use kernel::module::Spent;
use kernel::module::Timing;
use kernel::time::Duration;
use kernel::time::Instant;

use crate::command::wasm::Told;
use crate::command::wasm::Trouble;
use crate::command::wasm::calm;
use crate::command::wasm::folder::Folder;
use crate::command::wasm::told;

/// The table of cached modules, most recently used first.
pub(super) fn listing(folder: &Folder, now: Instant) -> Told {
    let mut modules: Vec<_> = folder.modules().collect();
    modules.reverse();
    if modules.is_empty() {
        return told("no modules are cached\n".to_owned());
    }
    let mut text = format!(
        "{:<20} {:>12}  {:<12}  {:>9}  {:>9}\n",
        "module", "bytes", "sha256", "loaded", "used"
    );
    for (module, used) in &modules {
        let loaded = ago(now.since(Instant::from_nanos(module.loaded)));
        let (name, sha256) = (calm(&module.name), &module.sha256[..12]);
        let used = ago(now.since(*used));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<20} {:>12}  {sha256}  {loaded:>9}  {used:>9}", module.bytes);
    }
    let _ = writeln!(text, "{}, {} bytes", counted(modules.len()), folder.bytes());
    told(text)
}

/// How long ago, in the largest unit of which there is one.
fn ago(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0 => "now".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

/// What was counted, of one module or of all.
pub(super) fn stats(
    folder: &Folder,
    module: Option<&str>,
    is_exposition: bool,
) -> Result<Told, Trouble> {
    let mut metrics = folder.metrics.clone();
    if let Some(name) = module {
        let counted = folder.metrics.get(name).ok_or_else(|| {
            let cached = folder.unknown(name).help;
            let trouble = Trouble::new(format!("nothing was counted of a module `{name}`"));
            Trouble { help: cached, ..trouble }
        })?;
        metrics = Default::default();
        metrics.restore(name, counted.clone());
    }
    if is_exposition {
        return Ok(told(metrics.to_string()));
    }
    let all: Vec<_> = metrics.iter().map(|(name, counted)| of_one(name, counted)).collect();
    if all.is_empty() {
        return Ok(told("no modules were used\n".to_owned()));
    }
    Ok(told(all.join("\n")))
}

fn of_one(name: &str, counted: &ModuleMetrics) -> String {
    let failures: Vec<_> =
        counted.errors.iter().map(|(kind, count)| format!("{count} {}", kind.label())).collect();
    let failures = if failures.is_empty() { "none".to_owned() } else { failures.join(", ") };
    let calls = counted.calls.values().map(Timing::calls).fold(0, u64::saturating_add);
    let mut text = format!(
        "{}\n  loads    {}\n  calls    {calls}\n  fuel     {}\n  memory   {} bytes\n  \
         errors   {failures}\n",
        calm(name),
        counted.loads,
        counted.fuel,
        counted.memory,
    );
    for (function, timing) in &counted.calls {
        let (calls, nanos) = (timing.calls(), timing.nanos);
        let mean = Duration::from_nanos(nanos.checked_div(calls).unwrap_or(0));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {}: {calls} × {mean:?}", calm(function));
    }
    text
}

/// How many modules were forgotten.
pub(super) fn cleared(count: usize) -> Told {
    told(format!("{} forgotten\n", counted(count)))
}

fn counted(modules: usize) -> String {
    format!("{modules} {}", if modules == 1 { "module" } else { "modules" })
}

/// Which functions a module exports.
pub(super) fn functions(name: &str, module: &Module<'_>) -> Told {
    let mut text = format!("{}\n", calm(name));
    for (function, signature) in module.functions() {
        let names = module.parameters(function).map(|names| names.join(", "));
        let names = names.filter(|names| !names.is_empty()).map(|names| format!("  ({names})"));
        let names = calm(&names.unwrap_or_default());
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}{signature}{names}", calm(function));
    }
    told(text)
}

/// What came of a call.
pub(super) fn summary(
    head: &str,
    lines: &[(&str, String)],
    spent: Spent,
    limits: &Config,
) -> String {
    let fuel = format!("{} of {}", spent.fuel, limits.fuel_limit);
    let memory = format!("{} of {} bytes", spent.memory, limits.memory_limit);
    let mut text = format!("{}\n", calm(head));
    let all = lines.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in all.chain([("fuel", fuel.as_str()), ("memory", memory.as_str())]) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<8} {value}");
    }
    text
}
