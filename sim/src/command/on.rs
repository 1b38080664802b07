//! `--on`: what a scenario runs on.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::EngineName;
use crate::firmware::Builder;
use crate::firmware::ESP32C6;
use crate::firmware::PVH;
use crate::firmware::QEMU_RISCV32;
use crate::play::title;
use crate::scenario::plan::Plan;
use crate::story::Unsupported;
use crate::story::unsupported;
use crate::target::Target;
use crate::target::TargetError;
use crate::target::emulated::Emulated;
use crate::target::qemu::Computer;
use crate::target::qemu::Qemu;
use crate::target::serial::Serial;

/// What a scenario can run on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum On {
    /// The kernel that is linked into this program.
    #[default]
    Kernel,
    /// Firmware for an ESP32-C6 in the emulator.
    Emulator,
    /// Firmware for one of its computers in QEMU.
    Qemu(Computer),
    /// A board at the other end of a serial line.
    Serial(PathBuf),
}

impl On {
    /// What is meant by the text behind `--on`.
    ///
    /// # Errors
    /// When nothing is.
    pub fn parse(text: &str) -> Result<On, String> {
        match text.split_once(':') {
            None if text == "kernel" => Ok(On::Kernel),
            None if text == "emulator" => Ok(On::Emulator),
            None if text == "qemu" => Ok(On::Qemu(Computer::X86_64)),
            Some(("qemu", "riscv32")) => Ok(On::Qemu(Computer::Riscv32)),
            Some(("serial", device)) if !device.is_empty() => Ok(On::Serial(device.into())),
            _ => Err("expected kernel, emulator, qemu, qemu:riscv32 or serial:DEVICE".to_owned()),
        }
    }

    /// Why an engine cannot run there; nothing if it can.
    pub fn lacks(&self, engine: Option<EngineName>) -> Option<&'static str> {
        let is_elsewhere = *self != On::Kernel;
        (is_elsewhere && engine == Some(EngineName::Wasmtime))
            .then_some("wasmtime runs in this program alone, not with `--on`")
    }

    /// The target, with firmware that is built for it now; `None` is the kernel of this program.
    ///
    /// # Errors
    /// When it cannot be made ready.
    pub fn target(&self, builder: &Builder) -> Result<Option<Arc<dyn Target>>, TargetError> {
        let build =
            |binary| builder.build(binary).map_err(|error| TargetError::Missing(error.to_string()));
        match self {
            On::Kernel => Ok(None),
            On::Emulator => {
                let path = build(&ESP32C6)?;
                let firmware = fs::read(&path).map_err(|error| {
                    TargetError::Missing(format!("{}: {error}", path.display()))
                })?;
                Ok(Some(Arc::new(Emulated::new(&firmware)?)))
            }
            On::Qemu(computer) => {
                let binary = match computer {
                    Computer::X86_64 => &PVH,
                    Computer::Riscv32 => &QEMU_RISCV32,
                };
                Ok(Some(Arc::new(Qemu { computer: *computer, firmware: build(binary)? })))
            }
            On::Serial(device) => Ok(Some(Arc::new(Serial { device: device.clone() }))),
        }
    }
}

/// What the target cannot do of a plan, a line for each thing; empty if it can do all.
pub(super) fn refusals(plan: &Plan, target: Option<&Arc<dyn Target>>) -> String {
    let mut text = String::new();
    let Some(target) = target else { return text };
    for Unsupported { step, why } in unsupported(plan, &**target) {
        let place = step.map_or_else(String::new, |step| format!(" step {}:", step + 1));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "unsupported: {}:{place} {why}", title(plan));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_on_is_a_target_or_an_error_that_lists_them() {
        assert_eq!(On::parse("kernel"), Ok(On::Kernel));
        assert_eq!(On::parse("serial:/dev/ttyACM0"), Ok(On::Serial("/dev/ttyACM0".into())));
        assert!(On::parse("serial:").unwrap_err().contains("serial:DEVICE"));
        assert!(On::parse("hardware").unwrap_err().contains("kernel"));
    }
}
