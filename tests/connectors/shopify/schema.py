"""Checks a document and its variables against a schema in GraphQL's own language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.sandbox.graphql import Field, Operation, Variable, parse

SCHEMA = Path(__file__).parents[4] / "shared/reference/specs/shopify/admin-2025-01.schema.graphql"
NEWER = {("Return", "createdAt"), ("Mutation", "returnProcess"), ("ReturnLineItemType", "processableQuantity"),
         ("ExchangeLineItem", "processableQuantity")}  # fmt: skip
"""What we ask for that is younger than the schema."""
_SCALARS = {"String": str, "ID": str, "Int": int, "Boolean": bool, "Money": str, "URL": str, "UnsignedInt64": str}


@dataclass
class Type:
    kind: str
    fields: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    """Field → its type, and the types of its arguments. An enum's values are fields of type ""."""


class Schema:
    def __init__(self, path: Path) -> None:
        text = re.sub(r'"""(?:(?!""").)*"""', "", path.read_text("utf-8"), flags=re.S)
        text = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
        self.types: dict[str, Type] = {}
        for kind, name, body in re.findall(r"^(type|input|enum|interface) (\w+)[^{]*\{(.*?)^\}", text, re.S | re.M):
            made = self.types[name] = Type(kind)
            if kind == "enum":
                made.fields = {word: ("", {}) for word in re.findall(r"\w+", body)}
                continue
            for found in re.finditer(r"(\w+)\s*(?:\(([^)]*)\))?\s*:\s*([\w\[\]!]+)", body):
                args = dict(re.findall(r"(\w+)\s*:\s*([\w\[\]!]+)", found[2] or ""))
                made.fields[found[1]] = (found[3], args)

    def faults(self, text: str, variables: Mapping[str, Any]) -> list[str]:
        """What is wrong with a document and its variables; nothing is good."""
        wanted = parse(text)
        found = list(self._selection("Mutation" if wanted.kind == "mutation" else "QueryRoot", wanted.fields, wanted))
        for name, declared in wanted.variables.items():
            found += self._value(variables.get(name), declared, f"${name}")
        found += [f"${name} is not declared" for name in variables if name not in wanted.variables]
        return found

    def _selection(self, type_: str, fields: tuple[Field, ...], op: Operation) -> list[str]:
        found: list[str] = []
        known = self.types[type_].fields
        for f in fields:
            if f.name == "...":
                found += self._selection(f.on, f.fields, op)
                continue
            if (type_, f.name) in NEWER:
                continue
            if f.name not in known:
                found.append(f"{type_}.{f.name} is not there")
                continue
            returns, args = known[f.name]
            for name, value in f.args.items():
                if name not in args:
                    found.append(f"{type_}.{f.name}({name}) is not there")
                elif isinstance(value, Variable):
                    declared = op.variables.get(value.name, "")
                    if declared.rstrip("!") != args[name].rstrip("!") or (args[name].endswith("!") > declared.endswith("!")):
                        found.append(f"${value.name} is {declared}, {args[name]} is wanted")
            found += [f"{type_}.{f.name}({n}) is missing" for n, t in args.items() if t.endswith("!") and n not in f.args]
            inner = self.types.get(re.sub(r"[\[\]!]", "", returns))
            if bool(f.fields) != (inner is not None and inner.kind in ("type", "interface")):
                found.append(f"{type_}.{f.name} has no such selection")
            elif f.fields:
                found += self._selection(re.sub(r"[\[\]!]", "", returns), f.fields, op)
        return found

    def _value(self, value: Any, type_: str, where: str) -> list[str]:
        if value is None:
            return [f"{where} is missing"] if type_.endswith("!") else []
        bare = type_.rstrip("!")
        if bare.startswith("["):
            if not isinstance(value, list):
                return [f"{where} is no list"]
            return [fault for n, item in enumerate(value) for fault in self._value(item, bare[1:-1], f"{where}[{n}]")]
        known = self.types.get(bare)
        if known is None:
            return [] if isinstance(value, _SCALARS.get(bare, object)) else [f"{where} is no {bare}"]
        if known.kind == "enum":
            return [] if value in known.fields else [f"{where} is no {bare}: {value}"]
        if not isinstance(value, dict):
            return [f"{where} is no {bare}"]
        found = [f"{where}.{n} is not there" for n in value if n not in known.fields]
        for name, (inner, _) in known.fields.items():
            found += self._value(value.get(name), inner, f"{where}.{name}")
        return found
