"""A chat has no subject: its ticket is named by the first line that says something."""

from __future__ import annotations

import pytest

from desk.reading.subjects import LONGEST, subject_of


@pytest.mark.parametrize(("text", "subject"), [
    ("Hello,\nmy lamp is broken.", "my lamp is broken."),
    ("Hello, my lamp is broken", "Hello, my lamp is broken"),
    ("Hello my lamp is broken since today", "Hello my lamp is broken since today"),
    ("Sehr geehrte Damen und Herren,\n\ndie Vase ist zerbrochen.", "die Vase ist zerbrochen."),
    ("Lieber Verkäufer!\nWo bleibt das Paket?", "Wo bleibt das Paket?"),
    ("Estimados señores:\n¿Dónde está mi paquete?", "¿Dónde está mi paquete?"),
    ("您好，\n灰色檯燈用兩天就壞了。\n吳志豪", "灰色檯燈用兩天就壞了。"),
    ("賣家您好：\n咖啡機壞了", "咖啡機壞了"),
    ("你好，我的訂單還沒到", "你好，我的訂單還沒到"),
    ("こんにちは。\nサイズが合わない", "サイズが合わない"),
    ("Where is it?\nOrder 12", "Where is it?"),
    ("Hi!", "Hi!"),
    ("\n\n  Hey there \n\n", "Hey there"),
    ("", ""),
])
def test_greetings_name_no_ticket(text: str, subject: str) -> None:
    assert subject_of(text) == subject


def test_a_long_line_is_cut() -> None:
    assert len(subject_of("word " * 100)) == LONGEST
