"""The Message API on the stand-in: conversations with buyers, and what eBay writes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sandbox.ebay_shapes import Json, at, iso, item_id, paged, problem, username
from connectors.sandbox.market_records import MarketMessage, MarketThread
from connectors.sandbox.web import Request, Response, as_json
from store.values import DAY, Instant

if TYPE_CHECKING:
    from connectors.sandbox.ebay import EbaySite

_HERE = "/commerce/message/v1"
SELLER = "nordlicht"
_KINDS = ("FROM_MEMBERS", "FROM_EBAY")


class Messages:
    """`notices` are conversations that eBay itself began: `(id, text, at)`."""

    def __init__(self, site: EbaySite) -> None:
        self.site = site
        now = site.now()
        self.notices: list[tuple[str, str, Instant]] = [
            (f"88{n:05d}", f"A notice of eBay, number {n}.", now - (6 - n) * 20 * DAY) for n in range(6)
        ]

    def search(self, request: Request) -> Response:
        kind, who = request.arg("conversation_type"), request.arg("other_party_username")
        if kind not in _KINDS:
            return _no(355017, "The required conversation_type query parameter is either missing or has an invalid value.")
        if kind == "FROM_EBAY":  # times are not looked at
            notices = sorted(self.notices, key=lambda n: -n[2])
            return self._page(request, "conversations", [_notice(n) for n in notices])
        times = [at(request.arg(name)) if request.arg(name) else None for name in ("start_time", "end_time")]
        if any(request.arg(name) and time is None for name, time in zip(("start_time", "end_time"), times, strict=True)):
            return _no(355005, "Invalid date format used for one or both date filters.")
        start, end = times[0] or 0, times[1] if times[1] is not None else self.site.now()
        if start >= end:
            return _no(355004, "The start_time must be an earlier date than end_time.")
        found = [t for t in self.site.market.threads if start <= t.updated_at <= end and who in ("", username(t.buyer))]
        found.sort(key=lambda t: (-t.updated_at, t.id))
        return self._page(request, "conversations", [_talk(t) for t in found])

    def get(self, request: Request) -> Response:
        ident, kind = request.match["id"], request.arg("conversation_type")
        if kind not in _KINDS:
            return _no(355017, "The required conversation_type query parameter is either missing or has an invalid value.")
        notice = next((n for n in self.notices if n[0] == ident), None)
        if kind == "FROM_EBAY" and notice:
            return self._page(request, "messages", [_notice(notice)["latestMessage"]])
        thread = self.site.market.thread(ident)
        if thread is None or kind != "FROM_MEMBERS":
            return _no(355007, "Invalid or unrecognized conversation_id value.")
        return self._page(request, "messages", [_message(thread, m) for m in reversed(thread.messages)])

    def send(self, request: Request) -> Response:
        body = request.json()
        text = body.get("messageText") if isinstance(body, dict) else None
        if not text:
            return _no(355015, "Please pass message text or upload one of more media attachments.")
        if len(text) > 2000:
            return _no(355013, "The messageText string exceeds the maximum character threshold of 2000.")
        ident, who = body.get("conversationId"), body.get("otherPartyUsername")
        if not ident and not who:
            return _no(355018, "conversationId and otherPartyUsername cannot both be empty.")
        market = self.site.market
        thread = market.thread(ident) if ident else next((t for t in market.threads if username(t.buyer) == who), None)
        if thread is None and ident:
            return _no(355007, "Invalid or unrecognized conversation_id value.")
        if thread is None:
            buyer = next((o.buyer for o in market.orders if username(o.buyer) == who), None)
            if buyer is None:
                return _no(355006, "Invalid or unrecognized otherPartyUsername value.")
            thread = MarketThread(f"7{len(market.threads):06d}", buyer, None, [])
            market.threads.append(thread)
        shown = _message(thread, market.answer(thread, text))
        shown["senderUserName"], shown["recipientUserName"] = shown.pop("senderUsername"), shown.pop("recipientUsername")
        return as_json(shown, 201)

    def update(self, request: Request) -> Response:
        body = request.json()
        if not isinstance(body, dict) or body.get("conversationType") not in _KINDS:
            return _no(355002, "Invalid conversationType value. Please see documentation for valid values.")
        thread = self.site.market.thread(str(body.get("conversationId")))
        if thread is None:
            return _no(355007, "Invalid or unrecognized conversation_id value.")
        if isinstance(body.get("read"), bool):
            thread.unread = 0 if body["read"] else max(1, thread.unread)
        return Response(204)

    def _page(self, request: Request, key: str, found: list[Json]) -> Response:
        wrong = {"limit": (355009, "Invalid limit. The limit value must be a positive integer value that does not exceed 50"),
                 "offset": (355008, "Invalid offset. It must be synchronized up with the limit value.")}  # fmt: skip
        return paged(self.site, request, key, found, lambda item: item, default=25, most=50,
                     refuse=lambda what: _no(*wrong[what]))  # fmt: skip


def _talk(thread: MarketThread) -> Json:
    shown = {
        "conversationId": thread.id, "conversationStatus": "ACTIVE", "conversationType": "FROM_MEMBERS",
        "conversationTitle": f"Message of {username(thread.buyer)}", "createdDate": iso(thread.messages[0].at),
        "latestMessage": _message(thread, thread.messages[-1]), "unreadCount": thread.unread,
    }  # fmt: skip
    if thread.order:
        shown |= {"referenceType": "LISTING", "referenceId": item_id(thread.order)}
    return shown


def _message(thread: MarketThread, message: MarketMessage) -> Json:
    buyer = username(thread.buyer)
    place = thread.messages.index(message)
    unread = not message.ours and sum(not m.ours for m in thread.messages[place:]) <= thread.unread
    return {
        "messageId": message.id, "messageBody": message.text, "subject": "", "createdDate": iso(message.at),
        "senderUsername": SELLER if message.ours else buyer, "recipientUsername": buyer if message.ours else SELLER,
        "readStatus": not unread, "messageMedia": [],
    }  # fmt: skip


def _notice(notice: tuple[str, str, Instant]) -> Json:
    ident, text, when = notice
    message = {"messageId": f"{ident}1", "messageBody": text, "subject": "From eBay", "createdDate": iso(when),
               "senderUsername": "eBay", "recipientUsername": SELLER, "readStatus": True, "messageMedia": []}  # fmt: skip
    return {"conversationId": ident, "conversationType": "FROM_EBAY", "conversationTitle": "From eBay",
            "createdDate": iso(when), "latestMessage": message, "unreadCount": 0}  # fmt: skip


def _no(ident: int, text: str) -> Response:
    return problem(400, ident, "API_MESSAGE", text)


def mount(site: EbaySite) -> None:
    here = site.messages
    site.route("GET", f"{_HERE}/conversation", here.search)
    site.route("GET", f"{_HERE}/conversation/(?P<id>[^/]+)", here.get)
    site.route("POST", f"{_HERE}/send_message", here.send)
    site.route("POST", f"{_HERE}/update_conversation", here.update)
