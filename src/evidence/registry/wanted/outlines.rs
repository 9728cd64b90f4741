//! Sets of names that refuse most other names at once.

/// The initials of names of each length, as bits. What is in the set may be one of the names, and what is not is none.
#[derive(Default, Clone, Copy)]
pub(super) struct Outlines([u32; 32]);

impl Outlines {
    /// The set of every name.
    pub(super) const ALL: Self = Self([u32::MAX; 32]);

    /// Where one name is in the set, in any letter case: its length, which long names share, and its initial without the
    /// upper bits.
    fn outline(name: &[u8]) -> (usize, u32) {
        (name.len().min(31), 1 << name.first().map_or(0, |initial| initial & 0x1f))
    }

    /// Adds a name.
    pub(super) fn add(&mut self, name: &[u8]) {
        let (length, initial) = Self::outline(name);
        self.0.get_mut(length).into_iter().for_each(|initials| *initials |= initial);
    }

    /// Whether a name, in any letter case, may be one of the names.
    pub(super) fn may_hold(&self, name: &[u8]) -> bool {
        let (length, initial) = Self::outline(name);
        self.0.get(length).is_some_and(|initials| initials & initial != 0)
    }
}
