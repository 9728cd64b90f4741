"""What packages and publishes catalog9 names files, versions and options that exist, and the steps of the action run."""

import hashlib
import os
import pathlib
import re
import shlex
import subprocess

import pytest
import yaml

PROJECT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = PROJECT / "target" / "debug" / "catalog9"
FIXTURE = PROJECT / "fixtures" / "layered-provider-effective" / "SYSTEM"


def read(*names):
    return PROJECT.joinpath(*names).read_text()


def version():
    return re.search(r'^version = "(.*)"', read("Cargo.toml"), re.MULTILINE)[1]


# Where the version stands beside Cargo.toml, in forms that cannot read it from there.
VERSIONS = {
    "CITATION.cff": r"^version: (.*)$",
    "integrations/packaging/Dockerfile": r"^ARG VERSION=(.*)$",
    "integrations/openrelik/Dockerfile": r"^ARG VERSION=(.*)$",
    "integrations/openrelik/compose.yml": r"^ +image: openrelik-worker-catalog9:(.*)$",
    "integrations/openrelik/pyproject.toml": r'^version = "(.*)"$',
    "integrations/python/Cargo.toml": r'^version = "(.*)"$',
    "integrations/web/Cargo.toml": r'^version = "(.*)"$',
    "integrations/web/loader/Cargo.toml": r'^version = "(.*)"$',
    "tests/synth/Cargo.toml": r'^version = "(.*)"$',
}


@pytest.mark.parametrize("path, pattern", VERSIONS.items())
def test_versions_agree(path, pattern):
    if os.environ.get("SNAPSHOTS") == "overwrite":
        text = read(path)
        found = re.search(pattern, text, re.MULTILINE)
        PROJECT.joinpath(path).write_text(text[: found.start(1)] + version() + text[found.end(1) :])
    assert re.findall(pattern, read(path), re.MULTILINE) == [version()]


def test_no_other_file_names_the_version():
    names = subprocess.run(["git", "grep", "-lF", version()], cwd=PROJECT, capture_output=True, text=True, check=True)
    others = set(names.stdout.split()) - set(VERSIONS) - {"Cargo.toml", "CHANGELOG.md"}
    # Lists of crates, in which others may have that version; and results of earlier versions.
    others = {name for name in others if not name.endswith(".lock") and not name.startswith(("fixtures/", "fuzz/"))}
    assert others <= {"tests/scan/v1.jsonl"}


def test_what_is_yaml_can_be_read():
    paths = [path for path in PROJECT.joinpath(".github").rglob("*.y*ml")]
    paths += [PROJECT / name for name in ("CITATION.cff", ".pre-commit-hooks.yaml")]
    for path in paths:
        assert yaml.safe_load(path.read_text()), path
    for path in PROJECT.glob(".github/ISSUE_TEMPLATE/*.yml"):
        form = yaml.safe_load(path.read_text())
        if path.name != "config.yml":
            assert {"name", "description", "body"} <= set(form), path
    citation = yaml.safe_load(read("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)


def actions(document):
    """The actions of others that a workflow uses."""
    return re.findall(r"uses: (\S+)", document)


@pytest.mark.parametrize("path", [".github/workflows/release.yml", "docs/ci.md"])
def test_actions_of_others_are_pinned(path):
    used = [action for action in actions(read(path)) if not action.startswith("OWNER/")]
    assert used
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action


def action_step(name):
    """The script of a step of the action."""
    action = yaml.safe_load(read("integrations", "action", "action.yml"))
    (step,) = [step for step in action["runs"]["steps"] if step["name"] == name]
    assert set(re.findall(r"inputs\.([\w-]+)", str(step))) <= set(action["inputs"])
    # Nothing from outside is a part of the script.
    assert "${{" not in step["run"]
    return step["run"]


def run_step(name, folder, **environment):
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", action_step(name)],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(folder),
            "GITHUB_STEP_SUMMARY": str(folder / "page"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_scans_writes_both_reports_and_fails_the_job(tmp_path):
    tmp_path.joinpath("catalog9").symlink_to(PROGRAM)
    evidence = tmp_path / "evidence; touch injected"
    evidence.mkdir()
    evidence.joinpath("SYSTEM").write_bytes(FIXTURE.read_bytes())
    for level, code in (("warning", 1), ("never", 0)):
        result = run_step("Scan", tmp_path, PATHS=f"{evidence.name}\n", FAIL_ON=level, SARIF=f"{level}.sarif")
        assert result.returncode == code, result.stderr
        assert "layered-provider-effective" in tmp_path.joinpath(f"{level}.sarif").read_text()
    assert "layered-provider-effective" in tmp_path.joinpath("page").read_text()
    assert not tmp_path.joinpath("injected").exists()


def test_the_action_refuses_a_release_with_another_checksum(tmp_path):
    # A program called curl that writes what it is asked for.
    tmp_path.joinpath("curl").write_text('#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done\necho other >"$2"\n')
    tmp_path.joinpath("curl").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "RUNNER_OS": "Linux",
        "RUNNER_ARCH": "X64",
        "VERSION": version(),
        "URL": "https://example.invalid",
    }
    for checksum, code in (("0" * 64, 1), (hashlib.sha256(b"other\n").hexdigest(), 0)):
        result = run_step("Fetch the release and check it", tmp_path, SHA256=checksum, **environment)
        assert result.returncode == code, result.stderr
        assert os.access(tmp_path / "catalog9", os.X_OK) == (code == 0)


def test_the_hook_examines_the_files_that_it_is_given():
    (hook,) = yaml.safe_load(read(".pre-commit-hooks.yaml"))
    assert re.search(hook["files"], "evidence/SYSTEM") and not re.search(hook["files"], "evidence/SYSTEM.txt")
    program, *arguments = shlex.split(hook["entry"])
    assert program == "catalog9"
    result = subprocess.run([PROGRAM, *arguments, FIXTURE], capture_output=True, text=True, check=False)
    assert result.returncode == 1 and "layered-provider-effective" in result.stdout


def test_the_formula_has_a_place_for_every_value_and_dist_fills_it():
    places = set(re.findall(r"@([A-Z_]+)@", read("integrations", "packaging", "catalog9.rb")))
    assert places == set(re.findall(r"s\|@([A-Z_]+)@\|", read("integrations", "packaging", "dist")))


def test_what_the_package_of_debian_holds_exists():
    manifest = read("Cargo.toml")
    section = manifest[manifest.index("[package.metadata.deb]") :]
    for source in re.findall(r'^    \["([^"]+)", "usr/', section, re.MULTILINE):
        assert source.startswith("target/") or PROJECT.joinpath(source).is_file(), source
