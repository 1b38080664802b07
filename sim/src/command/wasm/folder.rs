//! A cache of modules in a folder: their bytes, each in a file named by its hash, and an index. The
//! kernel's own shelf decides what stays.
//!
//! Nothing in the folder is trusted: names, hashes and bytes are checked before they are used, and
//! what is not right is said.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use kernel::limits::MODULE_NAME_MAX;
use kernel::module::CacheConfig;
use kernel::module::Evicted;
use kernel::module::Metrics;
use kernel::module::Shelf;
use kernel::time::Instant;
use sha2::Digest;
use sha2::Sha256;

use crate::command::wasm::Trouble;
use crate::command::wasm::index;
use crate::command::wasm::index::CachedModule;
use crate::command::wasm::index::Index;
use crate::trace::hex;

/// The index may be so large; a whole cache with all its counters has some hundred kilobytes.
const INDEX_MAX: u64 = 16 << 20;

/// An opened folder.
pub(super) struct Folder {
    path: PathBuf,
    shelf: Shelf<CachedModule>,
    pub(super) metrics: Metrics,
}

impl Folder {
    /// Opens a folder, which need not exist yet, and lets go of what is too old.
    pub(super) fn open(path: &Path, now: Instant) -> Result<Folder, Trouble> {
        let shelf = Shelf::new(CacheConfig::default());
        let mut folder = Folder { path: path.to_owned(), shelf, metrics: Metrics::default() };
        let Some(index) = read_index(&folder.index_file())? else { return Ok(folder) };
        folder.metrics = index::metrics(index.metrics);
        let mut gone = Vec::new();
        for module in index.modules {
            check(&folder.index_file(), &module)?;
            let (used, name, bytes) =
                (Instant::from_nanos(module.used), module.name.clone(), module.bytes);
            gone.extend(folder.shelf.insert(used, &name, bytes, module));
        }
        gone.extend(folder.shelf.expire(now));
        folder.throw_away(gone);
        Ok(folder)
    }

    /// Writes the index, at once or not at all.
    pub(super) fn save(&self) -> Result<(), Trouble> {
        let modules = self.shelf.iter().map(|(.., used, module)| {
            let used = used.nanos();
            CachedModule { used, ..module.clone() }
        });
        let index = Index {
            version: index::VERSION,
            modules: modules.collect(),
            metrics: index::counted(&self.metrics),
        };
        let text = serde_json::to_string_pretty(&index)
            .map_err(|error| Trouble::new(format!("cannot write the cache's index: {error}")))?;
        let write = |file: &Path| replace(file, text.as_bytes());
        let file = self.index_file();
        self.create().and_then(|()| write(&file)).map_err(|error| cannot("write", &file, &error))
    }

    /// The bytes of a cached module, which is thereby used.
    pub(super) fn read(&mut self, now: Instant, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(module) = self.shelf.get(now, name) else { return Ok(None) };
        let sha256 = module.sha256.clone();
        let file = self.module_file(&sha256);
        let bytes = fs::read(&file).map_err(|error| cannot("read", &file, &error))?;
        if hash(&bytes) != sha256 {
            let problem = format!("{}: it is not what was put there", file.display());
            return Err(Trouble::new(problem).help(clear(name)));
        }
        Ok(Some(bytes))
    }

    /// Keeps a module; says whether it was there already.
    pub(super) fn keep(&mut self, now: Instant, name: &str, bytes: &[u8]) -> Result<bool, Trouble> {
        let sha256 = hash(bytes);
        let is_same =
            self.shelf.iter().any(|(found, .., module)| found == name && module.sha256 == sha256);
        let file = self.module_file(&sha256);
        if is_same && file.is_file() {
            self.shelf.get(now, name);
            return Ok(true);
        }
        let old = self.shelf.remove(name).map(|thing| Evicted { name: name.to_owned(), thing });
        self.create()
            .and_then(|()| replace(&file, bytes))
            .map_err(|error| cannot("write", &file, &error))?;
        let module = CachedModule {
            name: name.to_owned(),
            sha256,
            bytes: bytes.len(),
            loaded: now.nanos(),
            used: now.nanos(),
        };
        let mut gone = self.shelf.insert(now, name, bytes.len(), module);
        gone.extend(old);
        self.throw_away(gone);
        Ok(false)
    }

    /// Lets go of one module and of what was counted of it.
    pub(super) fn forget(&mut self, name: &str) -> Result<(), Trouble> {
        let was_counted = self.metrics.remove(name);
        match self.shelf.remove(name) {
            Some(thing) => {
                self.throw_away(vec![Evicted { name: name.to_owned(), thing }]);
                Ok(())
            }
            None if was_counted => Ok(()),
            None => Err(self.unknown(name)),
        }
    }

    /// Lets go of everything, whatever state the folder is in: the index and every file that is
    /// named as a module's is. Answers how many modules.
    pub(super) fn wipe(path: &Path) -> Result<usize, Trouble> {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(cannot("read", path, &error)),
        };
        let mut count = 0;
        for entry in entries.flatten() {
            let (file, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let is_module = name.strip_suffix(".wasm").is_some_and(is_hash);
            if is_module || name == "index.json" {
                fs::remove_file(&file).map_err(|error| cannot("remove", &file, &error))?;
                count += usize::from(is_module);
            }
        }
        Ok(count)
    }

    /// Everything that is cached, least recently used first, with when it was used.
    pub(super) fn modules(&self) -> impl Iterator<Item = (&CachedModule, Instant)> {
        self.shelf.iter().map(|(.., used, module)| (module, used))
    }

    /// Bytes of all that is cached.
    pub(super) fn bytes(&self) -> usize {
        self.shelf.bytes()
    }

    /// What to say of a name that nothing has.
    pub(super) fn unknown(&self, name: &str) -> Trouble {
        let trouble = Trouble::new(format!("there is no module `{name}` in the cache"));
        let known: Vec<_> = self.modules().map(|(module, _)| module.name.as_str()).collect();
        if known.is_empty() {
            return trouble.help("it is empty: `orrery wasm test FILE` puts a module there");
        }
        trouble.help(format!("there are: {}", known.join(", ")))
    }

    /// Removes the files of what is no longer cached, unless others have the same bytes.
    fn throw_away(&self, gone: Vec<Evicted<CachedModule>>) {
        for Evicted { thing, .. } in gone {
            if !self.shelf.iter().any(|(.., module)| module.sha256 == thing.sha256) {
                // What cannot be removed takes room, and `cache clear` will say so.
                let _ = fs::remove_file(self.module_file(&thing.sha256));
            }
        }
    }

    fn create(&self) -> io::Result<()> {
        fs::create_dir_all(&self.path)
    }

    fn index_file(&self) -> PathBuf {
        self.path.join("index.json")
    }

    fn module_file(&self, sha256: &str) -> PathBuf {
        self.path.join(format!("{sha256}.wasm"))
    }
}

fn read_index(file: &Path) -> Result<Option<Index>, Trouble> {
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot("read", file, &error)),
        Ok(found) if INDEX_MAX < found.len() => return Err(broken(file, "it is too large")),
        Ok(_) => (),
    }
    let text = fs::read(file).map_err(|error| cannot("read", file, &error))?;
    let index: Index =
        serde_json::from_slice(&text).map_err(|error| broken(file, &error.to_string()))?;
    if index.version != index::VERSION {
        return Err(broken(file, "it was written by another version"));
    }
    Ok(Some(index))
}

/// Whether an entry can be what was written: a hash that is none could name a file elsewhere.
fn check(file: &Path, module: &CachedModule) -> Result<(), Trouble> {
    if !is_hash(&module.sha256) {
        return Err(broken(file, &format!("`{}` is no SHA-256", module.sha256)));
    }
    if module.name.is_empty() || MODULE_NAME_MAX < module.name.len() {
        return Err(broken(file, "a module's name has 1 to 64 bytes"));
    }
    Ok(())
}

fn is_hash(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(is_digit)
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Writes a file beside its place and then moves it there, so that nobody reads half of it.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = file.with_extension(format!("new-{}", std::process::id()));
    fs::write(&beside, bytes)?;
    fs::rename(&beside, file)
}

fn broken(file: &Path, reason: &str) -> Trouble {
    Trouble::new(format!("{}: it is no index of a cache: {reason}", file.display()))
        .help("`orrery wasm cache clear` begins anew; nothing is lost but counters")
}

fn clear(name: &str) -> String {
    format!("`orrery wasm cache clear {name}` forgets it")
}

fn cannot(verb: &str, file: &Path, error: &io::Error) -> Trouble {
    Trouble::new(format!("cannot {verb} {}: {error}", file.display()))
}
