//! The code of a drawn module: calls, loops and branches, what calls gave back as what they take
//! next, and now and then a few calls that belong together.

use wasm_encoder::BlockType;
use wasm_encoder::InstructionSink;
use wasm_encoder::MemArg;
use wasm_encoder::MemArgTarget;

use crate::fuzz::draw::Draw;
use crate::fuzz::import::Import;
use crate::fuzz::memory::INBOX;
use crate::fuzz::memory::INBOX_LEN;
use crate::fuzz::memory::Layout;
use crate::fuzz::memory::MODULE;

/// Locals of 32 bits that count: one for each floor of loops.
pub(super) const COUNTERS: u32 = 4;

/// Locals of 64 bits for what calls give back.
pub(super) const WORDS: u32 = 8;

/// How deep loops and branches lie in each other.
const DEPTH_MAX: u32 = 3;

/// Calls after which an actor often does not go on for a while, or at all, or others do not.
const SELDOM: [&str; 16] = [
    "sys_cap_recv",
    "mk_recv",
    "mk_recv_full",
    "mk_recv_timeout",
    "sys_cap_call",
    "sys_irq_wait",
    "sys_cap_irq_wait",
    "sp_mutex_lock",
    "sp_sem_acquire",
    "sys_sleep",
    "sp_sleep",
    "mk_sleep_ms",
    "mk_stop",
    "sys_stop",
    "sys_cap_revoke",
    "sys_exit",
];

/// Calls that belong together: each works on what the one before it gave back.
const TASKS: [&[&str]; 15] = [
    &["sp_fs_open", "sp_fs_size", "sp_fs_read", "sp_fs_close"],
    &["sp_fs_open", "sp_fs_read", "sp_fs_read", "sys_cap_info"],
    &["mk_save_state", "mk_load_state", "mk_read_file"],
    &["sp_mutex_create", "sp_mutex_lock", "sp_mutex_unlock"],
    &["sp_mutex_lock", "sys_yield", "sp_mutex_unlock"],
    &["sp_mutex_try_lock", "sys_cap_call", "sp_mutex_unlock"],
    &["sp_sem_create", "sp_sem_acquire", "sys_yield", "sp_sem_release"],
    &["sys_ns_register", "sys_ns_lookup", "sys_cap_send", "sys_ns_unregister"],
    &["sys_ns_mount", "sys_ns_lookup", "sys_ns_list", "sys_ns_unmount"],
    &["mk_register", "mk_lookup", "mk_send", "mk_reverse_lookup"],
    &["sys_cap_copy", "sys_cap_mint", "sys_cap_send_move", "sys_cap_revoke", "sys_cap_delete"],
    &["sys_spawn", "sys_link", "sys_cap_call", "sys_stop"],
    &["sys_spawn", "sys_reload", "sys_cap_send", "sys_reload"],
    &["sys_reload_notice", "sys_cap_keep", "sys_cap_recv"],
    &["sp_mutex_create", "sp_mutex_lock", "sys_reload", "sys_cap_recv"],
];

/// A function's code while it is drawn.
pub(super) struct Body<'a> {
    pub(super) draw: &'a mut Draw,
    /// The functions that can be called.
    pub(super) used: &'a [&'a Import],
    pub(super) layout: &'a Layout,
    /// What the actor is given: the role of slot 1 and so on.
    pub(super) held: &'a [char],
    pub(super) has_memory: bool,
    /// The first counter: behind the parameters.
    counters: u32,
    code: Vec<u8>,
}

impl<'a> Body<'a> {
    /// No code yet.
    pub(super) fn new(
        draw: &'a mut Draw,
        used: &'a [&'a Import],
        layout: &'a Layout,
        held: &'a [char],
        parameters: u32,
        has_memory: bool,
    ) -> Body<'a> {
        Body { draw, used, layout, held, has_memory, counters: parameters, code: Vec::new() }
    }

    /// The code.
    pub(super) fn finish(self) -> Vec<u8> {
        self.code
    }

    /// What code is written by.
    pub(super) fn sink(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.code)
    }

    /// A local of 64 bits.
    pub(super) fn word(&self, index: usize) -> u32 {
        self.counters + COUNTERS + index as u32
    }

    /// An outer loop, so that an actor does what it does more than once.
    pub(super) fn open(&mut self) {
        self.sink().loop_(BlockType::Empty);
    }

    /// The end of the outer loop and of the function. A handler mostly stays.
    pub(super) fn close(&mut self, is_handler: bool) {
        if !is_handler {
            let rounds = self.draw.pick(&[1, 3, 20, 1000, i32::MAX]);
            let local = self.counters + COUNTERS - 1;
            self.sink().local_get(local).i32_const(1).i32_add().local_tee(local);
            self.sink().i32_const(rounds).i32_lt_s().br_if(0);
        }
        self.sink().end();
        if is_handler {
            let answer = i32::from(!self.draw.one_in(6));
            self.sink().i32_const(answer);
        }
        self.sink().end();
    }

    /// A few statements, this deep.
    pub(super) fn statements(&mut self, depth: u32) {
        for _ in 0..2 + self.draw.below(if depth == 0 { 16 } else { 5 }) {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: u32) {
        match self.draw.below(50) {
            0..=1 if depth < DEPTH_MAX => self.repeat(depth),
            2..=3 if depth < DEPTH_MAX => self.branch(depth),
            4..=7 => self.answer(),
            8 => self.breed(),
            12..=17 => self.task(),
            9 if self.has_memory => self.touch(),
            10 if self.draw.one_in(4) => self.burn(),
            11 if self.draw.one_in(16) => {
                self.sink().unreachable();
            }
            _ => self.any_call(),
        }
    }

    /// A call of anything.
    fn any_call(&mut self) {
        let index = self.draw.below(self.used.len());
        if SELDOM.contains(&self.used[index].name.as_str()) && !self.draw.one_in(5) {
            return;
        }
        self.arguments(index);
        self.call(index);
    }

    /// Some calls in a row, as far as the module has them.
    fn task(&mut self) {
        for name in self.draw.pick(&TASKS) {
            if let Some(index) = self.used.iter().position(|import| import.name == *name) {
                self.arguments(index);
                self.call(index);
            }
        }
    }

    /// The call itself; its result is kept or dropped.
    fn call(&mut self, index: usize) {
        self.sink().call(index as u32);
        self.keep_result(index);
    }

    fn call_named(&mut self, name: &str) {
        let index = self.used.iter().position(|import| import.name == name);
        self.call(index.expect("every module has it"));
    }

    /// Receives, keeps what came along, then answers or sends on to whoever was named.
    fn answer(&mut self) {
        let timeout = self.draw.pick(&[0, 50, 100_000]);
        self.sink().i64_const(0).i32_const(INBOX as i32).i32_const(INBOX_LEN as i32);
        self.sink().i64_const(timeout);
        self.call_named("sys_cap_recv_timeout");
        if !self.has_memory {
            return;
        }
        if self.draw.one_in(2) {
            let letter = self.draw.pick(&['X', 'Y', 'E', 'F', 'A']);
            self.sink().i32_const(INBOX as i32).i64_load(at(16));
            return self.keep(letter);
        }
        self.sink().i32_const(INBOX as i32).i64_load(at(16));
        self.opcode();
        let (pointer, len) = self.range('b');
        self.sink().i32_const(pointer).i32_const(len);
        self.passed();
        self.call_named("sys_cap_send");
    }

    /// Makes an actor of a module in memory, perhaps one that was just read from a region.
    fn breed(&mut self) {
        if !self.has_memory {
            return;
        }
        let is_read = self.draw.one_in(3);
        if is_read {
            self.capability('M');
            self.sink().i32_const(INBOX as i32).i32_const(24);
            self.call_named("sys_cap_info");
            self.capability('M');
            self.sink().i32_const(0).i32_const(MODULE as i32);
            self.sink().i32_const(INBOX as i32).i32_load(at(16));
            self.call_named("sys_cap_mem_read");
        }
        let is_plain = self.draw.one_in(3);
        if !is_plain {
            self.capability('S');
        }
        self.sink().i32_const(MODULE as i32);
        if is_read {
            self.sink().i32_const(INBOX as i32).i32_load(at(16));
        } else {
            let len = self.layout.module_len;
            self.sink().i32_const(len);
        }
        if is_plain {
            let mailbox = self.draw.pick(&[0, 1, 16, -1]);
            self.sink().i32_const(mailbox);
            return self.call_named("mk_spawn_wasm");
        }
        let (pointer, len) = self.range('g');
        self.sink().i32_const(pointer).i32_const(len);
        self.call_named("sys_spawn");
    }

    /// Puts a word into memory, fills and logs a lot of it, or asks for more.
    fn touch(&mut self) {
        match self.draw.below(8) {
            0 | 1 => {
                self.sink().i32_const(1).memory_grow(0).drop();
            }
            2 => {
                let (pointer, len) = self.draw.pick(&[(0, 65_535), (16_384, 40_000), (2048, 1024)]);
                let byte = self.draw.pick(&[10, 10, 0, 97, 255]);
                self.sink().i32_const(pointer).i32_const(byte).i32_const(len).memory_fill(0);
                self.sink().i32_const(pointer).i32_const(len + 1);
                self.call_named("sys_log");
            }
            _ => {
                let address = self.draw.pick(&[0, 2048, 4096, 4144, 8192]);
                self.sink().i32_const(address);
                self.any_long();
                self.sink().i64_store(at(0));
            }
        }
    }

    /// Uses fuel.
    fn burn(&mut self) {
        let rounds = self.draw.pick(&[10, 1000, 30_000]);
        self.set_counter(COUNTERS - 2, rounds);
        self.sink().loop_(BlockType::Empty);
        self.step_counter(COUNTERS - 2);
        self.sink().br_if(0).end();
    }

    fn repeat(&mut self, depth: u32) {
        // The last counter is the outer loop's, the one before it burns.
        let counter = depth.min(COUNTERS - 3);
        let rounds = self.draw.pick(&[2, 5, 70, 400]);
        self.set_counter(counter, rounds);
        self.sink().loop_(BlockType::Empty);
        self.statements(depth + 1);
        self.step_counter(counter);
        self.sink().br_if(0).end();
    }

    fn branch(&mut self, depth: u32) {
        let word = self.any_kept();
        let than = self.draw.pick(&[1, 4, 1 << 32]);
        self.sink().local_get(word).i64_const(than).i64_lt_s().if_(BlockType::Empty);
        self.statements(depth + 1);
        self.sink().end();
    }

    fn set_counter(&mut self, counter: u32, rounds: i32) {
        let local = self.counters + counter;
        self.sink().i32_const(rounds).local_set(local);
    }

    fn step_counter(&mut self, counter: u32) {
        let local = self.counters + counter;
        self.sink().local_get(local).i32_const(1).i32_sub().local_tee(local);
        self.sink().i32_const(0).i32_gt_s();
    }
}

/// A word behind an address.
pub(super) fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 0, target: MemArgTarget::default(), ordering: None }
}
