//! What an archive contains, whatever it is: the names of all of its members, as folders and files.
//!
//! Names are text that somebody else has written. They are compared and never joined to a path; `..` is a name like others.

/// How many bytes the names may take, with what is noted beside each.
const LARGEST: usize = 16 << 20;

/// What is noted beside each name, in bytes.
const BESIDE: usize = 48;

/// The names of all members.
#[derive(Debug, Default)]
pub struct Listing {
    /// Sorted by their paths once all of them are known.
    members: Vec<Listed>,
    size: usize,
    is_cut_off: bool,
}

/// A member.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    /// Names of folders and its own, separated by `/`.
    path: Box<str>,
    /// Its place among all.
    index: usize,
    is_link: bool,
}

/// Something in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Child {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A link, or a file that is stored as a link to another one.
    Link,
}

impl Listing {
    /// Adds a member.
    pub(super) fn add(&mut self, index: usize, name: &str, is_link: bool) {
        self.size = self.size.saturating_add(name.len()).saturating_add(BESIDE);
        self.is_cut_off |= self.size > LARGEST;
        if !self.is_cut_off {
            let names = name.split(['/', '\\']).filter(|name| !name.is_empty() && *name != ".");
            let path = names.collect::<Vec<_>>().join("/").into_boxed_str();
            self.members.push(Listed { path, index, is_link });
        }
    }

    /// No more members come; where those that came are not all, what is not listed may be there all the same.
    pub(super) fn close(&mut self, is_whole: bool) {
        self.is_cut_off |= !is_whole;
        self.members.shrink_to_fit();
        self.members.sort_unstable();
    }

    /// Whether it lists every member.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.is_cut_off
    }

    /// How many members it lists.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it lists none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The paths of all members, sorted, with `/` between their names.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| &*member.path)
    }

    /// The place among all members of the one with that path; of several the first one.
    #[must_use]
    pub fn index_of(&self, path: &str) -> Option<usize> {
        let at = self.members.partition_point(|member| *member.path < *path);
        self.members.get(at).filter(|member| &*member.path == path).map(|member| member.index)
    }

    /// Whether there is a folder of that path.
    #[must_use]
    pub fn has_folder(&self, path: &str) -> bool {
        self.children(path).next().is_some()
    }

    /// What lies in the folder of that path, which is empty for that of all. A name may come more than once.
    pub fn children(&self, folder: &str) -> impl Iterator<Item = (&str, Child)> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut at = self.members.partition_point(|member| *member.path < *prefix);
        std::iter::from_fn(move || {
            let member = self.members.get(at)?;
            let rest = member.path.strip_prefix(prefix.as_str())?;
            let Some((name, _)) = rest.split_once('/') else {
                at += 1;
                return Some((rest, if member.is_link { Child::Link } else { Child::File }));
            };
            // Everything in that folder stands together; the character after `/` ends it.
            let end = format!("{prefix}{name}0");
            at += self.members.get(at..)?.partition_point(|member| *member.path < *end);
            Some((name, Child::Folder))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(names: &[&str]) -> Listing {
        let mut listing = Listing::default();
        for (index, name) in names.iter().enumerate() {
            listing.add(index, name.trim_start_matches('@'), name.starts_with('@'));
        }
        listing.close(true);
        listing
    }

    fn children(listing: &Listing, folder: &str) -> Vec<(String, Child)> {
        listing.children(folder).map(|(name, child)| (name.to_owned(), child)).collect()
    }

    #[test]
    fn a_folder_has_what_lies_in_it_and_nothing_deeper() {
        let listing = listing(&["C/a/x", "C/a-b/y", "C/a", "C/a/z/z", "@C/link", "C/a0", "D/x"]);
        let file = |name: &str| (name.to_owned(), Child::File);
        let folder = |name: &str| (name.to_owned(), Child::Folder);
        assert_eq!(children(&listing, ""), [folder("C"), folder("D")]);
        let link = ("link".to_owned(), Child::Link);
        assert_eq!(children(&listing, "C"), [file("a"), folder("a-b"), folder("a"), file("a0"), link]);
        assert_eq!(children(&listing, "C/a"), [file("x"), folder("z")]);
        assert_eq!(children(&listing, "C/nothing"), []);
        assert!(listing.has_folder("C/a/z") && !listing.has_folder("C/a0"));
        assert_eq!((listing.index_of("C/a/z/z"), listing.index_of("C/a/z")), (Some(3), None));
    }

    #[test]
    fn names_are_compared_and_lead_nowhere() {
        let listing = listing(&["/abs/x", "../up/x", r".\back\slash", "a//b/./c", "x", "x", ""]);
        assert_eq!(listing.paths().collect::<Vec<_>>(), ["", "../up/x", "a/b/c", "abs/x", "back/slash", "x", "x"]);
        let twice = children(&listing, "").iter().filter(|(name, _)| name == "x").count();
        assert_eq!(twice, 2, "two members of one name are two files");
    }

    #[test]
    fn more_names_than_are_kept_are_not_all() {
        let mut listing = Listing::default();
        let name = "x".repeat(LARGEST / 4);
        for index in 0..3 {
            listing.add(index, &name, false);
        }
        assert!(listing.is_whole());
        listing.add(3, &name, false);
        listing.close(true);
        assert!(!listing.is_whole());
        assert_eq!(listing.len(), 3);
        let mut ended = Listing::default();
        ended.close(false);
        assert!(!ended.is_whole());
    }
}
