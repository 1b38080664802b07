//! A service of the kernel image whose work a cached module does. Its clients are actors that know
//! nothing of modules: they send text and get it back in capitals.

use abi::handle::Handle;
use abi::message::Header;
use abi::refusal::Refusal;
use abi::rights::Rights;
use kernel::call::Answer;
use kernel::call::Call;
use kernel::call::CallName;
use kernel::call::Host;
use kernel::manifest::ActorManifest;
use kernel::manifest::Program;
use kernel::module::Cache;
use kernel::module::CacheConfig;
use kernel::module::Config;
use kernel::module::Deadline;
use kernel::module::Metrics;
use kernel::module::Rate;
use kernel::native::Native;
use kernel::time::Duration;
use kernel::time::Instant;

use crate::kernel::bench::Run;
use crate::kernel::bench::actor;
use crate::kernel::bench::knowing;
use crate::module::Case;

pub(super) const CASES: &[Case] =
    &[("a_service_answers_actors_by_a_cached_module_and_outlives_its_traps", serves)];

/// Turns letters into capitals; traps at a question mark.
const CAPITALS: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "capitals") (param $input_ptr i32) (param $input_len i32) (result i32 i32)
        (local $at i32) (local $byte i32)
        (loop $next
            (local.set $byte
                (i32.load8_u (i32.add (local.get $input_ptr) (local.get $at))))
            (if (i32.eq (local.get $byte) (i32.const 63)) (then unreachable))
            (i32.store8 (i32.add (local.get $input_ptr) (local.get $at))
                (i32.and (local.get $byte) (i32.const 0xdf)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $at) (local.get $input_len))))
        (local.get $input_ptr) (local.get $input_len)))"#;

/// Its virtual time is the fuel that its modules took.
struct Capitals {
    cache: Cache,
    metrics: Metrics,
    wasm: Vec<u8>,
    now: Instant,
}

impl Capitals {
    fn native() -> Box<dyn Native> {
        Box::new(Capitals {
            cache: Cache::new(CacheConfig::default()),
            metrics: Metrics::default(),
            wasm: wat::parse_str(CAPITALS).expect("it is right"),
            now: Instant::ZERO,
        })
    }

    fn answer(&mut self, text: &[u8]) -> Result<Vec<u8>, Refusal> {
        let (name, function) = ("capitals", "capitals");
        let loaded = self.cache.load(self.now, &self.wasm, Config::new(name));
        self.metrics.loaded(name, loaded.as_ref().map(drop));
        let mut module = loaded.map_err(|_| Refusal::NotAvailable)?;
        let mut deadline = Deadline::after(Duration::from_millis(1), Rate::NANOSECOND);
        let called = module.call(function, &[text.into()], &mut deadline);
        let (spent, result) = match &called {
            Ok(output) => (output.spent(), Ok(())),
            Err(failure) => (failure.spent, Err(&failure.error)),
        };
        let duration = Rate::NANOSECOND.time_of(spent.fuel);
        self.metrics.called(name, function, duration, spent, result);
        self.now = self.now + duration;
        let output = called.map_err(|_| Refusal::Invalid)?;
        output.bytes().map(<[u8]>::to_vec).map_err(|_| Refusal::Invalid)
    }
}

impl Native for Capitals {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool {
        let mut memory = match self.answer(payload) {
            Ok(capitals) => capitals,
            Err(refusal) => refusal.text().as_bytes().to_vec(),
        };
        let Some(reply) = header.capability else { return true };
        let len = memory.len() as u64;
        let words = [reply.word(), 2, 0, len, Handle::NONE_WORD, 0, 0];
        let sent = host.call(Call { name: CallName::Send, words }, &mut memory);
        assert!(matches!(sent.answer, Answer::Now(_)), "sending does not wait");
        let stats = self.cache.stats();
        let counted = self.metrics.get("capitals").expect("it was used");
        // The first request compiled, all others found it so, whatever had become of the calls.
        assert_eq!((stats.misses, stats.hits + 1), (1, counted.loads));
        true
    }
}

/// Asks three times, and logs what it is told. The second question makes the module trap.
const CLIENT: &str = r#"(module
    (import "env" "sys_log" (func $log (param i32 i32)))
    (import "env" "sys_cap_call"
        (func $call (param i64 i32 i32 i32 i32 i32 i64) (result i64)))
    (memory (export "memory") 1)
    (data (i32.const 0) "helloreallyworld?")
    (func $ask (param $at i32) (param $len i32)
        (drop (call $call (i64.const 3) (i32.const 1) (local.get $at) (local.get $len)
            (i32.const 512) (i32.const 256) (i64.const -1)))
        (call $log (i32.const 544) (i32.load (i32.const 540))))
    (func (export "_start")
        (call $ask (i32.const 0) (i32.const 5))
        (call $ask (i32.const 11) (i32.const 6))
        (call $ask (i32.const 5) (i32.const 6))))"#;

fn serves() {
    let mut service: ActorManifest = actor("capitals", r#"(module (func (export "_start")))"#);
    service.program = Program::Native(Capitals::native);
    service.memory = 0;
    let client = knowing(actor("client", CLIENT), "capitals", Rights::WRITE);
    let run = Run::of(vec![service, client], 50);
    assert_eq!(run.logged("client"), ["HELLO", "invalid", "REALLY"]);
}
