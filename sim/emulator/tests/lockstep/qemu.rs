//! QEMU, which executes one instruction at a time and writes down the state before each.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use crate::program::RAM_BYTES;
use crate::program::WINDOW;
use crate::record::Layout;
use crate::record::Record;

pub(crate) const QEMU: &str = "qemu-system-riscv32";
/// RV32IMAC with user mode; what cannot be switched off is left alone by the programs.
const PROCESSOR: &str = "rv32,priv_spec=v1.12.0,g=off,i=on,m=on,a=on,f=off,d=off,c=on,v=off,\
                         h=off,zba=off,zbb=off,zbc=off,zbs=off,Zfh=off,sstc=off,\
                         mmu=off,pmp=on,pmu-num=0,marchid=0,mimpid=0";

/// Two tests may run at the same time.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// A running QEMU.
pub(crate) struct Qemu {
    child: Child,
    log: BufReader<ChildStdout>,
    layout: Option<Layout>,
    buffer: Vec<u8>,
    ram: PathBuf,
}

impl Qemu {
    /// Starts it with these bytes at the start of RAM, which is a file.
    pub(crate) fn start(bytes: &[u8]) -> Qemu {
        let name = format!(
            "orrery-lockstep-{}-{}",
            std::process::id(),
            STARTED.fetch_add(1, Ordering::Relaxed)
        );
        let ram = std::env::temp_dir().join(name);
        fs::write(&ram, bytes).expect("the temporary folder can be written to");
        let file = fs::File::options().write(true).open(&ram).expect("the file is there");
        file.set_len(u64::from(RAM_BYTES)).expect("a file with a hole");
        let memory = format!(
            "memory-backend-file,id=ram,size={RAM_BYTES},mem-path={},share=on",
            ram.display()
        );
        let mut child = Command::new(QEMU)
            .args(["-machine", "virt,memory-backend=ram", "-cpu", PROCESSOR, "-object", &memory])
            .args(["-m", &format!("{}M", RAM_BYTES >> 20), "-bios", "none", "-nodefaults"])
            .args(["-display", "none", "-serial", "none", "-monitor", "none"])
            .args(["-singlestep", "-d", "cpu,nochain", "-D", "/dev/stdout"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("QEMU starts");
        let log = child.stdout.take().expect("its output is a pipe");
        let log = BufReader::with_capacity(1 << 18, log);
        Qemu { child, log, layout: None, buffer: Vec::new(), ram }
    }

    /// The next record; `None` when it has ended.
    pub(crate) fn next(&mut self) -> Option<Record> {
        let Some(layout) = &self.layout else { return self.first() };
        self.buffer.resize(layout.bytes, 0);
        self.log.read_exact(&mut self.buffer).ok()?;
        let record = layout.read(&self.buffer);
        Some(record.unwrap_or_else(|| panic!("no record: {}", self.text())))
    }

    /// The first record ends with its registers.
    fn first(&mut self) -> Option<Record> {
        let mut text = String::new();
        while !text.contains("x31/t6") {
            if self.log.read_line(&mut text).ok()? == 0 {
                return None;
            }
        }
        let layout = Layout::of(&text);
        let record = layout.read(text.as_bytes());
        self.layout = Some(layout);
        record
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// Lets it end, and gives what is in its memory then.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        // What it still writes is behind the end of the program.
        let mut rest = [0; 1 << 16];
        while let Ok(1..) = self.log.read(&mut rest) {}
        self.child.wait().expect("QEMU can be waited for");
        let mut memory = fs::read(&self.ram).expect("RAM is a file");
        memory.truncate(WINDOW as usize);
        memory
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        // It may have ended by itself, and its file may be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.ram);
    }
}
