//! The path of a socket: from the program through LSPs and a base provider to the transport. Sockets that take one path
//! are drawn once, and those that pass nothing but Windows' own as one.

use std::collections::{BTreeMap, HashSet};

use maud::{Markup, html};

use super::lists::by_list;
use super::marks::{Mark, Marks};
use super::svg::{lines, wrapped};
use crate::catalog::provider::name_of;
use crate::catalog::socket::{SocketRequest, answers, by_id, way_down};
use crate::catalog::{CatalogName, EntryList, Facts, Kind, ProtocolEntry, Text};
use crate::examination::Examined;
use crate::sentence::{counted, list_of};

/// Paths of one list that are drawn.
const MOST_PATHS: usize = 24;
/// Kinds of sockets that a picture names.
const MOST_SOCKETS: usize = 8;
/// Names of one provider that are shown.
const MOST_NAMES: usize = 4;
/// Width of a picture, and of its boxes.
const WIDTH: usize = 304;
/// Characters of a line of a name, of a path.
const COLUMNS: [usize; 2] = [38, 40];
/// Height of a line of a name, of a path.
const HEIGHTS: [usize; 2] = [17, 14];
/// Length of an arrow.
const ARROW: usize = 20;

/// A path, and the sockets that take it.
struct Path<'a> {
    /// Whether any socket takes it. Where not, the sockets are those that it is installed for.
    is_taken: bool,
    steps: Vec<Step<'a>>,
    sockets: Vec<SocketRequest>,
    transports: Vec<&'static str>,
}

/// A provider on the way; without an entry an id that no entry has.
struct Step<'a> {
    entry: Option<&'a ProtocolEntry>,
    mark: Mark,
    /// The names that it has on this path, since one DLL serves several sockets under several names.
    names: Vec<String>,
}

/// The paths of a control set.
pub(super) fn of(examined: &Examined) -> Markup {
    let catalogs = &examined.control_set.catalogs;
    if !catalogs.tells(Facts::ATTRIBUTES | Facts::WHOLE_LISTS) {
        return html! { p { "This evidence does not show which provider a socket gets." } };
    }
    let marks = Marks::of(examined);
    let lists = catalogs.protocol_lists().map(|(catalog, list)| (catalog, pictures(&paths(catalog, list, &marks))));
    html! {
        p { "Windows gives a socket to the first entry of the catalog that fits, and that entry decides what the data \
             pass: from the program, at the top, to the transport." }
        (by_list(lists.collect(), |programs, pictures| html! { h3 { (programs) } (pictures) }))
    }
}

fn pictures(paths: &[Path<'_>]) -> Markup {
    html! {
        div.stacks {
            @for path in paths.iter().take(MOST_PATHS) { (picture(path)) }
        }
        @if let Some(more @ 1..) = paths.len().checked_sub(MOST_PATHS) {
            p.more { "… and " (counted(more, "path")) " more." }
        }
    }
}

/// The paths of a list, those with something to look at first.
fn paths<'a>(catalog: CatalogName, list: &'a EntryList<ProtocolEntry>, marks: &Marks<'_>) -> Vec<Path<'a>> {
    let by_id = by_id(&list.entries);
    let mut paths: Vec<Path<'a>> = Vec::new();
    let mut index_of = BTreeMap::new();
    let answers = answers(&list.entries);
    let taken: HashSet<*const ProtocolEntry> = answers.values().map(|entry| std::ptr::from_ref(*entry)).collect();
    // What others have installed is drawn also where no socket takes it.
    let idle = list.entries.iter().filter(|entry| {
        matches!(entry.kind(), Some(Kind::Base | Kind::Chain))
            && !taken.contains(&std::ptr::from_ref(*entry))
            && marks.of_entry(catalog, entry) > Mark::Own
    });
    let idle = idle.filter_map(|entry| {
        let socket = SocketRequest::new(entry.address_family?, entry.socket_type?, entry.protocol?);
        Some((socket, entry, false))
    });
    for (socket, entry, is_taken) in answers.iter().map(|(socket, entry)| (*socket, *entry, true)).chain(idle) {
        let steps: Vec<Step<'a>> = way_down(entry, &by_id)
            .into_iter()
            .map(|entry| Step {
                entry,
                mark: entry.map_or(Mark::Error, |entry| marks.of_entry(catalog, entry)),
                names: entry.map(|entry| entry.name().shortened(120)).into_iter().collect(),
            })
            .collect();
        let is_own = steps.iter().all(|step| step.mark == Mark::Own);
        let key: Vec<_> = steps
            .iter()
            .filter(|_| !is_own)
            .map(|step| (step.mark, step.entry.map(|entry| entry.library_path.as_ref().map(Text::lower))))
            .collect();
        let key = (is_taken, key);
        let transport = steps.last().and_then(|step| step.entry?.provider_id).and_then(name_of);
        let index = *index_of.entry(key).or_insert(paths.len());
        if let Some(path) = paths.get_mut(index) {
            for (known, step) in path.steps.iter_mut().zip(steps).filter(|(known, _)| known.names.len() < MOST_NAMES) {
                known
                    .names
                    .extend(step.names.into_iter().filter(|name| !known.names.contains(name)).collect::<Vec<_>>());
            }
        } else {
            paths.push(Path { is_taken, steps, sockets: Vec::new(), transports: Vec::new() });
        }
        if let Some(path) = paths.get_mut(index) {
            path.sockets.push(socket);
            path.transports.extend(transport.filter(|name| !path.transports.contains(name)));
        }
    }
    paths.sort_by_key(|path| std::cmp::Reverse((path.is_taken && path.worst() > Mark::Own, path.worst())));
    paths
}

impl Path<'_> {
    fn worst(&self) -> Mark {
        self.steps.iter().map(|step| step.mark).max().unwrap_or(Mark::Own)
    }

    /// The sockets that take it, each once: what programs usually ask for, then others.
    fn sockets(&self) -> String {
        let (mut words, mut known) = (Vec::new(), HashSet::new());
        let is_ordinary = |socket: &&SocketRequest| SocketRequest::ORDINARY.contains(socket);
        let ordinary = self.sockets.iter().filter(is_ordinary);
        for socket in ordinary.chain(self.sockets.iter().filter(|socket| !is_ordinary(socket))) {
            let described = socket.described();
            if known.insert(described.clone()) {
                words.push(described);
            }
        }
        let more = words.len().saturating_sub(MOST_SOCKETS);
        if more > 1 {
            words.truncate(MOST_SOCKETS);
            words.push(format!("{more} more"));
        }
        list_of(&words)
    }
}

impl Step<'_> {
    fn name(&self, is_own_path: bool) -> String {
        match self.entry {
            None => "an entry that is missing".to_owned(),
            Some(_) if is_own_path => "Windows' own providers".to_owned(),
            Some(_) => list_of(&self.names),
        }
    }

    fn path(&self) -> String {
        self.entry.and_then(|entry| entry.library_path.as_ref()).map(|path| path.shortened(200)).unwrap_or_default()
    }

    /// What it is called in a path.
    fn role(&self, index: usize, last: usize) -> &'static str {
        match self.entry {
            None => "missing",
            Some(_) if index == last => "base provider",
            Some(_) => "layered provider (LSP)",
        }
    }
}

/// A box: what it is, its name and its path.
struct Shape {
    class: &'static str,
    role: &'static str,
    name: Vec<String>,
    path: Vec<String>,
}

impl Shape {
    fn new(class: &'static str, role: &'static str, name: &str, path: &str) -> Self {
        let [of_name, of_path] = COLUMNS;
        let path = if path.is_empty() { Vec::new() } else { wrapped(path, of_path, 4) };
        Self { class, role, name: wrapped(name, of_name, 6), path }
    }

    fn height(&self) -> usize {
        let [of_name, of_path] = HEIGHTS;
        32 + self.name.len() * of_name + self.path.len() * of_path
    }

    fn draw(&self, y: usize) -> Markup {
        let [of_name, of_path] = HEIGHTS;
        let below = y + 36 + self.name.len() * of_name;
        html! {
            g.(self.class) {
                rect.box x="1" y=(y) width=(WIDTH - 2) height=(self.height()) rx="7" {}
                rect.bar x="1" y=(y + 7) width="4" height=(self.height() - 14) {}
                text.role x="14" y=(y + 17) { (self.role) }
                (lines("name", "14", y + 35, of_name, &self.name))
                (lines("path", "14", below, of_path, &self.path))
            }
        }
    }
}

fn picture(path: &Path<'_>) -> Markup {
    let is_own = path.worst() == Mark::Own;
    let last = path.steps.len().saturating_sub(1);
    let sockets = path.sockets();
    let role = if path.is_taken { "a program opens a socket for" } else { "no socket takes this path; installed for" };
    let mut shapes = vec![Shape::new("plain", role, &sockets, "")];
    shapes.extend(
        path.steps.iter().enumerate().map(|(index, step)| {
            Shape::new(step.mark.class(), step.role(index, last), &step.name(is_own), &step.path())
        }),
    );
    let transports = if path.transports.is_empty() { "its transport".to_owned() } else { list_of(&path.transports) };
    shapes.push(Shape::new("plain", "transport (kernel)", &transports, ""));
    let mut y = 1;
    let mut placed = Vec::new();
    for shape in &shapes {
        placed.push((y, shape));
        y += shape.height() + ARROW;
    }
    let height = y - ARROW + 1;
    let steps: Vec<String> = path
        .steps
        .iter()
        .map(|step| format!("{} ({}, {})", step.name(is_own), step.path(), step.mark.words()))
        .collect();
    let words = format!("{role} {sockets}: {}", steps.join(", then "));
    html! {
        figure.idle[!path.is_taken] {
            svg role="img" aria-label=(words) width=(WIDTH) height=(height) {
                @for (y, shape) in &placed {
                    (shape.draw(*y))
                    @let end = y + shape.height();
                    @if end + ARROW < height {
                        line.arrow x1=(WIDTH / 2) y1=(end) x2=(WIDTH / 2) y2=(end + ARROW - 6) {}
                        polygon.arrow points=(format!(
                            "{},{} {},{} {},{}",
                            WIDTH / 2 - 5, end + ARROW - 7, WIDTH / 2 + 5, end + ARROW - 7, WIDTH / 2, end + ARROW
                        )) {}
                    }
                }
            }
        }
    }
}
