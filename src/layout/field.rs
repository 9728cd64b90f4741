//! Fields of fixed size, and the table that makes a structure of them.

use std::slice::IterMut;

pub use uuid::Uuid as Guid;

/// What one field of a structure is called and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldInfo {
    /// Bytes from the beginning of the structure.
    pub offset: usize,
    /// Length in bytes.
    pub size: usize,
    /// The name that Windows gives it.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// A structure as a whole: what `docs/format.md` and the hexdump are written from.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Name of the structure.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Length in bytes.
    pub size: usize,
    /// Its fields, in order and without a gap.
    pub fields: &'static [FieldInfo],
}

/// A value of fixed size that any bytes can be read as.
pub trait Field: Sized {
    /// Length in bytes.
    const SIZE: usize;

    /// Takes the value off the front of `bytes`.
    fn take(bytes: &mut &[u8]) -> Self;

    /// Writes the value over the next bytes.
    fn put(&self, bytes: &mut IterMut<'_, u8>);
}

impl<const N: usize> Field for [u8; N] {
    const SIZE: usize = N;

    fn take(bytes: &mut &[u8]) -> Self {
        // `layout!` proves when it is compiled that the fields fill the structure, so there is always enough.
        bytes.split_off(..N).and_then(|taken| taken.try_into().ok()).unwrap_or([0; N])
    }

    fn put(&self, bytes: &mut IterMut<'_, u8>) {
        for (byte, target) in self.iter().zip(bytes) {
            *target = *byte;
        }
    }
}

macro_rules! little_endian {
    ($($integer:ty),*) => {$(
        impl Field for $integer {
            const SIZE: usize = size_of::<Self>();

            fn take(bytes: &mut &[u8]) -> Self {
                Self::from_le_bytes(Field::take(bytes))
            }

            fn put(&self, bytes: &mut IterMut<'_, u8>) {
                self.to_le_bytes().put(bytes);
            }
        }
    )*};
}

little_endian!(u8, u16, u32, u64, i32);

impl Field for Guid {
    const SIZE: usize = 16;

    fn take(bytes: &mut &[u8]) -> Self {
        Self::from_bytes_le(Field::take(bytes))
    }

    fn put(&self, bytes: &mut IterMut<'_, u8>) {
        self.to_bytes_le().put(bytes);
    }
}

impl<const N: usize> Field for [u32; N] {
    const SIZE: usize = 4 * N;

    fn take(bytes: &mut &[u8]) -> Self {
        std::array::from_fn(|_| Field::take(bytes))
    }

    fn put(&self, bytes: &mut IterMut<'_, u8>) {
        for number in self {
            number.put(bytes);
        }
    }
}

/// A buffer for text of one byte a character, ended by a NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ansi<const N: usize>(pub [u8; N]);

impl<const N: usize> Ansi<N> {
    /// The bytes before the first NUL: all of them where there is none.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.0.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// The bytes after the first NUL: slack. `None` if there is no NUL.
    #[must_use]
    pub fn slack(&self) -> Option<&[u8]> {
        self.0.get(self.text().len() + 1..)
    }
}

impl<const N: usize> Field for Ansi<N> {
    const SIZE: usize = N;

    fn take(bytes: &mut &[u8]) -> Self {
        Self(Field::take(bytes))
    }

    fn put(&self, bytes: &mut IterMut<'_, u8>) {
        self.0.put(bytes);
    }
}

/// A buffer for UTF-16 text, ended by a NUL; `N` counts units of two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wide<const N: usize>(pub [u16; N]);

impl<const N: usize> Wide<N> {
    /// The units before the first NUL: all of them where there is none.
    #[must_use]
    pub fn text(&self) -> &[u16] {
        self.0.split(|unit| *unit == 0).next().unwrap_or_default()
    }

    /// The units after the first NUL: slack. `None` if there is no NUL.
    #[must_use]
    pub fn slack(&self) -> Option<&[u16]> {
        self.0.get(self.text().len() + 1..)
    }
}

impl<const N: usize> Field for Wide<N> {
    const SIZE: usize = 2 * N;

    fn take(bytes: &mut &[u8]) -> Self {
        Self(std::array::from_fn(|_| Field::take(bytes)))
    }

    fn put(&self, bytes: &mut IterMut<'_, u8>) {
        for unit in self.0 {
            unit.put(bytes);
        }
    }
}

/// Whether `fields` follow one another from 0 to `size`.
pub(crate) const fn without_gap(mut fields: &[FieldInfo], size: usize) -> bool {
    let mut end = 0;
    while let [field, rest @ ..] = fields {
        if field.offset != end {
            return false;
        }
        end += field.size;
        fields = rest;
    }
    end == size
}

/// Declares a structure as a table of `offset "Windows' name" field: type`.
///
/// It gives the struct, `SIZE`, `LAYOUT`, a `decode` that cannot fail since the length stands in its type,
/// `decode_prefix` for bytes of any length, and `encode`. Where fields overlap or leave a gap it does not compile.
macro_rules! layout {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident: $size:literal {
            $($(#[doc = $field_doc:literal])* $offset:literal $windows:literal $field:ident: $type:ty,)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[doc = $field_doc])* pub $field: $type,)*
        }

        impl $name {
            #[doc = concat!("Length in bytes: ", $size, ".")]
            pub const SIZE: usize = $size;

            /// The table that this structure is declared by.
            pub const LAYOUT: $crate::layout::Layout = $crate::layout::Layout {
                name: stringify!($name),
                doc: concat!($($doc, "\n"),*),
                size: $size,
                fields: &[$($crate::layout::FieldInfo {
                    offset: $offset,
                    size: <$type as $crate::layout::Field>::SIZE,
                    name: $windows,
                    doc: concat!($($field_doc, "\n"),*),
                }),*],
            };

            /// Reads the structure: any bytes of its length make one.
            #[must_use]
            pub fn decode(bytes: &[u8; $size]) -> Self {
                let mut rest = bytes.as_slice();
                Self { $($field: $crate::layout::Field::take(&mut rest)),* }
            }

            /// Reads the structure from the front of `bytes`; `None` where they are too few.
            #[must_use]
            pub fn decode_prefix(bytes: &[u8]) -> Option<Self> {
                bytes.first_chunk().map(Self::decode)
            }

            /// The bytes that the structure was read from, or would be.
            #[must_use]
            pub fn encode(&self) -> [u8; $size] {
                let mut bytes = [0; $size];
                let mut rest = bytes.iter_mut();
                $($crate::layout::Field::put(&self.$field, &mut rest);)*
                bytes
            }
        }

        const _: () = assert!(
            $crate::layout::field::without_gap($name::LAYOUT.fields, $size),
            concat!("the fields of ", stringify!($name), " overlap or leave a gap"),
        );
    };
}
pub(crate) use layout;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{BaseBlock, PackedCatalogItem};

    #[test]
    fn text_ends_at_the_first_nul_and_slack_follows_it() {
        let field = Ansi(*b"ab\0cd");
        assert_eq!(field.text(), b"ab");
        assert_eq!(field.slack(), Some(b"cd".as_slice()));
        assert_eq!(Ansi(*b"ab\0").slack(), Some([].as_slice()));
    }

    #[test]
    fn a_buffer_without_nul_is_text_to_its_end() {
        assert_eq!(Ansi(*b"abc").text(), b"abc");
        assert_eq!(Ansi(*b"abc").slack(), None);
        assert_eq!(Wide([0x61, 0x62]).text(), [0x61, 0x62]);
        assert_eq!(Wide([0x61, 0x62]).slack(), None);
    }

    #[test]
    fn what_was_read_is_written_as_it_was() {
        fn bytes<const N: usize>() -> [u8; N] {
            std::array::from_fn(|index| (index * 7 % 251).to_le_bytes()[0])
        }
        assert_eq!(BaseBlock::decode(&bytes()).encode(), bytes());
        assert_eq!(PackedCatalogItem::decode(&bytes()).encode(), bytes());
    }

    #[test]
    fn gaps_and_overlaps_are_seen() {
        let field = |offset, size| FieldInfo { offset, size, name: "", doc: "" };
        assert!(without_gap(&[field(0, 4), field(4, 2)], 6));
        assert!(!without_gap(&[field(0, 4), field(5, 1)], 6));
        assert!(!without_gap(&[field(0, 4), field(3, 3)], 6));
        assert!(!without_gap(&[field(0, 4)], 6));
    }
}
