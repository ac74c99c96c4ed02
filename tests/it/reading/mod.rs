mod fields;
mod foreign_tree;
mod ids;
mod lists;
mod untidy_plan;
