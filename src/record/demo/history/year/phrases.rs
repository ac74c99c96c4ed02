//! What people add to the papers of the year. Each list is said through before it begins again.

/// Behind a blocked step in a standup.
pub(super) const WAITS: [&str; 8] = [
    " — asked again this morning",
    " — the answer is promised for Thursday",
    " — waits for the bank's form",
    " — nobody from the shop is free this week",
    " — needs a signature from the office",
    " — the other team found it yesterday and is on it",
    " — still nothing, so I will call them",
    " — we agreed to wait until the count is done",
];

/// Why a step of the ten was not done.
pub(super) const REASONS: [&str; 10] = [
    "the shop was closed for stocktaking",
    "larger than we thought; it is cut in two next week",
    "reviewed twice, and the second reader was right",
    "somebody was ill for three days",
    "waits for figures that came on Friday evening",
    "the outage on Wednesday went first",
    "finished but for the evidence",
    "counsel wants to read it once more",
    "two people each thought that the other had it",
    "the test town could not be reached",
];

/// What is noted beside a red indicator.
pub(super) const RED: [&str; 8] = [
    "one supplier delivered nothing for nine days",
    "the new form asked too much; shortened on Thursday",
    "counted by hand, as the export failed",
    "two shops joined late in the month",
    "half of it is one town",
    "the desk was alone for two afternoons",
    "last month's rush is not over",
    "a bank holiday fell on the payout day",
];

/// What was said at demos.
pub(super) const FEEDBACK: [&str; 16] = [
    "The shops asked for the same on one sheet of paper, to hang beside the till.",
    "Nobody in the room could say what a block is. The stewards leave the word out from now on.",
    "A mender found the mistake in the second figure before we did.",
    "The counter staff would rather type the name than scan the label.",
    "Finance wants to see the same list by town.",
    "It is quicker than the telephone, but only for people who know the model.",
    "Two customers came by chance and stayed to the end. They asked who pays for it.",
    "The screen is readable from the bench, with gloves on, at an arm's length.",
    "Research doubts the sample: eleven visits, nine of them on a Monday.",
    "Everybody understood the refund rule after the second example, nobody after the first.",
    "The old way still works and is liked. It stays until spring.",
    "Torvale asks for the words in the order in which people say them.",
    "The list is right and too long; the first five would do.",
    "Support had the question twice last week and can answer it now.",
    "One shop offers to try the next version for a month.",
    "What we called an error is what the shop calls a Tuesday.",
];

/// What is done about it.
pub(super) const ACTIONS: [&str; 9] = [
    "Product prints the sheet and leaves it in three shops.",
    "Operations asks the two towns that were not in the room.",
    "Finance adds the column by town before the next demo.",
    "Research repeats the visits on a Saturday.",
    "The desk collects the next ten questions as they are asked.",
    "Platform shows the same on a slow telephone.",
    "Whoever shows a figure next time says where it is from.",
    "The wording goes to the shops before it goes into the app.",
    "We show less, and leave ten minutes for questions.",
];

/// What customers said.
pub(super) const SIGNALS: [&str; 20] = [
    "Four people gave up at the date: they do not know when they are at home.",
    "A customer sent flowers to the bench that saved her radio.",
    "Three shops said no because of the contract's length, not because of its terms.",
    "People ask whether a mended machine is insured. Nobody could say.",
    "The first booking from a library came in, for a projector.",
    "A shop wants to see the photographs on paper.",
    "Two complaints were about parking.",
    "Customers praise the price and mean that it did not change.",
    "Seven of ten come back with something else that is broken.",
    "A landlord asks for one bill for twelve flats.",
    "The message that a repair is done arrives before the mender has put the lid on.",
    "An older couple booked together on one telephone and took turns.",
    "A shop lost a morning to a booking that was a joke.",
    "Someone asks to pay in two parts, half before and half after.",
    "Students book on Sunday night. The desk opens on Monday at nine.",
    "A competitor's customer came because ours answers.",
    "Two people thought that we sell new machines.",
    "Menders want to say no to a quote without giving a reason.",
    "A school would send its sewing machines if somebody collected them.",
    "The word “diagnosis” frightens people; “look” does not.",
];

/// What a workstream changes.
pub(super) const ADJUSTMENTS: [&str; 15] = [
    "The step with the most waiting behind it is done first, whatever its number.",
    "One evening a week is kept free of meetings, and it is the same for everybody.",
    "What needs counsel is sent on Mondays.",
    "Two people swap places for a fortnight.",
    "Nothing new is begun before two open steps are closed.",
    "The measure is taken again, by somebody else.",
    "The visit to Torvale is put before the survey.",
    "A step that nobody could explain was dropped.",
    "The evidence is asked for when the step begins.",
    "Dates that depend on the bank get a week more.",
    "The pod reads the support inbox for a day each.",
    "The pilot shop gets a person to call, not an address.",
    "What was planned for both towns is tried in one.",
    "The list of open questions is read first, and not last.",
    "Nothing changes; the fortnight went as it was planned.",
];

/// Below a checkpoint.
pub(super) const CHECKPOINTS: [&str; 12] = [
    "Planning took longer than the work that it was for. Blocks are opened as they are needed from here on.",
    "The first steps were too large. Those that are left were cut to a week each.",
    "Spending is below plan because two posts are not filled, and not because we are careful.",
    "Two blocks share one steward until spring. Both know, and so do their teams.",
    "The bank's form cost a month. It is asked for at the start of the next block.",
    "Most of what was reopened failed on its evidence, and not on the work.",
    "A quiet month: half of the people were in Torvale.",
    "What waits for the auditor is counted apart, so that it hides nothing else.",
    "The summer was planned as if it were spring. It is not.",
    "Three steps turned out to be one. The other two were dropped.",
    "Costs keep to plan. Days do not, where a second team has to agree.",
    "Nobody wants to move the dates before the gate is read once in full.",
];

/// What a quarter is for.
pub(super) const OBJECTIVES: [&str; 12] = [
    "One town books, mends and is paid without anybody from the programme in the shop",
    "Each team posts to the standup on four days of five",
    "Every figure that is quoted outside has one person who answers for it",
    "A month closes without a weekend",
    "A shop that joins takes its first booking within three days",
    "The ten oldest open questions are answered or dropped",
    "Somebody new reads the plan in an hour and can say what comes next",
    "Every right to customer data has a reason and an end",
    "Payouts are explained before they are asked about",
    "Two people can release, and neither of them is on holiday in August",
    "What we believe about repair is written down, with a way to be wrong",
    "A gate review fits into an afternoon",
];

/// Below the plan of a quarter.
pub(super) const QUARTERS: [&str; 4] = [
    "Three objectives are enough. What is not among them may wait, and is told so.",
    "The stewards left an afternoon in each week unplanned, after a winter in which there was none.",
    "August is counted as half a month.",
    "Whatever needs the board is asked for before its meeting, and not after.",
];

/// What a retrospective keeps.
pub(super) const KEEP: [&str; 8] = [
    "Reading the next ten aloud. It takes four minutes and nobody is surprised on Friday.",
    "One steward a week, and a different one each week.",
    "Demos in a shop instead of the office.",
    "Writing a decision down on the day on which it is made.",
    "Asking a mender first.",
    "The rule that a step is something that can be shown.",
    "Standups in writing: those in Torvale are no longer on the telephone at lunch.",
    "Saying no to a step in the review, with a reason.",
];

/// What it changes.
pub(super) const CHANGE: [&str; 8] = [
    "Blocked steps grow old because whoever blocks them is never told.",
    "We estimate on the day on which we know least.",
    "Evidence is a link to a page that only we can open.",
    "Two teams measure the same thing in two ways and call it by one name.",
    "Whoever is away for a week finds forty messages and no summary.",
    "Ideas are added faster than they are read.",
    "The shops hear of a change from their customers.",
    "We celebrate what is begun.",
];

/// What is to be done for that.
pub(super) const IMPROVE: [&str; 8] = [
    "Name, beside each blocked step, the person who can unblock it",
    "Estimate again when a step is begun, and keep both figures",
    "Have an outsider open every link before a check is ticked",
    "Write one page that says which count is used where",
    "Send the digest of the standup to those who were away",
    "Close the list of ideas for two weeks and read it",
    "Tell the shops of a change three days ahead",
    "Show only finished work at the next three demos",
];
