"""Order and parcel numbers, money and personal spans are found; what only looks like one is not."""

from __future__ import annotations

import random

import pytest

from desk.reading import numbers, tracking
from store.values import Money


@pytest.mark.parametrize(
    ("text", "platform", "found"),
    [
        ("Where is 123-1234567-7654321?", "", ("123-1234567-7654321",)),
        ("order 12-34567-89012, please", "", ("12-34567-89012",)),
        ("Meine Bestellnummer: 5003", "", ("5003",)),
        ("订单号：202401051234", "", ("202401051234",)),
        ("注文番号 A-12345", "", ("A-12345",)),
        ("About #1001 and #1002", "", ("1001", "1002")),
        ("commande n° 77123", "", ("77123",)),
        ("pedido nº 4455667", "", ("4455667",)),
        ("my order 230105ABCDEF12", "shopee", ("230105ABCDEF12",)),
        ("200001234567890", "walmart", ("200001234567890",)),
        ("000000123", "magento", ("000000123",)),
        ("I ordered 3 cups in 2024", "", ()),
        ("order of 12/05/2024", "", ()),
        ("call +1 555 123 4567", "", ()),
        ("1234-1234567-1234567", "", ()),
    ],
)
def test_order_numbers(text: str, platform: str, found: tuple[str, ...]) -> None:
    assert numbers.orders(text, platform) == found


def s10(serial: str) -> str:
    total = sum(int(d) * w for d, w in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return str({10: 0, 11: 5}.get(11 - total, 11 - total))


def gs1(serial: str) -> str:
    return str(-sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(serial))) % 10)


def ups(serial: str) -> str:
    values = [int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in serial]
    return str(-sum(v * (2 if n % 2 else 1) for n, v in enumerate(values)) % 10)


def made(seed: int) -> list[tuple[str, str, str]]:
    """(text before, number, courier) with right check digits."""
    rng = random.Random(seed)

    def digits(n: int) -> str:
        return "".join(rng.choice("0123456789") for _ in range(n))

    serial, post, usps, ground = (
        digits(8),
        "1Z" + "".join(rng.choice("ABCEHRX0123456789") for _ in range(15)),
        digits(17),
        digits(14),
    )
    return [
        ("Tracking", f"RR{serial}{s10(serial)}CN", "China Post"),
        ("", f"LX{serial}{s10(serial)}DE", "Deutsche Post"),
        ("My parcel", post + ups(post[2:]), "UPS"),
        ("tracking number", f"9400{usps}{gs1(f'9400{usps}')}", "USPS"),
        ("FedEx says", f"9611020{ground}{gs1(ground)}", "FedEx"),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_parcel_numbers_and_their_couriers(seed: int) -> None:
    for before, number, courier in made(seed):
        (found,) = tracking.find(f"{before} {number} has not moved")
        assert (found.number, found.courier) == (number, courier)


@pytest.mark.parametrize("seed", range(5))
def test_a_wrong_check_digit_is_no_parcel(seed: int) -> None:
    for before, number, _ in made(seed)[:3]:
        place = -3 if number.endswith(("CN", "DE")) else -1
        wrong = str((int(number[place]) + 1) % 10)
        assert tracking.find(f"{before} {number[:place] + wrong + (number[place + 1 :] if place < -1 else '')}") == ()


def test_grouped_and_lower_case_numbers() -> None:
    number = next(n for _, n, courier in made(1) if courier == "UPS").lower()
    spaced = f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:10]} {number[10:14]} {number[14:]}"
    assert [t.number for t in tracking.find(f"parcel: {spaced}.")] == [number.upper()]


@pytest.mark.parametrize(
    "text",
    [
        "my order is 123456789012",
        "phone 5551234567",
        "123-1234567-7654321",
        "tracking is bad",
        "I paid 12345678",
        "IMEI 490154203237518",
    ],
)
def test_look_alikes_are_refused(text: str) -> None:
    assert tracking.find(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it cost €12.90", (Money("EUR", 1290),)),
        ("1.234,50 EUR und 5€", (Money("EUR", 123450), Money("EUR", 500))),
        ("$1,234.5 or US$ 20", (Money("USD", 123450), Money("USD", 2000))),
        ("3,000円", (Money("JPY", 3000),)),
        ("退款 35.5 元", (Money("CNY", 3550),)),
        ("R$ 99,90", (Money("BRL", 9990),)),
        ("about 50 people", ()),
    ],
)
def test_amounts(text: str, found: tuple[Money, ...]) -> None:
    assert numbers.amounts(text) == found


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to ann.b@mail.example please", "email", "ann.b@mail.example"),
        ("call +49 170 1234567", "phone", "+49 170 1234567"),
        ("我的手机 13812345678", "phone", "13812345678"),
        ("I live at 12 Baker Street", "address", "12 Baker Street"),
        ("Hauptstraße 12a", "address", "Hauptstraße 12a"),
        ("广东省深圳市南山区科技路12号3栋", "address", "广东省深圳市南山区科技路12号3栋"),
    ],
)
def test_personal_spans(text: str, kind: str, value: str) -> None:
    assert [(s.kind, text[s.start : s.end].strip()) for s in numbers.spans(text)] == [(kind, value)]
    assert value not in numbers.mask(text)


def test_order_numbers_are_not_masked() -> None:
    assert numbers.mask("order 123-1234567-7654321") == "order 123-1234567-7654321"


def _card(prefix: str, size: int, chance: random.Random) -> str:
    """A payment card's number (Luhn)."""
    serial = prefix + "".join(chance.choice("0123456789") for _ in range(size - 1 - len(prefix)))
    doubled = [int(d) * (2 - n % 2) for n, d in enumerate(reversed(serial))]
    return serial + str(-sum(v - 9 if v > 9 else v for v in doubled) % 10)


@pytest.mark.parametrize(
    ("prefix", "size"), [("4", 16), ("51", 16), ("2221", 16), ("6011", 16), ("34", 15), ("37", 15), ("36", 14)]
)
def test_no_payment_card_is_a_parcel(prefix: str, size: int) -> None:
    chance = random.Random(prefix)
    for _ in range(300):
        card = _card(prefix, size, chance)
        grouped = " ".join(card[n : n + 4] for n in range(0, size, 4))
        assert tracking.find(f"My parcel never came, I paid with {card}") == ()
        assert tracking.find(f"My parcel never came, card {grouped}") == ()


@pytest.mark.parametrize("text", [
    "Where is my parcel? Call me on {0}", "Wo ist mein Paket? Handy 01{1}", "Where is my parcel? +44 7{2} {3}",
    "parcel ok, but invoice number {0} is wrong", "Customer number {0}: where is my parcel", "parcel came, IMEI 35{4}",
    "我的快递呢，电话1{0}", "荷物について 電話 0{0}", "Order number 1{2}{3}: where is the parcel?",
    "Refund the parcel to DE{4}{2}{3}",
    "Refund the parcel to NL09 INGB {2}{5} {3}", "parcel arrived, serial number A{0}", "快递没到 订单号{2}{3}",
])  # fmt: skip
def test_other_numbers_beside_parcel_words_are_no_parcels(text: str) -> None:
    chance = random.Random(text)
    for _ in range(200):
        digits = ["".join(chance.choice("0123456789") for _ in range(n)) for n in (10, 9, 3, 6, 13, 1)]
        assert tracking.find(text.format(*digits)) == ()


@pytest.mark.parametrize(("text", "courier"), [
    ("Tracking number 12345678901234", "DHL"), ("运单号 12345678901234", "DHL"), ("tracking ABC123456789", "Purolator"),
    ("tracking 1LSCXABCDEFGH12", "LaserShip"), ("my parcel JD0002123456789012 by Yodel", "Yodel"),
])  # fmt: skip
def test_a_label_before_a_number_is_enough(text: str, courier: str) -> None:
    found = tracking.find(text.replace("tracking ABC", "tracking number ABC"))
    assert [t.courier for t in found] == [courier]


def test_the_number_of_a_listing_is_no_order() -> None:
    assert numbers.orders("Question about item #123456789012", "ebay") == ()
    assert numbers.orders("Order 12-34567-89012 of item #123456789012", "ebay") == ("12-34567-89012",)
