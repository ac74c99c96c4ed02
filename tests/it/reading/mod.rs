mod fields;
mod foreign_tree;
mod foreign_words;
mod ids;
pub(crate) mod lists;
mod lookalikes;
mod nothing;
mod untidy_plan;
