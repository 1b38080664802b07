//! Paths of requests: relative to a directory, which they cannot leave.

use sdk::Refusal;
use sdk::abi::file::PATH_MAX;

/// The directory of files in memory.
pub(crate) const SCRATCH: &str = "tmp";

/// What follows `/` and `./` at the start; nothing is left of the directory itself.
pub(crate) fn strip_start(mut path: &str) -> &str {
    while let Some(rest) = path.strip_prefix('/').or_else(|| path.strip_prefix("./")) {
        path = rest;
    }
    if path == "." { "" } else { path }
}

/// The path of a request, without its start; empty for the directory itself. All of its components
/// can be names of files.
pub(crate) fn parse(bytes: &[u8]) -> Result<&str, Refusal> {
    parse_within(bytes, PATH_MAX)
}

/// The same for a path of at most so many bytes.
pub(crate) fn parse_within(bytes: &[u8], max: usize) -> Result<&str, Refusal> {
    if max < bytes.len() {
        return Err(Refusal::NameTooLong);
    }
    let path = strip_start(core::str::from_utf8(bytes).map_err(|_| Refusal::Invalid)?);
    if path.is_empty() || path.split('/').all(is_name) {
        return Ok(path);
    }
    Err(Refusal::Invalid)
}

/// Whether a component can be the name of a file.
fn is_name(component: &str) -> bool {
    !matches!(component, "" | "." | "..") && !component.contains(char::is_control)
}

/// The first component, and what comes behind it.
pub(crate) fn split_first(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

/// The last component, and what comes before it.
pub(crate) fn split_last(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether a path is another one or below it.
pub(crate) fn is_below(path: &str, above: &str) -> bool {
    let rest = path.strip_prefix(above);
    rest.is_some_and(|rest| above.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_begin_with_a_slash_and_no_path_leaves_its_directory() {
        for (path, wanted) in
            [("/a/b", "a/b"), ("./a", "a"), ("/", ""), (".", ""), ("//./a.b", "a.b")]
        {
            assert_eq!(parse(path.as_bytes()), Ok(wanted), "{path}");
        }
        for path in ["..", "tmp/../x", "/../x", "a/..", "a/./b", "a//b", "a/", "a\nb", "a/\0"] {
            assert_eq!(parse(path.as_bytes()), Err(Refusal::Invalid), "{path:?}");
        }
        assert_eq!(parse(b"\xff"), Err(Refusal::Invalid));
        assert_eq!(parse(&[b'a'; PATH_MAX + 1]), Err(Refusal::NameTooLong));
        assert_eq!(parse(&[b'a'; PATH_MAX]).map(str::len), Ok(PATH_MAX));
    }
}
