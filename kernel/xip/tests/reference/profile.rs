//! What a drawn module may be, whoever draws it.

use wasm_smith::Config;

/// What actors may use; everything is exported, and little is large.
pub(crate) fn profile() -> Config {
    Config {
        export_everything: true,
        max_funcs: 8,
        min_funcs: 1,
        max_memories: 1,
        max_memory32_bytes: 3 << 16,
        max_tables: 3,
        max_table_elements: 100,
        max_data_segments: 4,
        bulk_memory_enabled: true,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}
