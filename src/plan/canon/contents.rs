//! What each document of the canon says, read from it once.
//!
//! A document is read anew only when it has changed: an edit costs its own document, however many
//! there are beside it. Steps name their section by its number among those of all documents.

use std::sync::{Arc, OnceLock};

use super::block_table::{self, BlockRow};
use super::indicators::{self, IndicatorRow};
use super::roster::{self, RosterRow};
use super::section::{self, Section};
use super::{alignment, checklist, ladder, matrix};
use crate::document::markdown::MarkdownDocument;
use crate::document::parallel::map_in_parallel;
use crate::plan::id::StepId;
use crate::plan::source::{Role, SourceFile};

/// From how many documents on another core is worth its start.
const DOCUMENTS: usize = 8;

/// What one document says.
#[derive(Debug)]
pub struct Contents {
    /// Index of the file in the plan.
    pub file: usize,
    /// The rows of its block tables.
    pub block_rows: Vec<BlockRow>,
    /// The steps that it has sections of.
    pub names: Vec<StepId>,
    /// Those sections, read when somebody asks for one: by then the document has to be parsed.
    sections: OnceLock<Vec<Section>>,
    document: MarkdownDocument,
    /// The rows of its tables of people.
    pub people: Vec<RosterRow>,
    /// The rows of its tables of indicators.
    pub indicators: Vec<IndicatorRow>,
    /// Whether it may have checklists.
    pub has_checklists: bool,
    /// Whether it may have something that belongs to a stage.
    pub bears_on_stages: bool,
}

impl Contents {
    fn read(file: usize, document: &MarkdownDocument) -> Self {
        let has_checklists = checklist::may_be_in(document);
        let (names, sections) = match section::names(document) {
            Some(names) => (names, OnceLock::new()),
            None => {
                let sections = section::sections(document, file);
                let names = sections.iter().map(|section| section.id);
                (names.collect(), OnceLock::from(sections))
            }
        };
        Self {
            file,
            block_rows: block_table::rows(document, file),
            names,
            sections,
            document: document.clone(),
            people: roster::rows(document, file),
            indicators: indicators::rows(document, file),
            has_checklists,
            bears_on_stages: has_checklists
                || !ladder::rungs(document, file).is_empty()
                || !matrix::matrices(document, file).is_empty()
                || !alignment::notes(document, file).is_empty(),
        }
    }

    /// Its step sections, in file order.
    fn sections(&self) -> &[Section] {
        let read = || section::sections(&self.document, self.file);
        self.sections.get_or_init(read)
    }
}

/// What all documents of the canon say, in the order of files.
#[derive(Clone, Debug, Default)]
pub struct CanonContents {
    documents: Vec<Arc<Contents>>,
    /// Of each document the number of its first section.
    firsts: Vec<u32>,
}

impl CanonContents {
    /// Reads all documents, on several cores.
    pub fn read(files: &[SourceFile]) -> Self {
        let canon = files.iter().enumerate();
        let canon = canon.filter(|(_, file)| file.role == Role::Canon);
        let canon: Vec<(usize, &MarkdownDocument)> = canon
            .filter_map(|(at, file)| Some((at, file.markdown()?)))
            .collect();
        let documents = map_in_parallel(&canon, DOCUMENTS, |(file, document)| {
            Arc::new(Contents::read(*file, document))
        });
        let mut firsts = Vec::with_capacity(documents.len());
        let mut before = 0;
        for document in &documents {
            firsts.push(before);
            before += document.names.len() as u32;
        }
        Self { documents, firsts }
    }

    /// Reads one document again, whose sections are those of the same steps still; nothing where
    /// they are not, or where it is no canon. Answers what it said before and says now.
    pub fn read_again(
        &mut self,
        files: &[SourceFile],
        file: usize,
    ) -> Option<(Arc<Contents>, Arc<Contents>)> {
        let at = self.documents.binary_search_by_key(&file, |of| of.file);
        let known = &mut self.documents[at.ok()?];
        let now = Arc::new(Contents::read(file, files[file].markdown()?));
        if known.names != now.names {
            return None;
        }
        Some((std::mem::replace(known, now.clone()), now))
    }

    /// The documents that may have such a thing.
    pub fn files(&self, has: impl Fn(&Contents) -> bool) -> impl Iterator<Item = usize> {
        let documents = self.documents.iter();
        documents.filter(move |of| has(of)).map(|of| of.file)
    }

    /// Of every step section the step.
    pub fn names(&self) -> impl Iterator<Item = StepId> {
        self.documents.iter().flat_map(|of| &of.names).copied()
    }

    /// The rows of all tables of people.
    pub fn people(&self) -> impl Iterator<Item = &RosterRow> {
        self.documents.iter().flat_map(|of| &of.people)
    }

    /// The rows of all tables of indicators.
    pub fn indicators(&self) -> impl Iterator<Item = &IndicatorRow> {
        self.documents.iter().flat_map(|of| &of.indicators)
    }

    /// Every step section.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.documents.iter().flat_map(|of| of.sections())
    }

    /// The step sections of one file.
    pub fn sections_of(&self, file: usize) -> &[Section] {
        let at = self.documents.binary_search_by_key(&file, |of| of.file);
        at.map_or(&[], |at| self.documents[at].sections())
    }

    /// The section with this number, counted from 0.
    pub fn section(&self, number: u32) -> Option<&Section> {
        let at = self.firsts.partition_point(|first| *first <= number);
        let at = at.checked_sub(1)?;
        let document = &self.documents[at];
        document.sections().get((number - self.firsts[at]) as usize)
    }

    /// Every row of a block table.
    pub fn block_rows(&self) -> impl Iterator<Item = &BlockRow> {
        self.documents.iter().flat_map(|of| &of.block_rows)
    }
}
