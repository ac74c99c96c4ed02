mod fields;
mod foreign_tree;
mod ids;
pub(crate) mod lists;
mod untidy_plan;
