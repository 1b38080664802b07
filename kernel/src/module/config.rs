//! What a module may have, and a cache of them.

use alloc::string::String;

use crate::limits::CACHE_BYTES;
use crate::limits::CACHE_MODULES;
use crate::limits::CACHE_SECONDS;
use crate::limits::MODULE_FUEL;
use crate::limits::MODULE_MEMORY;
use crate::limits::MODULE_MEMORY_MAX;
use crate::limits::MODULE_NAME_MAX;
use crate::module::error::ModuleError;
use crate::time::Duration;

/// What a module is called and how much each call of it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its name in caches and metrics: 1 to [`MODULE_NAME_MAX`] bytes, whatever they are.
    pub name: String,
    /// Bytes of linear memory, at most [`MODULE_MEMORY_MAX`].
    pub memory_limit: usize,
    /// Logical instructions of one call, or of one session.
    pub fuel_limit: u64,
}

impl Config {
    /// 64 MiB and a billion instructions.
    pub fn new(name: &str) -> Config {
        Config { name: String::from(name), memory_limit: MODULE_MEMORY, fuel_limit: MODULE_FUEL }
    }

    /// Whether a module can be loaded with it.
    pub fn check(&self) -> Result<(), ModuleError> {
        if self.name.is_empty() || MODULE_NAME_MAX < self.name.len() {
            return Err(ModuleError::BadName { len: self.name.len() });
        }
        if MODULE_MEMORY_MAX < self.memory_limit {
            let (wanted, max) = (self.memory_limit, MODULE_MEMORY_MAX);
            return Err(ModuleError::BadMemoryLimit { wanted, max });
        }
        Ok(())
    }
}

/// How much a cache keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheConfig {
    /// How many modules.
    pub modules_max: usize,
    /// How many bytes of wasm in all.
    pub bytes_max: usize,
    /// How long after its last use a module is still kept.
    pub ttl: Duration,
}

impl Default for CacheConfig {
    fn default() -> CacheConfig {
        CacheConfig {
            modules_max: CACHE_MODULES,
            bytes_max: CACHE_BYTES,
            ttl: Duration::from_secs(CACHE_SECONDS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_beyond_the_largest_is_refused() {
        let mut config = Config::new("m");
        config.memory_limit = MODULE_MEMORY_MAX;
        assert_eq!(config.check(), Ok(()));
        config.memory_limit += 1;
        let refused = config.check().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "a memory limit of 268435457 bytes is more than the 268435456 that a module may have"
        );
    }

    #[test]
    fn a_name_has_between_one_and_sixty_four_bytes() {
        assert_eq!(Config::new("").check(), Err(ModuleError::BadName { len: 0 }));
        assert_eq!(Config::new(&"n".repeat(64)).check(), Ok(()));
        assert_eq!(Config::new(&"n".repeat(65)).check(), Err(ModuleError::BadName { len: 65 }));
    }

    use std::string::ToString;
}
