//! The scenario language: from a text to a plan in which nothing can be wrong any more.
//!
//! A text is read in two steps. `yaml` gives it the shape of `raw` and `raw_step`, which are also
//! what the JSON schema is made of; the `check_*` modules then resolve every name, unit and file.
//! [`load::load`] does both. Mistakes come back as [`crate::diagnostic::Diagnostics`].

pub mod profile;
pub mod catalogue;
pub mod plan;
mod report;
mod word;
mod raw_condition;
mod raw_power;
mod raw_wokwi;
mod raw_step;
mod raw_flash;
mod raw;
mod yaml;
mod check_word;
mod check_file;
mod check_wat;
mod check_flash;
mod check_grant;
mod check_supervisor;
mod check_actor;
mod diagram;
mod check_part;
mod check_board;
mod check_power;
mod check_condition;
mod check_wokwi;
mod check_input;
mod check_step;
mod check_snapshot;
mod check_explore;
pub mod load;
pub mod schema;
#[cfg(test)]
mod mistake_text;
#[cfg(test)]
mod mistake_world;
#[cfg(test)]
mod mistake_wat;
#[cfg(test)]
mod mistake_grant;
#[cfg(test)]
mod mistake_tree;
#[cfg(test)]
mod mistake_step;
#[cfg(test)]
mod mistake_power;
