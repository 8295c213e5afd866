"""The tree is whole and speaks of itself only: pinned versions, declared imports, no index, no machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

Project = dict[str, Any]

ROOMS = ("app", "connectors", "desk", "store", "themes")
PACKAGING = ("pyproject.toml", "constraints.txt", "Makefile", ".ci/run")


@pytest.fixture(scope="module")
def project(root: Path) -> Project:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, str]:
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    assert [row for row in rows if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", row)] == []
    return dict(row.split("==") for row in rows)


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=root, capture_output=True)
    if run.returncode:
        pytest.skip("not a git checkout: there is no list of files to look through")
    return [path for name in run.stdout.decode().split("\0") if name and (path := root / name).is_file()]


def test_every_version_is_pinned(project: Project, pins: dict[str, str]) -> None:
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    wanted += project["project"]["optional-dependencies"]["dev"]
    todo, seen = [Requirement(text) for text in wanted], set[str]()
    while todo:
        requirement = todo.pop()
        name = canonical(requirement.name)
        assert name in pins, f"constraints.txt does not pin {name}"
        assert requirement.specifier.contains(pins[name], prereleases=True), f"{requirement}, but pinned {pins[name]}"
        if name not in seen and (requirement.marker is None or requirement.marker.evaluate()):
            seen.add(name)
            todo += needs(requirement)


def test_the_rooms_import_only_what_is_declared(root: Path, project: Project) -> None:
    declared = {canonical(Requirement(text).name) for text in project["project"]["dependencies"]}
    owners = {module: {canonical(name) for name in names} for module, names in packages_distributions().items()}
    tools = {"app/locale/catalogue.py"}  # not shipped
    for room in ROOMS:
        for path in (root / room).rglob("*.py"):
            name = path.relative_to(root).as_posix()
            for module in imported(path) - set(sys.stdlib_module_names) - set(ROOMS):
                owner = owners.get(module, {module})
                assert name in tools or owner & declared, f"{name} imports {module}, of {min(owner)}"


def test_every_folder_of_modules_is_a_package(root: Path) -> None:
    """Without `__init__.py` neither import-linter nor the wheel sees the folder."""
    folders = {path.parent for room in ROOMS for path in (root / room).rglob("*.py")}
    assert [str(f.relative_to(root)) for f in folders if not (f / "__init__.py").exists()] == []


def test_nobody_takes_the_other_sqlite(root: Path) -> None:
    for folder in (*ROOMS, "bench", "tests"):
        for path in (root / folder).rglob("*.py"):
            if b"sqlite3" in path.read_bytes():
                assert "sqlite3" not in imported(path), path.relative_to(root)


def test_packaging_names_no_address(root: Path) -> None:
    options = re.compile(r"\w+://|--(extra-)?index-url|--find-links|--trusted-host|^\s*-[if]\s", re.MULTILINE)
    for name in PACKAGING:
        assert not options.search((root / name).read_text("utf-8")), name


def test_no_file_knows_this_machine(root: Path, tracked: list[Path]) -> None:
    places = {f"{folder}/".encode() for folder in (root.parent, Path.home()) if folder != Path("/")}
    index = re.compile(rb"pypi\.org/simp" + rb"le|files\.pythonho" + rb"sted|/pypi/simp" + rb"le")
    for path in tracked:
        content = path.read_bytes()
        assert not [place for place in places if place in content], path.relative_to(root)
        assert not index.search(content), path.relative_to(root)


def test_links_between_the_pages_lead_somewhere(root: Path) -> None:
    for page in (*root.glob("*.md"), *(root / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(root)} points to {target}"


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(requirement: Requirement) -> list[Requirement]:
    """What a distribution needs here, under the extras asked for; nothing if it was there only for the build."""
    extras = requirement.extras or {""}
    try:
        found = [Requirement(text) for text in distribution(requirement.name).requires or ()]
    except PackageNotFoundError:
        return []
    return [r for r in found if r.marker is None or any(r.marker.evaluate({"extra": extra}) for extra in extras)]


def imported(path: Path) -> set[str]:
    """Top-level names of the modules a file imports, anywhere in it."""
    names = set[str]()
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
