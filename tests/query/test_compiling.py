"""What a query becomes, and what a person is told about a name or value nobody knows."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desk.query import NAMES, Context, Field, compile_query, complete, making, parse
from desk.query.making import always, among, on
from desk.query.names import Named
from store.errors import Invalid
from store.filter import EVERYTHING, All, Any_, Between, Column, Is, Linked, Rows, Words, compile_condition
from store.search import ASIDE, MAIN
from store.sql.plan import Order, counter, page
from store.unit import Store
from store.values import HOUR, Instant
from tests.query.meanings import CONTEXT as OWN

NOW = 1_791_763_200_000
CONTEXT = Context(NOW, ZoneInfo("Europe/Berlin"), me="ana", agents={"ana": "Ana Ruiz", "wei": "王伟"},
                  channels={"eBay UK": "uk"})  # fmt: skip
NORMAL = 'is:open assignee:me platform:ebay due:..2h type:damaged lang:de tag:vip not:is:snoozed "cracked screen"'


class Frozen:
    def now(self) -> int:
        return NOW


def words(text: str) -> str:
    return compile_query(parse(text), CONTEXT).words_expression


def test_free_words_of_one_and_are_one_expression() -> None:
    compiled = compile_query(parse("lamp is:open broken*"), CONTEXT)
    assert compiled.words_expression == '("lamp") AND ("broken" *)'
    assert isinstance(compiled.rest_condition, Is)
    assert isinstance(compiled.condition, All)
    assert compile_query(parse("lamp"), CONTEXT).rest_condition == EVERYTHING
    assert words("lamp (broken OR cracked)") == '("lamp") AND (("broken") OR ("cracked"))'


def test_a_list_can_only_begin_at_words_every_ticket_must_match() -> None:
    assert not words("is:open")
    assert not words("lamp OR is:open")
    assert not words("-lamp is:open")
    assert words("lamp -broken") == '"lamp"'


def test_values_of_one_column_become_one_list() -> None:
    condition = compile_query(parse("status:new,open OR status:pending"), CONTEXT).condition
    assert isinstance(condition, Is) and condition.values == ("new", "open", "pending")


def test_days_are_those_of_the_zone_also_when_the_clock_changes() -> None:
    condition = compile_query(parse("created:2026-10-25"), CONTEXT).condition
    assert isinstance(condition, Between) and condition.low is not None and condition.high is not None
    assert condition.high - condition.low + 1 == 25 * HOUR


@pytest.mark.parametrize(
    ("text", "column", "next"),
    [
        ("is:open staus:new", 9, "Did you mean status:?"),
        ("assigne:me", 1, "Did you mean assignee:?"),
        ("https://example.org/a", 1, 'Put it in quotes to search for the words: "https://example.org/a".'),
        ("訂單：123", 1, 'Put it in quotes to search for the words: "訂單：123".'),
        ("status:opne", 8, "Did you mean open?"),
        ("a (b OR is:snoozd)", 12, "Did you mean snoozed?"),
        ("platform:ebay,amazn", 15, "Did you mean amazon?"),
        ("assignee:weii", 10, "Did you mean wei?"),
        ("assignee:zzz", 10, 'Known are: "ana ruiz", 王伟, ana, wei.'),
        ('channel:"ebay u"', 9, 'Did you mean "ebay uk"?'),
        ("priority:hihg..", 10, "Did you mean high?"),
        ("status:new..open", 8, ""),
        ("type:dammaged", 6, "Did you mean damaged?"),
        ("country:mexico", 9, "Write two letters, as in country:mx."),
        ("created:2026-02-30", 9, "Write it like 2026-11-01, 2026-11, today, -7d or 2h."),
        ("created:9999-12", 9, "Write it like 2026-11-01, 2026-11, today, -7d or 2h."),
        ("due:..2x", 5, "Write it like 2026-11-01, 2026-11, today, -7d or 2h."),
        ("waiting:2", 9, "Write it like 90m, 2h, 1d12h or 2w."),
        ("waiting:2h", 9, "Write 2h.. for at least, ..2h for at most."),
        ("amount:20", 8, "Write it like 20USD."),
        ("amount:cheap", 8, "Write it like 20USD or 12.50EUR."),
        ("amount:1USD..2EUR", 8, ""),
        ("amount:1.005USD", 8, ""),
        ("messages:two", 10, ""),
        ("id:99999999999999999999", 4, ""),
        ("order:--", 7, ""),
        ("lamp !!!", 6, ""),
    ],
)
def test_errors_name_the_column_and_the_nearest_word(text: str, column: int, next: str) -> None:
    with pytest.raises(Invalid) as refused:
        compile_query(parse(text), CONTEXT)
    error = refused.value
    assert error.gaps["column"] == column
    assert error.next.format(item=error.item, **error.gaps) == next
    assert "{" not in error.english()


def test_a_rule_has_nobody_to_call_me() -> None:
    for text in ("assignee:me", "is:mine"):
        with pytest.raises(Invalid, match="Name the agent"):
            compile_query(parse(text), Context(NOW))


def test_a_desk_adds_fields_of_its_own() -> None:
    size = Column("t.size")
    mine = NAMES.extended([Field("size", "number", "", lambda value, context: Is(size, (1,)))])
    assert compile_query(parse("size:1"), Context(NOW, names=mine)).condition == Is(size, (1,))
    with pytest.raises(Invalid):
        compile_query(parse("size:1"), CONTEXT)
    with pytest.raises(ValueError, match="taken"):
        mine.add(mine.fields["size"])


def test_evaluation_depends_on_the_given_moment_only() -> None:
    def high(now: Instant) -> int | None:
        condition = compile_query(parse("due:..2h"), Context(now)).condition
        assert isinstance(condition, Between)
        return condition.high

    assert high(NOW) == NOW + 2 * HOUR
    assert high(0) == 2 * HOUR


def test_reading_a_normal_query_is_quick() -> None:
    spent = []
    for _ in range(50):
        begun = time.thread_time()
        compile_condition(compile_query(parse(NORMAL), CONTEXT).condition)
        spent.append(time.thread_time() - begun)
    assert statistics.median(spent) < 0.000_3 * 4  # 0.1 ms where nothing else runs


def test_the_language_loads_nothing_heavy() -> None:
    code = "import sys, desk.query; print(*(m for m in sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"re2", "dateutil", "sqlalchemy", "sqlmodel", "sqlcipher3", "httpx", "textual", "difflib"}


def test_hostile_words_are_quoted() -> None:
    condition = compile_query(parse('NEAR(a "b*" AND ^c {d})'.replace("(", " ").replace(")", " ")), CONTEXT).condition
    assert isinstance(condition, Words)


def test_a_room_to_come_adds_its_fields_by_itself(tmp_path: Path) -> None:
    """Cases, reviews and satisfaction: tables and columns this room knows nothing of."""
    case = among(lambda where, params: Linked("t.id", (Rows("returned r", "r.ticket_id", where, params),)), "r.stars")
    share = making.percents("refund_rate", "", on(Column("t.effort * 100")))
    paid = making.amounts("refunded", "", lambda currency, low, high: All((case(low, high),)))
    names = NAMES.extended(
        [making.whole("stars", "", case), share, paid], [Named("case", "", always(case(None, None)))]
    )
    store = Store.create(tmp_path / "desk", clock=Frozen(), ids=lambda: "x")
    store.conn.execute("CREATE TABLE returned (ticket_id INTEGER, stars INTEGER)")
    store.conn.executemany("INSERT INTO ticket (id, channel_id, platform, created_at, updated_at, effort) "
                           "VALUES (?, 'a', 'ebay', 1, 1, ?)", [(1, 10), (2, 40), (3, 50)])  # fmt: skip
    store.conn.executemany("INSERT INTO returned VALUES (?, ?)", [(1, 5), (2, 1)])
    for text, wanted in {"stars:..2": [2], "has:case": [1, 2], "refund_rate:40%..": [2, 3], "-has:case": [3],
                         "refunded:2JPY..": [1]}.items():  # fmt: skip
        condition = compile_query(parse(text), Context(NOW, names=names)).condition
        sql, params = page(condition, Order(), 50, counter(store.conn))
        assert [r[0] for r in store.conn.execute(sql, params)] == wanted, text
    store.close()


def test_the_old_word_for_unanswered_is_understood_and_not_offered() -> None:
    assert compile_query(parse("is:waiting"), CONTEXT) == compile_query(parse("is:unanswered"), CONTEXT)
    assert "waiting" not in [s.text for s in complete("is:", 3, CONTEXT)]


@pytest.mark.parametrize(
    ("text", "column", "next"),
    [
        ("in:subjct lamp", 4, "Did you mean subject?"),
        ("a in:subject is:open in:note", 22, "Name all places in one, as in in:subject,note; or put each with its words in "
         "parentheses."),
        ("is:open in:subject", 9, "Write the words behind it, as in in:subject refund."),
        ("-in:subject", 2, "Write the words behind it, as in in:subject refund."),
        ("tsk:open", 1, "Did you mean task:?"),
        ("is:open order_country:mexico", 23, "Write two letters, as in country:mx."),
        ("urgency:hgh", 9, "Did you mean High?"),
        ("boxed:maybe", 7, "Known are: yes, no."),
        ("weight:heavy", 8, "Write it like 12 or 2.5."),
        ("refund_rate:x", 13, "Write it like 30% or 2.5%."),
        ("placed:last_wek", 8, "Write it like 2026-11-01, 2026-11, today, -7d or 2h."),
        ("overdue_by:2h", 12, "Write 2h.. for at least, ..2h for at most."),
    ],
)  # fmt: skip
def test_errors_of_the_newer_fields(text: str, column: int, next: str) -> None:
    with pytest.raises(Invalid) as refused:
        compile_query(parse(text), OWN)
    error = refused.value
    assert (error.gaps["column"], error.next.format(item=error.item, **error.gaps)) == (column, next)


def test_a_word_belongs_to_the_in_beside_it() -> None:
    assert words("in:subject lamp broken") == '{subject} : (("lamp") AND ("broken"))'
    assert words("in:subject,people lamp") == '{subject people} : ("lamp")'
    apart = compile_query(parse("(in:subject lamp) broken"), CONTEXT)
    assert apart.condition == All((Words('"broken"'), Words('{subject} : ("lamp")')))
    both = compile_query(parse("in:subject,note lamp"), CONTEXT).condition
    assert isinstance(both, Any_) and {w.table for w in both.parts if isinstance(w, Words)} == {MAIN, ASIDE}
