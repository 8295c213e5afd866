"""A .csv file: whatever its characters, its columns' names and its broken rows, what can come in does, once."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.sync.importing_csv import encoding_of, records, table
from desk.sync.importing_csv_columns import understood
from desk.sync.importing_csv_page import page
from desk.sync.importing_csv_profiles import CUSTOMERS, MESSAGES, ORDERS, profiles
from desk.sync.importing_csv_values import amount, day_first, instant, number_of, text_of
from desk.sync.importing_lines import Bad
from store.errors import Invalid

DAY = 1_795_305_600_000  # 2026-11-22


def test_every_name_of_a_field_is_known_and_the_page_lists_them(root: Path) -> None:
    for one in profiles():
        for field, names in one.told.items():
            for name in names:
                assert name in page(), (one.id, field)
    assert (root / "docs" / "csv.md").read_text("utf-8") == page()


@pytest.mark.parametrize(
    ("header", "kind", "unknown"),
    [
        ("Message,E-Mail,From Email,Date,Mood", MESSAGES, ("From Email", "Mood")),
        ("消息内容,买家,时间,订单号", MESSAGES, ()),
        ("Order ID,Purchase Date,SKU,Qty,Foo", ORDERS, ("Foo",)),
        ("订单编号,下单时间,实付金额,收货人,物流单号", ORDERS, ()),
        ("Full Name,EMAIL ADDRESS,Country_Code,", CUSTOMERS, ()),
        ("客户姓名,邮箱,备注", CUSTOMERS, ()),
    ],
)
def test_the_columns_tell_what_a_file_holds(header: str, kind: str, unknown: tuple[str, ...]) -> None:
    found = understood(header.split(","))
    assert found is not None and found.kind == kind
    assert found.unknown == unknown


def test_columns_nobody_knows_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Foo,Bar\n1,2\n")
    with pytest.raises(Invalid, match="not understood"):
        table(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("\n\n")
    with pytest.raises(Invalid, match="empty"):
        table(tmp_path / "b.csv")


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("name,email\nJörg Müller,j@x.example\n", "utf-8", "utf-8-sig"),
        ("name,email\nJörg Müller,j@x.example\n", "utf-8-sig", "utf-8-sig"),
        ("name,email\nJörg Müller,j@x.example\nÉlodie,e@x.example\nPaweł".replace("ł", "l"), "cp1252", "cp1252"),
        ("姓名,邮箱\n王小明,w@x.example\n", "gb18030", "gb18030"),
        ("姓名,邮箱\n王小明,w@x.example\n", "utf-16", "utf-16"),
    ],
)
def test_the_characters_are_found_out(tmp_path: Path, text: str, encoding: str, found: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert encoding_of(path) == found
    rows = [row for row in table(path).rows() if not isinstance(row, Bad)]
    assert rows[0].cells["name"] in ("Jörg Müller", "王小明")
    if encoding == "utf-8-sig":
        assert path.read_bytes().startswith(codecs.BOM_UTF8)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"sep={separator}\nname{separator}email\n\"A, B; C\"{separator}a@x.example\n")
    (row,) = table(path).rows()
    assert not isinstance(row, Bad) and row.cells == {"name": "A, B; C", "email": "a@x.example"}


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    rows = ["name,email", "Ann,a@x.example", '"Bob,b@x.example', 'Cleo,"c@x.example"', '"Dan "the man" D",d@x.example',
            "Eve,e@x.example", "Fay,f@x.example,too,many", '"Gil\nGon",g@x.example', '"Hal,h@x.example']  # fmt: skip
    path = tmp_path / "a.csv"
    path.write_text("\n".join(rows) + "\n")
    found = list(table(path).rows())
    assert [r.cells["name"] for r in found if not isinstance(r, Bad)] == ["Ann", "Cleo", "Eve", "Gil\nGon"]
    assert [r.name for r in found if isinstance(r, Bad)] == ["a.csv:3", "a.csv:5", "a.csv:7", "a.csv:10"]


@given(st.lists(st.lists(st.text(alphabet='ab",;\n\r 王', max_size=8), min_size=2, max_size=4), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    lines = io.StringIO(out.getvalue(), newline="")
    assert [cells for _n, cells in records(lines, ",")] == rows


@given(st.lists(st.sampled_from(['a,b\n', '"a,b\n', 'a",b\n', '"a",b\n', '""\n', '"\n', "\n", '"a""b",c\n'])))
def test_every_line_belongs_to_one_row_whatever_its_quotes(lines: list[str]) -> None:
    found = list(records(lines, ","))
    numbers = [n for n, _cells in found]
    assert numbers == sorted(set(numbers))
    assert not lines or numbers[0] == 1
    plain = [i for i, line in enumerate(lines, 1) if '"' not in line]
    assert len(found) >= bool(plain)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-22", DAY),
        ("2026-11-22T14:30:05Z", DAY + 52_205_000),
        ("2026/11/22 14:30", DAY + 52_200_000),
        ("2026-11-22 14:30:00 +08:00", DAY + 52_200_000 - 8 * 3_600_000),
        ("22.11.2026 2:30 PM", DAY + 52_200_000),
        ("22/11/2026", DAY),
        ("2026年11月22日 14:30", DAY + 52_200_000),
        ("Nov 22, 2026 12:00 AM", DAY),
        ("22 November 2026", DAY),
        ("1795305600", DAY),
        ("1795305600000", DAY),
    ],
)
def test_dates(text: str, at: int) -> None:
    assert instant(text, days_first=True) == at


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "31/02/2026", "99:99", "", "1", "2026"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        instant(text, days_first=True)


def test_the_file_tells_which_way_round_its_dates_are() -> None:
    assert day_first(["01/02/2026", "22/11/2026"])
    assert not day_first(["01/02/2026", "11/22/2026"])
    assert day_first(["01/02/2026"])


@pytest.mark.parametrize(
    ("text", "currency", "made"),
    [
        ("12.90", "EUR", (1290, "EUR")),
        ("12,90", "eur", (1290, "EUR")),
        ("1,234.50", "USD", (123450, "USD")),
        ("1.234,50 €", "", (123450, "EUR")),
        ("$1,234", "", (123400, "USD")),
        ("¥128", "JPY", (128, "JPY")),
        ("¥128.5", "", (12850, "CNY")),
        ("128 RMB", "", (12800, "CNY")),
        ("-5.00", "GBP", (-500, "GBP")),
        ("1'234.50", "CHF", (123450, "CHF")),
        ("12.345", "KWD", (12345, "KWD")),
        ("12.9000", "USD", (1290, "USD")),
        ("9.99", "", (999, "")),
    ],
)
def test_amounts(text: str, currency: str, made: tuple[int, str]) -> None:
    assert amount(text, currency) == made


@pytest.mark.parametrize("text", ["free", "12.345.67,8x", "12 apples", "=1+1", ""])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError):
        amount(text, "EUR")


def test_what_a_spreadsheet_does_to_numbers() -> None:
    assert text_of("'=HYPERLINK(1)") == "=HYPERLINK(1)"
    assert text_of("'twas") == "'twas"
    assert text_of('="00123"') == "00123"
    assert number_of("#1001") == "1001"
    with pytest.raises(ValueError, match="cut"):
        number_of("1.12345E+14")
