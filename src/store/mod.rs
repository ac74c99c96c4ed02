//! The only code that touches the file system: it knows paths and bytes, never steps.
//!
//! Each module imports only those before it:
//!
//! 1. [`fs`]: what a file or folder holds, and the seam to the system
//! 2. [`atomic_replace`]: how one file changes
//! 3. [`state`]: what is private to one person
//! 4. [`scratch`]: the texts an editor works on
//! 5. [`watch`]: how somebody else's change is noticed, and when it is trusted
//! 6. [`branch`]: what a branch did since it left the mainline, as git tells
//! 7. [`renumbering`]: steps under other numbers, with what the branch wrote about them
//! 8. [`posts`]: what others posted to a standup on their branches
//! 9. [`locate`]: where the plan is, its opening, and the checks on it
//! 10. [`sources`]: what files and programs say that the plan takes values from
//! 11. [`archive`]: copies that a person keeps of what demos show
//! 12. [`past`]: the versions of the logs and the canon that git has
//! 13. [`as_of`]: one of them, laid out to be opened
//! 14. [`changes`]: what the checkout changes in the plan
//! 15. [`pull_request`]: what a pull request would bring, and who may approve it
//! 16. [`transaction`]: how several files change together, and who may change them
//! 17. [`worker`]: the thread that does all of it while the cockpit runs

pub mod fs;
pub mod atomic_replace;
pub mod state;
pub(crate) mod scratch;
pub mod watch;
pub(crate) mod branch;
pub(crate) mod renumbering;
pub(crate) mod posts;
pub mod locate;
pub(crate) mod sources;
pub mod archive;
pub(crate) mod past;
pub mod as_of;
pub mod changes;
pub(crate) mod pull_request;
pub mod transaction;
pub mod worker;
