mod architecture;
mod bundled_plan;
mod check_pages;
mod demo_plan;
mod papers;
mod readme;
mod shared_checks;
mod shared_documents;
