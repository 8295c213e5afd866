"""What a query becomes, and what a person is told about a name or value nobody knows."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from zoneinfo import ZoneInfo

import pytest

from desk.query import NAMES, Context, Field, compile_query, parse
from store.errors import Invalid
from store.filter import EVERYTHING, All, Between, Column, Is, Words, compile_condition
from store.values import HOUR, Instant

NOW = 1_791_763_200_000
CONTEXT = Context(NOW, ZoneInfo("Europe/Berlin"), me="ana", agents={"ana": "Ana Ruiz", "wei": "王伟"},
                  channels={"eBay UK": "uk"})  # fmt: skip
NORMAL = 'is:open assignee:me platform:ebay due:..2h type:damaged lang:de tag:vip not:is:snoozed "cracked screen"'


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
        begun = time.perf_counter()
        compile_condition(compile_query(parse(NORMAL), CONTEXT).condition)
        spent.append(time.perf_counter() - begun)
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
