//! Host functions as wasmi links them.

use wasmi::Caller;
use wasmi::Linker;
use wasmi::Memory;
use wasmi::ResourceLimiter;
use wasmi_core::LimiterError;

use crate::call::Answer;
use crate::call::Call;
use crate::call::Host;
use crate::engine::import::Import;
use crate::engine::import::Output;
use crate::engine::import::Parameter;
use crate::engine::import::Quota;
use crate::engine::import::Signature;
use crate::engine::value::ValueType;
use crate::limits::TABLE_MAX;
use crate::limits::TABLES_MAX;

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

impl ResourceLimiter for Quota {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> Result<bool, LimiterError> {
        Ok(self.allows(desired))
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
        TABLES_MAX
    }

    /// A module has one; wasmi counts the one that a library imports twice.
    fn memories(&self) -> usize {
        2
    }
}

/// A call that has left the engine: the type of the result that is due and what is made of the
/// answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left(pub(super) Option<ValueType>, pub(super) fn(u64) -> u64);

/// A function type that wasmi can link.
pub(crate) trait Link<H>: Signature {
    /// Lets modules import a function of this type.
    fn link(linker: &mut Linker<Cell<H>>, module: &str, import: &Import);
}

/// [`Link::link`] for one type.
pub(crate) type Linking<H> = fn(&mut Linker<Cell<H>>, &str, &Import);

macro_rules! link {
    ($($parameter:ident)*) => {
        impl<H, R, $($parameter,)*> Link<H> for fn($($parameter),*) -> R
        where
            H: Host + 'static,
            R: Output + 'static,
            Result<R, wasmi::Error>: wasmi::WasmRet,
            $($parameter: Parameter + wasmi::WasmTy + 'static,)*
        {
            #[allow(non_snake_case, reason = "one name serves as type and as value")]
            fn link(linker: &mut Linker<Cell<H>>, module: &str, import: &Import) {
                let (name, import) = (import.name, *import);
                let host_function = move |caller: Caller<'_, Cell<H>>, $($parameter: $parameter),*| {
                    let call = import.call(&[$($parameter.word()),*]);
                    enter_host::<H, R>(caller, call, import.convention.result)
                };
                linker
                    .func_wrap(module, name, host_function)
                    .expect("the personalities name each function once");
            }
        }
    };
}

link!();
link!(A);
link!(A B);
link!(A B C);
link!(A B C D);
link!(A B C D E);
link!(A B C D E F);
link!(A B C D E F G);

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
            caller.data_mut().left = Some(Left(R::TYPE, result));
            // wasmi boxes every error; this one has nothing behind it that would take a second box.
            Err(wasmi::Error::i32_exit(0))
        }
    }
}
