"""What mail servers and sync say reaches the person in their language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import told, words
from app.locale import literals

_FAULTS = {
    "AuthExpired", "AuthRevoked", "Fault", "OutcomeUnknown", "Permanent", "SchemaSurprise", "Temporary", "Throttled",
    "Unreadable", "_good",
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("imap.shop.example cannot be reached: it refuses connections. Check host, port and network.",
         "无法连接 imap.shop.example：拒绝连接。请检查主机、端口和网络。"),
        ("mx did not answer in time while opening Archive; it is tried again.",
         "mx 未及时应答（打开 Archive）；将重试。"),
        ("mx refused the mail (550). It said: no such user.", "mx 拒收（邮件，550）。对方答复：no such user。"),
        ("mx refused the mail (550).", "mx 拒收（邮件，550）。"),
        ("IMAP: mx.example:993 answers, and its certificate is good.", "IMAP：mx.example:993 有应答，证书有效。"),
        ("IMAP: mx redirects in circles.", "IMAP：mx 循环重定向。"),
        ("Shopee answered in a shape nobody knows (total is no amount).", "Shopee 的应答格式未知（total 不是金额）。"),
        ("eBay refused (400, 12): no reason given", "eBay 已拒绝（400, 12）：未说明原因"),
        ("Returns: can be read.", "退货：可以读取。"),
        ("Orders cannot be read: TikTok asks to wait: too many calls.", "订单无法读取：TikTok 要求稍等：调用过于频繁。"),
        ("Version 2025-01 of the API has ended and 2026-01 answered; set the API version to 2026-01.",
         "API 版本 2025-01 已停用，由 2026-01 应答；请把 API 版本设为 2026-01。"),
        ("A sentence nobody listed.", "A sentence nobody listed."),
        ("", ""),
    ],
)  # fmt: skip
def test_a_finished_sentence_is_told_in_chinese(said: str, shown: str) -> None:
    assert told.told(said) == said
    words.use("zh", {})
    assert told.told(said) == shown


def _sentences(root: Path) -> Iterator[str]:
    """Every literal sentence of a fault in the sources, with `0` in its gaps."""
    for room in ("connectors", "desk/reading", "desk/sync"):
        for path in sorted((root / room).rglob("*.py")):
            if "sandbox" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and literals.called(node) in _FAULTS and node.args:
                    match node.args[0]:
                        case ast.Constant(value=str(text)):
                            yield text
                        case ast.JoinedStr(values=parts):
                            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "0" for p in parts)


def test_no_fault_is_left_in_english(root: Path) -> None:
    """Mend by adding the sentence to `SENTENCES` of `app.told`, or of the modules its `sentences` reads."""
    shapes = [re.compile(told.shape_of(text)) for text in told.sentences()]
    said = [text.replace("answers0", "answers without TLS (this machine)") for text in _sentences(root)]
    assert [text for text in said if not any(shape.fullmatch(text) for shape in shapes)] == []
