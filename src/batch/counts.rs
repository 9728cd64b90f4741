//! What was met beside the units.

/// What was met beside the units themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that were named or found, and what is no file.
    pub inputs: u64,
    /// Members of archives among them.
    pub members: u64,
    /// Files and members that are no evidence.
    pub other: u64,
    /// Units that were examined alone, since their collection has too many to look for the computers that they are of.
    pub ungrouped: u64,
}

impl Counts {
    /// Adds others.
    pub fn add(&mut self, others: Self) {
        self.inputs = self.inputs.saturating_add(others.inputs);
        self.members = self.members.saturating_add(others.members);
        self.other = self.other.saturating_add(others.other);
        self.ungrouped = self.ungrouped.saturating_add(others.ungrouped);
    }
}
