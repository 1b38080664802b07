//! `orrery wasm test`: one call of one function, within limits.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use kernel::module::Config;
use kernel::module::Deadline;
use kernel::module::Failure;
use kernel::module::Memory;
use kernel::module::Module;
use kernel::module::ModuleError;
use kernel::module::Output;
use kernel::module::Rate;
use kernel::module::Spent;
use kernel::time::Duration;
use kernel::time::Instant;

use crate::command::Ending;
use crate::command::wasm::Told;
use crate::command::wasm::Trouble;
use crate::command::wasm::argument::Written;
use crate::command::wasm::calm;
use crate::command::wasm::folder::Folder;
use crate::command::wasm::present;
use crate::command::wasm::source::Source;
use crate::command::wasm::source::find;
use crate::command::wasm::told;

/// Bytes that a module may log in one call.
const LOG_MAX: usize = 1 << 20;

/// What to call and how much it may have.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// A file, a cached module or a program of the image.
    pub module: String,
    /// The function; without one, say which there are.
    pub function: Option<String>,
    /// Arguments as they are written.
    pub arguments: Vec<String>,
    /// A file whose bytes are the first argument, or the one named `input`.
    pub input: Option<PathBuf>,
    /// Where the bytes go that the function gives.
    pub output: Option<PathBuf>,
    /// Whether what the function gives is text.
    pub is_text: bool,
    /// Logical instructions, instead of a billion.
    pub fuel: Option<u64>,
    /// Bytes of linear memory, instead of 64 MiB.
    pub memory: Option<usize>,
    /// How long it may take by the host's clock.
    pub timeout: Option<Duration>,
    /// How long it may take in virtual time, of which an instruction takes a nanosecond.
    pub virtual_timeout: Option<Duration>,
}

impl Trial {
    /// Loads, calls, counts, and says what came of it.
    pub(super) fn perform(
        &self,
        folder: &mut Folder,
        clock: &mut dyn FnMut() -> Instant,
    ) -> Result<Told, Trouble> {
        let source = find(&self.module, folder, clock())?;
        let mut config = Config::new(&source.name);
        config.fuel_limit = self.fuel.unwrap_or(config.fuel_limit);
        config.memory_limit = self.memory.unwrap_or(config.memory_limit);
        let written = self.written()?;
        let mut log = String::new();
        let loaded = Module::load(&source.bytes, config);
        folder.metrics.loaded(&source.name, loaded.as_ref().map(drop));
        let mut module = match loaded {
            Ok(module) => module,
            Err(error) => return Ok(failed(&trouble(&source.name, None, &error))),
        };
        let is_hit = folder.keep(clock(), &source.name, &source.bytes)?;
        let Some(function) = &self.function else {
            return Ok(present::functions(&source.name, &module));
        };
        module.export("log", |memory: &mut Memory<'_>, (pointer, len): (i32, i32)| {
            let line = calm(memory.text(pointer, len)?);
            if LOG_MAX < log.len() + line.len() {
                return Err("it logs more than 1 MiB".to_owned());
            }
            // Writing to a string cannot fail.
            let _ = writeln!(log, "log: {line}");
            Ok(())
        });
        let began = clock();
        let called = self.call(&mut module, function, &written, clock);
        let duration = clock().since(began);
        let limits = module.config().clone();
        drop(module);
        let (spent, result) = match &called {
            Ok(output) => (output.spent(), Ok(())),
            Err(failure) => (failure.spent, Err(&failure.error)),
        };
        folder.metrics.called(&source.name, function, duration, spent, result);
        let mut report = match called {
            Ok(output) => self.succeeded(&source, function, &output, &limits, is_hit)?,
            Err(failure) => self.broke_off(&source, function, &failure, &limits),
        };
        report.errors.insert_str(0, &log);
        Ok(report)
    }

    fn written(&self) -> Result<Vec<Written>, Trouble> {
        let written = self.arguments.iter().map(|word| Written::read(word));
        let mut written = written.collect::<Result<Vec<_>, _>>()?;
        if let Some(file) = &self.input {
            written.insert(0, Written::input(file, &written)?);
        }
        let named = written.iter().filter(|written| written.name.is_some()).count();
        if named != 0 && named != written.len() {
            let problem = "some arguments have names and some have none";
            return Err(Trouble::new(problem).help("name all of them, or give them in their order"));
        }
        Ok(written)
    }

    fn call(
        &self,
        module: &mut Module<'_>,
        function: &str,
        written: &[Written],
        clock: &mut dyn FnMut() -> Instant,
    ) -> Result<Output, Failure> {
        let end = self.timeout.map(|timeout| clock() + timeout);
        let mut has_passed = || end.is_some_and(|end| end <= clock());
        let deadline = match self.virtual_timeout {
            Some(time) => Deadline::after(time, Rate::NANOSECOND),
            None => Deadline::never(),
        };
        let mut deadline = deadline.watched(&mut has_passed);
        let named: Vec<_> = written
            .iter()
            .filter_map(|written| Some((written.name.as_deref()?, written.argument())))
            .collect();
        if !named.is_empty() {
            return module.call_named(function, &named, &mut deadline);
        }
        let arguments: Vec<_> = written.iter().map(Written::argument).collect();
        module.call(function, &arguments, &mut deadline)
    }

    fn succeeded(
        &self,
        source: &Source,
        function: &str,
        output: &Output,
        limits: &Config,
        is_hit: bool,
    ) -> Result<Told, Trouble> {
        let trouble = |error: ModuleError| trouble(&source.name, Some(function), &error);
        let result = if let Some(file) = &self.output {
            let bytes = match output.bytes() {
                Ok(bytes) => bytes,
                Err(error) => return Ok(failed(&trouble(error))),
            };
            let cannot = |error| Trouble::new(format!("cannot write {}: {error}", file.display()));
            fs::write(file, bytes).map_err(cannot)?;
            format!("{} bytes, written to {}", bytes.len(), file.display())
        } else if self.is_text {
            match output.text() {
                Ok(text) => calm(text),
                Err(error) => return Ok(failed(&trouble(error))),
            }
        } else {
            let values: Vec<_> = output.values().iter().map(ToString::to_string).collect();
            if values.is_empty() { "nothing".to_owned() } else { values.join(", ") }
        };
        let cache = if is_hit { "hit" } else { "new" };
        let lines = [("result", result), ("cache", cache.to_owned())];
        let head = format!("passed: {}.{function}", source.name);
        Ok(told(present::summary(&head, &lines, output.spent(), limits)))
    }

    fn broke_off(
        &self,
        source: &Source,
        function: &str,
        failure: &Failure,
        limits: &Config,
    ) -> Told {
        let report = failed(&trouble(&source.name, Some(function), &failure.error));
        if failure.spent == Spent::default() {
            return report;
        }
        let head = format!("FAILED: {}.{function}", source.name);
        Told { text: present::summary(&head, &[], failure.spent, limits), ..report }
    }
}

fn failed(trouble: &Trouble) -> Told {
    Told { text: String::new(), errors: trouble.to_string(), ending: Ending::Failed }
}

/// What is wrong with a module or a call of it.
fn trouble(module: &str, function: Option<&str>, error: &ModuleError) -> Trouble {
    let problem = match function {
        Some(function) => format!("{module}.{function}: {error}"),
        None => format!("{module}: {error}"),
    };
    let help = match error {
        ModuleError::OutOfFuel { .. } => Some("`--fuel N` gives it more, if it is no endless loop"),
        ModuleError::Timeout { .. } => {
            Some("`--timeout` and `--virtual-timeout` give it more, if it is no endless loop")
        }
        ModuleError::OutOfMemory { .. } => Some("`--memory SIZE` gives it more, up to 256MiB"),
        ModuleError::UnknownImport { .. } => Some("from `env` there is `log(i32, i32)` alone"),
        error => error.help(),
    };
    Trouble { problem, help: help.map(str::to_owned) }
}
