"""The guide says what the program does: its commands parse, its keys, fields, sentences and links exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.wire  # noqa: F401 - where the rooms add their query fields
from app.actions import ACTIONS, LEADERS
from app.cli.nouns import NOUNS
from app.cli.options import Usage
from app.cli.options import split as take_options
from app.cli.parsing import command, parser_of
from desk.query import NAMES, SORTS, Context, compile_query, parse
from desk.query.fields import TYPES

ROOT = Path(__file__).parents[2]
GUIDE = sorted((ROOT / "docs" / "guide").glob("*.md"))
PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *GUIDE]
WORKING, QUERY, WRONG = (ROOT / "docs" / "guide" / name for name in (
    "2-working.md", "3-query.md", "5-when-things-go-wrong.md"))  # fmt: skip

SENTENCES = ("Unavailable", "Conflict", "Refused")
FAULTS = ("Temporary", "Throttled", "Permanent", "AuthRevoked", "AuthExpired", "SchemaSurprise", "OutcomeUnknown")
"""The house's errors that a cure belongs to, and the faults of connectors. Invalid and NotFound explain themselves."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(text: str) -> Iterator[str]:
    """Lines of the fenced blocks without a language."""
    for language, body in re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if not language:
            yield from body.splitlines()


def spans(text: str) -> list[str]:
    """Inline code, that of fenced blocks left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def commands(text: str) -> list[list[str]]:
    """What stands behind `deskhand` wherever the page calls it, up to the pipe, sign or comment behind it."""
    found = []
    for line in [*blocks(text), *spans(text)]:
        quoted = re.search(r"#\((deskhand [^)]*)\)", line)
        lexer = shlex.shlex(quoted[1] if quoted else line, posix=True, punctuation_chars="|<>;&")
        lexer.whitespace_split = True
        try:
            words = list(lexer)
        except ValueError:  # a lone quote: prose
            continue
        at = 0
        while at < len(words):
            if not re.fullmatch(r"(\S*/bin/)?deskhand", words[at]) or not _begins(words, at):
                at += 1
                continue
            end = next((i for i in range(at, len(words)) if set(words[i]) <= set("|<>;&")), len(words))
            found.append(words[at + 1 : end])
            at = end
    return found


def _begins(words: list[str], at: int) -> bool:
    """Whether a command may begin at `at`: not the folder or unit that bears the same name."""
    before = words[at - 1] if at else ""
    return not before or set(before) <= set("|;&!") or "=" in before or before in ("if", "!", "N", "then")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_of_a_page_is_understood(page: Path) -> None:
    for words in commands(page.read_text("utf-8")):
        try:
            _options, rest = take_options(words)
            if not rest or rest[0] in ("--help", "COMMAND") or (len(rest) == 1 and rest[0] in NOUNS):
                continue  # the program itself, or a command named in a sentence
            prepare = getattr(command(rest[0]), "prepare", None)
            parser_of(rest[0]).complete_line(prepare(rest[1:]) if prepare else rest[1:])
        except Usage as error:
            pytest.fail(f"{named(page)}: deskhand {' '.join(words)}: {error}")


def test_the_reader_of_commands_finds_them() -> None:
    assert commands("```\necho x | deskhand secret set a/b --stdin  # so\nDESKHAND_AGENT=tom deskhand\n```") == [
        ["secret", "set", "a/b", "--stdin"], []]  # fmt: skip
    assert sum(len(commands(page.read_text("utf-8"))) for page in GUIDE) > 80


KEY = re.compile(r"(\^?[A-Za-z!*/?:.]|Enter|Esc|Tab|S-Tab|Space|Home|End|Up|Down|F\d+|Page(Up|Down))( [A-Za-z!*/])?")


def test_every_key_of_the_guide_exists() -> None:
    known = {key.partition("@")[0] for act in ACTIONS for key in act.keys} | {leader.key for leader in LEADERS}
    for page in (WORKING, WRONG, ROOT / "README.md"):
        for span in spans(page.read_text("utf-8")):
            if KEY.fullmatch(span):
                assert span in known, f"{named(page)}: {span}"


def test_the_table_of_fields_is_the_registry() -> None:
    section = QUERY.read_text("utf-8").split("## Fields")[1].split("\n## ")[0]
    rows = {name: text for name, text, _example in re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", section, re.M)}
    missing = [f"| `{f.name}` | {f.help} | `{f.name}:…` |" for f in NAMES.fields.values() if f.name not in rows]
    assert not missing, "rows for docs/guide/3-query.md:\n" + "\n".join(missing)
    assert rows == {f.name: f.help for f in NAMES.fields.values()}


def test_states_things_words_and_orders_are_all_there() -> None:
    page = set(spans(QUERY.read_text("utf-8")))
    wanted = {f"is:{name}" for name in NAMES.states} | {f"has:{name}" for name in NAMES.things}
    wanted |= {f"type:{name}" for name in TYPES} | {f"sort:{name}" for name in SORTS}
    assert not wanted - page


def test_every_query_of_the_guide_is_understood() -> None:
    context = Context(now=1_795_000_000_000, me="ana", agents={"ana": "Ana"}, channels={"Shop mail": "mail"})
    shown = [s for s in spans(QUERY.read_text("utf-8")) if re.search(r'[\w"][:*]\S|^\w+\*$', s)]
    shown = [s for s in shown if not s.startswith(("deskhand", "f ")) and not s.endswith(":")]
    assert len(shown) > 100
    for text in shown:
        compile_query(parse(text), context)


def _sentences() -> Iterator[tuple[str, str]]:
    """`(file, text)` of every error of `SENTENCES` and `FAULTS` the program can raise; a gap reads `{}`."""
    for room in ("app", "desk", "store", "connectors"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "sandbox" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                    text = _text(node.args[0]) if node.func.id in (*SENTENCES, *FAULTS) else ""
                    if text.replace("{}", "").strip():
                        yield str(path.relative_to(ROOT)), text


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
        node = node.args[0]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{\w*\}", "{}", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def test_every_fault_a_person_may_meet_is_explained() -> None:
    page = WRONG.read_text("utf-8")
    found = dict.fromkeys(_sentences())
    assert len(found) > 90
    missing = [
        f"{path}: {text}" for path, text in found
        if not all(part in page for part in (p.strip() for p in text.split("{}")) if len(part) > 2)
    ]  # fmt: skip
    assert not missing, "not in docs/guide/5-when-things-go-wrong.md:\n" + "\n".join(missing)


@pytest.mark.parametrize("page", [*PAGES, *(ROOT / "docs").glob("*.md")], ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path = target.partition("#")[0]
        assert (page.parent / path).exists(), f"{named(page)}: {target}"
