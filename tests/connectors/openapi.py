"""A small check of requests against an OpenAPI 3 (or Swagger 2) document: path, method, parameters, JSON body.

It knows what such documents use: `$ref`, object, array, string, integer, number, boolean, enum, required.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.sandbox.web import Request


class Document:
    """One document; `base` is the path its paths hang under."""

    def __init__(self, path: Path, base: str) -> None:
        self._raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
        self._base = base

    def covers(self, request: Request) -> bool:
        return request.path.startswith(self._base)

    def wrong(self, request: Request) -> list[str]:
        """What a request does that the document does not allow; [] where all is well."""
        found = self._operation(request)
        if found is None:
            return [f"{request.method} {request.path}: no such call"]
        item, operation = found
        given = [*item.get("parameters", ()), *operation.get("parameters", ())]
        known = {p["name"]: p for p in map(self._deref, given) if p.get("in") == "query"}
        names = {name for name, _ in request.query}
        problems = [f"{request.path}: unknown parameter {name}" for name in sorted(names - known.keys())]
        problems += [f"{request.path}: {n} is missing" for n, p in known.items() if p.get("required") and n not in names]
        schema = self._body(operation)
        if schema is None and request.body and request.json() not in (None, {}):
            problems.append(f"{request.path}: takes no body")
        elif schema is not None and request.body:
            problems += [f"{request.path}: {what}" for what in self._unlike(schema, request.json(), "body")]
        return problems

    def _operation(self, request: Request) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        place = request.path.removeprefix(self._base)
        best: tuple[int, Mapping[str, Any]] | None = None
        for path, item in self._raw["paths"].items():
            pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(path))
            literal = -path.count("{")
            if re.fullmatch(pattern, place) and request.method.lower() in item and (best is None or literal > best[0]):
                best = (literal, item)
        return (best[1], best[1][request.method.lower()]) if best else None

    def _body(self, operation: Mapping[str, Any]) -> Mapping[str, Any] | None:
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            schema: Mapping[str, Any] = content["application/json"].get("schema", {})
            return schema
        return next((p["schema"] for p in map(self._deref, operation.get("parameters", ())) if p.get("in") == "body"), None)

    def _deref(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            found: Any = self._raw
            for name in node["$ref"].removeprefix("#/").split("/"):
                found = found[name.replace("~1", "/")]
            node = found
        return node

    def _unlike(self, schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
        schema = self._deref(schema)
        for part in schema.get("allOf", ()):
            yield from self._unlike(part, value, where)
        kind, known = schema.get("type"), schema.get("properties")
        types: dict[str, Any] = {
            "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
        }  # fmt: skip
        if kind in types and (not isinstance(value, types[kind]) or (kind in ("integer", "number") and value is True)):
            yield f"{where} is no {kind}"
            return
        if schema.get("enum") and value not in schema["enum"]:
            yield f"{where} is none of {schema['enum']}"
        if isinstance(value, list) and "items" in schema:
            for n, item in enumerate(value):
                yield from self._unlike(schema["items"], item, f"{where}[{n}]")
        if isinstance(value, dict) and known:
            yield from (f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value)
            for name, item in value.items():
                if name not in known:
                    yield f"{where}.{name} is unknown"
                else:
                    yield from self._unlike(known[name], item, f"{where}.{name}")
