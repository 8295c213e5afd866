"""`deskhand import FILE.csv`: messages, orders and customers, one bad row named, nothing twice."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def put(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_messages_come_in_once(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "talks.csv", "Thread,From,From Name,Date,Subject,Message,Order Number,Mood\n"
               't1,anna@buyer.example,Anna,2026-01-05 10:00,Lamp,"It is broken,\nplease help",NL-100,bad\n'
               "t1,anna@buyer.example,Anna,2026-01-06 10:00,Lamp,Any news?,,bad\n"
               "t2,bert@buyer.example,Bert,2026-01-05 11:00,Parcel,Where is it?,,\n")  # fmt: skip
    first = desk("import", path, "--json")
    assert (first.json["messages"], first.json["tickets"], first.json["bad"]) == (3, 2, [])
    assert first.json["unknown_columns"] == {"talks.csv": ["Mood"]}
    assert "Mood" in first.err
    found = desk("show", "1", "--json").json
    assert [m["text"] for m in found["messages"]] == ["It is broken,\nplease help", "Any news?"]
    assert desk("count", "order:NL100", "--json").json["count"] == 1
    again = desk("import", path, "--json").json
    assert (again["messages"], again["known"], again["tickets"]) == (0, 3, 0)


def test_one_bad_row_in_ten_thousand_is_named_and_the_rest_comes_in(desk: Cli, tmp_path: Path) -> None:
    rows = [f"NL{n},2026-01-05,{n}.50,EUR,b{n}@x.example" for n in range(10_000)]
    rows[6_665] = 'NL6665,2026-01-05,"12.50,EUR,b@x.example'
    path = put(tmp_path / "orders.csv", "Order Number,Date,Total,Currency,Email\n" + "\n".join(rows) + "\n")
    first = desk("import", path, "--json")
    assert first.code == 1
    assert first.json["orders"] == 9_999
    assert [b["name"] for b in first.json["bad"]] == ["orders.csv:6667"]
    assert desk("order", "show", "nl6666", "--json").json["orders"][0]["total"] == {"currency": "EUR", "minor": 666_650}


def test_an_order_is_brought_up_to_date_and_linked(desk: Cli, tmp_path: Path) -> None:
    talk = put(tmp_path / "talk.csv", "from,message,order id\nann@x.example,Where is it?,NL-77\n")
    desk("import", talk, "--since", "all")
    head = "订单编号,下单时间,订单状态,实付金额,币种,商品名称,数量,单价,快递公司,物流单号,发货时间\n"
    path = put(tmp_path / "a.csv", f"{head}NL-77,2026/1/5 8:00,已付款,25.80,EUR,台灯,1,12.90,,,\n"
               "NL-77,,,,,台灯,1,12.90,DHL,00340434292135100186,2026/1/6\n", "gb18030")  # fmt: skip
    first = desk("import", path, "--json", "--channel", "import").json
    assert first["changed"] == 1, "the message brought its bare number"
    (order,) = desk("order", "show", "NL77", "--json").json["orders"]
    assert order["tickets"] == [1]
    assert (len(order["items"]), order["shipments"][0]["courier"], order["status"]) == (2, "DHL", "已付款")
    again = desk("import", path, "--json", "--channel", "import").json
    assert (again["orders"], again["changed"], again["known"]) == (0, 0, 1)
    later = put(tmp_path / "b.csv", "order id,status,tracking,delivered\n"
                "NL-77,done,0034 0434 2921 3510 0186,2026-01-09\n")  # fmt: skip
    assert desk("import", later, "--json", "--channel", "import").json["changed"] == 1
    (order,) = desk("order", "show", "NL77", "--json").json["orders"]
    assert (order["status"], len(order["items"]), len(order["shipments"])) == ("done", 2, 1)
    assert order["shipments"][0]["status"] == "delivered"
    assert desk("count", "tracking:0034-0434292135100186", "--json").json["count"] == 1


def test_customers_are_added_and_only_what_was_empty_is_filled(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "c.csv", "Name,Email,Country,Tier,Note\nAnn,Ann@X.example,DE,vip,\n"
               "Nobody,,,,\n,bad address,,,\n")  # fmt: skip
    first = desk("import", path, "--json")
    assert (first.json["customers"], [b["name"] for b in first.json["bad"]]) == (2, ["c.csv:4"])
    path = put(tmp_path / "d.csv", "Name,Email,Country,Tier,Note\nOther,ann@x.example,FR,gold,likes tea\n")
    assert desk("import", path, "--json").json["changed"] == 1
    found = desk("customer", "show", "ann@x.example", "--json").json
    assert "likes tea" in str(found) and "vip" in str(found) and "gold" not in str(found)


def test_a_dry_run_of_orders_stores_nothing(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "o.csv", "order,total,currency,channel\n1001,5,EUR,Shop Nine\n")
    before = desk("channel", "list", "--json").out
    assert desk("import", path, "--dry-run", "--json").json["orders"] == 1
    assert desk("order", "show", "1001").code == 1
    assert desk("channel", "list", "--json").out == before
    assert desk("import", path, "--json").json["orders"] == 1


def test_what_looks_like_a_formula_leaves_as_text_and_comes_back_as_it_was(desk: Cli, tmp_path: Path) -> None:
    path = put(tmp_path / "m.csv", 'from,subject,message\nann@x.example,"=HYPERLINK(""http://x"")",hello\n')
    desk("import", path, "--since", "all")
    assert "'=HYPERLINK" in desk("list", "--format", "csv").out


def test_a_file_without_known_columns_says_so(desk: Cli, tmp_path: Path) -> None:
    wrong = desk("import", put(tmp_path / "x.csv", "foo,bar\n1,2\n"))
    assert wrong.code == 1 and "columns are not understood" in wrong.err


def test_orders_come_in_before_what_buyers_wrote_and_bare_numbers_are_linked(desk: Cli, tmp_path: Path) -> None:
    talk = put(tmp_path / "a.csv", "from,message\nann@x.example,Any news on NL13874?\n")
    order = put(tmp_path / "b.csv", "order id,total,currency\nNL-13874,5,EUR\n")
    assert desk("import", talk, order, "--since", "all", "--json").json["orders"] == 1
    assert desk("order", "show", "NL13874", "--json").json["orders"][0]["tickets"] == [1]
    assert desk("count", "order:NL13874", "--json").json["count"] == 1
