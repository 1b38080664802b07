//! What lies where: one table of the directories that are not the ramdisk's.

use crate::path::split_first;

/// A mount whose files can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mount {
    /// `/tmp`: memory.
    Scratch,
    /// `/home`: flash.
    Home,
}

/// Who has the files below a directory of the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Area {
    /// The ramdisk: all that is nobody else's.
    Archive,
    /// `/dev`.
    Devices,
    /// `/proc`.
    Processes,
    /// A volume.
    Volume(Mount),
}

/// The mounts in the order of their names.
pub(crate) const TABLE: [(&str, Area); 4] = [
    ("dev", Area::Devices),
    ("home", Area::Volume(Mount::Home)),
    ("proc", Area::Processes),
    ("tmp", Area::Volume(Mount::Scratch)),
];

/// The path under which the kernel keeps the state of actors. It leads to the directory of this name
/// in `/home`, or in `/tmp` as long as there is no `/home` that can be written.
pub(crate) const STATE: &str = "state";

/// Who has a path, and what is left of it below that mount.
pub(crate) fn area(path: &str) -> (Area, &str) {
    let (first, rest) = split_first(path);
    match TABLE.iter().find(|(name, _)| *name == first) {
        Some((_, area)) => (*area, rest),
        None => (Area::Archive, path),
    }
}

/// Whether a name of the ramdisk lies where something else is.
pub(crate) fn is_reserved(name: &str) -> bool {
    area(name).0 != Area::Archive || split_first(name).0 == STATE
}

impl Mount {
    /// Its name in the root.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mount::Scratch => "tmp",
            Mount::Home => "home",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_components_are_reserved() {
        assert!(is_reserved("tmp/a") && is_reserved("proc") && is_reserved("state/x"));
        assert!(!is_reserved("tmpfile") && !is_reserved("a/tmp"));
    }

    #[test]
    fn the_table_is_sorted_and_every_mount_is_in_it_under_its_name() {
        assert!(TABLE.is_sorted_by(|one, other| one.0 < other.0));
        for mount in [Mount::Scratch, Mount::Home] {
            assert_eq!(area(mount.name()), (Area::Volume(mount), ""));
        }
        assert_eq!(area("home/a/b"), (Area::Volume(Mount::Home), "a/b"));
        assert_eq!(area("docs/a"), (Area::Archive, "docs/a"));
    }
}
