//! Where in the evidence something stands.

use std::fmt;
use std::sync::Arc;

use super::Text;

/// Where in the evidence something stands, so that an analyst can look for himself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Path of the key, of the value or of the report's category, in the form that [`Text`] is shown in.
    pub path: String,
    /// Bytes from the beginning of the file.
    pub offset: Option<u64>,
    /// Line of a text file, counted from 1.
    pub line: Option<u64>,
    /// Column of that line in characters, counted from 1.
    pub column: Option<u64>,
}

impl Place {
    /// The place of what is called `name` and lies below this one: its path, and nothing more yet.
    #[must_use]
    pub fn below(&self, name: &Text) -> Self {
        Self { path: path_below(&self.path, name), ..Self::default() }
    }
}

/// Where a key of a registry lies. Hundreds of keys may lie below the same one, whose path they share.
#[derive(Debug, Clone, Default)]
pub struct KeyPlace {
    /// The path of the key above it, in the form that [`Text`] is shown in; of a root its own.
    above: Arc<str>,
    /// Its name; `None` for a root.
    name: Option<Text>,
    /// Bytes from the beginning of the file.
    pub offset: Option<u64>,
    /// Line of a text file, counted from 1.
    pub line: Option<u64>,
}

impl KeyPlace {
    /// The place of a key that is called `name` and lies below the one with that path: its path, and nothing more yet.
    #[must_use]
    pub fn below(above: &Arc<str>, name: &Text) -> Self {
        Self { above: Arc::clone(above), name: Some(name.clone()), ..Self::default() }
    }

    /// The same for a key whose record begins there in the file.
    #[must_use]
    pub fn at(self, offset: usize) -> Self {
        Self { offset: u64::try_from(offset).ok(), ..self }
    }

    /// The path of the key, in the form that [`Text`] is shown in.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.name {
            None => self.above.as_ref().to_owned(),
            Some(name) => path_below(&self.above, name),
        }
    }

    /// The same place with its path as one text.
    #[must_use]
    pub fn whole(&self) -> Place {
        Place { path: self.path(), offset: self.offset, line: self.line, column: None }
    }

    /// Whether nothing is to be seen of its path.
    pub(crate) fn is_nameless(&self) -> bool {
        self.above.is_empty() && self.name.as_ref().is_none_or(Text::is_empty)
    }

    /// How long its path is, where its name is shown as it is.
    #[inline]
    pub(crate) fn path_length(&self) -> usize {
        self.above.len() + self.name.as_ref().map_or(0, |name| 1 + name.length())
    }
}

impl From<Place> for KeyPlace {
    fn from(Place { path, offset, line, column: _ }: Place) -> Self {
        Self { above: path.into(), name: None, offset, line }
    }
}

/// Whether both are the same path, however it is put together.
impl PartialEq for KeyPlace {
    fn eq(&self, other: &Self) -> bool {
        let is_same_path = || (&self.above, &self.name) == (&other.above, &other.name) || self.path() == other.path();
        (self.offset, self.line) == (other.offset, other.line) && is_same_path()
    }
}

impl Eq for KeyPlace {}

fn path_below(above: &str, name: &Text) -> String {
    let mut path = String::with_capacity(above.len() + 1 + name.length());
    path.push_str(above);
    if !path.is_empty() {
        path.push('\\');
    }
    name.append_to(&mut path);
    path
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if !self.path.is_empty() {
            write!(formatter, "{}", self.path)?;
            separator = ", ";
        }
        if let Some(line) = self.line {
            write!(formatter, "{separator}line {line}")?;
            self.column.map_or(Ok(()), |column| write!(formatter, ", column {column}"))?;
            separator = ", ";
        }
        if let Some(offset) = self.offset {
            write!(formatter, "{separator}offset {offset:#x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_lies_where_its_name_lies_below_the_path_of_the_other() {
        for above in ["", "ControlSet001", r"ControlSet001\Services"] {
            for name in ["Tcpip", "", " x", "x\u{202e}", "ä"] {
                let (above, name) = (Place { path: above.to_owned(), ..Place::default() }, Text::from(name));
                let key = KeyPlace::below(&above.path.as_str().into(), &name).at(0x1234);
                assert_eq!(key.whole(), Place { offset: Some(0x1234), ..above.below(&name) });
                assert_eq!(key.is_nameless(), key.path().is_empty());
            }
        }
    }

    #[test]
    fn a_path_is_the_same_however_it_is_put_together() {
        let below = |above: &str, name: &str| KeyPlace::below(&above.into(), &Text::from(name));
        let whole = KeyPlace::from(below(r"A\B", "C").whole());
        assert!(whole == below(r"A\B", "C") && whole == below("A", r"B\C"));
        assert!(whole != below(r"A\B", "D") && whole != whole.clone().at(1));
        assert_eq!(whole.path_length(), below(r"A\B", "C").path_length());
    }
}
