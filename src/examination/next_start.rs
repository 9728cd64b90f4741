//! What is to be said where Windows starts with another control set than it runs with.

use super::Examined;

/// Says of both control sets which is which, before everything else that is said of them.
pub(super) fn tell(examined: &mut [Examined]) {
    let [current, others @ ..] = examined else { return };
    let roles = current.control_set.roles;
    let next = others.iter_mut().find(|other| other.control_set.roles.default);
    let Some(next) = next.filter(|_| roles.current && !roles.default) else { return };
    let [name, name_of_next] = [&*current, &*next].map(name_of);
    let verdict = next.verdict.title();
    let of_next = format!("Windows starts with this control set next time, and not with {name}, with which it runs.");
    next.summary.insert(0, of_next);
    let of_current =
        format!("Windows starts with {name_of_next} next time, and not with {name}. Its verdict: {verdict}.");
    current.summary.insert(0, of_current);
}

fn name_of(examined: &Examined) -> String {
    examined.control_set.name.as_ref().map(|name| name.shortened(100)).unwrap_or_default()
}
