//! Chance that one number decides on, so that libFuzzer can repeat it.

/// A generator of numbers.
pub struct Dice(u64);

impl Dice {
    /// One that this seed decides on.
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed))
    }

    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end.max(1)
    }

    /// Whether something happens that happens once in so many times.
    pub fn is_one_of(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these; nothing where there are none.
    pub fn pick<'a, T>(&mut self, these: &'a [T]) -> Option<&'a T> {
        these.get(self.below(these.len()))
    }

    /// A number of the kind that readers stumble over.
    pub fn number(&mut self, old: u32) -> u32 {
        let any = self.next() as u32;
        match self.below(12) {
            0 => 0,
            1 => 1,
            2 => u32::MAX,
            3 => 0x7fff_ffff,
            4 => 0x8000_0000,
            5 => old.wrapping_add(1),
            6 => old.wrapping_sub(1),
            7 => old ^ (1 << (any & 31)),
            8 => old.wrapping_neg(),
            9 => any & 0xffff,
            10 => any & 0xff,
            _ => any,
        }
    }
}
