"""Both languages are complete, and nothing a person reads is outside the catalogue. Mend with `make locale`."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.locale import catalogue, literals


def test_the_template_holds_what_the_sources_say() -> None:
    assert catalogue.stale() == set()


@pytest.mark.parametrize("code", catalogue.TRANSLATIONS)
class TestTranslation:
    def test_nothing_is_missing_or_guessed(self, code: str) -> None:
        assert list(catalogue.missing(code)) == []

    def test_nothing_is_left_over(self, code: str) -> None:
        known = {message.id for message in catalogue.template()}
        assert {message.id for message in catalogue.translation(code)} <= known

    def test_every_gap_is_filled_and_no_other(self, code: str) -> None:
        assert catalogue.torn(code) == []

    def test_the_compiled_catalogue_is_the_written_one(self, code: str) -> None:
        binary = catalogue.TRANSLATIONS[code].with_suffix(".mo")
        assert binary.read_bytes() == catalogue.compiled(code)


def test_no_text_for_people_is_outside_the_catalogue() -> None:
    found = [
        f"{name}:{line}: {text}"
        for path in catalogue.sources()
        for name in [path.relative_to(catalogue.ROOT).as_posix()]
        for line, text in literals.loose(name, path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        'print("Nothing is due")',
        'print(f"{n} tickets")',
        'print("Done" if ok else "")',
        'print("{} of {}".format(1, 2) + " are due")',
        'self.notify("Sent")',
        'parser.add_argument("--since", help="only newer ones")',
        'Binding("r", "reply", "Reply")',
        'class A(Screen):\n    TITLE = "Inbox"',
        'widget.border_title = "退款"',
        'raise NotFound("There is no ticket {item}.", item="7")',
        'raise Refused(N_("No."), next="Ask a lead.")',
        'LABEL = _("Inbox")',
        'def f():\n    row = Line("Nothing waits here", style)',
    ],
)
def test_the_check_finds(source: str) -> None:
    assert literals.loose("app/screens/x.py", source)


@pytest.mark.parametrize(
    "source",
    [
        'def f():\n    print(_("Nothing is due"))',
        'def f():\n    print(ngettext("{n} ticket", "{n} tickets", n).format(n=n))',
        'print(f"#{ticket.id}\\t{ticket.subject}")',
        'print(json.dumps({"schema": "ticket list"}))',
        'raise NotFound(N_("There is no ticket {item}."), item="7")',
        'raise ValueError("not an amount: that is for programmers")',
        'class Refused(Exception):\n    """As IMAP says it."""\n\ndef f():\n    raise Refused("NO not now")',
        'Act("reply", label=N_("Reply"))',
        'class A(Screen):\n    """Shows the inbox to the agent."""\n    DEFAULT_CSS = "A { width: 1fr; }"',
        'def f():\n    return _("Inbox")',
        'self.query_one("Screen ListView Item")',
    ],
)
def test_the_check_leaves_alone(source: str) -> None:
    assert literals.loose("app/screens/x.py", source) == []


def test_only_literal_text_can_be_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "x.py").write_text('_(f"{n} tickets")')
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"app/x\.py:1"):
        catalogue.extract()


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("没有了,请再试:{n}", "没有了\N{FULLWIDTH COMMA}请再试\N{FULLWIDTH COLON}{n}"),
        ("已发送(共 {n} 封)", "已发送\N{FULLWIDTH LEFT PARENTHESIS}共 {n} 封\N{FULLWIDTH RIGHT PARENTHESIS}"),
        ("时间 09:00, 12:30", "时间 09:00, 12:30"),
        ("plain, {a}: (b)", "plain, {a}: (b)"),
    ],
)
def test_punctuation_that_touches_chinese_is_set_full_width(typed: str, set_: str) -> None:
    assert catalogue.full_width(typed) == set_
