"""The Shopee stand-in's seller chat. It is not documented: shapes are those that clients of others use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox import shopee_shapes
from connectors.sandbox.market_records import MarketThread
from connectors.sandbox.shopee_asked import Wrong
from connectors.sandbox.web import Request

if TYPE_CHECKING:
    from connectors.sandbox.shopee_calls import Calls

MAX_TEXT = 2_000


class Chat:
    def __init__(self, calls: Calls) -> None:
        self._site = calls.site

    def conversations(self, request: Request) -> dict[str, Any]:
        """`older` begins with the newest, `latest` with the oldest; both go on from `next_timestamp_nano`."""
        direction, size = request.arg("direction"), request.arg("page_size", "25")
        if direction not in ("latest", "older") or request.arg("type") not in ("all", "unread", "pinned"):
            raise wrong("direction or type")
        if not size.isdecimal() or not 1 <= int(size) <= 60:
            raise wrong("page_size")
        at = int(request.arg("next_timestamp_nano") or 0)
        unread = request.arg("type") == "unread"
        found = [(n, t) for t in self._site.market.threads
                 if (t.unread or not unread) and _beyond(n := shopee_shapes.nano(t), at, direction)]  # fmt: skip
        found.sort(key=lambda x: x[0], reverse=direction == "older")
        page = found[: self._site.paged(int(size))]
        more = len(found) > len(page)
        shown = self._site.shown(request, [shopee_shapes.conversation(t) for _, t in page])
        cursor = {
            "next_message_time_nano": str(page[-1][0]) if more else "0",
            "conversation_id": page[-1][1].id if more else "",
        }
        return {"conversations": shown, "page_result": {"page_size": len(page), "more": more, "next_cursor": cursor}}

    def conversation(self, request: Request) -> dict[str, Any]:
        return shopee_shapes.conversation(self._thread(request.arg("conversation_id")))

    def messages(self, request: Request) -> dict[str, Any]:
        """The newest first; `offset` is the message to go on behind."""
        thread = self._thread(request.arg("conversation_id"))
        size, offset = request.arg("page_size", "25"), request.arg("offset")
        if not size.isdecimal() or not 1 <= int(size) <= 60:
            raise wrong("page_size")
        found = thread.messages[::-1]
        if offset:
            place = next((n for n, m in enumerate(found) if m.id == offset), None)
            if place is None:
                raise wrong("offset")
            found = found[place + 1 :]
        page = found[: self._site.paged(int(size))]
        onwards = page[-1].id if len(page) < len(found) else ""
        shown = [shopee_shapes.message(thread, m, self._site.shop_id) for m in page]
        return {"messages": self._site.shown(request, shown),
                "page_result": {"page_size": len(page), "next_offset": onwards}}  # fmt: skip

    def send(self, body: dict[str, Any]) -> dict[str, Any]:
        to, content = body.get("to_id"), body.get("content")
        if not isinstance(to, int) or body.get("message_type") != "text" or not isinstance(content, dict):
            raise wrong("to_id, message_type or content")
        words = content.get("text")
        if not isinstance(words, str) or not 1 <= len(words) <= MAX_TEXT:
            raise wrong("content.text")
        theirs = [t for t in self._site.market.threads if shopee_shapes.user_id(t.buyer) == to]
        if not theirs:
            raise wrong("to_id is not a user")
        thread = max(theirs, key=lambda t: t.updated_at)
        if thread.closed_to_us:
            raise wrong("the user does not receive messages", "user_blocked")
        sent = self._site.market.answer(thread, words)
        return {"message_id": sent.id, "to_id": to, "message_type": "text", "content": {"text": words},
                "conversation_id": thread.id, "created_timestamp": sent.at // 1000}  # fmt: skip

    def read(self, body: dict[str, Any]) -> dict[str, Any]:
        thread = self._thread(str(body.get("conversation_id", "")))
        if not any(m.id == str(body.get("last_read_message_id", "")) for m in thread.messages):
            raise wrong("last_read_message_id")
        thread.unread = 0
        return {}

    def _thread(self, name: str) -> MarketThread:
        thread = self._site.market.thread(name)
        if thread is None:
            raise wrong("conversation_id does not exist")
        return thread


def _beyond(n: int, at: int, direction: str) -> bool:
    return not at or (n > at if direction == "latest" else n < at)


def wrong(what: str, code: str = "error_param") -> Wrong:
    return Wrong(code, f"Wrong parameters, detail: {what}.")
