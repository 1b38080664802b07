//! The JSON Schema of scenario files, which gives editors completion and descriptions.

use schemars::schema_for;

use crate::scenario::raw::RawScenario;

/// The schema as indented JSON with a newline at its end.
pub fn schema() -> String {
    let schema = schema_for!(RawScenario);
    // Writing a value that is JSON already cannot fail; `{:#}` indents it.
    format!("{:#}\n", schema.as_value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::raw_step::COMMANDS;

    #[test]
    fn the_schema_has_every_step() {
        let schema = schema_for!(RawScenario);
        for command in COMMANDS {
            let pointer = format!("/$defs/RawStep/properties/{command}");
            assert!(schema.as_value().pointer(&pointer).is_some(), "{command}");
        }
    }

    #[test]
    fn the_schema_knows_durations() {
        assert!(schema().contains("(ns|us|µs|ms|s|min|h)"), "{}", schema());
    }
}
