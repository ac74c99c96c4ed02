//! What the module promises, told as edits of small files.

mod laws;
mod reading;
mod ticks;
mod values;

use super::*;

fn doc(text: &str) -> MarkdownDocument {
    MarkdownDocument::load(text.as_bytes())
}
