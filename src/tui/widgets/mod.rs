//! What several screens and overlays are drawn with.

pub mod excerpt;
pub mod field;
pub mod fit_row;
pub mod footer;
pub mod frame;
pub mod header;
pub mod pane;
pub mod scroll;
pub mod status;
pub mod text_layout;
