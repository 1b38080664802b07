//! The name of one file or directory, in a room of its own.

use sdk::Refusal;

/// Bytes of a name.
const NAME_MAX: usize = 64;

/// A name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    bytes: [u8; NAME_MAX],
    len: u8,
}

impl Name {
    /// No name.
    pub(crate) const EMPTY: Name = Name { bytes: [0; NAME_MAX], len: 0 };

    /// A name of this text.
    pub(crate) fn new(text: &str) -> Result<Name, Refusal> {
        let mut name = Name::EMPTY;
        name.bytes
            .get_mut(..text.len())
            .ok_or(Refusal::NameTooLong)?
            .copy_from_slice(text.as_bytes());
        name.len = text.len() as u8;
        Ok(name)
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_whole_or_refused() {
        let long = "é".repeat(NAME_MAX / 2);
        assert_eq!(Name::new(&long).unwrap().text(), long);
        assert_eq!(Name::new(&format!("{long}e")).unwrap_err(), Refusal::NameTooLong);
    }
}
