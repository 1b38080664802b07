//! Names and paths under which actors are found.

use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::endpoint::Endpoint;
use crate::raw;

/// A capability to the names below a prefix. Looking up takes `read`, changing takes `write`.
///
/// ```no_run
/// use sdk::Refusal;
/// use sdk::endpoint::Endpoint;
/// use sdk::grant::Grants;
/// use sdk::namespace::names;
///
/// fn introduce() -> Result<(), Refusal> {
///     let namespace = Grants::new().namespace().ok_or(Refusal::NoCapability)?;
///     namespace.register("/node/local/echo", Endpoint::OWN)?;
///     let mut buffer = [0; 512];
///     for (path, id) in names(namespace.list("/node", &mut buffer)?) {
///         sdk::log!("{path} is {id:#x}");
///     }
///     namespace.lookup("/node/local/kv")?.send(1, b"hello")
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Namespace(Handle);

impl Namespace {
    /// The names of this name.
    pub const fn new(handle: Handle) -> Namespace {
        Namespace(handle)
    }

    /// The names that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Namespace {
        Namespace(Handle::new(0, slot))
    }

    /// Registers an endpoint under a flat name or a path. A name that is taken is
    /// [`Refusal::Exists`].
    pub fn register(self, name: &str, endpoint: Endpoint) -> Result<(), Refusal> {
        raw::register(self.0, name.as_bytes(), endpoint.handle())
    }

    /// Undoes [`Namespace::register`].
    pub fn unregister(self, name: &str) -> Result<(), Refusal> {
        raw::unregister(self.0, name.as_bytes())
    }

    /// Lets the endpoint answer for every path below this one that is not registered itself.
    pub fn mount(self, path: &str, endpoint: Endpoint) -> Result<(), Refusal> {
        raw::mount(self.0, path.as_bytes(), endpoint.handle())
    }

    /// Undoes [`Namespace::mount`].
    pub fn unmount(self, path: &str) -> Result<(), Refusal> {
        raw::unmount(self.0, path.as_bytes())
    }

    /// A capability to send to whoever has this name.
    pub fn lookup(self, name: &str) -> Result<Endpoint, Refusal> {
        raw::lookup(self.0, name.as_bytes()).map(Endpoint::new)
    }

    /// Writes the names below a prefix into the buffer, as the text that [`names`] reads.
    pub fn list<'a>(self, prefix: &str, buffer: &'a mut [u8]) -> Result<&'a str, Refusal> {
        let count = raw::list_names(self.0, prefix.as_bytes(), buffer)?;
        let listed = buffer.get(..count).ok_or(Refusal::BufferTooSmall)?;
        core::str::from_utf8(listed).map_err(|_| Refusal::NotAvailable)
    }
}

/// What the node is called.
pub fn node_name(buffer: &mut [u8]) -> Result<&str, Refusal> {
    let count = raw::node::name(buffer)?;
    let name = buffer.get(..count).ok_or(Refusal::BufferTooSmall)?;
    core::str::from_utf8(name).map_err(|_| Refusal::NotAvailable)
}

/// The names of a listing with the ids behind them, one `path=id` a line.
pub fn names(listing: &str) -> impl Iterator<Item = (&str, u64)> {
    listing.lines().filter_map(|line| {
        let (path, id) = line.rsplit_once('=')?;
        Some((path, id.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_listing_is_read_line_by_line() {
        let listing = "/node/a=4294967297\n/node/b=c=7\nnonsense\n/x=y\n";
        let read: Vec<_> = names(listing).collect();
        assert_eq!(read, [("/node/a", 0x1_0000_0001), ("/node/b=c", 7)]);
    }
}
