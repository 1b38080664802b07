//! What is asked, line by line: `key=…`, `value=…`, `ttl=…` as in the seed, and what it lacked.
//!
//! A line `length=N` says that the value of the next line has `N` bytes, whatever they are. Without
//! it a value goes on to the end of its line; only that of `value=` may have several lines, which end
//! before a last line `ttl=…` or with the last newline.

use sdk::kv;

/// What is wrong with a request.
pub(crate) type Wrong = &'static str;

/// A request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request<'a> {
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) value: Option<&'a [u8]>,
    /// Seconds that it lasts; 0 is for ever.
    pub(crate) ttl: u32,
    pub(crate) prefix: &'a [u8],
    /// Keys behind this one are wanted.
    pub(crate) after: Option<&'a [u8]>,
    /// Keys wanted.
    pub(crate) limit: Option<u32>,
    /// The first byte wanted.
    pub(crate) offset: Option<u32>,
    /// Bytes that are in memory, or may be.
    pub(crate) granted: Option<u32>,
    /// Whether the answer says how long each key is.
    pub(crate) is_counted: bool,
}

/// A request and its `id=…` line, with the newline, which its answer begins with.
pub(crate) fn parse(payload: &[u8]) -> (&[u8], Result<Request<'_>, Wrong>) {
    let end = match payload.starts_with(b"id=") {
        true => line_end(payload, 0).map_or(payload.len(), |end| end + 1),
        false => 0,
    };
    let (id, rest) = payload.split_at(end);
    match id.len() <= kv::ID_MAX {
        true => (id, read(rest)),
        false => (&[], Err("too long: an id line has at most 64 bytes")),
    }
}

fn read(mut rest: &[u8]) -> Result<Request<'_>, Wrong> {
    let mut request = Request::default();
    let mut length = None;
    while !rest.is_empty() {
        let mark = rest.iter().position(|byte| *byte == b'=');
        let (name, behind) = rest.split_at(mark.ok_or("invalid: a line without =")?);
        let behind = &behind[1..];
        let counted: Option<u32> = length.take();
        let len = match counted {
            Some(len) => len as usize,
            None if name == b"value" => value_end(behind),
            None => line_end(behind, 0).unwrap_or(behind.len()),
        };
        let (field, tail) = behind.split_at_checked(len).ok_or("invalid: a length too large")?;
        rest = match tail.split_first() {
            None => tail,
            Some((b'\n', tail)) => tail,
            Some(_) => return Err("invalid: no new line behind the length"),
        };
        match name {
            b"key" => request.key = Some(field),
            b"value" => request.value = Some(field),
            b"prefix" => request.prefix = field,
            b"after" => request.after = Some(field),
            b"length" => length = Some(number(field)?),
            b"ttl" => request.ttl = number(field)?,
            b"limit" => request.limit = Some(number(field)?),
            b"offset" => request.offset = Some(number(field)?),
            b"granted" => request.granted = Some(number(field)?),
            b"counted" => request.is_counted = number(field)? != 0,
            _ => return Err("invalid: an unknown line"),
        }
    }
    Ok(request)
}

/// Where the value that begins here ends.
fn value_end(bytes: &[u8]) -> usize {
    let end = bytes.strip_suffix(b"\n").map_or(bytes.len(), <[u8]>::len);
    let last = bytes[..end].iter().rposition(|byte| *byte == b'\n');
    let is_ttl = |line: &[u8]| line.strip_prefix(b"ttl=").is_some_and(|ttl| number(ttl).is_ok());
    match last {
        Some(last) if is_ttl(&bytes[last + 1..end]) => last,
        _ => end,
    }
}

fn line_end(bytes: &[u8], from: usize) -> Option<usize> {
    bytes[from..].iter().position(|byte| *byte == b'\n').map(|at| from + at)
}

fn number(digits: &[u8]) -> Result<u32, Wrong> {
    let is_digits = digits.iter().all(u8::is_ascii_digit);
    let text = core::str::from_utf8(digits).ok().filter(|_| is_digits);
    text.and_then(|text| text.parse().ok()).ok_or("invalid: not a number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(payload: &[u8]) -> Request<'_> {
        parse(payload).1.unwrap()
    }

    #[test]
    fn the_seeds_requests_are_understood() {
        let put = read_all(b"key=a\nvalue=one two\nttl=7");
        assert_eq!((put.key, put.value, put.ttl), (Some(&b"a"[..]), Some(&b"one two"[..]), 7));
        assert_eq!(read_all(b"key=a").key, Some(&b"a"[..]));
        let list = read_all(b"prefix=user/\nlimit=50");
        assert_eq!((list.prefix, list.limit), (&b"user/"[..], Some(50)));
        assert_eq!(read_all(b""), Request::default());
    }

    #[test]
    fn a_value_has_as_many_lines_as_it_has() {
        assert_eq!(read_all(b"key=a\nvalue=one\ntwo\nttl=0").value, Some(&b"one\ntwo"[..]));
        assert_eq!(read_all(b"key=a\nvalue=one\nttl=x\n").value, Some(&b"one\nttl=x"[..]));
        assert_eq!(read_all(b"key=a\nvalue=one\nttl=1\ntwo").value, Some(&b"one\nttl=1\ntwo"[..]));
        let counted = read_all(b"key=a\nlength=8\nvalue=b\nttl=1\n\nttl=5");
        assert_eq!((counted.value, counted.ttl), (Some(&b"b\nttl=1\n"[..]), 5));
        assert_eq!(read_all(b"length=3\nkey=a\nb\nvalue=").key, Some(&b"a\nb"[..]));
    }

    #[test]
    fn the_id_is_known_though_the_rest_is_wrong() {
        assert_eq!(parse(b"id=7\nkey"), (&b"id=7\n"[..], Err("invalid: a line without =")));
        let long = [b"id=".to_vec(), vec![b'x'; 80]].concat();
        assert!(parse(&long).1.unwrap_err().starts_with("too long"));
        for wrong in ["ttl=-1", "ttl=99999999999", "length=9\nvalue=a", "kex=1", "length=1\nkey=ab"]
        {
            assert!(parse(wrong.as_bytes()).1.unwrap_err().starts_with("invalid"), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_counted_arrives_whatever_it_is(key: Vec<u8>, value: Vec<u8>, ttl: u32) {
            let mut payload = format!("id=9\nlength={}\nkey=", key.len()).into_bytes();
            payload.extend_from_slice(&key);
            payload.extend_from_slice(format!("\nttl={ttl}\nlength={}\nvalue=", value.len()).as_bytes());
            payload.extend_from_slice(&value);
            let (id, request) = parse(&payload);
            let request = request.unwrap();
            prop_assert_eq!(id, b"id=9\n");
            prop_assert_eq!((request.key, request.value), (Some(&key[..]), Some(&value[..])));
            prop_assert_eq!(request.ttl, ttl);
        }

        #[test]
        fn no_request_is_too_strange(payload: Vec<u8>, text in "(key|value|ttl|length|=|\n|[0-9])*") {
            let _ = parse(&payload);
            let _ = parse(text.as_bytes());
        }
    }
}
