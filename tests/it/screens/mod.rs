mod gates;
mod looks;
mod overlays;
mod pictures;
mod plan;
mod problems;
mod standup;
mod width;
