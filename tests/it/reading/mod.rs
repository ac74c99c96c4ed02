mod fields;
mod foreign_tree;
mod foreign_words;
mod ids;
pub(crate) mod lists;
mod lookalikes;
mod nothing;
mod odd_spellings;
mod untidy_plan;
