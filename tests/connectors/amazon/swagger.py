"""Checks requests against Amazon's own Swagger 2.0 files, and lists the sandbox pairs in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from connectors.sandbox.web import Request

SPECS = Path(__file__).parents[4] / "shared/reference/specs/amazon"
ELSEWHERE = re.compile(r"/(auth|documents)/")
"""Sign-in and the servers documents lie on are not part of the API."""


class Pair(NamedTuple):
    """A request and its answer as Amazon's sandbox gives them."""

    file: str
    method: str
    path: str
    status: int
    request: Mapping[str, Any]
    response: Any


@cache
def specs() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(SPECS.glob("*.json"))}


def pairs() -> Iterator[Pair]:
    for file, spec in specs().items():
        for path, methods in spec["paths"].items():
            for method, call in methods.items():
                for status, answer in call.get("responses", {}).items() if isinstance(call, dict) else ():
                    for pair in answer.get("x-amzn-api-sandbox", {}).get("static", ()):
                        request = pair.get("request", {}).get("parameters", {})
                        yield Pair(file, method.upper(), path, int(status), request, pair.get("response"))


def examples() -> Iterator[Pair]:
    """Answers that the files show as examples; no request belongs to them."""
    for file, spec in specs().items():
        for path, methods in spec["paths"].items():
            for method, call in methods.items():
                for status, answer in call.get("responses", {}).items() if isinstance(call, dict) else ():
                    for told in answer.get("examples", {}).values():
                        yield Pair(file, method.upper(), path, int(status), {}, told)


def faults(request: Request) -> list[str]:
    """What is wrong with a request; nothing is good."""
    for spec in specs().values():
        for path, methods in spec["paths"].items():
            call = methods.get(request.method.lower())
            if call and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path.replace("{resource}", ".+")), request.path):
                return list(_call(spec, [*methods.get("parameters", ()), *call.get("parameters", ())], request))
    return [f"no such call: {request.method} {request.path}"]


def _call(spec: Any, parameters: list[Any], request: Request) -> Iterator[str]:
    known = {p["name"]: p for p in (_followed(spec, p) for p in parameters)}
    given = dict(request.query)
    yield from (f"unknown parameter {name}" for name in given if known.get(name, {}).get("in") != "query")
    for name, p in known.items():
        if p["in"] == "query" and p.get("required") and not given.get(name):
            yield f"{name} is missing"
        if p["in"] == "query" and name in given:
            value: Any = given[name]
            if p.get("type") == "array":
                value = value.split(",")
            elif p.get("type") == "integer":
                value = int(value)
            yield from _value(spec, p, value, name)
        if p["in"] == "body":
            yield from _value(spec, p["schema"], request.json(), "body")


def _followed(spec: Any, schema: Any) -> Any:
    while "$ref" in schema:
        kind, name = schema["$ref"].split("/")[-2:]
        schema = spec[kind][name]
    return schema


def _value(spec: Any, schema: Any, value: Any, where: str) -> Iterator[str]:
    schema = _followed(spec, schema)
    kinds: dict[str, Any] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    if not isinstance(value, kinds.get(schema.get("type", ""), object)):
        yield f"{where} is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is none of its words: {value}"
    if isinstance(value, str) and len(value) > schema.get("maxLength", 1 << 30):
        yield f"{where} is too long"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where} is out of its bounds"
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 1 << 30):
            yield f"{where} has a wrong number of items"
        for n, item in enumerate(value):
            yield from _value(spec, schema.get("items", {}), item, f"{where}[{n}]")
    if isinstance(value, dict):
        yield from (f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, inner in value.items():
            if name not in schema.get("properties", {name: {}}):
                yield f"{where}.{name} is not there"
            else:
                yield from _value(spec, schema.get("properties", {}).get(name, {}), inner, f"{where}.{name}")
