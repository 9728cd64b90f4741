//! Which tree is which drive of the computer.

use super::Drive;
use super::search::Search;
use crate::catalog::WindowsFolder;

/// Files that the system folder of every Windows has: it holds them where it was collected as a whole.
pub(super) const SYSTEM_FILES: [&str; 3] = ["ntdll.dll", "kernel32.dll", "ws2_32.dll"];

/// Names that the Windows folder may have where nothing shows which it is.
const WINDOWS_FOLDERS: [&str; 2] = ["Windows", "WINNT"];

/// The drive of Windows, where nothing shows it.
const USUAL: char = 'C';

/// The drive with the Windows folder, and what that is called.
pub(super) fn windows_on(search: &mut Search<'_>, folder: &WindowsFolder) -> Option<(usize, String)> {
    let shown = folder.shown().map(|shown| shown.lossy().rsplit('\\').next().unwrap_or_default().to_owned());
    let names: Vec<String> = match shown {
        Some(name) => vec![name],
        None => WINDOWS_FOLDERS.map(str::to_owned).into(),
    };
    let letter = folder.drive();
    let fits = |drive: &Drive<'_>| match (drive.letter, letter) {
        (Some(own), Some(letter)) => own.eq_ignore_ascii_case(&letter),
        _ => true,
    };
    let drives = search.drives.iter().enumerate().filter(|(_, drive)| fits(drive)).map(|(index, _)| index);
    let mut candidates = drives.flat_map(|drive| names.iter().map(move |name| (drive, name)));
    // The hive shows which of several trees is the right one.
    let found = candidates.find(|(drive, name)| {
        search.holds(*drive, &[name, "System32", "config"], &["SYSTEM"])
            || search.holds(*drive, &[name, "System32"], &SYSTEM_FILES)
    });
    found.map(|(drive, name)| (drive, name.clone()))
}

/// The letters of the drives, of which that one is the drive of Windows. What a collection calls them counts where it calls
/// the drive of Windows as Windows does; otherwise it was made of an image, on a computer with other letters.
pub(super) fn letters(drives: &[Drive<'_>], windows: Option<usize>, folder: &WindowsFolder) -> Vec<Option<char>> {
    let own = windows.and_then(|windows| drives.get(windows)?.files.called());
    let is_of_computer = own.is_some_and(|own| own.eq_ignore_ascii_case(&folder.drive().unwrap_or(USUAL)));
    drives.iter().map(|drive| drive.letter.or_else(|| drive.files.called().filter(|_| is_of_computer))).collect()
}
