//! A plan that repairs the catalogs of a registry, and its proof. Nothing here changes anything but a copy in memory.

mod change;
mod file;
mod guide;
mod ids;
mod items;
mod keys;
mod left;
mod missing;
mod numbering;
mod proof;
mod refusal;
mod removal;
mod restore;
mod script;
mod step;
mod transports;
mod work;

pub use self::guide::Advice;
pub use self::refusal::Refusal;
pub use self::script::Unscriptable;
pub use self::step::{Source, Step, Wanted, What};
pub use self::work::Wishes;

use self::keys::{NAME_SPACE, PROTOCOL, at_mut, set_number, settle};
use self::proof::{Fault, Files};
use self::work::{Other, Work, problems};
use crate::catalog::{Facts, Text, Version, hex};
use crate::comparison::states::{Comparison, State, compare, is_other_host, is_other_windows};
use crate::evidence::{Kind, Recovery, Registry, Roles, Value};
use crate::examination::{Examination, Examined, Options, examine_again};
use crate::finding::Finding;

/// Bytes of memory that a registry may take, of which a repair makes several copies, in registration files too.
const LARGEST: usize = 2 << 20;

/// How often the registry is examined again before a repair is given up: each time at least one thing was changed.
const MOST_ROUNDS: usize = 16;

/// The facts that a registry must show, so that nothing is overwritten that nobody has seen.
const NEEDED: Facts = Facts::ENTRIES
    .union(Facts::IDS)
    .union(Facts::CHAINS)
    .union(Facts::KEYS)
    .union(Facts::COUNTS)
    .union(Facts::ITEM_BYTES)
    .union(Facts::NAME_SPACES)
    .union(Facts::PARAMETERS)
    .union(Facts::WHOLE_LISTS);

/// A plan: what is wrong, what a repair changes, and what people do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// What the evidence is called.
    pub path: Text,
    /// What kind of evidence it is.
    pub kind: Kind,
    /// Name of the computer.
    pub host: Option<Text>,
    /// Which Windows it is, in words.
    pub windows: String,
    /// The control set that the plan is for; `None` where the evidence has no control sets.
    pub control_set: Option<Text>,
    /// What is wrong: everything above a note.
    pub problems: Vec<Finding>,
    /// What a repair does, in its order.
    pub steps: Vec<Step>,
    /// The problems that a repair leaves alone, each with the reason.
    pub left: Vec<(Finding, &'static str)>,
    /// What the repair changes, as a comparison of the two states; `None` where there is no repair.
    pub changes: Option<Comparison>,
    /// What people do, in their order.
    pub guide: Vec<Advice>,
    /// How many sections msinfo32 shows afterwards; `None` where that is not known.
    pub sections: Option<usize>,
    /// The registration files, or why there are none.
    pub files: Result<Repair, Refusal>,
}

/// A repair as two registration files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repair {
    /// Makes the repair: UTF-16LE with its mark, as regedit reads it.
    pub fix: Vec<u8>,
    /// Takes it back.
    pub undo: Vec<u8>,
    /// Makes the repair as a PowerShell script in ASCII, which checks first; or why there is none.
    pub script: Result<Vec<u8>, Unscriptable>,
}

/// How a plan is made.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What is to be kept and removed.
    pub wishes: Wishes,
    /// Name of the control set that the files write to; `None` for the running one.
    pub control_set: Option<String>,
    /// Other evidence of the same computer, with what is good: examined like the evidence itself.
    pub restore_from: Option<Examination>,
}

/// What the rounds came to.
struct Tried<'a> {
    work: Work<'a>,
    before: Examined,
    after: Examined,
}

/// Plans the repair of the control set that was examined first.
///
/// The examination must have kept its registry ([`Options::keep_registry`]), or there are no files. `options` are those
/// that it was examined with. `None` where it has no control set at all.
#[must_use]
pub fn plan(examination: &Examination, options: &Options, request: &Request) -> Option<Plan> {
    let main = examination.main()?;
    let control_set = &main.control_set;
    let catalogs = &control_set.catalogs;
    let problems = |examined: &Examined| problems(examined).cloned().collect::<Vec<Finding>>();
    let mut plan = Plan {
        path: examination.path.clone(),
        kind: examination.kind,
        host: control_set.computer_name.clone(),
        windows: main.baseline.windows_name(catalogs),
        control_set: control_set.name.clone(),
        problems: problems(main),
        steps: Vec::new(),
        left: Vec::new(),
        changes: None,
        guide: Vec::new(),
        sections: main.sections.as_ref().and_then(|sections| sections.expected),
        files: Err(Refusal::Nothing),
    };
    match hindrance(examination, main).and_then(|found| Ok((found, good_state(examination, main, request)?))) {
        Err(refusal) => {
            plan.files = Err(refusal);
            let left = plan.problems.iter().filter_map(|finding| Some((finding.clone(), left::reason(finding)?)));
            plan.left = left.collect();
        }
        Ok(((registry, name), good)) => {
            let others = others(examination, registry, name, good);
            if let Some(tried) = attempt(examination, registry, name, options, (&request.wishes, others)) {
                plan.problems = problems(&tried.before);
                plan.sections = tried.after.sections.as_ref().map(|sections| sections.visible);
                let left = work::problems(&tried.after);
                plan.left = left.filter_map(|finding| Some((finding.clone(), left::reason(finding)?))).collect();
                plan.files = written(&plan, examination, registry, &tried, request);
                if plan.files.is_ok() {
                    plan.changes = Some(changes(examination, &tried));
                }
                plan.steps = tried.work.steps;
            }
        }
    }
    let has_fix = plan.files.is_ok();
    if has_fix || !plan.problems.is_empty() {
        plan.guide = guide::guide(main, has_fix);
    }
    Some(plan)
}

/// The registry and the control set to be repaired, or what stands in the way.
fn hindrance<'e>(examination: &'e Examination, main: &'e Examined) -> Result<(&'e Registry, &'e Text), Refusal> {
    let catalogs = &main.control_set.catalogs;
    if !matches!(examination.kind, Kind::Hive | Kind::Reg) {
        return Err(Refusal::NoRegistry(examination.kind));
    }
    let (Some(registry), Some(name)) = (&examination.registry, &main.control_set.name) else {
        return Err(Refusal::SeveralFiles);
    };
    if catalogs.setup {
        return Err(Refusal::Setup);
    }
    if !examination.recovery.as_ref().is_none_or(Recovery::is_newest) && !examination.as_stored {
        return Err(Refusal::Dirty);
    }
    if catalogs.windows.version.is_some_and(|version| version < Version::W2000) {
        return Err(Refusal::OldWindows);
    }
    if !catalogs.links.is_empty() {
        return Err(Refusal::Links);
    }
    if registry.size() > LARGEST {
        return Err(Refusal::TooLarge);
    }
    if !catalogs.tells(NEEDED) {
        return Err(Refusal::Partial);
    }
    Ok((registry, name))
}

/// The good state that the user names, or why it is not taken.
fn good_state<'a>(
    examination: &Examination,
    main: &Examined,
    request: &'a Request,
) -> Result<Option<Other<'a>>, Refusal> {
    let Some(good) = &request.restore_from else { return Ok(None) };
    let (Some(examined), Kind::Hive | Kind::Reg) = (good.main(), good.kind) else {
        return Err(Refusal::NoGoodState(good.kind));
    };
    let [own, found] = [main, examined].map(|examined| examined.control_set.computer_name.as_ref());
    if let (true, Some(own), Some(found)) = (is_other_host(own, found), own, found) {
        return Err(Refusal::OtherHost { expected: own.clone(), found: found.clone() });
    }
    let [own, found] = [main, examined].map(|examined| &examined.control_set.catalogs);
    if is_other_windows(own, found) {
        let [expected, found] =
            [(main, own), (examined, found)].map(|(examined, catalogs)| examined.baseline.windows_name(catalogs));
        return Err(Refusal::OtherWindows { expected, found });
    }
    if !good.recovery.as_ref().is_none_or(Recovery::is_newest) && !examination.as_stored {
        return Err(Refusal::DirtyGoodState);
    }
    let name = examined.control_set.name.as_ref();
    let keys = good.registry.as_ref().zip(name).and_then(|(registry, name)| registry.control_set(name));
    Ok(Some(Other { source: Source::OtherEvidence(good.path.clone()), catalogs: found.clone(), keys }))
}

/// Repairs a copy of the registry until nothing is left that can be repaired.
fn attempt<'a>(
    examination: &Examination,
    registry: &Registry,
    name: &'a Text,
    options: &Options,
    (wishes, others): (&'a Wishes, Vec<Other<'a>>),
) -> Option<Tried<'a>> {
    let mut work = Work { registry: registry.clone(), name, wishes, others, steps: Vec::new(), needs_windows: false };
    let again = |registry: &Registry| examine_again(registry, name, examination.kind, options);
    let before = again(registry)?;
    let mut examined = before.clone();
    for _ in 0..MOST_ROUNDS {
        let phases =
            [transports::repair, numbering::repair, removal::repair, restore::repair, missing::repair, ids::repair];
        // Each phase builds on what the registry holds: after one that changed it, it is examined again.
        if !phases.iter().any(|repair| repair(&mut work, &examined)) {
            break;
        }
        examined = again(&work.registry)?;
    }
    raise_serial_numbers(&mut work, registry);
    let after = again(&work.registry)?;
    Some(Tried { work, before, after })
}

/// The other states of the system, best first.
fn others<'a>(
    examination: &Examination,
    registry: &'a Registry,
    name: &Text,
    good: Option<Other<'a>>,
) -> Vec<Other<'a>> {
    let other_state = examination.recovery.iter().flat_map(|recovery| &recovery.other);
    let other_state = other_state
        .filter(|control_set| control_set.name.as_ref() == Some(name))
        .map(|control_set| Other { source: Source::OtherState, catalogs: control_set.catalogs.clone(), keys: None });
    let mut others: Vec<Other<'a>> = good.into_iter().chain(other_state).collect();
    let role = |roles: Roles| roles.names().into_iter().next().unwrap_or_default();
    let mut control_sets: Vec<_> =
        registry.control_sets().into_iter().filter(|set| set.name.as_ref() != Some(name)).collect();
    control_sets.sort_by_key(|set| (!set.roles.last_known_good, !set.roles.default));
    others.extend(control_sets.into_iter().filter_map(|control_set| {
        let is_upgrade = control_set.is_of_upgrade();
        let name = control_set.name?;
        let role = role(control_set.roles);
        let keys = registry.control_set(&name);
        let source = if is_upgrade { Source::Upgrade } else { Source::ControlSet { name, role } };
        Some(Other { source, catalogs: control_set.catalogs, keys })
    }));
    others
}

/// Every change of a catalog raises its number.
fn raise_serial_numbers(work: &mut Work<'_>, before: &Registry) {
    let start = before.control_set(work.name).cloned().unwrap_or_default();
    let Some(control_set) = work.control_set() else { return };
    for path in [PROTOCOL, NAME_SPACE] {
        let Some(own) = start.at(path) else { continue };
        let Some(catalog) = at_mut(control_set, path).filter(|catalog| !change::same(own, catalog)) else { continue };
        let serial = own.value("Serial_Access_Num").and_then(Value::number);
        if let Some(serial) = serial {
            set_number(catalog, "Serial_Access_Num", serial.wrapping_add(1));
        }
        settle(catalog);
    }
}

/// The two files, proved.
fn written(
    plan: &Plan,
    examination: &Examination,
    registry: &Registry,
    tried: &Tried<'_>,
    request: &Request,
) -> Result<Repair, Refusal> {
    let name = tried.work.name;
    let keys = [registry.control_set(name), tried.work.registry.control_set(name)];
    let [Some(start), Some(goal)] = keys else { return Err(Refusal::Partial) };
    if tried.work.needs_windows {
        return Err(Refusal::UnknownWindows);
    }
    let is_whole = tried.work.steps.iter().any(|step| step.what == What::AddKey);
    if change::same(start, goal) {
        let unsettled = proof::against(&tried.before, &tried.after, is_whole);
        return Err(if unsettled.is_empty() { Refusal::Nothing } else { Refusal::Unproven(unsettled) });
    }
    let against = proof::against(&tried.before, &tried.after, is_whole);
    if !against.is_empty() {
        return Err(Refusal::Unproven(against));
    }
    let addressed = request.control_set.clone().unwrap_or_else(|| match examination.kind {
        Kind::Reg => name.lossy().into_owned(),
        _ => "CurrentControlSet".to_owned(),
    });
    let [fix_comment, undo_comment] = [true, false].map(|is_fix| comment(plan, examination, tried, &addressed, is_fix));
    let files = proof::files([start, goal], &addressed, [&fix_comment, &undo_comment]);
    let script = || script::of([start, goal], &addressed, plan.host.as_ref(), &fix_comment);
    files.map(|Files { fix, undo }| Repair { fix, undo, script: script() }).map_err(|fault| match fault {
        Fault::Unwritable(name) => Refusal::Unwritable(name),
        Fault::ReadsOtherwise(what) => Refusal::Unproven(vec![what.to_owned()]),
    })
}

/// What stands at the head of a file.
fn comment(plan: &Plan, examination: &Examination, tried: &Tried<'_>, addressed: &str, is_fix: bool) -> Vec<String> {
    let what = if is_fix { "Repairs the Winsock catalogs" } else { "Takes a repair of the Winsock catalogs back" };
    let host = plan.host.as_ref().map_or_else(|| "unknown".to_owned(), |host| host.shortened(60));
    let hash = examination.sha256.map_or_else(|| "not computed".to_owned(), |hash| hex(&hash));
    let mut lines = vec![
        format!("{what}. Written by catalog9 {}.", env!("CARGO_PKG_VERSION")),
        format!("Computer: {host}"),
        format!("Windows:  {}", plan.windows),
        format!("Evidence: {}, {}", plan.path.shortened(100), tried.work.name.shortened(60)),
        format!("SHA-256:  {hash}"),
        format!(
            "Writes to {addressed}. Use it on this computer only, and only while the catalogs are as in the evidence."
        ),
        String::new(),
    ];
    if is_fix {
        lines.push("What it does:".to_owned());
        lines.extend(tried.work.steps.iter().map(|step| format!("  {}", sentence(step))));
        lines.push(
            "A catalog that changes is written whole: entries, counts, then the removal of surplus keys.".to_owned(),
        );
        lines.push(
            "Serial_Access_Num rises by one. To take it back, import the undo file. Restart afterwards.".to_owned(),
        );
    } else {
        lines.push("It gives the catalogs back as they were in the evidence, Serial_Access_Num included.".to_owned());
        lines.push("What was broken or hijacked then is broken or hijacked again. Restart afterwards.".to_owned());
    }
    lines
}

/// A step in words.
#[must_use]
pub fn sentence(step: &Step) -> String {
    let subject = step.subject.shortened(100);
    let place = step.catalog.map(|catalog| format!(" in the {catalog}")).unwrap_or_default();
    let from = step.from.as_ref().map(|text| text.shortened(100));
    let to = step.to.as_ref().map(|text| text.shortened(100)).unwrap_or_default();
    match (step.what, from) {
        (What::RemoveEntry, Some(library)) => format!("removes {subject} ({library}){place}"),
        (What::RemoveEntry, None) => format!("removes {subject}{place}"),
        (What::AddEntry, _) => format!("adds {subject}{place}"),
        (What::AddKey, _) => format!("adds the key {subject}"),
        (What::Restore, Some(from)) => format!("restores {subject}{place}: {from} → {to}"),
        (What::Restore, None) => format!("restores {subject}{place}: {to}"),
        (What::ChangeId, from) => format!("gives {subject}{place} the id {to} instead of {}", from.unwrap_or_default()),
        (What::Renumber, _) => format!("numbers the keys of {subject}{place} without a gap"),
        (What::SetCount, Some(from)) => format!("sets {subject}{place} from {from} to {to}"),
        (What::SetCount, None) => format!("sets {subject}{place} to {to}"),
        (What::RemoveKey, _) => format!("removes the key {subject}"),
        (What::RemoveValue, _) => format!("removes the value {subject}"),
    }
}

/// How the repaired state differs from that of the start.
fn changes(examination: &Examination, tried: &Tried<'_>) -> Comparison {
    let state = |label: &str, examined: &Examined| State {
        label: Text::from(label),
        kind: examination.kind,
        host: examined.control_set.computer_name.clone(),
        control_set: examined.control_set.name.clone(),
        bits: None,
        catalogs: examined.control_set.catalogs.clone(),
        is_newest: true,
    };
    compare(&state("before", &tried.before), &state("after", &tried.after), false)
}
