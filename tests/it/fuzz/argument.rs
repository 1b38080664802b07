//! What calls are given: mostly what they want, now and then anything.

use wasm_encoder::ValType;

use abi::file;
use abi::message::EXIT_NOTICE;
use abi::message::KERNEL_OPCODES;
use abi::message::RELOAD;
use abi::message::SHUTDOWN;

use crate::fuzz::memory::INBOX;
use crate::fuzz::memory::MODULE;
use crate::fuzz::memory::PAGE;
use crate::fuzz::role::roles_of;
use crate::fuzz::statement::Body;
use crate::fuzz::statement::at;

/// What is kept in which local of 64 bits; the one behind them is for a moment.
const KEPT: [char; 7] = ['X', 'Y', 'E', 'K', 'F', 'i', 'A'];

impl Body<'_> {
    /// Pushes what a function takes.
    pub(super) fn arguments(&mut self, index: usize) {
        let import = self.used[index];
        let (letters, _) = roles_of(&import.name);
        let mut len = 0;
        for (position, kind) in import.parameters.iter().enumerate() {
            let letter = letters.chars().nth(position);
            match (letter, kind) {
                (None, ValType::I32) => self.any_short(),
                (None, _) => self.capability('A'),
                (Some('l'), _) => self.short(len),
                (Some(letter @ ('b' | 't' | 'm' | 'g')), _) => {
                    let (pointer, its_len) = self.range(letter);
                    len = its_len;
                    self.short(pointer);
                }
                (Some(letter), ValType::I32) => self.short_of(letter),
                (Some(letter), _) => self.long_of(letter),
            }
        }
    }

    /// Keeps or drops what a call gave back. What was kept before stays if the call was refused.
    pub(super) fn keep_result(&mut self, index: usize) {
        let import = self.used[index];
        let Some(kind) = import.result else { return };
        let (_, letter) = roles_of(&import.name);
        if letter == '-' && !self.draw.one_in(8) {
            self.sink().drop();
            return;
        }
        if kind == ValType::I32 {
            self.sink().i64_extend_i32_s();
        }
        self.keep(if letter == '-' { 'i' } else { letter });
    }

    /// Keeps the word on the stack as something of this kind, unless it is negative.
    pub(super) fn keep(&mut self, letter: char) {
        let (local, moment) = (self.kept(letter), self.word(KEPT.len()));
        self.sink().local_set(moment).local_get(moment).local_get(local);
        self.sink().local_get(moment).i64_const(0).i64_ge_s().select().local_set(local);
    }

    /// Some word that was kept.
    pub(super) fn any_kept(&mut self) -> u32 {
        let index = self.draw.below(KEPT.len());
        self.word(index)
    }

    /// A pointer and a length, mostly of something that is there.
    pub(super) fn range(&mut self, letter: char) -> (i32, i32) {
        let end = PAGE as i32;
        if self.draw.one_in(12) {
            let strange = [
                (end - 4, 4),
                (end - 4, 8),
                (-1, 1),
                (0, -1),
                (0, 0),
                (end, 0),
                (0, end),
                (i32::MAX, i32::MAX),
            ];
            return self.draw.pick(&strange);
        }
        match letter {
            'm' => (MODULE as i32, self.layout.module_len),
            'g' => self.draw.pick(&self.layout.options),
            't' => self.draw.pick(&self.layout.texts),
            _ => self.draw.pick(&self.layout.buffers),
        }
    }

    /// A capability of this kind, or what might be one.
    pub(super) fn capability(&mut self, letter: char) {
        if self.draw.one_in(12) {
            return self.any_long();
        }
        // What can be spared was made by the actor itself.
        let is_kept = KEPT.contains(&letter) && self.draw.one_in(if letter == 'E' { 5 } else { 2 });
        if is_kept || letter == 'G' && !self.draw.one_in(6) {
            let local = if self.draw.one_in(4) { self.any_kept() } else { self.kept(letter) };
            self.sink().local_get(local);
            return;
        }
        let suits = |held: char| match letter {
            'A' | 'G' => true,
            'E' => matches!(held, 'E' | 'K'),
            _ => held == letter,
        };
        let slots: Vec<i64> =
            (1..).zip(self.held).filter(|(_, held)| suits(**held)).map(|(slot, _)| slot).collect();
        let handle = match slots.as_slice() {
            _ if letter == 'V' => 0,
            [] if self.held.is_empty() => self.draw.below(10) as i64,
            [] => self.draw.pick(&[-2, 0, 1]),
            slots => self.draw.pick(slots),
        };
        self.sink().i64_const(handle);
    }

    /// Any short word.
    pub(super) fn any_short(&mut self) {
        if self.draw.one_in(6) {
            let local = self.any_kept();
            self.sink().local_get(local).i32_wrap_i64();
            return;
        }
        let drawn = self.draw.word() as i32;
        let word = self.draw.pick(&[0, 1, 2, 3, 4, 6, 7, 8, 17, 31, 64, -1, i32::MIN, drawn]);
        self.sink().i32_const(word);
    }

    /// An opcode: an actor's own, one of the file protocol, or one of the kernel.
    pub(super) fn opcode(&mut self) {
        let of_files = file::OPEN + self.draw.below(7) as u32;
        let own = self.draw.pick(&[EXIT_NOTICE, SHUTDOWN, RELOAD, KERNEL_OPCODES]);
        let small = self.draw.below(9) as u32;
        let opcode = self.draw.pick(&[small, small, small, of_files, of_files, own]);
        self.sink().i32_const(opcode.cast_signed());
    }

    /// Something to pass along, or nothing.
    pub(super) fn passed(&mut self) {
        if self.draw.one_in(3) {
            let letter = self.draw.pick(&['X', 'Y', 'A', 'A', 'E', 'F', 'D']);
            self.capability(letter);
        } else {
            self.sink().i64_const(-1);
        }
    }

    /// A word of 32 bits, now and then another.
    fn short(&mut self, word: i32) {
        if self.draw.one_in(40) {
            return self.any_short();
        }
        self.sink().i32_const(word);
    }

    fn short_of(&mut self, letter: char) {
        let word = match letter {
            'o' => return self.opcode(),
            'w' | 'j' => self.draw.pick(&[0, 8, 16, 24, PAGE as i32 - 4]),
            'r' => self.draw.pick(&[7, 7, 3, 2, 1, 6, 8]),
            'k' => self.draw.pick(&[1, 1, 16, 17, 17, 14]),
            'u' => self.draw.pick(&[0, 1, 1, 20, -1]),
            'n' => self.draw.pick(&[0, 0, 1, 2, 4, 16]),
            _ => return self.any_short(),
        };
        self.short(word);
    }

    fn long_of(&mut self, letter: char) {
        let word = match letter {
            'c' => return self.passed(),
            'i' if self.draw.one_in(2) => {
                let local = self.kept('i');
                self.sink().local_get(local);
                return;
            }
            'i' => ((1 + self.draw.below(2) as i64) << 32) | self.draw.below(9) as i64,
            'T' => self.draw.pick(&[0, 50, 1_000, 100_000, -1, i64::MAX]),
            'z' => self.draw.pick(&[0, 0, 1, 7, i64::MIN]),
            'n' => self.draw.pick(&[0, 0, 1, 4, 16, 64, 4096]),
            letter => return self.capability(letter),
        };
        self.sink().i64_const(word);
    }

    /// Any long word.
    pub(super) fn any_long(&mut self) {
        let local = self.any_kept();
        let word = match self.draw.below(16) {
            0..=3 => {
                self.sink().local_get(local);
                return;
            }
            4 | 5 if self.has_memory => {
                self.sink().i32_const(INBOX as i32).i64_load(at(16));
                return;
            }
            6 => -2,
            7 => -1,
            8 => self.draw.pick(&[i64::MIN, i64::MAX, i64::from(i32::MAX), 1 << 32, 64]),
            9 => self.draw.word().cast_signed(),
            10..=12 => ((1 + self.draw.below(3) as i64) << 32) | self.draw.below(9) as i64,
            _ => self.draw.below(20) as i64,
        };
        self.sink().i64_const(word);
    }

    fn kept(&self, letter: char) -> u32 {
        let index = KEPT.iter().position(|kept| *kept == letter);
        self.word(index.unwrap_or(KEPT.len() - 1))
    }
}
