//! The papers that rituals leave: pure, plan in, Markdown out and back.

pub mod demo;
