"""Every request of the connector, and every answer of the stand-in, against Shopee's own documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.shopee import NOT_FOR_SERVICE
from connectors.sandbox.web import Request, Response
from tests.connectors.suite import SINCE, Lab

SPECS = Path(__file__).parents[4] / "shared" / "reference" / "specs" / "shopee"
UNDOCUMENTED = ("/api/v2/sellerchat/", "/api/v2/logistics/get_shipping_parameter", "/api/v2/logistics/ship_order",
                "/api/v2/product/get_item_list", "/api/v2/product/get_item_base_info",
                "/api/v2/product/get_model_list")  # fmt: skip
COMMON = {"partner_id", "timestamp", "access_token", "shop_id", "sign"}
NUMBERS = ("int", "int32", "int64", "uint64", "timestamp")
UNLISTED = {"cmt_reply", "error", "message", "request_id"}
"""What the samples hold though the lists of fields do not."""


@pytest.fixture(scope="module")
def specs() -> dict[str, dict[str, Any]]:
    if not SPECS.is_dir():
        pytest.skip(f"{SPECS.name} specifications are not beside the project (../shared/reference/specs)")
    found = [json.loads(path.read_text("utf-8")) for path in sorted(SPECS.glob("*.json"))]
    return {spec["path"]: spec for spec in found}


def wrong(value: Any, kind: str, children: list[dict[str, Any]], where: str) -> Iterator[str]:
    """What of a JSON value is not as its type says."""
    if value is None:
        return
    if kind.endswith("[]"):
        if not isinstance(value, list):
            yield f"{where} is no list"
            return
        for item in value:
            yield from wrong(item, kind[:-2], children, f"{where}[]")
    elif kind == "object":
        if not isinstance(value, dict):
            yield f"{where} is no object"
        elif children:
            yield from fields(value, children, where)
    elif kind in NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int):
            yield f"{where} is no whole number"
    elif kind == "float":
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{where} is no number"
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{where} is no boolean"
    elif not isinstance(value, str):
        yield f"{where} is no text ({kind})"


def fields(value: dict[str, Any], params: list[dict[str, Any]], where: str, *, asked: bool = False) -> Iterator[str]:
    known = {p["name"].strip(): p for p in params}
    for name in value.keys() - known.keys() - UNLISTED:
        yield f"{where}.{name} is not documented"
    for name, param in known.items():
        if name in value:
            yield from wrong(value[name], param["type"], _children(param), f"{where}.{name}")
        elif asked and param.get("required") == "True":
            yield f"{where}.{name} is missing"


def _children(param: dict[str, Any]) -> list[dict[str, Any]]:
    return next((param[key] for key in ("children", "params", "child", "fields") if param.get(key)), [])


def query(request: Request, params: list[dict[str, Any]]) -> Iterator[str]:
    kinds = {p["name"].strip(): p["type"] for p in params}
    given = {key: value for key, value in request.query if key not in COMMON}
    if len(given) + len(COMMON & {k for k, _ in request.query}) != len(request.query):
        yield "a parameter is given twice"
    for name, value in given.items():
        kind = kinds.get(name)
        if kind is None:
            yield f"?{name} is not documented"
        elif kind in NUMBERS and not value.isdecimal():
            yield f"?{name} is no whole number"
    for param in params:
        if param.get("required") == "True" and param["name"].strip() not in given:
            yield f"?{param['name']} is missing"


def everything(lab: Lab) -> list[tuple[Request, Response]]:
    """All that the connector ever asks, with the answers."""
    seen: list[tuple[Request, Response]] = []

    def note(request: Request, response: Response) -> Response:
        seen.append((request, response))
        return response

    lab.change_answers(note)
    for stream in lab.case.streams:
        lab.pull(stream, since=SINCE)
    for kind, name in lab.case.reached(lab):
        lab.connect().fetch(kind, name)
    assert lab.connect().test().ok
    commands = lab.case.commands(lab)
    for deed, command in commands.items():
        if deed != "returns:keep":  # of the same order as returns:cancellation
            lab.connect().find(command)
            lab.connect().send(command, lambda: None)
    return seen


def test_requests_and_answers_are_as_documented(lab: Lab, specs: dict[str, dict[str, Any]]) -> None:
    problems: set[str] = set()
    covered: set[str] = set()
    for request, response in everything(lab):
        if request.path.startswith(UNDOCUMENTED):
            continue
        spec = specs[request.path]
        covered.add(request.path)
        params = spec["params"]["request_params"]
        assert request.method == {1: "POST", 2: "GET"}[spec["method"]]
        found = [*query(request, params if request.method == "GET" else [])]
        if request.method == "POST":
            found += fields(request.json(), params, "body", asked=True)
        answer = json.loads(response.body)
        found += fields(answer, spec["params"]["response_params"], "answer")
        problems |= {f"{request.path}: {text}" for text in found}
    assert not {p for p in problems if "comment_id is no text" not in p}  # the sample there has a number
    assert len(covered) >= 14


def test_what_a_customer_service_app_may_not_call(specs: dict[str, dict[str, Any]]) -> None:
    for path in NOT_FOR_SERVICE:
        assert '"Customer Service"' not in json.dumps(specs[path]["api_permission"]).replace("\\", "")
    for path, spec in specs.items():
        if "returns" in path or "get_order" in path:
            assert '"Customer Service"' in json.dumps(spec["api_permission"]).replace("\\", "")
