//! Names of addresses.

use std::collections::BTreeMap;
use std::fmt;

/// The symbols of a program.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    by_address: BTreeMap<u32, (String, u32)>,
    by_name: BTreeMap<String, u32>,
}

/// An address as a report shows it: `name+0x12`, or the number alone.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    address: u32,
    name: Option<(&'a str, u32)>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.address)?;
        match self.name {
            None => Ok(()),
            Some((name, 0)) => write!(f, " {name}"),
            Some((name, offset)) => write!(f, " {name}+{offset:#x}"),
        }
    }
}

impl Symbols {
    /// Adds one: of two at the same address the one with a size stays, then the first.
    pub fn add(&mut self, name: &str, address: u32, bytes: u32) {
        let place = self.by_address.entry(address).or_insert_with(|| (name.to_owned(), bytes));
        if place.1 == 0 && bytes != 0 {
            *place = (name.to_owned(), bytes);
        }
        self.by_name.entry(name.to_owned()).or_insert(address);
    }

    /// Where a symbol is.
    pub fn address(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// Every name with its address.
    pub fn all(&self) -> impl Iterator<Item = (&str, u32)> {
        self.by_name.iter().map(|(name, address)| (name.as_str(), *address))
    }

    /// An address with the name of what it lies in.
    pub fn place(&self, address: u32) -> Place<'_> {
        let before = self.by_address.range(..=address).next_back();
        let name = before.and_then(|(start, (name, bytes))| {
            let offset = address - start;
            // A symbol without a size reaches up to the next, but not for ever.
            let reach = if *bytes == 0 { 0x1_0000 } else { *bytes };
            (offset < reach).then_some((name.as_str(), offset))
        });
        Place { address, name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_named_by_the_symbol_that_it_lies_in() {
        let mut symbols = Symbols::default();
        symbols.add("main", 0x100, 0x20);
        symbols.add("label", 0x200, 0);
        assert_eq!(symbols.place(0x100).to_string(), "0x00000100 main");
        assert_eq!(symbols.place(0x11e).to_string(), "0x0000011e main+0x1e");
        assert_eq!(symbols.place(0x120).to_string(), "0x00000120");
        assert_eq!(symbols.place(0x204).to_string(), "0x00000204 label+0x4");
        assert_eq!(symbols.place(0xff).to_string(), "0x000000ff");
    }
}
