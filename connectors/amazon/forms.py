"""Amazon's own forms of message about an order, the only words it takes by its API: one way, and for its purpose only."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import md5

from connectors import registry
from connectors.amazon import account as calls
from connectors.amazon.account import Account
from connectors.contract import File, Permanent, Receipt, SendReply
from connectors.fields import Data, data, ident, many, part, text
from connectors.registry import Form

FORMS = {form.id: form for form in registry.manifest("amazon").forms}
MOST_FILES = 5


def send(account: Account, command: SendReply, before: calls.Before, marketplace: str) -> Receipt:
    """A message by the form that the subject names; a plain word about a problem where it names none."""
    form = FORMS.get(command.subject.strip(), FORMS["unexpectedProblem"])
    name, asks = form.id, form.asks
    if not asks:
        check(form, command)
    base = _base(command.order_id, asks=asks)
    if name not in _offered(account, base, marketplace):
        raise Permanent("Amazon does not offer this form of message for the order now.")
    path = f"{base}/{'solicitations' if asks else 'messages'}/{name}"
    body: dict[str, object] = {}
    warning = ""
    if not asks:
        if said := command.text.strip():
            body["text"] = said
            warning = _other_language(account, base, command.lang, marketplace)
        if command.files:
            body["attachments"] = [_attached(account, path, f, marketplace) for f in command.files]
    account.act(path, body, calls.MESSAGING, before, marketplaceIds=marketplace)
    return Receipt(f"{command.order_id}/{name}", account.now(), warning)


def offered(account: Account, order_id: str, marketplace: str) -> tuple[str, ...]:
    """Ids of the forms that an order allows now."""
    found = [name for asks in (False, True) for name in _offered(account, _base(order_id, asks=asks), marketplace)]
    return tuple(name for name in FORMS if name in found)


def _base(order_id: str, *, asks: bool) -> str:
    return f"/{'solicitations' if asks else 'messaging'}/v1/orders/{order_id}"


def _offered(account: Account, base: str, marketplace: str) -> list[str]:
    links = part(account.get(base, calls.MESSAGING, marketplaceIds=marketplace), "_links")
    return [text(data(a), "name") for a in many(links, "actions")]


def check(form: Form, command: SendReply) -> None:
    """Raises Permanent for what a form does not take."""
    said = command.text.strip()
    if form.longest and not 1 <= len(said) <= form.longest:
        raise Permanent(f"This form of message takes 1 to {form.longest:,} characters; this one has {len(said):,}.")
    if not form.longest and said:
        raise Permanent("This form of message takes files and no text.")
    if command.files and not form.files:
        raise Permanent("Files go only with Amazon's forms invoice, warranty, legalDisclosure, digitalAccessKey and "
                        "confirmCustomizationDetails; attach others to a relay mail.")  # fmt: skip
    if len(command.files) > MOST_FILES or not (form.longest or command.files):
        raise Permanent(f"This form of message takes 1 to {MOST_FILES} files.")
    addresses = r"<\w+[^>]*>|\b[\w.+-]+@[\w-]+\.\w+" + ("" if form.links else "|https?://")
    if re.search(addresses, said):
        raise Permanent("Amazon's forms of message take neither HTML nor addresses.")


def _other_language(account: Account, base: str, lang: str, marketplace: str) -> str:
    """What to tell where the text is not in the language the buyer wants; "" where it is, or nobody knows."""
    if not lang:
        return ""
    told = account.get(f"{base}/attributes", calls.MESSAGING, marketplaceIds=marketplace)
    wanted = text(part(told, "buyer"), "locale")
    if not wanted or wanted[:2].lower() == lang[:2].lower():
        return ""
    return f"Amazon wants such messages in the buyer's language, {wanted}."


def _attached(account: Account, path: str, file: File, marketplace: str) -> dict[str, str]:
    """A file laid where the message can name it; nothing reaches the buyer by that alone."""
    digest = b64encode(md5(file.data, usedforsecurity=False).digest()).decode()
    place = f"/uploads/2020-11-01/uploadDestinations{path}"
    told: Data = part(account.prepare(place, {}, calls.UPLOAD, marketplaceIds=marketplace, contentMD5=digest), "payload")
    headers = {str(k): str(v) for k, v in part(told, "headers").items()}
    account.put(told, file.data, file.type, headers)
    return {"uploadDestinationId": ident(told, "uploadDestinationId"), "fileName": file.name}
