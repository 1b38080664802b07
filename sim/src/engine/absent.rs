//! wasmtime where it does not run: every module runs on wasmi.

use kernel::engine::ExternalEngine;

/// It for one kernel: there is none.
pub(super) fn external() -> Option<Box<dyn ExternalEngine>> {
    None
}

/// Why a module runs on wasmi.
pub(super) fn refusal(_: &[u8]) -> Option<String> {
    Some("wasmtime does not run on this computer, whose words have 32 bits".to_owned())
}
