//! Finds the one pattern that wasmi 2.0.0 translates wrongly.
//!
//! A `select` directly behind a comparison with zero is joined with it. But it then takes what is in
//! the register for integers in place of what is compared, even if that lies on the stack. So
//! this follows what is in the register as far as it is certain, and such modules are refused.
//! Compilers do not write this: they swap the operands of the `select` instead of comparing.

use wasmparser::Operator;

/// What the translator keeps in its register for integers, as far as that is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Register {
    /// The value at this height of the stack.
    Value(usize),
    /// A local.
    Local(u32),
}

/// The stack before an operator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    /// Values on it.
    pub(crate) height: usize,
    /// What is known of the two on top.
    pub(crate) two: [Option<u64>; 2],
}

/// Follows the register through a body.
#[derive(Debug, Default)]
pub(crate) struct RegisterWatch {
    register: Option<Register>,
    /// The local that was pushed last, if at most constants were pushed since.
    last_local: Option<u32>,
    /// Whether the last operator compares with zero, and what it compares is in the register.
    zero_test: Option<bool>,
    refused: Option<usize>,
}

impl RegisterWatch {
    /// Where wasmi goes wrong first, if it does.
    pub(crate) fn refused(&self) -> Option<usize> {
        self.refused
    }

    /// Follows what is in the translator's register. It forgets rather than guesses.
    ///
    /// `result` is where the value on top lies afterwards, if it is no constant.
    pub(crate) fn follow(
        &mut self,
        code: u8,
        at: usize,
        operator: &Operator<'_>,
        before: Before,
        result: Option<usize>,
    ) {
        let Before { height, two: [second, top] } = before;
        let (register, zero_test) = (self.register.take(), self.zero_test.take());
        let last_local = self.last_local.take();
        let is_in_register = |place: usize| match register {
            Some(Register::Value(value)) => value == place && last_local.is_none(),
            Some(Register::Local(local)) => last_local == Some(local),
            None => false,
        };
        match operator {
            Operator::Nop | Operator::End => self.zero_test = zero_test,
            Operator::LocalGet { local_index } => {
                self.register = register;
                self.last_local = Some(*local_index);
            }
            Operator::I32Const { .. } | Operator::I64Const { .. } => {
                self.register = register;
                self.last_local = last_local;
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let local = Register::Local(*local_index);
                let is_in_register = top.is_none() && is_in_register(height - 1);
                let other = register.filter(|register| *register != local);
                self.register = if is_in_register { Some(local) } else { other };
                let is_left = matches!(operator, Operator::LocalTee { .. }) && is_in_register;
                self.last_local = is_left.then_some(*local_index);
            }
            Operator::GlobalGet { .. } => {
                self.register = Some(Register::Value(height));
            }
            Operator::Select | Operator::TypedSelect { .. } if zero_test == Some(false) => {
                self.refused = self.refused.or(Some(at));
            }
            _ if matches!(code, 0x28..=0x35 | 0x45..=0xAC | 0xAE..=0xBB | 0xC0..=0xC4) => {
                self.zero_test = match (code, second, top) {
                    (0x45, _, None) | (0x46 | 0x47, Some(0), None) => {
                        Some(is_in_register(height - 1))
                    }
                    (0x46 | 0x47, None, Some(0)) => Some(is_in_register(height - 2)),
                    _ => None,
                };
                // A shift by nothing leaves what there was.
                let is_shift = matches!(code, 0x74..=0x78 | 0x86..=0x8A) && top.is_some();
                if !is_shift {
                    self.register = result.map(Register::Value);
                }
            }
            _ => (),
        }
    }
}
