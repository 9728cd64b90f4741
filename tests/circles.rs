//! No circle of files: read from the `use` lines and the paths of every source file.
//!
//! A file uses the file in which a name is declared: re-exports are followed. A module and the modules within it are one
//! thing seen from near and far, so what a file uses of the modules that enclose it does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::architecture::{source_folder, sources};

/// A module: the names on the way to it.
type Module = Vec<String>;

/// The sources by module, without comments and unit tests.
fn modules(folder: &Path) -> BTreeMap<Module, String> {
    let mut modules = BTreeMap::new();
    for file in sources(folder) {
        let within = file.strip_prefix(folder).unwrap().with_extension("");
        let mut module: Module = within.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
        module.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
        let source = std::fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = source.lines().map(|line| line.split("//").next().unwrap());
        modules.entry(module).or_insert_with(String::new).push_str(&lines.collect::<Vec<_>>().join("\n"));
    }
    modules
}

/// Each path that a `use` names, with the braces written out.
fn spelled_out(tree: &str) -> Vec<String> {
    let Some((before, rest)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let within = rest.rsplit_once('}').unwrap().0;
    let (mut depth, mut begin, mut parts) = (0, 0, Vec::new());
    for (index, character) in within.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&within[begin..index]);
                begin = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&within[begin..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(spelled_out).map(|part| format!("{before}{part}")).collect()
}

/// The path from the crate's root; `None` where it leads into another crate.
fn absolute(path: &str, module: &Module, modules: &BTreeMap<Module, String>) -> Option<Module> {
    let mut names = path.split("::").map(|name| name.trim().to_owned()).peekable();
    let mut base = match names.peek()?.as_str() {
        "crate" => Vec::new(),
        "self" | "super" => module.clone(),
        first => {
            let within = [module.as_slice(), &[first.to_owned()]].concat();
            return modules.contains_key(&within).then(|| module.iter().cloned().chain(names).collect());
        }
    };
    while let Some(name) = names.next_if(|name| ["crate", "self", "super"].contains(&name.as_str())) {
        if name == "super" {
            base.pop();
        }
    }
    Some(base.into_iter().chain(names).collect())
}

/// What a source names: the paths of its `use` lines, each with whether it is handed on, and those within its text.
fn named(source: &str) -> (Vec<(bool, String)>, Vec<String>) {
    let (mut imports, mut text) = (Vec::new(), String::new());
    let mut rest = source;
    while let Some(begin) = rest.find("use ") {
        let line_begin = rest[..begin].rfind('\n').map_or(0, |end| end + 1);
        let before = rest[line_begin..begin].trim();
        let is_import = before.is_empty() || before.starts_with("pub");
        let end = rest[begin..].find(';').map_or(rest.len(), |end| begin + end);
        if is_import {
            text.push_str(&rest[..line_begin]);
            let tree: String = rest[begin + 4..end].split_whitespace().collect::<Vec<_>>().join(" ");
            imports.extend(spelled_out(&tree).into_iter().map(|path| (!before.is_empty(), path)));
            rest = &rest[end..];
        } else {
            text.push_str(&rest[..begin + 4]);
            rest = &rest[begin + 4..];
        }
    }
    text.push_str(rest);
    let is_part = |character: char| character.is_alphanumeric() || character == '_' || character == ':';
    let paths = text.split(|character| !is_part(character)).filter(|word| word.contains("::"));
    (imports, paths.map(|path| path.trim_end_matches(':').to_owned()).collect())
}

/// Which module uses which.
fn uses(modules: &BTreeMap<Module, String>) -> BTreeMap<&Module, BTreeSet<Module>> {
    let (mut handed_on, mut named_paths) = (BTreeMap::new(), Vec::new());
    for (module, source) in modules {
        let (imports, paths) = named(source);
        for (is_handed_on, import) in imports {
            let (path, alias) = import.split_once(" as ").unwrap_or((&import, ""));
            let Some(path) = absolute(path, module, modules) else { continue };
            if is_handed_on {
                let name = if alias.is_empty() { path.last().unwrap().clone() } else { alias.to_owned() };
                handed_on.insert([module.as_slice(), &[name]].concat(), path);
            } else {
                named_paths.push((module, path));
            }
        }
        named_paths.extend(paths.iter().filter_map(|path| Some((module, absolute(path, module, modules)?))));
    }
    let declared_in = |mut path: Module| {
        for _ in 0..10 {
            let length = (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]))?;
            match path.get(..=length).and_then(|name| handed_on.get(name)) {
                Some(other) => path = [other.as_slice(), &path[length + 1..]].concat(),
                None => return Some(path[..length].to_vec()),
            }
        }
        None
    };
    let mut uses: BTreeMap<&Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, path) in named_paths {
        if let Some(other) = declared_in(path)
            && !module.starts_with(&other)
        {
            uses.entry(module).or_default().insert(other);
        }
    }
    uses
}

/// The modules from which one comes back to them, each with those that it uses on the way.
fn circles(folder: &Path) -> Vec<String> {
    let modules = modules(folder);
    let uses = uses(&modules);
    let reached_from = |from: &Module| {
        let (mut reached, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(module) = open.pop() {
            for other in uses.get(&module).into_iter().flatten() {
                if reached.insert(other.clone()) {
                    open.push(other.clone());
                }
            }
        }
        reached
    };
    let all_reached: BTreeMap<&Module, BTreeSet<Module>> =
        modules.keys().map(|module| (module, reached_from(module))).collect();
    let is_circle = |one: &Module, other: &Module| all_reached[other].contains(one);
    let edges = uses.iter().flat_map(|(module, others)| others.iter().map(move |other| (*module, other)));
    let within = edges.filter(|(module, other)| is_circle(module, other));
    within.map(|(module, other)| format!("{} uses {}", module.join("/"), other.join("/"))).collect()
}

#[test]
fn no_files_use_each_other() {
    assert_eq!(circles(&source_folder()), Vec::<String>::new());
}

#[test]
fn a_circle_of_files_is_found() {
    let scratch = tempfile::tempdir().unwrap();
    let write = |name: &str, source: &str| {
        let path = scratch.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, source).unwrap();
    };
    write("lib.rs", "mod one;\nmod two;\npub use one::One;");
    write("one/mod.rs", "mod inner;\npub use self::inner::{Deep as One, Other};\nuse crate::two::Two;");
    write("one/inner.rs", "use super::Other;\npub struct Deep;\nfn f() { crate::three::g() }");
    write("two.rs", "pub struct Two; // use crate::one::Other;\n#[cfg(test)]\nmod tests {\n    use crate::One;\n}");
    write("three.rs", "pub fn g() {}");
    assert_eq!(circles(scratch.path()), Vec::<String>::new(), "comments, tests and enclosing modules do not count");
    write("three.rs", "use crate::{\n    One,\n    two::Two,\n};\npub fn g() {}");
    assert_eq!(circles(scratch.path()), ["one/inner uses three", "three uses one/inner"]);
}
