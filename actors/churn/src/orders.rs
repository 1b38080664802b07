//! What is to be done, as a region of memory says it.

use alloc::string::String;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Orders {
    /// What every draw depends on.
    pub(crate) seed: u32,
    /// Operations of one workload.
    pub(crate) operations: u32,
    /// The directory below which everything happens.
    pub(crate) directory: String,
    /// Whether the key-value store is used, if one is given.
    pub(crate) has_kv: bool,
}

impl Default for Orders {
    fn default() -> Orders {
        Orders { seed: 1, operations: 150, directory: String::from("/tmp/work"), has_kv: true }
    }
}

impl Orders {
    /// Reads `seed=1 operations=150 directory=/tmp/work kv=yes`; what is not said is as here. The
    /// error is the word that says nothing.
    pub(crate) fn parse(text: &str) -> Result<Orders, &str> {
        let mut orders = Orders::default();
        for word in text.split_ascii_whitespace() {
            match word.split_once('=').ok_or(word)? {
                ("seed", number) => orders.seed = number.parse().map_err(|_| word)?,
                ("operations", number) => orders.operations = number.parse().map_err(|_| word)?,
                ("directory", path) if !path.is_empty() => {
                    orders.directory = String::from(path.trim_end_matches('/'));
                }
                ("kv", "yes") => orders.has_kv = true,
                ("kv", "no") => orders.has_kv = false,
                _ => return Err(word),
            }
        }
        Ok(orders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_stays_as_it_is() {
        assert_eq!(Orders::parse(" \n"), Ok(Orders::default()));
        let orders = Orders::parse("seed=9 directory=/home/work/ kv=no\noperations=3").unwrap();
        assert_eq!((orders.seed, orders.operations, orders.has_kv), (9, 3, false));
        assert_eq!(orders.directory, "/home/work");
    }

    #[test]
    fn a_word_that_says_nothing_is_named() {
        for word in ["seed", "seed=-1", "kv=maybe", "directory=", "operation=3"] {
            assert_eq!(Orders::parse(&std::format!("kv=yes {word}")), Err(word));
        }
    }
}
