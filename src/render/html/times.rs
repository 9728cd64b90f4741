//! When keys were last written, what was logged, and which ids were issued and are gone.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::svg::percent;
use super::words::{Cell, table};
use crate::batch::{DatedEvent, dated_events};
use crate::catalog::{Catalog, FileTime, ProtocolEntry};
use crate::evidence::Event;
use crate::examination::Examination;
use crate::sentence::counted;

/// Marks of one lane at most, side by side.
const BUCKETS: u64 = 96;
/// Height of a lane.
const LANE: usize = 46;
/// Ids that are drawn.
const MOST_IDS: u32 = 2000;
/// 100 ns intervals of a second.
const SECOND: u64 = 10_000_000;

/// A time as people read it, to the second.
pub(in crate::render) fn shown(time: FileTime) -> String {
    match time.timestamp() {
        Some(moment) => moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => time.to_string(),
    }
}

/// The lanes, each with its title.
const LANES: [&str; 4] =
    ["Logged changes of the catalogs", "Keys of the catalogs last written", "Other keys last written", "The hive"];

fn lane(event: &DatedEvent) -> usize {
    match event.event {
        Event::Logged(_) => 0,
        Event::KeyWritten | Event::DeletedKeyWritten if event.path.to_ascii_lowercase().contains("winsock2") => 1,
        Event::KeyWritten | Event::DeletedKeyWritten => 2,
        _ => 3,
    }
}

/// The times of an examination: a picture, and what it is drawn from.
pub(super) fn of(examination: &Examination) -> Markup {
    let mut events: Vec<DatedEvent> = dated_events(examination).filter(|event| event.time.is_plausible()).collect();
    events.sort_by_key(|event| event.time);
    html! {
        @match (events.first(), events.last()) {
            (Some(first), Some(last)) => {
                (picture(&events, first.time.0, last.time.0))
                (listed(&events))
            }
            _ => p { "This evidence records no times." },
        }
        @if !examination.events.is_empty() {
            (table("Changes of the catalogs that Windows logged", &["Change"], examination.events.iter().map(
                |event| vec![Cell::Words(event.sentence())],
            )))
        }
        @for examined in examination.examined.iter().take(1) {
            @if let Some(protocol) = &examined.control_set.catalogs.protocol { (ids(protocol, examination)) }
        }
    }
}

fn picture(events: &[DatedEvent], first: u64, last: u64) -> Markup {
    let span = (last - first).max(SECOND);
    let mut lanes: [BTreeMap<u64, Vec<&DatedEvent>>; LANES.len()] = Default::default();
    for event in events {
        let bucket = u64::try_from(u128::from(event.time.0 - first) * u128::from(BUCKETS) / u128::from(span));
        if let (Some(lane), Ok(bucket)) = (lanes.get_mut(lane(event)), bucket) {
            lane.entry(bucket).or_default().push(event);
        }
    }
    let lanes: Vec<_> = LANES.iter().zip(lanes).filter(|(_, buckets)| !buckets.is_empty()).collect();
    let height = lanes.len() * LANE + 34;
    let date = |time: u64| {
        FileTime(time).timestamp().map(|moment| moment.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
    };
    let ticks = [("0%", "start", first), ("50%", "middle", first + span / 2), ("100%", "end", first + span)];
    let (begin, end) = (shown(FileTime(first)), shown(FileTime(last)));
    let times = counted(events.len(), "time");
    let label = if begin == end { format!("{times}, {begin}") } else { format!("{times} from {begin} to {end}") };
    html! {
        figure.timeline {
            figcaption { (label) ". A larger mark stands for more of them." }
            svg role="img" aria-label=(label) width="100%" height=(height) {
                @for (index, (title, buckets)) in lanes.iter().enumerate() {
                    @let y = index * LANE;
                    text.name x="0" y=(y + 14) { (title) }
                    line.spine x1="0" y1=(y + 30) x2="100%" y2=(y + 30) {}
                    @for (bucket, events) in buckets {
                        circle.(if **title == LANES[0] { "warning" } else { "event" })
                            cx=(percent(2 * bucket + 2, 2 * BUCKETS + 4)) cy=(y + 30) r=(radius(events.len())) {
                            title { (about(events)) }
                        }
                    }
                }
                @for (x, anchor, time) in ticks {
                    line.tick x1=(x) y1="0" x2=(x) y2=(height - 22) {}
                    text.tick x=(x) y=(height - 6) text-anchor=(anchor) { (date(time)) }
                }
            }
        }
    }
}

fn radius(count: usize) -> usize {
    match count {
        0..=1 => 4,
        2..=9 => 6,
        10..=99 => 8,
        _ => 10,
    }
}

fn about(events: &[&DatedEvent]) -> String {
    let [first, last] = [events.first(), events.last()].map(|event| event.map(|event| shown(event.time)));
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
    if first == last { format!("{first}: {}", events.len()) } else { format!("{first} to {last}: {}", events.len()) }
}

/// What happened, the same in one second as one row, the newest first.
fn listed(events: &[DatedEvent]) -> Markup {
    let mut rows: BTreeMap<(u64, &'static str), Vec<&DatedEvent>> = BTreeMap::new();
    for event in events {
        rows.entry((event.time.0 / SECOND, event.event.name())).or_default().push(event);
    }
    let row = |((second, what), events): (&(u64, &'static str), &Vec<&DatedEvent>)| {
        let first = events.first().map(|event| event.path.clone()).unwrap_or_default();
        let more = events.len() - 1;
        let path = if more == 0 { first } else { format!("{first}, and {more} more") };
        vec![Cell::Words(shown(FileTime(second * SECOND))), Cell::Words((*what).to_owned()), Cell::Code(path)]
    };
    html! {
        details {
            summary { (counted(rows.len(), "moment")) ", the newest first" }
            (table("What happened when", &["Time", "What", "Where"], rows.iter().rev().map(row)))
        }
    }
}

/// The ids that the catalog has issued: those that are there, those that carving found, and those that are gone.
fn ids(protocol: &Catalog<ProtocolEntry>, examination: &Examination) -> Markup {
    let entries = protocol.lists().into_iter().flatten().flat_map(|list| list.entries.iter().chain(&list.orphans));
    let present: BTreeSet<u32> = entries.filter_map(|entry| entry.catalog_entry_id).collect();
    let (Some(first), Some(next)) = (present.first().copied(), protocol.next_catalog_entry_id) else { return html! {} };
    let first = first.min(1001);
    let Some(count @ 1..=MOST_IDS) = next.checked_sub(first) else { return html! {} };
    let history = examination.history.iter().flat_map(|history| &history.entries);
    let carved: BTreeSet<u32> = history.filter_map(|former| former.what.catalog_entry_id).collect();
    let gone = (first..next).filter(|id| !present.contains(id)).count();
    let shown = present.range(first..next).count();
    let at = |id: u32| percent(u64::from(id - first), u64::from(count));
    let label = format!("Ids {first} to {}: {shown} in use, {gone} gone", next - 1);
    html! {
        figure.ids {
            figcaption { (label) ". Ids are issued once; a gap is an entry that was there." }
            svg role="img" aria-label=(label) width="100%" height="48" {
                rect.gone x="0" y="4" width="100%" height="22" {}
                @for id in present.range(first..next) {
                    rect.here x=(at(*id)) y="4" width=(percent(1, count.into())) height="22" { title { (id) } }
                }
                @for id in carved.range(first..next).filter(|id| !present.contains(id)) {
                    rect.carved x=(at(*id)) y="4" width=(percent(1, count.into())) height="22" { title { (id) " (carved)" } }
                }
                text.tick x="0" y="42" { (first) }
                text.tick x="100%" y="42" text-anchor="end" { (next - 1) }
            }
            p.legend {
                @for (class, what) in [("here", "in use"), ("gone", "gone"), ("carved", "gone, found by carving")] {
                    span { i.(class) {} (what) }
                }
            }
        }
    }
}
