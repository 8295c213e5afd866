"""`deskhand import` of platforms' reports: a preview that stores nothing, then what they say, and again without doubling."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

AMAZON = (
    "order-id\torder-item-id\tpurchase-date\tbuyer-email\tbuyer-name\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price\t"
    "item-tax\tship-country\tis-prime\n"
    "028-1-1\t11\t2026-11-20T10:00:00+00:00\tx7@marketplace.amazon.de\tJörg\tL1\tLampe\t{quantity}\tEUR\t{price}\t1.00\tDE\ttrue\n"
    "028-1-1\t12\t2026-11-20T10:00:00+00:00\tx7@marketplace.amazon.de\tJörg\tL2\tSchirm\t1\tEUR\t5.00\t\tDE\ttrue\n"
)


def put(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def order(desk: Cli, number: str) -> dict[str, object]:
    (found,) = desk("order", "show", number, "--json").json["orders"]
    assert isinstance(found, dict)
    return found


def test_a_dry_run_says_what_a_file_is_and_stores_nothing(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "amazon.txt.csv", AMAZON.format(quantity=2, price="20.00") + "\t\tno number\n", "cp1252")
    said = desk("import", "--dry-run", path)
    assert said.code == 1, "a row would be left out"
    assert "Amazon: order report" in said.out and "[amazon-orders], cp1252, tab" in said.out
    assert "order-id → number" in said.out and "item-price → line_total, total +" in said.out
    assert "left aside: is-prime" in said.out
    assert "New would be: 1 order. 0 would change" in said.out
    assert "without an order number" in said.err
    assert desk("order", "show", "028-1-1").code == 1
    (table,) = desk("import", "--dry-run", path, "--json").json["tables"]
    assert (table["profile"], table["kind"], table["unknown"]) == ("amazon-orders", "orders", ["is-prime"])


def test_a_report_that_calls_itself_text_is_one(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "1234567890.txt", AMAZON.format(quantity=2, price="20.00"))
    assert desk("import", path, "--json").json["orders"] == 1
    wrong = desk("import", put(tmp_path / "notes.txt", "buy milk\n"))
    assert wrong.code == 1 and "nothing that can be imported" in wrong.err


def test_a_dry_run_of_a_return_that_waits_opens_no_ticket(desk: Cli, tmp_path: Path) -> None:
    row = "Return ID,Order,Status,Reason,Requested\n1,77,open,broken,2039-01-05\n"
    path = put(tmp_path / "r.csv", row)
    before = desk("channel", "list", "--json").out
    said = desk("import", "--dry-run", path)
    assert (said.code, "1 return." in said.out) == (0, True)
    assert desk("count", "", "--json").json["count"] == 0
    assert desk("channel", "list", "--json").out == before
    assert desk("import", path, "--json").json["returns"] == 1
    assert desk("count", "is:open", "--json").json["count"] == 1


def test_a_report_again_brings_up_to_date_and_doubles_nothing(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", AMAZON.format(quantity=2, price="20.00"))
    assert desk("import", path, "--json").json["orders"] == 1
    first = order(desk, "02811")
    assert (first["channel"], first["country"], first["total"]) == ("amazon", "DE", {"currency": "EUR", "minor": 2600})
    again = desk("import", path, "--json").json
    assert (again["orders"], again["changed"], again["known"]) == (0, 0, 1)
    changed = put(tmp_path / "b.csv", AMAZON.format(quantity=3, price="30.00"))
    assert desk("import", changed, "--json").json["changed"] == 1
    items = order(desk, "02811")["items"]
    assert isinstance(items, list)
    assert [(i["sku"], i["quantity"], i["price"]["minor"]) for i in items] == [("L1", 3, 1000), ("L2", 1, 500)]


def test_a_return_that_waits_opens_a_ticket_and_an_old_one_does_not(desk: Cli, tmp_path: Path) -> None:
    now = desk("import", put(tmp_path / "o.csv", AMAZON.format(quantity=1, price="9.00")), "--json")
    assert now.json["orders"] == 1
    head = "Order ID,Return request date,Return request status,Amazon RMA ID,Return Reason,Refunded amount,Currency code\n"
    old = "028-1-1,2020-01-05,Pending,R0,CR-DEFECTIVE,9.00,EUR\n"
    new = "028-1-1,2039-01-05,{state},R1,CR-DEFECTIVE,9.00,EUR\n"
    path = put(tmp_path / "r.csv", head + old + new.format(state="Pending"))
    assert desk("import", path, "--json").json["returns"] == 2
    assert desk("count", "is:open", "--json").json["count"] == 1
    shown = desk("show", "1", "--json").json
    assert shown["type"] == "defective"
    assert desk("import", path, "--json").json["known"] == 2
    path = put(tmp_path / "r2.csv", head + old + new.format(state="Completed"))
    again = desk("import", path, "--json").json
    assert (again["returns"], again["changed"]) == (0, 1)


def test_feedback_products_and_customers(desk: Cli, tmp_path: Path) -> None:
    feedback = put(tmp_path / "f.csv", "Date\tRating\tComments\tYour Response\tOrder ID\n11/20/26\t1\tLate\t\t028-1-1\n")
    products = put(tmp_path / "p.csv", "SKU;Name;Size chart;spec: Watt\nL1;Lampe;\"S 20 cm\nM 30 cm\";5\n")
    people = put(tmp_path / "c.csv", "First Name,Last Name,Email,Tax Exempt,Tags,Note,Accepts Email Marketing\n"
                 "Ann,Bee,ann@x.example,no,\"vip, shop\",likes tea,yes\n")  # fmt: skip
    done = desk("import", feedback, products, people, "--json").json
    assert (done["reviews"], done["products"], done["customers"], done["bad"]) == (1, 1, 1, [])
    again = desk("import", feedback, products, people, "--json").json
    assert (again["reviews"], again["products"], again["customers"], again["changed"], again["known"]) == (0, 0, 0, 0, 3)
    ann = desk("customer", "show", "ann@x.example", "--json").json
    assert (ann["note"], ann["tags"], ann["consent"]) == ("likes tea", ["shop", "vip"], "yes")
    assert "#shop #vip\ntakes marketing mail\n" in desk("customer", "show", "ann@x.example").out
    later = put(tmp_path / "d.csv", "Name,Email,Tags,Consent\nAnn,ann@x.example,Big Spender;gone,no\n")
    assert desk("import", later, "--json").json["changed"] == 1
    silent = put(tmp_path / "e.csv", "Name,Email,Tags,Consent\nAnn,ann@x.example,,\n")
    assert desk("import", silent, "--json").json["known"] == 1
    ann = desk("customer", "show", "ann@x.example", "--json").json
    assert (ann["note"], ann["tags"], ann["consent"]) == ("likes tea", ["big-spender", "gone"], "no")
    partial = put(tmp_path / "q.csv", "SKU,Name,spec: Base\nL1,Lamp,E27\n")
    assert desk("import", partial, "--json").json["changed"] == 1
    desk("import", put(tmp_path / "o.csv", AMAZON.format(quantity=1, price="9.00")))
    shown = desk("order", "show", "028-1-1").out
    assert "Watt: 5" in shown and "Base: E27" in shown and "S 20 cm" in shown


def test_an_order_says_where_it_comes_from_and_goes_to(desk: Cli, tmp_path: Path) -> None:
    head = "Order,Total (EUR),Country,IP Country,Registration Country,Campaign\n"
    path = put(tmp_path / "o.csv", f"{head}1,5,Austria,FR,DE,autumn\n")
    desk("import", path)
    found = order(desk, "1")
    told = [found[key] for key in ("country", "ip_country", "registration_country", "campaign")]
    assert told == ["AT", "FR", "DE", "autumn"]
    said = desk("order", "show", "1").out
    assert "to AT" in said and "ordered from FR" in said and "registered in DE" in said and "autumn" in said


def test_wrong_words_are_refused(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "o.csv", "Order,Total\n1,5\n")
    assert "no profile nonsense" in desk("import", path, "--profile", "nonsense").err
    wrong = desk("import", path, "--zone", "Mars/Phobos")
    assert wrong.code == 2 and "is no zone" in wrong.err


@pytest.mark.parametrize("platform", ["ebay"])
def test_a_report_goes_to_the_only_account_of_its_platform(desk: Cli, tmp_path: Path, platform: str) -> None:
    row = "Order Number,Buyer Username,Item Title,Total Price,Sale Date\n12-1,ann_88,Lamp,£9.99,20-Nov-26\n"
    first = put(tmp_path / "a.csv", row)
    desk("import", first)
    assert order(desk, "121")["channel"] == platform
    listed = desk("channel", "list", "--json").json["channels"]
    assert [c["id"] for c in listed if c["platform"] == platform] == [platform]


def test_products_are_listed_shown_and_imported_by_their_own_command(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "p.csv", "SKU,Name,Rating,spec: Watt,Text\nL1,Lamp,5,7,x\nR1,Rug,4,,y\n")
    done = desk("product", "import", path)
    assert (done.code, done.out) == (0, "New: 2 products. 0 were brought up to date, 0 were here already, 0 could not be read.\n")
    listed = desk("product", "list", "--json").json["products"]
    assert [(p["sku"], p["title"], p["channel"], p["facts"]) for p in listed] == [("L1", "Lamp", None, 1), ("R1", "Rug", None, 0)]
    assert "Lamp" in desk("product", "list").out and "Rug" not in desk("product", "list", "lamp").out
    assert "Watt: 7" in desk("product", "show", "L1").out
    assert desk("product", "show", "X9").code == 1
