//! What the directory of a 7z archive claims to list, before anybody takes memory for it.

/// Most bytes of memory that a directory may take, and what it may take if it is a small one.
const MOST: u64 = 40 << 20;
const SMALL: u64 = 6 << 20;

/// How much there is of everything that the crate takes memory for.
#[derive(Debug, Default)]
pub(super) struct Claims {
    length: u64,
    streams: u64,
    blocks: u64,
    methods: u64,
    parts: u64,
    files: u64,
}

impl Claims {
    /// Counts them; `None` where the directory breaks off.
    pub(super) fn of(directory: &[u8]) -> Option<Self> {
        let mut claims = Self { length: u64::try_from(directory.len()).ok()?, ..Self::default() };
        let mut rest = Rest(directory);
        rest.after(1)?;
        let mut kind = rest.byte()?;
        if kind == 2 {
            while rest.byte()? != 0 {
                let length = rest.number()?;
                rest.skip(length)?;
            }
            kind = rest.byte()?;
        }
        if kind == 4 {
            claims.streams(&mut rest)?;
            kind = rest.byte()?;
        }
        if kind == 5 {
            claims.files = rest.number()?;
        }
        Some(claims)
    }

    /// Whether they fit into the memory that the directory of an archive of that length may take.
    pub(super) fn fit(&self, archive: u64) -> bool {
        let Self { length, streams, blocks, methods, parts, files } = *self;
        let each = [(length, 2), (streams, 24), (blocks, 256), (methods, 128), (parts, 40), (files, 192)];
        let taken = each.iter().fold(0_u64, |sum, (count, bytes)| sum.saturating_add(count.saturating_mul(*bytes)));
        taken <= MOST.min(SMALL.saturating_add(archive.saturating_mul(4)))
    }

    fn streams(&mut self, rest: &mut Rest<'_>) -> Option<()> {
        let mut kind = rest.byte()?;
        if kind == 6 {
            rest.number()?;
            self.streams = rest.number()?;
            kind = rest.byte()?;
            if kind == 9 {
                rest.numbers(self.streams)?;
                kind = rest.byte()?;
            }
            if kind == 10 {
                rest.checksums(self.streams)?;
                kind = rest.byte()?;
            }
            if kind != 0 {
                return None;
            }
            kind = rest.byte()?;
        }
        let mut summed = Checksums::None;
        if kind == 7 {
            summed = self.blocks(rest)?;
            kind = rest.byte()?;
        }
        self.parts = self.blocks;
        if kind == 8 {
            kind = self.parts(rest, &summed)?;
        }
        (kind == 0).then_some(())
    }

    /// The blocks, and which of them have checksums.
    fn blocks<'a>(&mut self, rest: &mut Rest<'a>) -> Option<Checksums<'a>> {
        rest.after(11)?;
        self.blocks = rest.number()?;
        rest.after(0)?;
        let mut lengths = 0_u64;
        for _ in 0..self.blocks {
            let methods = rest.number()?;
            self.methods = self.methods.saturating_add(methods);
            let (mut inputs, mut outputs) = (0_u64, 0_u64);
            for _ in 0..methods {
                let form = rest.byte()?;
                rest.skip(u64::from(form & 0xf))?;
                let is_simple = form & 0x10 == 0;
                inputs = inputs.checked_add(if is_simple { 1 } else { rest.number()? })?;
                outputs = outputs.checked_add(if is_simple { 1 } else { rest.number()? })?;
                if form & 0x20 != 0 {
                    let length = rest.number()?;
                    rest.skip(length)?;
                }
            }
            let bound = outputs.checked_sub(1)?;
            rest.numbers(bound.checked_mul(2)?)?;
            let packed = inputs.checked_sub(bound)?;
            if packed > 1 {
                rest.numbers(packed)?;
            }
            self.methods = self.methods.saturating_add(inputs);
            lengths = lengths.checked_add(outputs)?;
        }
        rest.after(12)?;
        rest.numbers(lengths)?;
        match rest.byte()? {
            10 => {
                let summed = rest.checksums(self.blocks)?;
                rest.after(0)?;
                Some(summed)
            }
            0 => Some(Checksums::None),
            _ => None,
        }
    }

    /// How the blocks are parted among files; what follows.
    fn parts(&mut self, rest: &mut Rest<'_>, summed: &Checksums<'_>) -> Option<u8> {
        let mut kind = rest.byte()?;
        // Of each block all lengths but the last stand here, and the checksums that do not stand with the block.
        let (mut lengths, mut checksums) = (0_u64, 0_u64);
        let is_parted = kind == 13;
        self.parts = 0;
        for block in 0..self.blocks {
            let parts = if is_parted { rest.number()? } else { 1 };
            self.parts = self.parts.checked_add(parts)?;
            lengths = lengths.checked_add(parts.saturating_sub(1))?;
            if parts != 1 || !summed.has(block) {
                checksums = checksums.checked_add(parts)?;
            }
        }
        if is_parted {
            kind = rest.byte()?;
        }
        if kind == 9 {
            rest.numbers(lengths)?;
            kind = rest.byte()?;
        }
        if kind == 10 {
            rest.checksums(checksums)?;
            kind = rest.byte()?;
        }
        if kind == 0 { rest.byte() } else { None }
    }
}

/// Of which of several things there are checksums.
enum Checksums<'a> {
    None,
    All,
    Some(&'a [u8]),
}

impl Checksums<'_> {
    fn has(&self, index: u64) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Some(bits) => {
                let byte = usize::try_from(index / 8).ok().and_then(|place| bits.get(place));
                byte.is_some_and(|byte| byte << (index % 8) & 0x80 != 0)
            }
        }
    }
}

/// What was not counted yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Goes on after that byte, which must be there.
    fn after(&mut self, expected: u8) -> Option<()> {
        (self.byte()? == expected).then_some(())
    }

    fn bytes(&mut self, length: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }

    fn skip(&mut self, length: u64) -> Option<()> {
        self.bytes(length).map(drop)
    }

    /// A number; the bits set at the beginning of its first byte are the bytes that follow.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = first.leading_ones();
        let mut low = [0; 8];
        for place in low.iter_mut().take(usize::try_from(more).ok()?) {
            *place = self.byte()?;
        }
        let high = u64::from(first) & (0x7f_u64 >> more);
        Some(u64::from_le_bytes(low) | high.checked_shl(8 * more).unwrap_or_default())
    }

    fn numbers(&mut self, count: u64) -> Option<()> {
        (0..count).try_for_each(|_| self.number().map(drop))
    }

    /// Checksums of those of several things that have one.
    fn checksums(&mut self, count: u64) -> Option<Checksums<'a>> {
        let (summed, among) = if self.byte()? == 0 {
            let bits = self.bytes(count.div_ceil(8))?;
            let summed = Checksums::Some(bits);
            let among = (0..count).filter(|index| summed.has(*index)).count();
            (summed, u64::try_from(among).ok()?)
        } else {
            (Checksums::All, count)
        };
        self.skip(among.checked_mul(4)?)?;
        Some(summed)
    }
}
