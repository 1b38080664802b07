//! Worlds of simulated boards, driven by scenarios.
//!
//! A scenario file is read into a checked [`scenario::plan::Plan`]; a [`runner::Runner`] plays it
//! in a [`world::World`] of kernels and device models in virtual time; [`snapshot`] compares what
//! was seen with what was approved.
//!
//! ```
//! use sim::runner::run;
//! use sim::scenario::load::parse;
//! use sim::stock::Stock;
//!
//! let text = "
//! name: the echo starts
//! version: 1
//! board: pc
//! actors: { echo: {} }
//! steps:
//!   - wait: { actor: echo, state: waiting }
//! ";
//! let plans = parse("echo.yaml".as_ref(), text.into(), "".as_ref(), &Stock).unwrap();
//! let report = run(&plans[0]).unwrap();
//! assert!(report.failure.is_none());
//! ```
//!
//! # Map
//!
//! The modules stand in the order of their floors: each may name only those above it here.
#![forbid(unsafe_code)]

pub mod unit;
pub mod diagnostic;
pub mod engine;
pub mod scenario;
pub mod stock;
pub mod firmware;
pub mod stick;
pub mod agenda;
pub mod cast;
pub mod authority;
pub mod trace;
pub mod storage;
pub mod journal;
pub mod seen;
pub mod message;
pub mod partition;
pub mod target;
pub mod board;
pub mod remote;
pub mod heart;
pub mod eye;
pub mod machine;
pub mod world;
pub mod watch;
pub mod story;
pub mod report;
pub mod runner;
pub mod family;
pub mod explore;
pub mod snapshot;
pub mod play;
pub mod present;
pub mod view;
pub mod header;
pub mod debugger;
pub mod command;
