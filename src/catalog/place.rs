//! Where in the evidence something stands.

use std::fmt;

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
        let mut path = String::with_capacity(self.path.len() + 1 + name.lossy().len());
        path.push_str(&self.path);
        if !path.is_empty() {
            path.push('\\');
        }
        name.append_to(&mut path);
        Self { path, ..Self::default() }
    }
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
