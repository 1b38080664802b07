//! `orrery wasm` as it is typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;

use crate::command::argument;
use crate::command::wasm::Action;
use crate::command::wasm::Options;
use crate::command::wasm::Trial;

/// What was typed behind `wasm`.
#[derive(clap::Args)]
pub struct Wasm {
    /// Where modules and counters are kept from one run to the next
    #[arg(long, value_name = "DIR", default_value = "out/wasm", global = true)]
    cache: PathBuf,
    #[command(subcommand)]
    verb: WasmVerb,
}

#[derive(Subcommand)]
enum WasmVerb {
    /// List the cached modules
    List,
    /// Say how much modules were used: calls, fuel, memory, errors
    Stats {
        /// Only this one
        module: Option<String>,
        /// In Prometheus' text format
        #[arg(long)]
        metrics: bool,
    },
    /// What is kept
    Cache {
        #[command(subcommand)]
        verb: CacheVerb,
    },
    /// Call one function of a module in an instance of its own
    Test(WasmTest),
}

#[derive(Subcommand)]
enum CacheVerb {
    /// Forget cached modules and what was counted of them
    Clear {
        /// Only this one
        module: Option<String>,
    },
}

#[derive(clap::Args)]
struct WasmTest {
    /// A file (.wasm or .wat), a cached module, or a program of the image
    module: String,
    /// The function; without one, list them
    function: Option<String>,
    /// Numbers, text, `text:…`, `hex:…` or `@FILE`; `name=value` where the module names its
    /// parameters
    #[arg(allow_negative_numbers = true)]
    arguments: Vec<String>,
    /// A file whose bytes are the first argument, or the one named `input`
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Write the bytes that the function gives to a file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Show the bytes that the function gives as text
    #[arg(long)]
    text: bool,
    /// Instructions that it may execute [default: 1000000000]
    #[arg(long, value_name = "N")]
    fuel: Option<u64>,
    /// Linear memory that it may have, up to 256MiB [default: 64MiB]
    #[arg(long, value_name = "SIZE", value_parser = argument::size)]
    memory: Option<usize>,
    /// Time that it may take by the clock on the wall
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = argument::duration)]
    timeout: Duration,
    /// Virtual time that it may take: an instruction takes a nanosecond, on every computer
    #[arg(long, value_name = "TIME", value_parser = argument::duration)]
    virtual_timeout: Option<Duration>,
}

impl Wasm {
    /// What is to be done.
    pub fn options(self) -> Options {
        let action = match self.verb {
            WasmVerb::List => Action::List,
            WasmVerb::Stats { module, metrics } => Action::Stats { module, is_exposition: metrics },
            WasmVerb::Cache { verb: CacheVerb::Clear { module } } => Action::Clear { module },
            WasmVerb::Test(test) => Action::Test(Trial {
                module: test.module,
                function: test.function,
                arguments: test.arguments,
                input: test.input,
                output: test.output,
                is_text: test.text,
                fuel: test.fuel,
                memory: test.memory,
                timeout: Some(test.timeout),
                virtual_timeout: test.virtual_timeout,
            }),
        };
        Options { cache: self.cache, action }
    }
}
