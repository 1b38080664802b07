//! The laws of the file system, on drawn operations, cuts and images.

mod ram;
mod model;
mod tree;
mod power;
mod wear;
mod hostile;
mod c;
