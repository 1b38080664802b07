//! A host that does the same for both interpreters, and what is seen of a run.

/// Numbers as if they were random, the same each time.
#[derive(Clone, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    /// SplitMix64.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// A value as functions like them: small, at a border, or anything.
    pub(crate) fn value(&mut self) -> u64 {
        match self.below(6) {
            0 => 0,
            1 => self.below(16),
            2 => self.below(1 << 17),
            3 => u64::MAX - self.below(3),
            4 => (1 << 31) - 1 + self.below(3),
            _ => self.next(),
        }
    }
}

/// Something that can be seen from outside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Called {
        import: usize,
        arguments: Vec<u64>,
        fuel: u64,
        memory: u64,
    },
    OutOfFuel {
        required: u64,
        fuel: u64,
        memory: u64,
    },
    Finished {
        results: Vec<u64>,
        fuel: u64,
        memory: u64,
        globals: Vec<u64>,
    },
    Trapped {
        trap: xip::Trap,
        fuel: u64,
        memory: u64,
    },
    /// There is no instance.
    NotOpen(xip::OpenError),
    /// There was enough to see.
    Enough,
}

/// What the host says to one call.
pub(crate) struct Reply {
    pub(crate) leaves: bool,
    pub(crate) fuel: u64,
    pub(crate) results: Vec<u64>,
}

/// What the host does, and what it has seen.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) draw: Draw,
    /// How often a call is answered at once: never, or one in so many is not.
    pub(crate) leaves_one_in: u64,
    pub(crate) memory_max: usize,
    /// Whether calls mostly succeed, as actors like it.
    pub(crate) is_kind: bool,
    pub(crate) seen: Vec<Seen>,
}

/// How much is looked at.
const SEEN_MAX: usize = 1200;

impl Script {
    pub(crate) fn new(seed: u64, leaves_one_in: u64, memory_max: usize) -> Script {
        let is_kind = false;
        Script { draw: Draw::new(seed), leaves_one_in, memory_max, is_kind, seen: Vec::new() }
    }

    pub(crate) fn is_enough(&self) -> bool {
        SEEN_MAX < self.seen.len()
    }

    /// The host is called: it writes somewhere into the memory and answers.
    pub(crate) fn call(
        &mut self,
        import: usize,
        arguments: Vec<u64>,
        results: &[xip::ValueType],
        memory: &mut [u8],
        fuel: u64,
    ) -> Reply {
        let hash = hash(memory);
        self.seen.push(Seen::Called { import, arguments, fuel, memory: hash });
        if !memory.is_empty() {
            let place = self.draw.below(memory.len() as u64) as usize;
            memory[place] ^= self.draw.next() as u8;
        }
        let leaves = 1 < results.len() || self.draw.one_in(self.leaves_one_in);
        let cost = if self.draw.one_in(3) { self.draw.below(50) } else { 0 };
        let results = results
            .iter()
            .map(|kind| match kind {
                _ if self.is_kind && !self.draw.one_in(9) => self.draw.below(3),
                xip::ValueType::I32 | xip::ValueType::F32 => self.draw.value() as u32 as u64,
                xip::ValueType::I64 | xip::ValueType::F64 => self.draw.value(),
                _ => 0,
            })
            .collect();
        Reply { leaves, fuel: cost, results }
    }
}

/// A hash of bytes that is quick rather than good.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state =
            (state.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(0x517C_C1B7_2722_0A95);
    }
    for byte in rest {
        state = (state.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(0x517C_C1B7_2722_0A95);
    }
    state
}

/// References are told by whether they are none.
pub(crate) fn shown(value: u64, kind: xip::ValueType) -> u64 {
    match kind {
        xip::ValueType::FuncRef | xip::ValueType::ExternRef => u64::from(value != 0),
        _ => value,
    }
}
