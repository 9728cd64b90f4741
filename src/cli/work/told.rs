//! What is said of a job, pressed into the formats that are asked for: the same in a thread and in a worker process.

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};

use catalog9::batch::{Counts, Failure, Passed, Record, Status, Unit};
use catalog9::comparison::{self, Claims};
use catalog9::render::{Fragment, Item};

use super::net;
use crate::cli::intake::piece::News;
use crate::cli::output::Presses;

/// What is said of a job.
pub(in crate::cli) enum Told {
    /// What was met beside the units.
    Counts(Counts),
    /// A file that is not evidence.
    Passed(Passed),
    /// What is to be compared with an earlier result, and where the answer goes: for each finding whether it is new.
    Claims(Box<Claims>, SyncSender<Vec<bool>>),
    /// A unit, and what each format says of it.
    Unit(Box<Unit>, Vec<Fragment>),
    /// It could not be put into bytes.
    Failed(io::Error),
}

impl Told {
    /// About how many bytes it holds. A provider or a DLL has two texts, whose length Windows limits.
    pub(in crate::cli) fn size(&self) -> usize {
        const OF_ONE: usize = 1024;
        let Self::Unit(unit, fragments) = self else { return OF_ONE };
        let ones = 1 + unit.foreign.len() + unit.libraries.len() + unit.joined.len();
        OF_ONE * ones + fragments.iter().flat_map(|fragment| &fragment.parts).map(Vec::len).sum::<usize>()
    }
}

/// Where it goes, and whether anybody still wants it.
pub(in crate::cli) type Tell<'a> = dyn FnMut(Told) -> bool + 'a;

/// Presses records.
pub(in crate::cli) struct Pressing {
    pub(in crate::cli) presses: Presses,
    /// Whether there is an earlier result to compare with.
    pub(in crate::cli) compares: bool,
}

impl Pressing {
    /// Tells news; a fault of this program while it presses a record ends that unit and nothing else.
    pub(in crate::cli) fn tell(&self, news: News, tell: &mut Tell<'_>) -> bool {
        let mut record = match news {
            News::Counts(counts) => return tell(Told::Counts(counts)),
            News::Passed(passed) => return tell(Told::Passed(passed)),
            News::Record(record) => *record,
        };
        if self.compares
            && let Some(examination) = record.examination()
        {
            let (answer, answered) = sync_channel(1);
            if !tell(Told::Claims(Box::new(Claims::of(examination)), answer)) {
                return false;
            }
            let Ok(is_new) = answered.recv() else { return false };
            record.mark(|examination| comparison::mark(examination, &is_new));
        }
        let pressed = net::guarded(|| self.presses.press(&Item::Record(&record))).unwrap_or_else(|fault| {
            record = Record::of_failure(record.unit.label.clone(), Status::Failed, Failure::of(&fault));
            self.presses.press(&Item::Record(&record))
        });
        tell(match pressed {
            Ok(fragments) => Told::Unit(Box::new(record.unit), fragments),
            Err(error) => Told::Failed(error),
        })
    }
}
