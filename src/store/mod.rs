//! The only code that touches the file system: it knows paths and bytes, never steps.
//!
//! Six rooms, each on those before it:
//!
//! 1. [`fs`]: what a file holds, and the seam to the system
//! 2. [`locate`]: where the plan is, and its opening
//! 3. [`atomic_replace`]: how one file changes
//! 4. [`watch`]: how somebody else's change is noticed, and when it is believed
//! 5. [`transaction`]: how several files change together, and who may change them
//! 6. [`worker`]: the thread that does all of it while the cockpit runs
//!
//! What is private to one person is in [`state`]; what an editor works on in [`scratch`].

pub mod atomic_replace;
pub mod fs;
pub mod locate;
pub mod scratch;
pub mod state;
pub mod transaction;
pub mod watch;
pub mod worker;
