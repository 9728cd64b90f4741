//! Files that get their names when they are complete.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anstream::adapter::StripBytes;
use tempfile::{Builder, NamedTempFile};

use crate::cli::intake::file::folder_of;

/// A file that is written under another name in the same folder, and is gone when it is dropped. Styles are left out of texts.
pub(in crate::cli) struct AtomicFile {
    file: BufWriter<NamedTempFile>,
    /// What leaves styles out; nothing where the file is no text.
    styles: Option<StripBytes>,
    path: PathBuf,
}

impl AtomicFile {
    /// A file that shall have that path.
    pub(in crate::cli) fn create(path: &Path, is_binary: bool) -> io::Result<Self> {
        let mut builder = Builder::new();
        builder.prefix(".catalog9-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: what the mask of the process leaves of it.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = BufWriter::new(builder.tempfile_in(folder_of(path))?);
        Ok(Self { file, styles: (!is_binary).then(StripBytes::new), path: path.to_owned() })
    }

    /// The same file with another name in its folder.
    pub(in crate::cli) fn named(self, name: &str) -> Self {
        let path = folder_of(&self.path).join(name);
        Self { path, ..self }
    }

    /// Gives the file its name, once it is on the medium.
    pub(in crate::cli) fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        // So that the name is there as well after a power failure; not every file system can do it.
        let _ = File::open(folder_of(&self.path)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.styles {
            Some(styles) => styles.strip_next(bytes).try_for_each(|part| self.file.write_all(part))?,
            None => self.file.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
