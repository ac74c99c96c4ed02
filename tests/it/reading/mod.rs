mod fields;
mod foreign_tree;
mod ids;
pub(crate) mod lists;
mod nothing;
mod untidy_plan;
