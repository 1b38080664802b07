//! Compiled modules on the disk, by content and version.
//!
//! A file's name is the hash of the metered module, so another module, or another pass, is another
//! file. It begins with the hash of what follows. What is damaged, of another version or cut short
//! is compiled anew and replaced whole: a file is written beside its place and then moved there.
//! One program keeps so many and no more: drawn modules come once and never again.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use sha2::Digest;
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime::Module;

/// Bytes of a hash.
const HASH: usize = 32;

/// Files that one run of a program writes.
const KEPT_MAX: usize = 512;

/// A directory of compiled modules.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    /// Files that were written.
    kept: AtomicUsize,
}

impl Cache {
    /// A cache in this directory, which is made when something is put there.
    pub(crate) fn new(directory: &Path) -> Cache {
        Cache { directory: directory.to_path_buf(), kept: AtomicUsize::new(0) }
    }

    /// The compiled form of a metered module: from the disk if it lies there, else compiled and put
    /// there. A disk that does not take it is no error.
    pub(crate) fn load(&self, engine: &Engine, metered: &[u8]) -> wasmtime::Result<Module> {
        let name: String =
            Sha256::digest(metered).iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.directory.join(name);
        if let Some(module) = fs::read(&path).ok().and_then(|file| revive(engine, &file)) {
            return Ok(module);
        }
        let module = Module::new(engine, metered)?;
        if self.kept.fetch_add(1, Ordering::Relaxed) < KEPT_MAX {
            // Whoever cannot keep it compiles it again the next time.
            drop(self.keep(&path, &module.serialize()?));
        }
        Ok(module)
    }

    fn keep(&self, path: &Path, compiled: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        let mut file = Sha256::digest(compiled).to_vec();
        file.extend_from_slice(compiled);
        let beside = path.with_extension(std::process::id().to_string());
        fs::write(&beside, file)?;
        fs::rename(&beside, path)
    }
}

/// What a file holds; nothing if it is not as it was written.
#[expect(unsafe_code, reason = "wasmtime cannot check compiled code")]
fn revive(engine: &Engine, file: &[u8]) -> Option<Module> {
    let (hash, compiled) = file.split_at_checked(HASH)?;
    if Sha256::digest(compiled).as_slice() != hash {
        return None;
    }
    // SAFETY: `deserialize` wants bytes that `serialize` has made, and checks by itself that it was
    // the same version of wasmtime with the same settings. The hash says that they have not changed
    // since `keep` wrote them. Who would write other bytes with a hash that suits may as well change
    // this program, which lies in the same directory.
    unsafe { Module::deserialize(engine, compiled) }.ok()
}
