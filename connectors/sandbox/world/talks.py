"""Conversations: who writes about what, in which words, and how it goes on."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from random import Random

from connectors.sandbox.world.data import table, texts
from connectors.sandbox.world.people import stranger
from connectors.sandbox.world.post import odd_mail
from connectors.sandbox.world.records import TROUBLES, Buyer, File, Order, Shop, Talk, Turn
from connectors.sandbox.world.trade import order as make_order
from store.values import DAY, HOUR, Instant

# How often a trouble is written about; what is not named counts 3.
_OFTEN = {"shipping_status": 9, "not_received": 7, "damaged": 8, "refund": 7, "return_exchange": 6, "defective": 5,
          "size_fit": 5, "counterfeit_safety": 2, "customs_tax": 2, "dispute_review": 2}  # fmt: skip
_WITH_PHOTO = ("damaged", "wrong_item", "missing_parts", "not_as_described")
_TIGHT = ("ja", "zh-CN", "zh-TW")
_SPAN = 60 * DAY
_TO_ANYBODY = "Hello,\n\nthank you for writing. Could you tell us your order number, please?\n\nKind regards\n{agent}"


def talks(
    rng: Random, people: tuple[Buyer, ...], accounts: tuple[Shop, ...], wanted: int, now: Instant
) -> tuple[list[Order], list[Talk]]:
    """`wanted` conversations, oldest first, and the orders they are about."""
    orders: list[Order] = []
    found: list[Talk] = []
    taken: set[str] = set()
    mail = next(s for s in accounts if s.id == "mail")
    odd = _odd(mail, now)
    plain = wanted - len(odd)
    deck = _troubles(rng, plain)
    writers = _writers(rng, people, plain)
    for n, (buyer, trouble) in enumerate(zip(writers, deck, strict=True)):
        # Later ones lie closer together: a shop that grows.
        about = now - HOUR - int(_SPAN * (1 - (n + 1) / plain) ** 1.3)
        bought = make_order(rng, buyer, trouble, about, taken)
        orders.append(bought)
        found.append(talk(rng, n, bought, trouble))
    return orders, [*found, *odd]


def talk(rng: Random, number: int, bought: Order, trouble: str) -> Talk:
    """A conversation of three to five turns about an order, in the buyer's language. One of three turns may as well
    end with ours: its third is what the buyer would say were that not enough."""
    buyer = bought.buyer
    words = texts(buyer.lang)
    subject, body = (fill(t, bought) for t in rng.choice(words[trouble]["says"]))
    files = (photo(rng),) if trouble in _WITH_PHOTO and rng.random() < 0.5 else ()
    turns = [Turn(letter(rng, buyer, body), files=files)]
    ours = rng.sample(words["talk"]["ours"], k=2)
    turns.append(Turn(_ours(ours[0], bought), ours=True))
    turns.append(Turn(letter(rng, buyer, rng.choice(words["talk"]["again"]), short=True)))
    if rng.random() < 0.6:
        turns.append(Turn(_ours(ours[1], bought), ours=True))
        if rng.random() < 0.5:
            turns.append(Turn(letter(rng, buyer, rng.choice(words["talk"]["pleased"]), short=True)))
    return Talk(number, buyer, bought, trouble, buyer.lang, subject, tuple(turns))


def fill(text: str, bought: Order) -> str:
    """A text with its gaps filled from an order."""
    return text.format(
        product=bought.items[0].title, order=bought.number, tracking=bought.parcel.tracking if bought.parcel else "",
        address=bought.buyer.street,
    )  # fmt: skip


def letter(rng: Random, buyer: Buyer, body: str, *, short: bool = False) -> str:
    """A body with what people put round it: a greeting, a name, or neither."""
    words = texts(buyer.lang)["talk"]
    hello = "" if short and rng.random() < 0.6 else rng.choice(words["hello"])
    bye = "" if short and rng.random() < 0.6 else rng.choice(words["bye"])
    if not hello:
        body = body[:1].upper() + body[1:]
    gap = "\n" if buyer.lang in _TIGHT else "\n\n"
    name = rng.choice((buyer.name, buyer.first))
    return gap.join(part for part in (hello, body, bye.format(name=name)) if part)


def photo(rng: Random) -> File:
    """A small picture of two colours: enough to be a file."""
    width, height = 64, 48
    one, two = (bytes(rng.randrange(256) for _ in range(3)) for _ in range(2))
    rows = b"".join(b"\0" + (one if y < height // 2 else two) * width for y in range(height))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        )
    )
    return File(f"IMG_{rng.randint(1000, 9999)}.png", "image/png", data)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _ours(text: str, bought: Order) -> str:
    buyer = bought.buyer
    return text.format(first=buyer.first, name=buyer.name, order=bought.number, agent="{agent}")


def _troubles(rng: Random, wanted: int) -> list[str]:
    """Every trouble at least twice, the rest by how often it happens."""
    weights = [_OFTEN.get(t, 3) for t in TROUBLES]
    deck = [*TROUBLES, *TROUBLES][:wanted]
    deck += rng.choices(TROUBLES, weights, k=wanted - len(deck))
    rng.shuffle(deck)
    return deck


def _writers(rng: Random, people: tuple[Buyer, ...], wanted: int) -> list[Buyer]:
    """Everybody writes about something, VIPs and a few others more often; at the shop's own mail address the first
    buyer of each language has not written yet."""
    first = {b.lang: b for b in reversed(people) if b.shop.id == "mail"}
    people = tuple(b for b in people if first.get(b.lang) is not b)
    weights = [6 if b.vip else 1 for b in people]
    deck = [*people][:wanted]
    deck += rng.choices(people, weights, k=wanted - len(deck))
    rng.shuffle(deck)
    return deck


def _odd(mail: Shop, now: Instant) -> list[Talk]:
    found = []
    odd = table("odd")
    rows = [("hostile", r) for r in odd["hostile"]] + [("machine", r) for r in odd["machine"]]
    for n, (kind, row) in enumerate(rows, 9000):
        buyer = stranger(mail, row["who"], row.get("address", f"odd{n}@mailbox.example"))
        turns: tuple[Turn, ...] = (Turn(row["text"]),)
        if kind == "hostile":
            turns += (Turn(_TO_ANYBODY, ours=True), Turn(f"{row['subject']} {row['text']}"))
        plain = Talk(n, buyer, None, kind, "", row["subject"], turns)
        at = now - (len(rows) - (n - 9000)) * HOUR
        found.append(replace(plain, raw=odd_mail(plain, row.get("headers", {}), at)))
    return found
