//! Keys as names of files: each key has one, and none leads out of the directory.

use alloc::string::String;
use alloc::vec::Vec;
use sdk::kv::KEY_MAX;

/// What the name of a key that cannot be read as text begins with. In the others, `_` is followed
/// by `u` or `_`.
const PACKED: &str = "_b";

/// Six bits a character, none of which means anything to a file system.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+";

/// The name for a key. As the seed has it, `_` is `_u` and `/` is `__`; what is not printable, and
/// what begins with a dot, is packed as a whole.
pub(crate) fn encode(key: &[u8]) -> String {
    let is_plain = key.iter().all(u8::is_ascii_graphic) && !key.starts_with(b".");
    if key.is_empty() || !is_plain {
        return pack(key);
    }
    let mut name = String::new();
    for byte in key {
        match byte {
            b'_' => name.push_str("_u"),
            b'/' => name.push_str("__"),
            _ => name.push(char::from(*byte)),
        }
    }
    name
}

/// The key of a name; `None` if it is no key's.
pub(crate) fn decode(name: &str) -> Option<Vec<u8>> {
    let key = match name.strip_prefix(PACKED) {
        Some(packed) => unpack(packed)?,
        None => plain(name)?,
    };
    // A key has one name, so that no two files are of one key.
    (key.len() <= KEY_MAX && encode(&key) == name).then_some(key)
}

fn plain(name: &str) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    let mut bytes = name.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'_' => match bytes.next()? {
                b'u' => b'_',
                b'_' => b'/',
                _ => return None,
            },
            _ => byte,
        };
        key.push(byte);
    }
    Some(key)
}

/// Three bytes as four characters; at the end fewer.
fn pack(key: &[u8]) -> String {
    let mut name = String::from(PACKED);
    for chunk in key.chunks(3) {
        let mut bytes = [0; 4];
        bytes[1..=chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes(bytes);
        for place in 0..=chunk.len() {
            let bits = word >> (18 - 6 * place) & 63;
            name.push(char::from(ALPHABET[bits as usize]));
        }
    }
    name
}

fn unpack(packed: &str) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    for chunk in packed.as_bytes().chunks(4) {
        let mut word = 0u32;
        for (place, letter) in chunk.iter().enumerate() {
            let bits = ALPHABET.iter().position(|known| known == letter)?;
            word |= (bits as u32) << (18 - 6 * place);
        }
        key.extend_from_slice(&word.to_be_bytes()[1..chunk.len()]);
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_can_be_read_stays_readable_as_in_the_seed() {
        assert_eq!(encode(b"user/name_1"), "user__name_u1");
        assert_eq!(encode(b"a.b"), "a.b");
        assert_eq!(decode("user__name_u1"), Some(b"user/name_1".to_vec()));
    }

    #[test]
    fn no_key_leads_out_of_the_directory() {
        for key in [b"..".as_slice(), b".", b"", b"/", b"../x", b"/etc", b"a/../b", b"\0"] {
            let name = encode(key);
            assert!(!name.contains('/') && !name.starts_with('.') && !name.is_empty(), "{name}");
            assert_eq!(decode(&name).as_deref(), Some(key));
        }
    }

    #[test]
    fn what_is_no_keys_name_is_none() {
        for name in ["_t", "_", "a_b", "_bA", "_b!", "_bYWI", "..", "a b", ""] {
            assert_eq!(decode(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_key_has_a_name_of_its_own(
            keys in proptest::collection::vec(proptest::collection::vec(0u8.., 0..=KEY_MAX), 2),
        ) {
            let names = [encode(&keys[0]), encode(&keys[1])];
            prop_assert!(names.iter().all(|name| name.len() <= 2 * KEY_MAX && !name.contains('/')));
            prop_assert_eq!(decode(&names[0]), Some(keys[0].clone()));
            prop_assert_eq!(keys[0] == keys[1], names[0] == names[1]);
        }

        #[test]
        fn no_name_is_too_strange(name: String, tail in "[_ub./A-D]{0,8}") {
            for name in [name.clone(), tail.clone(), name + &tail] {
                prop_assert!(decode(&name).is_none_or(|key| encode(&key) == name));
            }
        }
    }
}
