//! What several screens and overlays are drawn with.

pub(crate) mod change;
pub(crate) mod excerpt;
pub mod field;
pub(crate) mod fit_row;
pub(crate) mod footer;
pub(crate) mod frame;
pub(crate) mod header;
pub(crate) mod pane;
pub(crate) mod plot;
pub mod scroll;
pub(crate) mod status;
pub(crate) mod tabs;
pub(crate) mod text_layout;
pub(crate) mod version_bar;
