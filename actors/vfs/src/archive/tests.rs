//! Archives good and bad.

use super::*;

impl Source for &[u8] {
    fn read(&self, offset: u32, buffer: &mut [u8]) -> bool {
        let part = self.get(offset as usize..).and_then(|rest| rest.get(..buffer.len()));
        part.map(|part| buffer.copy_from_slice(part)).is_some()
    }
}

/// A member with a right sum.
fn member(name: &[u8], kind: u8, size_field: &[u8], contents: &[u8]) -> Vec<u8> {
    let mut block = [0; BLOCK];
    block[..name.len()].copy_from_slice(name);
    block[124..124 + size_field.len()].copy_from_slice(size_field);
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    seal(&mut block);
    let mut bytes = block.to_vec();
    bytes.extend(contents);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    bytes
}

fn seal(block: &mut [u8; BLOCK]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn file(name: &str, contents: &[u8]) -> Vec<u8> {
    member(name.as_bytes(), b'0', format!("{:011o}", contents.len()).as_bytes(), contents)
}

/// The names and contents, and the flaws.
fn read(bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, Vec<Flaw>) {
    let mut archive = Archive::new(bytes, bytes.len() as u64);
    let (mut files, mut flaws) = (Vec::new(), Vec::new());
    while let Some(member) = archive.next_member() {
        match member {
            Ok(Member { name, offset, size }) => {
                let contents = &bytes[offset as usize..][..size as usize];
                files.push((name.to_string(), contents.to_vec()));
            }
            Err(flaw) => flaws.push(flaw),
        }
    }
    (files, flaws)
}

fn names(bytes: &[u8]) -> Vec<String> {
    read(bytes).0.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn files_are_found_and_the_rest_is_skipped() {
    let bytes = [
        member(b"pax_global_header", b'g', b"00000000003", b"abc"),
        member(b"./", b'5', b"00000000000", b""),
        file("./hello.txt", b"Hello."),
        member(b"link", b'2', b"00000000777", b""),
        file("old/", b""),
        file("/docs/empty", b""),
        vec![0; 2 * BLOCK],
        file("behind the end", b""),
    ];
    let (files, flaws) = read(&bytes.concat());
    let wanted = [("hello.txt".to_string(), b"Hello.".to_vec()), ("docs/empty".into(), vec![])];
    assert_eq!((files, flaws), (wanted.to_vec(), vec![]));
}

#[test]
fn the_prefix_goes_before_the_name() {
    let mut bytes = file("name", b"x");
    let block: &mut [u8; BLOCK] = bytes.first_chunk_mut().unwrap();
    block[345..348].copy_from_slice(b"a/b");
    seal(block);
    assert_eq!(names(&bytes), ["a/b/name"]);
    let block: &mut [u8; BLOCK] = bytes.first_chunk_mut().unwrap();
    block[257..265].copy_from_slice(b"ustar  \0");
    seal(block);
    assert_eq!(names(&bytes), ["name"], "GNU has something else there");
}

#[test]
fn long_names_of_both_kinds_are_read() {
    let long = "d/".repeat(80) + "file";
    let gnu = member(b"././@LongLink", b'L', b"00000000245", format!("{long}\0").as_bytes());
    let records = format!("19 mtime=1234567.89\n{} path={long}\n", long.len() + 10);
    let pax = member(b"x", b'x', format!("{:011o}", records.len()).as_bytes(), records.as_bytes());
    let bytes = [gnu, file("short", b"1"), pax, file("short", b"2"), file("own", b"3")].concat();
    assert_eq!(names(&bytes), [long.clone(), "short".into(), "own".into()], "bad record length");
    let records = format!("20 mtime=1234567.89\n{} path={long}\n", long.len() + 10);
    let pax = member(b"x", b'x', format!("{:011o}", records.len()).as_bytes(), records.as_bytes());
    let bytes = [pax, file("short", b"2"), file("own", b"3")].concat();
    assert_eq!(names(&bytes), [long, "own".into()]);
}

#[test]
fn sizes_may_be_binary_or_in_a_record() {
    let binary = member(b"binary", b'0', b"\x80\0\0\0\0\0\0\0\0\0\0\x03", b"abc");
    let pax = member(b"x", b'x', b"00000000012", b"10 size=4\n");
    let sized = member(b"sized", b'0', b"00000000000", b"abcd");
    let (files, flaws) = read(&[binary, pax, sized].concat());
    assert_eq!(flaws, []);
    assert_eq!(files[0].1, b"abc");
    assert_eq!(files[1].1, b"abcd");
}

#[test]
fn names_that_cannot_be_asked_for_are_left_out() {
    let too_long = member(b"x", b'L', b"00000002000", &[b'n'; 1024]);
    let bytes = [too_long, file("a", b""), member(b"\xff", b'0', b"0", b""), file("b", b"")];
    let (files, flaws) = read(&bytes.concat());
    assert_eq!(files.len(), 1);
    assert_eq!(flaws, [Flaw::BadName(1536), Flaw::BadName(2048)]);
}

#[test]
fn nothing_behind_a_flaw_is_believed() {
    let mut broken = file("broken", b"");
    broken[0] ^= 1;
    let (files, flaws) = read(&[file("a", b"x"), broken, file("b", b"")].concat());
    assert_eq!((files.len(), flaws), (1, vec![Flaw::BrokenHeader(1024)]));
    let huge = member(b"huge", b'0', b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", b"");
    assert_eq!(read(&[huge, file("b", b"")].concat()).1, [Flaw::SticksOut(0)]);
    let cut = file("cut", &[7; 600]);
    assert_eq!(read(&cut[..1000]).1, [Flaw::SticksOut(0)]);
}

#[test]
fn damaged_archives_never_panic_nor_stick_out() {
    let records = b"20 mtime=1234567.89\n12 path=a/b\n10 size=4\n";
    let whole = [
        member(b"x", b'x', b"00000000052", records),
        file("a", b"abcd"),
        member(b"x", b'L', b"00000000005", b"name\0"),
        file("b", &[1; 700]),
    ]
    .concat();
    let mut state = 1u32;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    for _ in 0..20_000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random() % 4 {
            let at = random() % bytes.len();
            bytes[at] = random() as u8;
            // Damage that no sum shows.
            let start = at / BLOCK * BLOCK;
            if let Some(block) = bytes[start..].first_chunk_mut() {
                seal(block);
            }
        }
        bytes.truncate(bytes.len() - random() % 64);
        read(&bytes);
    }
}

#[test]
fn names_match_with_and_without_their_beginning() {
    assert_eq!(normal(b"/./a"), Some("a"));
    assert_eq!(normal(b".//a/b"), Some("a/b"));
    assert_eq!(normal(b".hidden"), Some(".hidden"));
    assert_eq!(
        (normal(b"./"), normal(b"."), normal(b""), normal(b"\xff")),
        (None, None, None, None)
    );
}
