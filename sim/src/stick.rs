//! A USB stick that UEFI firmware starts from: one volume with a FAT of 16 bits and no partitions
//! around it (Microsoft, "FAT: General Overview of On-Disk Format", version 1.03, 2000; UEFI
//! Specification 2.10, chapter 13.3). The same files give the same bytes: it knows no time.

use std::fmt;

use crate::firmware::IMAGE_FILE;

const SECTOR: usize = 512;

/// The path of an application that firmware starts from a stick (UEFI Specification 2.10, chapter
/// 3.5.1.1).
const APPLICATION: &str = "EFI/BOOT/BOOTX64.EFI";

/// Sectors of a cluster.
const CLUSTER_SECTORS: usize = 8;
const CLUSTER: usize = CLUSTER_SECTORS * SECTOR;

/// Clusters: 64 MiB. Fewer than 4085 would mean a FAT of 12 bits, more than 65524 one of 32.
const CLUSTERS: usize = 16_384;

/// Sectors of the table: two bytes for each cluster and for two that there are not.
const TABLE_SECTORS: usize = (2 * (CLUSTERS + 2)).div_ceil(SECTOR);

/// Sectors and entries of the root directory.
const ROOT_SECTORS: usize = 4;
const ROOT_ENTRIES: usize = ROOT_SECTORS * SECTOR / ENTRY;
const SECTORS: usize = 1 + TABLE_SECTORS + ROOT_SECTORS + CLUSTERS * CLUSTER_SECTORS;

/// Bytes of an entry of a directory.
const ENTRY: usize = 32;

const IS_DIRECTORY: u8 = 0x10;
const IS_FILE: u8 = 0x20;

/// The last cluster of a chain.
const LAST: u16 = 0xffff;

/// What wrote the volume, and what it is called.
const WRITER: &[u8; 8] = b"ORRERY  ";
const LABEL: &[u8; 11] = b"ORRERY     ";

/// Why there is no stick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StickError {
    /// A name has more than eight characters, or more than three behind its dot.
    Name(String),
    /// It has less room than the files need.
    Full,
}

impl fmt::Display for StickError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StickError::Name(name) => write!(f, "`{name}` is too long a name for a stick"),
            StickError::Full => {
                let size = (CLUSTERS * CLUSTER) >> 20;
                write!(f, "the files do not fit on a stick of {size} MiB")
            }
        }
    }
}

impl std::error::Error for StickError {}

/// As many bytes as tell whether a stick is ours.
pub const HEAD_BYTES: usize = SECTOR;

/// Whether these are the first bytes of a stick of ours.
pub fn is_ours(bytes: &[u8]) -> bool {
    bytes.get(3..11) == Some(WRITER)
}

/// A stick that a PC starts from: its firmware, and the image that this boots.
///
/// # Errors
/// When the stick is too small.
pub fn bootable(program: &[u8], image: &[u8]) -> Result<Vec<u8>, StickError> {
    write(&[(APPLICATION, program), (IMAGE_FILE, image)])
}

/// A stick with these files: paths with `/`, and contents.
///
/// # Errors
/// When a name is too long, or the stick too small.
pub fn write(files: &[(&str, &[u8])]) -> Result<Vec<u8>, StickError> {
    let mut volume = Volume { table: vec![0xfff8, LAST], data: Vec::new() };
    let root = volume.directory(files, None)?;
    let mut bytes = boot_sector();
    bytes.extend(volume.table.iter().flat_map(|next| next.to_le_bytes()));
    bytes.resize((1 + TABLE_SECTORS) * SECTOR, 0);
    bytes.extend(&root);
    if ROOT_ENTRIES * ENTRY < root.len() {
        return Err(StickError::Full);
    }
    bytes.resize((1 + TABLE_SECTORS + ROOT_SECTORS) * SECTOR, 0);
    bytes.extend(&volume.data);
    bytes.resize(SECTORS * SECTOR, 0);
    Ok(bytes)
}

/// Clusters that are taken.
struct Volume {
    /// For each cluster the next of its chain.
    table: Vec<u16>,
    /// What is in them, from cluster 2 on.
    data: Vec<u8>,
}

impl Volume {
    /// The entries of the directory with these files below it. Directories below are stored; the
    /// parent's cluster is that of the one around them, 0 if that is the root.
    fn directory(
        &mut self,
        files: &[(&str, &[u8])],
        around: Option<u16>,
    ) -> Result<Vec<u8>, StickError> {
        let mut entries = Vec::new();
        let mut own = 0;
        if let Some(parent) = around {
            // A directory of ours has few entries: its one cluster is taken before its files'.
            own = self.store(&[0; CLUSTER])?;
            entries.extend(entry(*b".          ", IS_DIRECTORY, own, 0));
            entries.extend(entry(*b"..         ", IS_DIRECTORY, parent, 0));
        }
        let mut folders: Vec<&str> = Vec::new();
        for (path, bytes) in files {
            let Some((folder, _)) = path.split_once('/') else {
                let first = self.store(bytes)?;
                entries.extend(entry(short(path)?, IS_FILE, first, bytes.len()));
                continue;
            };
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        for folder in folders {
            let below = files.iter().filter_map(|(path, bytes)| {
                let (first, rest) = path.split_once('/')?;
                (first == folder).then_some((rest, *bytes))
            });
            let below: Vec<_> = below.collect();
            let first = self.table.len() as u16;
            self.directory(&below, Some(own))?;
            entries.extend(entry(short(folder)?, IS_DIRECTORY, first, 0));
        }
        if around.is_some() {
            let place = (usize::from(own) - 2) * CLUSTER;
            if CLUSTER < entries.len() {
                return Err(StickError::Full);
            }
            self.data[place..place + entries.len()].copy_from_slice(&entries);
        }
        Ok(entries)
    }

    /// Stores bytes in a chain of clusters; returns the first, 0 if there are no bytes.
    fn store(&mut self, bytes: &[u8]) -> Result<u16, StickError> {
        let count = bytes.len().div_ceil(CLUSTER);
        let first = self.table.len();
        if CLUSTERS + 2 < first + count {
            return Err(StickError::Full);
        }
        if count == 0 {
            return Ok(0);
        }
        self.table.extend((1..count).map(|index| (first + index) as u16));
        self.table.push(LAST);
        self.data.extend(bytes);
        self.data.resize((first + count - 2) * CLUSTER, 0);
        Ok(first as u16)
    }
}

fn boot_sector() -> Vec<u8> {
    let mut sector = vec![0; SECTOR];
    let mut put = |at: usize, bytes: &[u8]| sector[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &[0xeb, 0x3c, 0x90]);
    put(3, WRITER);
    put(11, &(SECTOR as u16).to_le_bytes());
    put(13, &[CLUSTER_SECTORS as u8]);
    // One sector in front of the table, and one table.
    put(14, &[1, 0, 1]);
    put(17, &(ROOT_ENTRIES as u16).to_le_bytes());
    put(21, &[0xf8]);
    put(22, &(TABLE_SECTORS as u16).to_le_bytes());
    // Sectors of a track and heads, which nobody has needed since 1995 and everybody reads.
    put(24, &[63, 0, 255, 0]);
    put(32, &(SECTORS as u32).to_le_bytes());
    put(36, &[0x80, 0, 0x29]);
    put(39, b"ORRY");
    put(43, LABEL);
    put(54, b"FAT16   ");
    put(510, &[0x55, 0xaa]);
    sector
}

fn entry(name: [u8; 11], attributes: u8, first: u16, bytes: usize) -> [u8; ENTRY] {
    /// The first day there is: 1 January 1980.
    const DAY: [u8; 2] = [0x21, 0];
    let mut entry = [0; ENTRY];
    entry[..11].copy_from_slice(&name);
    entry[11] = attributes;
    entry[16..18].copy_from_slice(&DAY);
    entry[18..20].copy_from_slice(&DAY);
    entry[24..26].copy_from_slice(&DAY);
    entry[26..28].copy_from_slice(&first.to_le_bytes());
    entry[28..].copy_from_slice(&(bytes as u32).to_le_bytes());
    entry
}

/// A name as directories have it: eight and three characters.
fn short(name: &str) -> Result<[u8; 11], StickError> {
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    if 8 < stem.len() || 3 < extension.len() || !name.is_ascii() {
        return Err(StickError::Name(name.to_owned()));
    }
    let mut short = [b' '; 11];
    short[..stem.len()].copy_from_slice(stem.to_ascii_uppercase().as_bytes());
    short[8..8 + extension.len()].copy_from_slice(extension.to_ascii_uppercase().as_bytes());
    Ok(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lies at a path of the volume, read as firmware reads it.
    fn read(stick: &[u8], path: &str) -> Option<Vec<u8>> {
        let word = |at: usize| usize::from(u16::from_le_bytes([stick[at], stick[at + 1]]));
        let root = (word(14) + usize::from(stick[16]) * word(22)) * word(11);
        let data = root + word(17) * ENTRY;
        let cluster_bytes = usize::from(stick[13]) * word(11);
        let mut directory = stick[root..data].to_vec();
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            let name = short(name).unwrap();
            let entry = directory.chunks(ENTRY).find(|entry| entry[..11] == name)?;
            let mut cluster = usize::from(u16::from_le_bytes([entry[26], entry[27]]));
            let bytes = u32::from_le_bytes([28, 29, 30, 31].map(|at| entry[at])) as usize;
            assert_eq!(entry[11] == IS_FILE, names.peek().is_none(), "{path}");
            let mut found = Vec::new();
            while (2..0xfff8).contains(&cluster) {
                found.extend(&stick[data + (cluster - 2) * cluster_bytes..][..cluster_bytes]);
                cluster = word(word(14) * word(11) + 2 * cluster);
            }
            if names.peek().is_none() {
                found.truncate(bytes);
            }
            directory = found;
        }
        Some(directory)
    }

    #[test]
    fn every_file_is_found_where_it_was_put() {
        let long: Vec<u8> = (0..3 * CLUSTER + 7).map(|index| index as u8).collect();
        let files: [(&str, &[u8]); 4] = [
            ("EFI/BOOT/BOOTX64.EFI", &long),
            ("orrery.img", b"an image"),
            ("EFI/BOOT/empty", b""),
            ("EFI/other", b"another"),
        ];
        let stick = write(&files).unwrap();
        for (path, bytes) in files {
            assert_eq!(read(&stick, path).as_deref(), Some(bytes), "{path}");
        }
        assert_eq!(read(&stick, "EFI/BOOT/other"), None);
        assert!(is_ours(&stick));
        assert_eq!(stick, write(&files).unwrap(), "the same files, the same bytes");
    }

    #[test]
    fn the_number_of_clusters_means_a_table_of_16_bits() {
        let stick = write(&[]).unwrap();
        assert_eq!(stick.len(), SECTORS * SECTOR);
        assert!((4085..65_525).contains(&CLUSTERS));
        const { assert!(2 * (CLUSTERS + 2) <= TABLE_SECTORS * SECTOR) };
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let name = write(&[("much_too_long", b"")]);
        assert_eq!(name, Err(StickError::Name("much_too_long".to_owned())));
        let bytes = vec![0; CLUSTERS * CLUSTER + 1];
        assert_eq!(write(&[("file", &bytes)]), Err(StickError::Full));
        assert!(write(&[("file", &bytes[1..])]).is_ok());
    }
}
