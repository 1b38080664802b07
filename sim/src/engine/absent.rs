//! wasmtime where it does not run: every module runs on wasmi.

use kernel::Foundry;

/// Where kernels get it from: nowhere.
pub(super) fn foundry() -> Option<Foundry> {
    None
}

/// Why a module runs on wasmi.
pub(super) fn refusal(_: &[u8]) -> Option<String> {
    Some("wasmtime does not run on this computer, whose words have 32 bits".to_owned())
}
