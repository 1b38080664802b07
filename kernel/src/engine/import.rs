//! Host functions: from typed wasm parameters to the words of a [`Call`] and back.

use alloc::string::String;
use alloc::string::ToString;
use wasmi::Caller;
use wasmi::FuncType;
use wasmi::Linker;
use wasmi::Memory;
use wasmi::ResourceLimiter;
use wasmi::ValType;
use wasmi_core::LimiterError;

use crate::call::Answer;
use crate::call::Call;
use crate::call::CallName;
use crate::call::Convention;
use crate::call::Host;
use crate::engine::value::FunctionType;
use crate::limits::TABLE_MAX;

/// What a store carries while its instance runs.
pub(crate) struct Cell<H> {
    /// There while the instance runs.
    pub(super) host: Option<H>,
    /// How the call by which the instance left goes on.
    pub(super) left: Option<Left>,
    /// The memory that calls reach, once there is an instance.
    pub(super) memory: Option<Memory>,
    pub(super) quota: Quota,
}

/// How much an instance may have, whatever the host could give it.
pub(crate) struct Quota {
    /// Bytes of linear memory.
    pub(super) memory_max: usize,
    /// The first size that was refused.
    pub(super) denied: Option<usize>,
    /// Whether the instance is made; from then on its tables keep their size.
    pub(super) is_made: bool,
}

impl ResourceLimiter for Quota {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, LimiterError> {
        if desired <= self.memory_max {
            return Ok(true);
        }
        self.denied = self.denied.or(Some(desired));
        Ok(false)
    }

    /// Tables keep the size they start with: wasmi 2.0.0 resumes wrongly after it has run out of
    /// fuel inside `table.grow`, so that instruction always answers -1.
    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, LimiterError> {
        Ok(!self.is_made && desired <= TABLE_MAX)
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        4
    }

    /// A module has one; wasmi counts the one that a library imports twice.
    fn memories(&self) -> usize {
        2
    }
}

/// A call that has left the engine: the type of the result that is due and what is made of the
/// answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left(pub(super) ResultKind, pub(super) fn(u64) -> u64);

/// What a host function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResultKind {
    Nothing,
    Word32,
    Word64,
}

/// A wasm parameter as a word of a call. Words of 32 bits are not sign-extended: whoever decodes
/// a call knows which of its words are signed.
trait Parameter: wasmi::WasmTy {
    fn word(self) -> u64;
}

impl Parameter for i32 {
    fn word(self) -> u64 {
        u64::from(self as u32)
    }
}

impl Parameter for i64 {
    fn word(self) -> u64 {
        self as u64
    }
}

/// A wasm result from the word of an answer.
trait Output: Sized {
    const KIND: ResultKind;
    fn from_word(word: u64) -> Self;
}

impl Output for () {
    const KIND: ResultKind = ResultKind::Nothing;
    fn from_word(_: u64) {}
}

impl Output for i32 {
    const KIND: ResultKind = ResultKind::Word32;
    fn from_word(word: u64) -> i32 {
        word as i32
    }
}

impl Output for i64 {
    const KIND: ResultKind = ResultKind::Word64;
    fn from_word(word: u64) -> i64 {
        word as i64
    }
}

/// A function type that a call can have: up to seven parameters of `i32` and `i64`.
pub(crate) trait Signature<H> {
    /// Adds the function to the linker; returns its type.
    fn define(
        linker: &mut Linker<Cell<H>>,
        module: &str,
        name: &str,
        call: CallName,
        convention: Convention,
    ) -> FuncType;
}

macro_rules! signature {
    ($($parameter:ident)*) => {
        impl<H, R, $($parameter,)*> Signature<H> for fn($($parameter),*) -> R
        where
            H: Host + 'static,
            R: Output + 'static,
            Result<R, wasmi::Error>: wasmi::WasmRet,
            $($parameter: Parameter + 'static,)*
        {
            #[allow(non_snake_case, reason = "one name serves as type and as value")]
            fn define(
                linker: &mut Linker<Cell<H>>,
                module: &str,
                name: &str,
                call: CallName,
                convention: Convention,
            ) -> FuncType {
                let host_function = move |caller: Caller<'_, Cell<H>>, $($parameter: $parameter),*| {
                    let given: &[u64] = &[$($parameter.word()),*];
                    let mut words = [0; Call::WORDS];
                    words[..given.len()].copy_from_slice(given);
                    let words = (convention.words)(words);
                    let call = Call { name: call, words };
                    enter_host::<H, R>(caller, call, convention.result)
                };
                linker
                    .func_wrap(module, name, host_function)
                    .expect("the personalities name each function once");
                FuncType::new([$($parameter::ty()),*], R::KIND.types().iter().copied())
            }
        }
    };
}

signature!();
signature!(A);
signature!(A B);
signature!(A B C);
signature!(A B C D);
signature!(A B C D E);
signature!(A B C D E F);
signature!(A B C D E F G);

/// Asks the host, takes the fuel, and goes on or leaves.
fn enter_host<H: Host, R: Output>(
    mut caller: Caller<'_, Cell<H>>,
    call: Call,
    result: fn(u64) -> u64,
) -> Result<R, wasmi::Error> {
    let (memory, cell): (&mut [u8], &mut Cell<H>) = match caller.data().memory {
        Some(memory) => memory.data_and_store_mut(&mut caller),
        None => (&mut [], caller.data_mut()),
    };
    let Some(host) = &mut cell.host else {
        return Err(wasmi::Error::new("the start function may not call the kernel"));
    };
    let reply = host.call(call, memory);
    let fuel = caller.get_fuel()?;
    caller.set_fuel(fuel.saturating_sub(reply.fuel))?;
    match reply.answer {
        Answer::Now(word) => Ok(R::from_word(result(word))),
        Answer::Leave => {
            caller.data_mut().left = Some(Left(R::KIND, result));
            // wasmi boxes every error; this one has nothing behind it that would take a second box.
            Err(wasmi::Error::i32_exit(0))
        }
    }
}

impl ResultKind {
    fn types(self) -> &'static [ValType] {
        match self {
            ResultKind::Nothing => &[],
            ResultKind::Word32 => &[ValType::I32],
            ResultKind::Word64 => &[ValType::I64],
        }
    }
}

/// `(i32, i64) -> i32`, as the text format writes it.
pub(super) fn display(signature: &FuncType) -> String {
    FunctionType::from_wasm(signature).to_string()
}
