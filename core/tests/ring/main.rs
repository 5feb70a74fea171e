//! Rings, with guests as threads: the whole protocol between real threads, in both byte orders.
#![cfg(feature = "std")]

mod hostile;
mod lab;
mod outcomes;
mod threads;
#[path = "../dispatcher/trace.rs"]
mod trace;
