"""What the card of an order says of its countries and its products."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cards import product_lines, whence_lines
from store.sql import history
from store.sql.history import Product
from store.sql.rows import Order
from store.unit import Store
from store.values import SYSTEM
from tests.desk.small import Desk


def order(**more: str) -> Order:
    values = dict.fromkeys(Order._fields, "") | {"id": 1, "placed_at": 0, "total_minor": 0, "updated_at": 0} | more
    return Order(**values)  # type: ignore[arg-type]


def said(lines: object) -> list[str]:
    return ["".join(text for text, _role in line) for line in lines]  # type: ignore[attr-defined]


def test_countries_and_campaign_are_told_where_they_are_known() -> None:
    assert said(whence_lines(order())) == []
    assert said(whence_lines(order(country="DE"))) == ["to DE"]
    whole = order(country="DE", ip_country="DE", registration_country="AT", campaign="autumn")
    assert said(whence_lines(whole)) == ["to DE · ordered from DE · registered in AT · campaign autumn"]


@pytest.mark.parametrize(
    ("ip", "registered", "marked"),
    [("FR", "", True), ("FR", "AT", True), ("FR", "FR", False), ("DE", "FR", False), ("", "FR", False)],
)
def test_an_order_from_a_third_country_is_marked(ip: str, registered: str, marked: bool) -> None:
    (line,) = whence_lines(order(country="DE", ip_country=ip, registration_country=registered))
    assert line[0][0].startswith("▲ ") == marked
    assert line[0][1] == ("warning" if marked else "muted")


def test_facts_and_sizes_fit_a_card() -> None:
    long = Product("L1", "Lamp", '{"Text": "%s"}' % ("x" * 500), "\n".join(f"{n} cm" for n in range(20)))
    lines = said(product_lines([long]))
    assert lines[1] == "PRODUCT L1   Lamp"
    assert len(lines[2]) < 200 and lines[2].endswith("…")
    assert lines[3:6] == ["sizes:", "  0 cm", "  1 cm"] and lines[-1] == "… 12 more"
    assert said(product_lines([Product("L1", "Lamp", "{}", "S, M")]))[-1] == "sizes: S, M"
    assert said(product_lines([Product("L1", "Lamp", "{}", "")])) == []


def test_what_an_account_says_goes_over_what_holds_for_all(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    store: Store = desk.store
    with store.write(SYSTEM) as unit:
        sql = "INSERT INTO product (channel_id, sku, title, specs, sizes) VALUES (?, 'L1', ?, ?, ?)"
        unit.conn.execute(sql, ("", "Lamp", '{"Watt": "5", "Base": "E27"}', "S, M"))
        unit.conn.execute(sql, ("ebay", "Lampe", '{"Watt": "7"}', ""))
    (found,) = history.products(store.conn, "ebay", ["L1", "X"])
    assert found == Product("L1", "Lampe", '{"Watt": "7", "Base": "E27"}', "S, M")
    (found,) = history.products(store.conn, "mail", ["L1"])
    assert found.title == "Lamp"
    desk.close()
