"""The accounts of the practice shop and the people who buy there."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from string import ascii_lowercase, digits
from typing import Any

from connectors.sandbox.world.data import table
from connectors.sandbox.world.records import Account, Buyer, Shop

DOMAIN = "nordlicht.example"
_NO_SPACE = ("ja", "zh-CN", "zh-TW")
_VIPS = 5
# Where the country of a buyer is settled by the account; a language alone may live anywhere.
_AT_HOME = {"amazon-mx": "MX", "ebay-uk": "GB", "walmart": "US", "ebay-de": "DE", "amazon-de": ""}


def shops() -> tuple[Shop, ...]:
    return tuple(_shop(row) for row in table("shops")["shop"])


def accounts() -> tuple[Account, ...]:
    """Every API the shop sells through; those of talkative platforms have the id of their shop."""
    own = [s for s in shops() if not s.by_mail]
    found = [Account(s.id, s.platform, s.name, s.label) for s in own]
    return (*found, *(Account(**row) for row in table("shops")["account"]))


def buyers(rng: Random, wanted: int, places: tuple[Shop, ...]) -> tuple[Buyer, ...]:
    """About `wanted` people, spread over the shops by their share, each language at every shop that has it."""
    rows = {row["id"]: row for row in table("shops")["shop"]}
    total = sum(row["share"] for row in rows.values())
    found: list[Buyer] = []
    taken: set[str] = set()
    for shop in places:
        row = rows[shop.id]
        for n in range(max(len(row["langs"]), round(wanted * row["share"] / total))):
            found.append(_buyer(rng, shop, row, row["langs"][n % len(row["langs"])], taken))
    for n in range(_VIPS):
        at = n * len(found) // _VIPS
        found[at] = replace(found[at], vip=True)
    return tuple(found)


def stranger(shop: Shop, name: str, address: str) -> Buyer:
    """Somebody whom the shop never heard of: who a hostile or a machine's mail comes from."""
    return Buyer(shop, name, name, address, "en", "", "EUR", "", "")


def _shop(row: dict[str, Any]) -> Shop:
    local = "care" if row["id"] == "mail" else row["id"]
    return Shop(
        id=row["id"], platform=row["platform"], name=row["name"], label=row["label"], kind=row["kind"],
        address=f"{local}@{DOMAIN}", folder="INBOX" if row["id"] == "mail" else row["name"],
        account=row["account"],
    )  # fmt: skip


def _buyer(rng: Random, shop: Shop, row: dict[str, Any], lang: str, taken: set[str]) -> Buyer:
    people = table("people")
    who = rng.randrange(len(people[lang]["given"]))
    given, family = people[lang]["given"][who], rng.choice(people[lang]["family"])
    places = people[lang]["places"]
    home = [p for p in places if p[0] == _AT_HOME.get(shop.id)]
    if shop.id == "shopee" and lang == "zh-CN":
        home = [p for p in places if p[0] == "SG"]
    country, currency, courier, street = rng.choice(home or places)
    if shop.id == "walmart" and lang == "es":
        country, currency, courier, street = people["en"]["places"][1]
    name = f"{family}{given}" if lang in _NO_SPACE else f"{given} {family}"
    address = _address(rng, row["relay"], people["handles"][lang][who], taken)
    first = name if lang in _NO_SPACE else given
    return Buyer(shop, name, first, address, lang, country, currency, courier, street)


def _address(rng: Random, relay: str, handle: str, taken: set[str]) -> str:
    tried = handle
    while True:
        code = "".join(rng.choices(ascii_lowercase + digits, k=14))
        address: str = relay.format(handle=tried, code=code)
        if address not in taken:
            taken.add(address)
            return address
        tried = f"{handle}{rng.randint(2, 99)}"
