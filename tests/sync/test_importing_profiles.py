"""Reports of platforms: known by their header, whatever its order, characters and separator, and read into what they say."""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import CaseRecord, ProductRecord, ReviewRecord
from desk.sync.importing_csv import Table, table
from desk.sync.importing_csv_columns import understood
from desk.sync.importing_csv_facts import Fact, fact
from desk.sync.importing_csv_profiles import KINDS, ORDERS, plain, profile, profiles
from desk.sync.importing_csv_rows import Customer, Order, customer, orders
from desk.sync.importing_csv_run import things
from desk.sync.importing_csv_values import amount, country, instant
from desk.sync.importing_lines import Bad
from store.values import DAY, Money, exponent

NOW = 1_795_000_000_000
NOV_20 = 1_795_132_800_000


def written(path: Path, rows: list[dict[str, str]], separator: str = ",", encoding: str = "utf-8", head: str = "") -> Path:
    out = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    made = csv.DictWriter(out, names, delimiter=separator, lineterminator="\r\n")
    made.writeheader()
    made.writerows(rows)
    path.write_bytes((head + out.getvalue()).encode(encoding))
    return path


def read(path: Path) -> tuple[Table, list[object], list[Bad]]:
    found = table(path)
    good: list[object] = []
    bad: list[Bad] = []
    for batch, wrong, _size in things(found, NOW):
        good += batch
        bad += wrong
    return found, good, bad


AMAZON = [
    {"order-id": "028-1234567-1234567", "order-item-id": "111", "purchase-date": "2026-11-20T00:00:00+00:00",
     "buyer-email": "x7k2m9p4q1w8z@marketplace.amazon.de", "buyer-name": "Jörg", "sku": "L1", "product-name": "Lampe",
     "quantity-purchased": "2", "currency": "EUR", "item-price": "20.00", "item-tax": "3.80", "shipping-price": "2.00",
     "item-promotion-discount": "-1.00", "ship-country": "DE", "ship-service-level": "Standard"},
    {"order-id": "028-1234567-1234567", "order-item-id": "112", "purchase-date": "2026-11-20T00:00:00+00:00",
     "sku": "L2", "product-name": "Schirm", "quantity-purchased": "1", "currency": "EUR", "item-price": "5.00"},
]  # fmt: skip


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_amazon_order_report(tmp_path: Path, separator: str, encoding: str) -> None:
    found, (order,), bad = read(written(tmp_path / "a.csv", AMAZON, separator, encoding))
    assert found.columns.profile.id == "amazon-orders" and not bad
    assert found.columns.unknown == ("ship-service-level",)
    assert isinstance(order, Order)
    assert (order.number, order.customer, order.email) == (
        "028-1234567-1234567", "Jörg", "x7k2m9p4q1w8z@marketplace.amazon.de")  # fmt: skip
    assert (order.total_minor, order.currency, order.country, order.placed_at) == (2980, "EUR", "DE", NOV_20)
    items = [(i.sku, i.quantity, i.price_minor, i.remote_id) for i in order.items]
    assert items == [("L1", 2, 1000, "111"), ("L2", 1, 500, "112")]


SAMPLES: dict[str, dict[str, str]] = {
    "amazon-orders-all": {"amazon-order-id": "028-1", "purchase-date": "2026-11-20", "order-status": "Shipped", "sku": "L1",
                          "fulfillment-channel": "Amazon", "item-price": "9.99", "currency": "GBP",
                          "last-updated-date": "2026-11-21"},
    "amazon-fba-shipments": {"amazon-order-id": "028-1", "shipment-id": "D1", "carrier": "DHL", "tracking-number": "JJD1",
                             "purchase-date": "2026-11-20", "shipment-date": "2026-11-21", "item-price": "9",
                             "currency": "EUR"},
    "amazon-returns": {"Order ID": "028-1", "Return request date": "20-Nov-2026", "Return request status": "Pending",
                       "Amazon RMA ID": "R1", "Return Reason": "CR-DEFECTIVE", "Refunded amount": "9.99",
                       "Currency code": "EUR"},
    "amazon-fba-returns": {"return-date": "2026-11-20T00:00:00+00:00", "order-id": "028-1", "detailed-disposition": "DEFECTIVE",
                           "reason": "DEFECTIVE", "status": "Unit returned to inventory",
                           "license-plate-number": "LPN1"},
    "amazon-settlement": {"settlement-id": "9", "transaction-type": "Refund", "order-id": "028-1", "amount-type": "ItemPrice",
                          "adjustment-id": "A1", "amount": "-9.99", "currency": "EUR", "posted-date": "2026-11-20"},
    "amazon-feedback": {"Datum": "20.11.26", "Bewertung": "2", "Kommentare": "Zu spät", "Bestellnummer": "028-1"},
    "amazon-listings": {"seller-sku": "L1", "item-name": "Lamp", "item-description": "<p>Warm light</p>", "asin1": "B0"},
    "ebay-orders": {"Sales Record Number": "9", "Order Number": "12-1-1", "Buyer Username": "ann_88", "Buyer Name": "Ann",
                    "Ship To Country": "United Kingdom", "Item Title": "Lamp", "Custom Label": "L1", "Quantity": "1",
                    "Sold For": "£9.99", "Total Price": "£12.99", "Sale Date": "20-Nov-26"},
    "ebay-returns": {"Return ID": "5", "Order Number": "12-1-1", "Return Reason": "DEFECTIVE_ITEM",
                     "Return Status": "Return opened",
                     "Date Requested": "Nov-20-26", "Refund Amount": "US $12.99"},
    "shopify-orders": {"Name": "#1001", "Email": "ann@x.example", "Financial Status": "paid", "Currency": "EUR", "Total": "12.90",
                       "Created at": "2026-11-20 08:00:00 +0800", "Lineitem name": "Lamp", "Lineitem quantity": "1",
                       "Lineitem price": "12.90", "Lineitem sku": "L1", "Shipping Country": "AT",
                       "Billing Country": "DE"},
    "shopify-customers": {"First Name": "Ann", "Last Name": "Bee", "Email": "ann@x.example", "Tax Exempt": "no",
                          "Accepts Email Marketing": "yes", "Tags": "vip, wholesale",
                          "Default Address Country Code": "DE"},
    "shopify-products": {"Handle": "lamp", "Title": "Lamp", "Variant SKU": "L1", "Option1 Name": "Colour", "Option1 Value": "Red",
                         "Vendor": "Acme", "Size chart (product.metafields.custom.size_chart)": "S 20 cm<br>M 30 cm"},
    "shopee-orders": {"订单编号": "261120ABC", "订单状态": "已发货", "买家用户名": "ann_88", "订单创建时间": "2026-11-20 00:00",
                      "商品名称": "台灯", "数量": "1", "总金额": "99.00", "币种": "TWD", "国家": "台湾"},
    "shopee-returns": {"Return ID": "7", "Order ID": "261120ABC", "Return Reason": "Damaged", "Status": "Requested",
                       "Create Time": "2026-11-20 00:00", "Refund Amount": "99", "Currency": "SGD"},
    "walmart-orders": {"PO#": "1", "Order#": "200-1", "Order Date": "2026-11-20", "Item Description": "Lamp", "SKU": "L1",
                       "Qty": "1", "Item Cost": "9.99", "Tax": "0.80", "Ship to Country": "USA"},
    "walmart-returns": {"Return Order #": "3", "Customer Order #": "200-1", "Return Reason": "DAMAGED",
                        "Return Date": "11/20/2026",
                        "Refund Amount": "9.99", "Status": "Initiated"},
    "tiktok-orders": {"Order ID": "576", "Order Status": "Shipped", "Order Substatus": "In transit", "Seller SKU": "L1",
                      "Product Name": "Lamp", "Quantity": "1", "Order Amount": "GBP 9.99",
                      "Created Time": "20/11/2026 00:00:00"},
    "tiktok-returns": {"Return Order ID": "40", "Order ID": "576", "Return Reason": "Damaged", "Return Type": "Refund only",
                       "Time Requested": "20/11/2026", "Return Status": "Completed"},
    "woocommerce-orders": {"Date": "2026-11-20 00:00:00", "Order #": "77", "Status": "completed", "Customer": "Ann Bee",
                           "Product(s)": "1× Lamp", "Items sold": "1", "N. Revenue": "12.90",
                           "Attribution": "Organic: Google"},
    "woocommerce-customers": {"Name": "Ann", "Username": "ann", "Last active": "", "Sign up": "2026-01-01",
                              "Email": "ann@x.example",
                              "Country / Region": "DE"},
    "woocommerce-products": {"ID": "5", "Type": "simple", "SKU": "L1", "Name": "Lamp", "Published": "1", "Weight (kg)": "2",
                             "Attribute 1 name": "Colour", "Attribute 1 value(s)": "Red, Blue"},
}  # fmt: skip


@pytest.mark.parametrize("ident", SAMPLES)
def test_a_report_is_known_in_any_order_of_its_columns(tmp_path: Path, ident: str) -> None:
    names = list(SAMPLES[ident].items())
    random.Random(ident).shuffle(names)
    found, good, bad = read(written(tmp_path / "a.csv", [dict(names)]))
    assert found.columns.profile.id == ident
    assert not bad, bad
    (one,) = good
    match one:
        case Order():
            assert one.key and (one.placed_at in (NOV_20, None))
            assert one.items or one.parcels
        case Fact(told=CaseRecord() as case):
            assert (case.opened_at, case.order_id != "") == (NOV_20, True)
        case Fact(told=ReviewRecord() as review):
            assert (review.rating, review.at, review.order_id) == (2, NOV_20, "028-1")
        case Fact(told=ProductRecord() as product):
            assert product.sku == "L1" and product.title == "Lamp"
        case Customer():
            assert one.keys[0] == "email:ann@x.example"


def test_every_profile_of_a_platform_has_a_sample() -> None:
    assert {p.id for p in profiles() if p.required} == {*SAMPLES, "amazon-orders"}


def one(tmp_path: Path, ident: str) -> object:
    return read(written(tmp_path / f"{ident}.csv", [SAMPLES[ident]]))[1][0]


def told(tmp_path: Path, ident: str) -> object:
    found = one(tmp_path, ident)
    assert isinstance(found, Fact)
    return found.told


def test_what_single_reports_say(tmp_path: Path) -> None:
    ebay = one(tmp_path, "ebay-orders")
    assert isinstance(ebay, Order)
    assert (ebay.username, ebay.platform, ebay.country, ebay.total_minor, ebay.currency) == ("ann_88", "ebay", "GB", 1299, "GBP")
    shop = one(tmp_path, "shopify-orders")
    assert isinstance(shop, Order)
    assert (shop.number, shop.country, shop.registration_country) == ("1001", "AT", "DE")
    shopee = one(tmp_path, "shopee-orders")
    assert isinstance(shopee, Order) and (shopee.country, shopee.total_minor) == ("TW", 9900)
    walmart = one(tmp_path, "walmart-orders")
    assert isinstance(walmart, Order) and (walmart.total_minor, walmart.currency, walmart.country) == (1079, "USD", "US")
    woo = one(tmp_path, "woocommerce-orders")
    assert isinstance(woo, Order) and woo.campaign == "Organic: Google"
    someone = one(tmp_path, "shopify-customers")
    assert isinstance(someone, Customer) and (someone.name, someone.consent, someone.tags) == ("Ann Bee", True, "vip, wholesale")


def test_returns_say_whether_somebody_has_to_act(tmp_path: Path) -> None:
    opened = {ident: told(tmp_path, ident) for ident in SAMPLES if "returns" in ident}
    assert {ident: case.open for ident, case in opened.items() if isinstance(case, CaseRecord)} == {
        "amazon-returns": True, "amazon-fba-returns": False, "ebay-returns": True, "shopee-returns": True,
        "walmart-returns": True, "tiktok-returns": False,
    }  # fmt: skip
    refund = opened["tiktok-returns"]
    assert isinstance(refund, CaseRecord) and refund.kind == "refund"
    ebay = opened["ebay-returns"]
    assert isinstance(ebay, CaseRecord) and ebay.amount == Money("USD", 1299)


def test_products_have_facts_and_sizes(tmp_path: Path) -> None:
    shopify = told(tmp_path, "shopify-products")
    assert isinstance(shopify, ProductRecord)
    assert (shopify.specs, shopify.sizes) == ({"Vendor": "Acme", "Colour": "Red"}, "S 20 cm\nM 30 cm")
    woo = told(tmp_path, "woocommerce-products")
    assert isinstance(woo, ProductRecord) and woo.specs == {"Weight": "2", "Colour": "Red, Blue"}
    rows = [{"SKU": "L9", "Name": "Lamp", "Size Chart": "S,M", "spec: Watt": "5", "规格：颜色": "红",
             "Specs": "IP: 44; Base: E27"}]  # fmt: skip
    _, (found,), _ = read(written(tmp_path / "p.csv", rows))
    assert isinstance(found, Fact) and isinstance(found.told, ProductRecord)
    assert found.told.specs == {"IP": "44", "Base": "E27", "Watt": "5", "颜色": "红"}


def test_variants_of_a_product_share_what_only_their_first_row_tells(tmp_path: Path) -> None:
    first = SAMPLES["shopify-products"]
    second = {"Handle": "lamp", "Variant SKU": "L2", "Option1 Value": "Blue"}
    rows = [first, second, {"Handle": "rug", "Title": "Rug", "Variant SKU": "R1"}]
    _, found, _ = read(written(tmp_path / "p.csv", rows))
    products = [f.told for f in found if isinstance(f, Fact) and isinstance(f.told, ProductRecord)]
    assert [(p.sku, p.title) for p in products] == [("L1", "Lamp"), ("L2", "Lamp"), ("R1", "Rug")]
    assert products[1].specs == {"Vendor": "Acme", "Colour": "Blue"}
    assert products[2].specs == {}


def test_what_platforms_write_around_their_tables_is_no_row(tmp_path: Path) -> None:
    path = written(tmp_path / "e.csv", [SAMPLES["ebay-orders"]], head="\r\n")
    path.write_bytes(path.read_bytes() + b"\r\n1 record(s) downloaded\r\nSeller ID : shop\r\n")
    _, good, bad = read(path)
    assert (len(good), bad) == (1, [])
    note = dict.fromkeys(SAMPLES["tiktok-orders"], "Some words") | {"Order ID": "Platform unique order ID."}
    _, good, bad = read(written(tmp_path / "t.csv", [note, SAMPLES["tiktok-orders"]]))
    assert (len(good), bad) == (1, [])


def test_a_person_may_say_what_a_file_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Order ID,Status,Create Time,Return ID\n1,Requested,2026-11-20,9\n")
    assert table(path).columns.profile.id == "returns"
    found = table(path, profile("shopee-returns"))
    (made, _bad, _size), = things(found, NOW)
    assert isinstance(made[0], Fact) and isinstance(made[0].told, CaseRecord) and made[0].told.open


def test_a_column_may_name_the_currency_and_a_zone_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Order,Date,Total (EUR)\n1,2026-11-20 08:00,12.90\n")
    found = table(path, zone=ZoneInfo("Asia/Shanghai"))
    ((order, _size),) = orders(found)
    assert isinstance(order, Order)
    assert (order.total_minor, order.currency, order.placed_at) == (1290, "EUR", NOV_20)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({"rating": "7", "review": "x", "date": "2026-11-20"}, "not a rating"), ({"rating": "4",
        "review": "x"}, "without a date"),
        ({"return id": "1", "order": "", "status": "open", "return date": "2026-11-20"}, "without an order number"),
        ({"sku": "", "title": "x", "specs": "a: b"}, "without an SKU"),
    ],
)  # fmt: skip
def test_rows_that_are_skipped_say_why(tmp_path: Path, rows: dict[str, str], why: str) -> None:
    _, good, (bad,) = read(written(tmp_path / "a.csv", [rows]))
    assert not good and why in bad.reason and bad.name == "a.csv:2"


def test_generic_tables_are_told_apart() -> None:
    assert {
        kind: found.kind if (found := understood(header.split(","))) else None
        for kind, header in {
            "messages": "Message,From,Order,SKU,Rating of talk", "reviews": "Rating,Review,Author,Date",
            "returns": "Return ID,Order,Status",
            "orders": "Order,SKU,Description,Total", "products": "SKU,Name,Description", "customers": "Name,Email,Tags",
        }.items()
    } == {kind: kind for kind in KINDS}  # fmt: skip


def test_names_of_columns_are_unique_within_a_profile() -> None:
    for one in profiles():
        assert one.kind in KINDS
        for names in one.fields.values():
            assert len(set(names)) == len(names)
        required = {name for group in one.required for name in group}
        assert all(plain(name) == name and name for name in required)


# Amounts and times -------------------------------------------------------------------------------------

_THOUSANDS = {".": (",", "'", " ", "\u00a0", "\u202f", "’", ""), ",": (".", "'", " ", "\u00a0", "")}


@given(
    minor=st.integers(-(10**11), 10**11), code=st.sampled_from(["EUR", "USD", "JPY", "KWD", "CNY", "VND", "CHF", "BHD"]),
    point=st.sampled_from([".", ","]), pick=st.integers(0, 6), grouped=st.booleans(),
    place=st.sampled_from(["{} {c}", "{c} {}", "{}{c}", "{c}{}", "{}"]), below=st.sampled_from(["-", "()", "behind", "\u2212"]),
)  # fmt: skip
def test_an_amount_is_read_as_it_was_written(
    minor: int, code: str, point: str, pick: int, grouped: bool, place: str, below: str
) -> None:
    places = exponent(code)
    whole, _, fraction = f"{abs(minor) / Decimal(10) ** places:.{places}f}".partition(".")
    marks = _THOUSANDS[point]
    between = marks[pick % len(marks)] if grouped else ""
    text = f"{int(whole):,}".replace(",", between)
    if not fraction and between in (".", ",") and int(whole) >= 1000 and places == 3:
        return
    if fraction:
        text += point + fraction
    if minor < 0 and below in "-\u2212":
        text = below + text
    elif minor < 0 and below == "behind":
        text += "-"
    written = place.format(text, c=code)
    if minor < 0 and below == "()":
        written = f"({written})"
    assert amount(written, code) == (minor, code)


@given(st.text(alphabet="0123456789.,'-+() €$EURUSkr\u00a0", max_size=16), st.sampled_from(["EUR", "JPY", "KWD", ""]))
def test_whatever_stands_in_a_cell_is_an_amount_or_refused(text: str, code: str) -> None:
    try:
        minor, said = amount(text, code)
    except ValueError:
        return
    assert isinstance(minor, int)
    assert said in ("EUR", "JPY", "KWD", "USD", "") or len(said) == 3
    digits = [c for c in text if c.isdigit()]
    assert digits, "no amount without a digit"
    assert abs(minor) < 10 ** (len(digits) + 3)


@pytest.mark.parametrize("text", ["1.2.3,4", "--5", "(-5)", "5 EUR USD", "5-6", "12.345.67,8,9"])
def test_what_could_be_two_amounts_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        amount(text, "EUR")


@given(st.integers(0, 60 * 365), st.integers(0, 1439), st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]))
def test_a_time_is_read_as_it_was_written(day: int, minute: int, zone: str) -> None:
    from datetime import datetime

    at = day * DAY + minute * 60_000
    there = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    for form in ("%Y-%m-%d %H:%M%z", "%d.%m.%Y %H:%M %z", "%Y/%m/%d %I:%M %p %z", "%d %b %Y %H:%M:%S UTC%z"):
        assert instant(there.strftime(form), True) == at, form


def test_countries_by_code_and_name() -> None:
    names = {"de": "DE", "Deutschland": "DE", "U.S.A.": "US", "UK": "GB", "中国": "CN", "Atlantis": "", "": ""}
    assert {name: country(name) for name in names} == names


# Real samples -----------------------------------------------------------------------------------------


def test_orders_of_real_platforms_go_through_a_sheet_unharmed(root: Path, tmp_path: Path) -> None:
    """Orders of WooCommerce's documentation, written as a person's own sheet would have them."""
    import json

    folder = root.parent / "shared" / "data" / "woocommerce"
    if not folder.is_dir():
        pytest.skip("no samples: ../shared/data/woocommerce is not beside this checkout")
    found = [json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("orders-*.json"))]
    known = {o["number"]: o for one in found for o in (one if isinstance(one, list) else [one]) if "line_items" in o}
    rows = [
        {"Order Number": o["number"], "Date": f"{o['date_created_gmt']}Z", "Status": o["status"], "Total": o["total"],
         "Currency": o["currency"], "Customer": f"{o['billing']['first_name']} {o['billing']['last_name']}",
         "Email": o["billing"]["email"], "Shipping Country": o["shipping"]["country"], "Item SKU": i["sku"] or "",
         "Item Name": i["name"], "Quantity": str(i["quantity"]), "Unit Price": str(i["price"])}
        for o in known.values() for i in o["line_items"]
    ]  # fmt: skip
    assert len(known) > 1
    source, good, bad = read(written(tmp_path / "orders.csv", rows, ";", "utf-16"))
    assert not bad and source.columns.kind == ORDERS and not source.columns.unknown
    for order in good:
        assert isinstance(order, Order)
        real = known[order.number]
        assert Money(order.currency, order.total_minor or 0) == Money.parse(real["total"], real["currency"])
        assert len(order.items) == len(real["line_items"])
        assert order.country == real["shipping"]["country"]


def test_buyers_words_of_a_real_table_are_listed_with_what_is_missing(root: Path) -> None:
    path = root.parent / "shared" / "data" / "intents" / "bitext-8k.csv"
    if not path.is_file():
        pytest.skip("no samples: ../shared/data/intents is not beside this checkout")
    from store.errors import Invalid

    with pytest.raises(Invalid, match="not understood"):
        table(path)
    rows = [r for r in table(path, profile("messages")).rows() if not isinstance(r, Bad)]
    assert len(rows) > 8_000, "a table whose columns are no fields at all is still read row by row"


def test_single_rows_can_be_read_alone(tmp_path: Path) -> None:
    found = table(written(tmp_path / "c.csv", [{"Name": "Ann", "Email": "ann@x.example", "Newsletter": "nein"}]))
    (row,) = found.rows()
    assert not isinstance(row, Bad)
    made = customer(row, found)
    assert isinstance(made, Customer) and made.consent is False
    assert isinstance(fact(row, table(written(tmp_path / "p.csv", [SAMPLES["amazon-listings"]])), NOW), Bad)
