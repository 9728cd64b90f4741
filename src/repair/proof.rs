//! The proof of a repair: what it leaves is examined, and the files are read back.

use std::collections::BTreeSet;

use super::change::{Unwritable, between, same};
use super::file::File;
use super::keys::{NAME_SPACE, PROTOCOL};
use super::left;
use crate::catalog::Text;
use crate::evidence::{Key, Registry};
use crate::examination::Examined;
use crate::finding::{Finding, Severity};

/// A note that every removal leaves behind: ids that no entry has any more.
const OF_EVERY_REMOVAL: &str = "catalog-ids-vanished";

/// What the findings show against a repair, as sentences: a problem that it ought to have settled, or a finding that was
/// not there before. Notes on a catalog that was taken whole from elsewhere (`is_whole`) come with it.
pub(super) fn against(before: &Examined, after: &Examined, is_whole: bool) -> Vec<String> {
    let known: BTreeSet<Known<'_>> = before.judgement.findings.iter().map(known).collect();
    let is_against = |finding: &&Finding| {
        let is_new = !known.contains(&self::known(finding)) && finding.rule != OF_EVERY_REMOVAL;
        let is_of_whole = is_whole && finding.severity == Severity::Note;
        is_new && !is_of_whole || finding.severity > Severity::Note && left::reason(finding).is_none()
    };
    let against = after.judgement.findings.iter().filter(is_against);
    against.map(|finding| format!("{} ({})", finding.sentence(), finding.rule)).collect()
}

/// What makes a finding the same before and after: its rule, entry and DLL. Keys and ids shift.
type Known<'a> = (&'static str, Option<crate::catalog::CatalogName>, Option<&'a Text>, Option<&'a Text>);

fn known(finding: &Finding) -> Known<'_> {
    let entry = finding.entry.as_ref();
    (finding.rule, finding.catalog, entry.map(|entry| &entry.name), entry.and_then(|entry| entry.library.as_ref()))
}

/// The two files.
pub(super) struct Files {
    pub(super) fix: Vec<u8>,
    pub(super) undo: Vec<u8>,
}

/// Why there are no files.
pub(super) enum Fault {
    /// A name cannot be written.
    Unwritable(Text),
    /// What was written does not read as it ought to.
    ReadsOtherwise(&'static str),
}

impl From<Unwritable> for Fault {
    fn from(Unwritable(name): Unwritable) -> Self {
        Self::Unwritable(name)
    }
}

/// Writes both files for a control set that is called `name` in them, and reads them back: the fix over the start gives
/// the goal, and the undo over both gives the start.
pub(super) fn files(
    [start, goal]: [&Key; 2],
    name: &str,
    [fix_comment, undo_comment]: [&[String]; 2],
) -> Result<Files, Fault> {
    let path = format!(r"HKEY_LOCAL_MACHINE\SYSTEM\{name}");
    let mut fix = File::new(fix_comment);
    fix.add(&between(Some(start), goal, &path)?)?;
    let mut undo = File::new(undo_comment);
    undo.add(&between(Some(goal), start, &path)?)?;
    let mut of_start = File::new(&[]);
    of_start.add(&between(None, start, &path)?)?;
    let mut of_goal = File::new(&[]);
    of_goal.add(&between(None, goal, &path)?)?;
    let expected_start = read(&of_start, name)?;
    for catalog in [PROTOCOL, NAME_SPACE] {
        let [read, own] = [expected_start.at(catalog), start.at(catalog)];
        if !goal.at(catalog).is_some_and(|goal| own.is_some_and(|own| same(own, goal)))
            && let (Some(read), Some(own)) = (read, own)
            && !same(read, own)
        {
            return Err(Fault::ReadsOtherwise("a value that no registration file restores byte by byte"));
        }
    }
    of_start.then(&fix);
    if !same(&read(&of_start, name)?, &read(&of_goal, name)?) {
        return Err(Fault::ReadsOtherwise("the fix, imported over the start, does not give the repaired catalogs"));
    }
    of_start.then(&undo);
    if !same(&read(&of_start, name)?, &expected_start) {
        return Err(Fault::ReadsOtherwise("the undo, imported over the fix, does not give the catalogs of the start"));
    }
    Ok(Files { fix: fix.bytes(), undo: undo.bytes() })
}

/// The control set of that name, as a file leaves it in an empty registry.
fn read(file: &File, name: &str) -> Result<Key, Fault> {
    let registry = Registry::of_file(&file.bytes());
    let key = registry.ok().and_then(|registry| registry.control_set(&Text::from(name)).cloned());
    key.ok_or(Fault::ReadsOtherwise("a file that Windows would not import"))
}
