//! The content of blobs, most of them read ahead: git is told what will be asked for, and in which
//! order.

use std::collections::VecDeque;

use crate::git::history::History;
use crate::git::objects::Objects;

/// Reads blobs of one repository.
#[derive(Debug)]
pub(super) struct Blobs {
    git: History,
    /// What git reads at the moment, in its order.
    ahead: VecDeque<String>,
    objects: Option<Objects>,
}

impl Blobs {
    pub(super) fn of(git: History) -> Self {
        Self {
            git,
            ahead: VecDeque::new(),
            objects: None,
        }
    }

    /// Has git read these, which are asked for next and in this order; what it reads already, it goes
    /// on with.
    pub(super) fn read_ahead(&mut self, hashes: Vec<String>) {
        if self.objects.is_some() && self.ahead == hashes {
            return;
        }
        let asked: Vec<&str> = hashes.iter().map(String::as_str).collect();
        self.objects = match asked.is_empty() {
            true => None,
            false => self.git.objects(&asked).ok(),
        };
        self.ahead = hashes.into();
    }

    /// A blob's bytes; `None` where they cannot be had.
    pub(super) fn read(&mut self, hash: &str) -> Option<Vec<u8>> {
        if self.ahead.front().is_some_and(|ahead| ahead == hash) {
            self.ahead.pop_front();
            return self.objects.as_mut()?.next_object();
        }
        self.git.objects(&[hash]).ok()?.next_object()
    }

    /// Takes back what a blob said, whose memory the next ones can have.
    pub(super) fn give_back(&self, bytes: Vec<u8>) {
        if let Some(objects) = &self.objects {
            objects.give_back(bytes);
        }
    }
}
