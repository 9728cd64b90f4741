//! Warns where the next start of Windows uses another control set than the current one.

use super::Examined;

/// Puts a sentence about this before the others of both control sets.
pub(super) fn tell(examined: &mut [Examined]) {
    let [current, others @ ..] = examined else { return };
    let roles = current.control_set.roles;
    let next = others.iter_mut().find(|other| other.control_set.roles.default);
    let Some(next) = next.filter(|_| roles.current && !roles.default) else { return };
    let [name, name_of_next] = [&*current, &*next].map(name_of);
    let verdict = next.verdict.title();
    let of_next = format!("The next start of Windows uses this control set instead of {name}, the current one.");
    next.summary.insert(0, of_next);
    let of_current = format!(
        "The next start of Windows uses {name_of_next} instead of {name}. Verdict on {name_of_next}: {verdict}."
    );
    current.summary.insert(0, of_current);
}

fn name_of(examined: &Examined) -> String {
    examined.control_set.name.as_ref().map(|name| name.shortened(100)).unwrap_or_default()
}
