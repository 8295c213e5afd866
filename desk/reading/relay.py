"""Marketplaces speaking by mail: whose words a mail carries, which order and which buyer it is about.

Sources: marketplaces.md §2 and §6–11 as found in live mail; a forged header alone never makes a relay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from desk.reading import headers, numbers
from desk.reading.lazy import regex
from desk.reading.records import Address, Relay
from store.errors import N_

_AMAZON_TLD = (
    "com|ca|com\\.mx|com\\.br|co\\.uk|de|fr|it|es|nl|se|pl|com\\.be|ie|com\\.tr|ae|sa|eg|in|sg|com\\.au|co\\.jp"
)
_AMAZON_ALIAS = regex(rf"[a-z0-9]{{8,32}}(?:\+[^@\s]*)?@marketplace\.amazon\.(?:{_AMAZON_TLD})")
_AMAZON_KINDS = {"BBC_MESSAGE_SENT_TO_MERCHANT": "buyer", "BBC_MESSAGE_CONFIRMATION_TO_MERCHANT": "seller"}
_ALIASES = {
    "walmart": regex(r"[^@\s]+@relay\.walmart\.com"),
    "ebay": regex(r"[^@\s]+@members\.ebay\.[a-z.]{2,6}"),
    "etsy": regex(r"[^@\s]+@(?:reply|convos?|conversations?)\.(?:mail\.)?etsy\.com"),
}
_HOMES = regex(
    r"(?:^|[.@])(?:(?P<amazon>amazon\.(?:[a-z]{2,3}(?:\.[a-z]{2})?))|"
    r"(?P<ebay>ebay\.(?:[a-z]{2,3}(?:\.[a-z]{2})?)|ebay\.com)"
    r"|(?P<etsy>etsy\.com)|(?P<walmart>walmart\.com|walmart\.ca)|(?P<shopify>shopify\.com|shopifyemail\.com)"
    r"|(?P<shopee>shopee\.(?:[a-z]{2,3}(?:\.[a-z]{2})?))|(?P<aliexpress>aliexpress\.com)|"
    r"(?P<tiktok>tiktok\.com|tiktokshop\.com)"
    r"|(?P<mercadolibre>mercadolib?v?re\.com(?:\.[a-z]{2})?|mercadolivre\.com\.br)|(?P<temu>temu\.com"
    r"|temuemail\.com))$"
)

_WORDED = (
    # platform, subject, where the order stands; shops send these from their own address
    ("woocommerce", regex(
        r"^\[[^\]]+\]:?\s*(?:\S+ ){0,3}?(?:new (?:customer )?order|neue (?:kunden)?bestellung"
        r"|nouvelle commande(?: client)?"
        r"|nuevo pedido(?: de cliente)?|nuovo ordine(?: cliente)?|nov[oa] (?:pedido|encomenda)"
        r"|nieuwe (?:klant)?bestelling"
        r"|(?:cancelled|failed) order|stornierte bestellung|fehlgeschlagene bestellung|commande annulée"
        r"|pedido cancelado"
        r"|ordine annullato|geannuleerde bestelling|新订单|新訂單|新规订单|新しい注文|新規注文|キャンセルされた注文)"
        r".{0,20}?(?:[#(（]|n[°º])\s*(\d{1,9})", re.I)),
    ("woocommerce", regex(
        r"^\[[^\]]+\]:?\s*order #(\d{1,9}) has (?:been )?(?:cancelled|failed|received)", re.I)),
    ("shopify", regex(
        r"^\[[^\]]+\]\s*(?:order|bestellung|commande|pedido|ordine|注文|订单"
        r"|訂單)\s*#?\s*([A-Z]{0,4}\d{3,9})\s*(?:$|(?:placed by|von|passée par|de|da|van|realizado por|effettuato da"
        r"|por|door|由)\s)", re.I)),
    ("magento", regex(
        r"(?:new order|order confirmation|neue bestellung|bestellbestätigung|nuevo pedido|nuovo ordine|novo pedido"
        r"|nieuwe bestelling|nouvelle commande)\b.{0,60}#\s?(\d{9,10})\b", re.I)),
)  # fmt: skip
_CONTACT_FORM = regex(
    r"(?:new customer message on|contact form|kontaktformular|formulaire de contact|formulario de "
    r"contacto|modulo di contatto|お問い合わせ|聯絡表單|联系表单)",
    re.I,
)
_BUYER = (
    regex(
        r"(?:order|bestellung|commande|pedido|ordine)\b[^\n]{0,40}?(?:placed by|from|von|de|da|van|passée"
        r" par|realizado por)\s+([^\n,.:;()]{2,60})", re.I),
    regex(
        r"(?:conversation (?:with|from)|message from|nachricht von|message de|mensaje de|messaggio da|"
        r"mensagem de|bericht van)\s+([^\n,.:;()]{2,60}?)(?=\s+(?:about|regarding|re|über|à propos|sobre|over"
        r"|su)\b|[\n,.:;()]|$)",
        re.I),
    regex(
        r"(?:^|\s)([\w.*-]{3,40})\s+(?:has (?:sent|asked|a question)|sent (?:you )?(?:a message|a "
        r"question)|hat (?:eine|ihnen))", re.I),
)  # fmt: skip
_BODY_EDGE = regex(r"-{3,}\s?[^\n-]{3,60}?\s?:?\s?-{3,}\s*$")


FORGED = N_("It claims to come from a marketplace, but the mail service says that the sender is forged.")


class Body(NamedTuple):
    """The buyer's words inside a relay mail, and the wrapping round them."""

    text: str
    rest: str


def recognise(
    sender: Address, reply_to: Sequence[Address], fields: headers.Fields, subject: str, text: str, *, forged: bool
) -> tuple[Relay | None, str]:
    """(the relay, a warning or ""). `forged` is the mail service's verdict on the sender; an alias
    counts only without it."""
    mailboxes = [sender, *reply_to]
    space = headers.first(fields, "x-space-notification-type").strip().upper()
    home = _home(sender.address)
    alias = next((a.address for a in mailboxes if _AMAZON_ALIAS.fullmatch(a.address)), "")
    if alias or (space and home == "amazon"):
        if forged:
            return None, FORGED
        author = _AMAZON_KINDS.get(space, "buyer" if alias and not space else "")
        order = _order("amazon", subject, text)
        name = _buyer_name(sender) if author == "buyer" else ""
        return Relay("amazon", author or "platform", order, alias, name, notice=not author), ""
    for platform, pattern in _ALIASES.items():
        found = next((a for a in mailboxes if pattern.fullmatch(a.address)), None)
        if found is not None:
            if forged:
                return None, FORGED
            buyer = _buyer(subject, text) or _buyer_name(found)
            return Relay(platform, "buyer", _order(platform, subject, text), found.address, buyer), ""
    if home:
        if forged:
            return None, FORGED
        written = (
            home == "shopify" and reply_to and _home(reply_to[0].address) != home and _CONTACT_FORM.search(subject)
        )
        if written:
            return Relay(home, "buyer", _order(home, subject, text), reply_to[0].address, reply_to[0].name), ""
        return Relay(home, "platform", _order(home, subject, text), "", _buyer(subject, text), notice=True), ""
    return _worded(fields, subject, text), ""


def _worded(fields: headers.Fields, subject: str, text: str) -> Relay | None:
    """Notices a shop's own software sends, known by the shape of their subject; answers (`Re:`) are people's."""
    if "in-reply-to" in fields or not subject or re.match(r"(?:re|aw|sv|antw|rv|res|fwd?|wg|tr)\s*:", subject, re.I):
        return None
    for platform, pattern in _WORDED:
        if match := pattern.search(subject):
            return Relay(platform, "platform", match[1], "", _buyer(subject, text), notice=True)
    return None


def _home(address: str) -> str:
    match = _HOMES.search(address.rpartition("@")[2]) if "@" in address else None
    return match.lastgroup or "" if match else ""


def _order(platform: str, subject: str, text: str) -> str:
    for source in (subject, text[:5000]):
        found = numbers.orders(source, platform)
        if found:
            return found[0]
    return ""


def _buyer(subject: str, text: str) -> str:
    for source in (subject, text[:2000]):
        for pattern in _BUYER:
            if match := pattern.search(source):
                return match[1].strip(" '\"*")
    return ""


def _buyer_name(mailbox: Address) -> str:
    name = re.sub(
        r"\s*(?:-|\u2013|via|über|\uff08|\()\s*(?:amazon|ebay|etsy|walmart)\b.*$", "", mailbox.name, flags=re.I
    )
    return re.sub(r"^(?:ebay|amazon)\s*-\s*", "", name, flags=re.I).strip()


def amazon_body(lines: Sequence[str], pre: Sequence[str]) -> Body | None:
    """The buyer's words: the one `<pre>` block of the page, else what stands between two ruled lines."""
    if pre and any(line.strip() for line in pre):
        inside = [line.strip() for line in pre if line.strip()]
        rest, wanted = [], list(reversed(inside))
        for line in lines:
            if wanted and line.strip() == wanted[-1]:
                wanted.pop()
            else:
                rest.append(line)
        return None if wanted else Body("\n".join(pre).strip("\n"), "\n".join(rest).strip("\n"))
    edges = [n for n, line in enumerate(lines) if _BODY_EDGE.match(line.strip())]
    if len(edges) >= 2 and edges[1] - edges[0] > 1:
        text = "\n".join(lines[edges[0] + 1 : edges[1]]).strip("\n")
        if text.strip():
            return Body(text, "\n".join([*lines[: edges[0] + 1], *lines[edges[1] :]]).strip("\n"))
    return None
