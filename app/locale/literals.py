"""Finds text a person would read that no catalogue can translate. A tool for those who build Deskhand; not shipped.

It knows the places where text reaches a person (`print`, `notify`, `help=`, `title=`, `Static(…)`, the errors of
`store.errors`) and asks there for `_`, `ngettext` or `N_`. In screens and widgets it also looks at every literal that
reads like a sentence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

ALLOWED = frozenset(
    {
        # Names, the same in every language.
        ("", "Deskhand"),
        ("", "deskhand"),
        ("", "deskhand {}"),
    }
)
"""(module or "" for all, text) of literals that are right as they are."""

_TOOLS = ("app/locale/catalogue.py", "app/locale/literals.py")
_SAID = frozenset({"_", "N_", "ngettext"})
_ERRORS = frozenset({"Invalid", "NotFound", "Refused", "Conflict", "Unavailable"})

# Calls whose positional arguments are shown: the first and the last of them that count.
_SHOWS = {
    "print": (0, 99),
    "write": (0, 0),
    "notify": (0, 0),
    "error": (0, 0),
    "exit": (0, 1),
    "input": (0, 0),
    "getpass": (0, 0),
    "SystemExit": (0, 0),
    "add_argument_group": (0, 1),
    "Binding": (2, 2),
    "Static": (0, 0),
    "Label": (0, 0),
    "Button": (0, 0),
    "Option": (0, 0),
    "Text": (0, 0),
    "Content": (0, 0),
    "styled": (0, 0),
    "from_markup": (0, 0),
}
_KEYWORDS = frozenset(
    "help description title label placeholder tooltip epilog subtitle sub_title border_title border_subtitle "
    "message prompt heading hint empty".split()
)
_ATTRIBUTES = _KEYWORDS | {"TITLE", "SUB_TITLE"}
_NOT_TEXT = frozenset({"CSS", "DEFAULT_CSS", "classes", "id", "CSS_PATH"})
_QUIET_CALLS = frozenset({"query", "query_one", "add_class", "remove_class", "set_class", "execute", "compile"})

_WORD = re.compile(r"[A-Za-z]{2,}")
_READS = re.compile(r"[A-Za-z]{2,}[ :,] ?[A-Za-z{]|\} ?[A-Za-z]{3,}|^\W*[A-Z][a-z]{2,}|[\u3040-\u9fff]")
_SENTENCE = re.compile(r"^\W*[A-Z][a-z]+,? [a-z]|[a-z]{2,} [a-z]{2,} [a-z]{2,}|[\u3040-\u9fff]{2}")


def loose(name: str, source: str) -> list[tuple[int, str]]:
    """`(line, what is wrong)` for the module `name` (its path from the root), in the order of the lines."""
    if name in _TOOLS:
        return []
    tree = ast.parse(source, name)
    found = {(line, text) for line, text in _errors(tree)}
    if name.startswith("app/"):
        shown = set(_shown(tree))
        if name.startswith(("app/screens/", "app/widgets/", "app/workstation")):
            shown |= set(_sentences(tree))
        found |= {
            (line, f"not in the catalogue: {text!r}")
            for line, text in shown
            if not {(name, text), ("", text)} & ALLOWED
        }
        found |= {(line, "looked up at import, before the language is known: mark it with N_") for line in _early(tree)}
    return sorted(found)


def called(call: ast.Call) -> str:
    """The last part of the name of what is called, "" if it has none."""
    return _name(call.func)


def _shown(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = called(node)
            if name not in _SAID | _ERRORS:
                first, last = _SHOWS.get(name, (1, 0))
                for arg in node.args[first : last + 1]:
                    yield from _texts(arg, _READS)
                for keyword in node.keywords:
                    if keyword.arg in _KEYWORDS:
                        yield from _texts(keyword.value, _WORD)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_name(target) in _ATTRIBUTES for target in targets):
                yield from _texts(node.value, _WORD)


def _sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Expr(value=ast.Constant()) | ast.Raise() | ast.Assert():
                continue
            case ast.Call() if called(child) in _SAID | _QUIET_CALLS:
                continue
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target) if _name(target) in _NOT_TEXT:
                continue
            case ast.keyword(arg=name) if name in _NOT_TEXT:
                continue
            case ast.Constant(value=str()) | ast.JoinedStr():
                yield from _texts(child, _SENTENCE)
            case _:
                yield from _sentences(child)


def _errors(tree: ast.AST) -> Iterator[tuple[int, str]]:
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}  # a namesake of the module's own
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in _ERRORS - own:
            for arg in [*node.args[:1], *(k.value for k in node.keywords if k.arg == "next")]:
                for line, text in _texts(arg, _WORD):
                    yield line, f"an error's text must be marked with N_: {text!r}"


def _early(node: ast.AST) -> Iterator[int]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call) and called(child) in {"_", "ngettext"}:
            yield child.lineno
        yield from _early(child)


def _texts(node: ast.expr, shape: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Literal text of `shape` in an expression. Other calls answer for themselves, and `_` has answered."""
    match node:
        case ast.Constant(value=str(text)):
            if shape.search(text):
                yield node.lineno, text
        case ast.JoinedStr(values=parts):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            if shape.search(text):
                yield node.lineno, text
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from _texts(part.value, shape)
        case ast.IfExp(body=yes, orelse=no):
            yield from _texts(yes, shape)
            yield from _texts(no, shape)
        case ast.BinOp(left=left, right=right):
            yield from _texts(left, shape)
            yield from _texts(right, shape)
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            for value in values:
                yield from _texts(value, shape)
        case ast.Call(func=ast.Attribute(value=ast.Constant() as text, attr="format" | "join")):
            yield from _texts(text, shape)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
