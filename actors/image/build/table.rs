//! The table of programs as Rust source.

use std::fmt::Write;

use crate::manifest::Manifest;

/// The source of `PROGRAMS`. The wasm lies beside it.
pub(crate) fn rust(manifests: &[Manifest]) -> String {
    let mut text = String::from(
        "/// Every program of the image, in the order of their names.\n\
         pub static PROGRAMS: &[Program] = &[\n",
    );
    for manifest in manifests {
        let Manifest { name, about, priority, memory, shared, grants, opcodes, .. } = manifest;
        let Manifest { mailbox, supervisor, restart, shutdown, names, .. } = manifest;
        write!(
            text,
            "    Program {{\n        \
                 name: {name:?},\n        \
                 about: {about:?},\n        \
                 wasm: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.wasm\")),\n        \
                 priority: {priority},\n        \
                 memory: {memory},\n        \
                 shared: {shared},\n        \
                 mailbox: {mailbox:?},\n        \
                 supervisor: {supervisor:?},\n        \
                 restart: {restart:?},\n        \
                 shutdown: {shutdown:?},\n        \
                 names: &{names:?},\n        \
                 grants: &{grants:?},\n        \
                 opcodes: &{opcodes:?},\n    \
             }},\n"
        )
        .expect("a string takes everything");
    }
    text.push_str("];\n");
    text
}
