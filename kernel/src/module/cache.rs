//! Modules that are compiled once and called often.
//!
//! A name stands for one content: other bytes under a known name are other code, which takes its
//! place, so nobody is ever served stale code. What the cache lets go of stays valid for who holds a
//! handle (`docs/why/0014-modules-that-services-call.md`).

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::module::Library;
use crate::module::Module;
use crate::module::config::CacheConfig;
use crate::module::config::Config;
use crate::module::error::ModuleError;
use crate::module::library;
use crate::module::shelf::Shelf;
use crate::time::Instant;

/// What a cache has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Loads that found their module compiled.
    pub hits: u64,
    /// Loads that had to compile.
    pub misses: u64,
    /// Modules that were not used for too long.
    pub expired: u64,
    /// Modules that made way for others, or were too large to be kept.
    pub crowded_out: u64,
}

/// Compiled modules within bounds of count, bytes and age.
#[derive(Debug)]
pub struct Cache {
    shelf: Shelf<Entry>,
    stats: CacheStats,
}

/// The bytes are kept to compare: a hash short of a cryptographic one could be made to collide, and
/// then one module would be served in place of another.
#[derive(Debug)]
struct Entry {
    wasm: Vec<u8>,
    library: Arc<Library>,
}

impl Cache {
    /// An empty cache.
    pub fn new(config: CacheConfig) -> Cache {
        Cache { shelf: Shelf::new(config), stats: CacheStats::default() }
    }

    /// A handle to a module, which is compiled if the cache does not have these very bytes under
    /// this name.
    pub fn load<'host>(
        &mut self,
        now: Instant,
        wasm: &[u8],
        config: Config,
    ) -> Result<Module<'host>, ModuleError> {
        config.check()?;
        self.expire(now);
        let name = config.name.as_str();
        let is_same =
            self.shelf.iter().any(|(found, .., entry)| found == name && entry.wasm == wasm);
        if is_same && let Some(entry) = self.shelf.get(now, name) {
            self.stats.hits += 1;
            return Ok(Module::of(Arc::clone(&entry.library), config));
        }
        self.stats.misses += 1;
        let library = Arc::new(library(wasm)?);
        let entry = Entry { wasm: wasm.to_vec(), library: Arc::clone(&library) };
        self.stats.crowded_out += self.shelf.insert(now, name, wasm.len(), entry).len() as u64;
        Ok(Module::of(library, config))
    }

    /// A handle to a module that the cache has under the configured name.
    pub fn get<'host>(&mut self, now: Instant, config: Config) -> Option<Module<'host>> {
        self.expire(now);
        let entry = self.shelf.get(now, &config.name)?;
        self.stats.hits += 1;
        Some(Module::of(Arc::clone(&entry.library), config))
    }

    /// Lets go of one module; says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        self.shelf.remove(name).is_some()
    }

    /// Lets go of everything.
    pub fn clear(&mut self) {
        self.shelf.clear();
    }

    /// Name, bytes and last use of all that is kept, least recently used first.
    pub fn list(&self) -> impl Iterator<Item = (&str, usize, Instant)> {
        self.shelf.iter().map(|(name, bytes, used, _)| (name, bytes, used))
    }

    /// How many modules are kept.
    pub fn count(&self) -> usize {
        self.shelf.count()
    }

    /// Bytes of wasm of all that is kept.
    pub fn bytes(&self) -> usize {
        self.shelf.bytes()
    }

    /// What it has done so far.
    pub fn stats(&self) -> CacheStats {
        self.stats
    }

    fn expire(&mut self, now: Instant) {
        self.stats.expired += self.shelf.expire(now).len() as u64;
    }
}
