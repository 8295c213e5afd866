"""What every field means, said plainly: the query text beside a test on a ticket of `tests.query.naive`."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from desk.query import Context
from desk.query.custom import names_with
from store.values import DAY, HOUR, MINUTE, NEVER
from tests.query.naive import OPEN, Bought, Case, Person, Test

NOW = 1_791_763_200_000  # 2026-10-12T08:00+08:00, a Monday
ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = NOW - 8 * HOUR

OWN = (
    ("urgency", "Urgency", "word", '["Low", "High"]'),
    ("boxed", "Boxed", "bool", "[]"),
    ("parts", "Parts", "number", "[]"),
    ("weight", "Weight", "decimal", "[]"),
    ("refund_rate", "Refund rate", "percent", "[]"),
    ("cost", "Cost", "money", "[]"),
    ("made", "Made", "instant", "[]"),
    ("takes", "Takes", "duration", "[]"),
    ("memo", "Memo", "text", "[]"),
    ("order", "Order of the other system", "text", "[]"),
)
"""Fields of the desk's own, one of every kind, and one with a name that is taken."""

CONTEXT = Context(NOW, ZONE, me="ana", agents={"ana": "Ana Ruiz", "wei": "王伟"},
                  channels={"eBay UK": "uk", "Post": "post"}, names=names_with(OWN))  # fmt: skip

PEOPLE = {"ana": Person("vip", "likes blue"), "anabel": Person("VIP+"), "wei": Person("", "pays late"), "tom": Person()}
ORDERS = (
    Bought("701-22", "USD", 2000, "DHL1", "ana", NOW - 2 * HOUR, "Paid", "MX", "LMP-1", "Blue Desk Lamp", "DHL",
           "in_transit", NOW - HOUR, None),
    Bought("701-23", "USD", 2001, "", "ana", NOW - 40 * DAY, "shipped", "DE", "lmp-2", "台灯 LED", "Yun Express",
           "delivered", NOW - 3 * DAY, NOW - DAY),
    Bought("88", "EUR", 1500, "x-9", "wei", NOW + HOUR, "", "", "BOX", "", "", "", None, None),
)  # fmt: skip
BOUGHT = {name: sum(o.buyer == name for o in ORDERS) for name in PEOPLE}


def person(test: Callable[[Person], bool]) -> Test:
    return lambda c: c.customer is not None and test(PEOPLE[c.customer])


def order(test: Callable[[Bought], bool]) -> Test:
    return lambda c: any(map(test, c.orders))


def number(name: str, test: Callable[[int], bool], unit: str = "") -> Test:
    def holds(c: Case) -> bool:
        value = c.value(name)
        return value is not None and value[1] is not None and value[2] == unit and test(value[1])

    return holds


def word(name: str, test: Callable[[str], bool]) -> Test:
    return lambda c: (value := c.value(name)) is not None and test(value[0])


def late(c: Case) -> int:
    return NOW - c.due


def wrote(place: str, *words: str) -> Test:
    """One message with these words, in this order, in one place."""

    def holds(c: Case) -> bool:
        found = (m.columns()[place] for m in c.mails)
        return any(tuple(f[i : i + len(words)]) == words for f in found for i in range(len(f)))

    return holds


FIELDS: dict[str, Test] = {
    "is:open": lambda c: c.status in OPEN,
    "is:closed": lambda c: c.status not in OPEN,
    "is:solved": lambda c: c.status == "solved",
    "is:new,pending": lambda c: c.status in ("new", "pending"),
    "is:on-hold": lambda c: c.status == "on_hold",
    "is:waiting": lambda c: c.waiting is not None,
    "is:unanswered": lambda c: c.waiting is not None,
    "is:answered": lambda c: c.replied is not None and c.waiting is None,
    "is:overdue": lambda c: c.due <= NOW,
    "is:warned": lambda c: c.warn <= NOW,
    "is:pressing": lambda c: c.warn <= NOW or (c.priority == 3 and c.status in ("new", "open")),
    "is:breached": lambda c: any(at is not None for _, at in c.clocks),
    "is:paused": lambda c: any(state == "paused" for state, _ in c.clocks),
    "is:snoozed": lambda c: c.snoozed > NOW,
    "is:assigned": lambda c: c.assignee is not None,
    "is:unassigned": lambda c: c.assignee is None,
    "is:mine": lambda c: c.assignee == "ana",
    "is:urgent": lambda c: c.priority == 3,
    "is:flagged": lambda c: c.flagged > 0,
    "is:unread": lambda c: c.last_message > (c.read or 0),
    "is:mentioned": lambda c: "ana" in c.mentions,
    "is:unseen": lambda c: "ana" in c.mentions,
    "is:escalated": lambda c: c.escalation > 0,
    "is:review": lambda c: c.needs_review > 0,
    "is:automatic": lambda c: c.automatic != "",
    "is:merged": lambda c: any(kind == "merged" and there for _, kind, there in c.links),
    "is:split": lambda c: any(kind == "split" and there for _, kind, there in c.links),
    "has:due": lambda c: c.due != NEVER,
    "has:assignee": lambda c: c.assignee is not None,
    "has:customer": lambda c: c.customer is not None,
    "has:customer_note": person(lambda p: p.note != ""),
    "has:lang": lambda c: c.lang != "",
    "has:country": lambda c: c.country != "",
    "has:cause,ask": lambda c: c.cause != "" or c.ask != "",
    "has:reply": lambda c: c.replied is not None,
    "has:tag": lambda c: bool(c.tags),
    "has:order": lambda c: bool(c.orders),
    "has:attachment": lambda c: any(m.files for m in c.mails),
    "has:note": lambda c: any(m.direction == "note" for m in c.mails),
    "has:tracking": order(lambda o: o.tracking != ""),
    "has:mention": lambda c: bool(c.mentions),
    "has:task": lambda c: bool(c.tasks),
    "has:link": lambda c: bool(c.links),
    "has:urgency": lambda c: c.value("urgency") is not None,
    "assignee:me": lambda c: c.assignee == "ana",
    "assignee:none": lambda c: c.assignee is None,
    "assignee:王伟": lambda c: c.assignee == "wei",
    "assignee:none,WEI": lambda c: c.assignee in (None, "wei"),
    "agent:wei": lambda c: c.assignee == "wei",
    "platform:ebay,email": lambda c: c.platform in ("ebay", "email"),
    "platform:eBay": lambda c: c.platform == "ebay",
    'channel:"ebay uk"': lambda c: c.channel == "uk",
    "channel:post,uk": lambda c: c.channel in ("post", "uk"),
    "status:open": lambda c: c.status == "open",
    "status:new,closed": lambda c: c.status in ("new", "closed"),
    "priority:high": lambda c: c.priority == 2,
    "priority:high..": lambda c: c.priority >= 2,
    "priority:..normal": lambda c: c.priority <= 1,
    "priority<high": lambda c: c.priority < 2,
    "priority>urgent": lambda c: False,
    "type:damaged": lambda c: c.type == "damaged",
    "type:damaged,refund": lambda c: c.type in ("damaged", "refund"),
    "class:return": lambda c: c.type == "refund",
    "cause:none": lambda c: c.cause == "",
    "cause:damaged": lambda c: c.cause == "damaged",
    "ask:refund,none": lambda c: c.ask in ("refund", ""),
    "lang:zh": lambda c: c.lang.split("-")[0] == "zh",
    "lang:ZH-cn": lambda c: c.lang == "zh-CN",
    "lang:de": lambda c: c.lang.split("-")[0] == "de",
    "lang:none": lambda c: c.lang == "",
    "country:mx": lambda c: c.country == "MX",
    "country:none": lambda c: c.country == "",
    "due:..2h": lambda c: c.due <= NOW + 2 * HOUR,
    "due:2h": lambda c: NOW <= c.due <= NOW + 2 * HOUR,
    "due:-2h": lambda c: NOW - 2 * HOUR <= c.due <= NOW,
    "due<90m": lambda c: c.due < NOW + 90 * MINUTE,
    "due>2h": lambda c: NOW + 2 * HOUR < c.due < NEVER,
    "due:now..": lambda c: NOW <= c.due < NEVER,
    "due:..0": lambda c: c.due <= NOW,
    "due:today": lambda c: MIDNIGHT <= c.due < MIDNIGHT + DAY,
    "due:tomorrow": lambda c: MIDNIGHT + DAY <= c.due < MIDNIGHT + 2 * DAY,
    "due:..2026-10-12": lambda c: c.due < MIDNIGHT + DAY,
    "overdue_by:1h30m..": lambda c: late(c) >= 90 * MINUTE,
    "overdue_by<2h": lambda c: late(c) < 2 * HOUR and c.due != NEVER,
    "clock:step,first_response": lambda c: c.due_kind in ("step", "first_response"),
    "clock:none": lambda c: c.due_kind == "",
    "created:yesterday": lambda c: MIDNIGHT - DAY <= c.created < MIDNIGHT,
    "created:2026-10-12": lambda c: MIDNIGHT <= c.created < MIDNIGHT + DAY,
    "created>2026-10-11": lambda c: c.created >= MIDNIGHT,
    "created<2026-10-12": lambda c: c.created < MIDNIGHT,
    "created:-2h": lambda c: NOW - 2 * HOUR <= c.created <= NOW,
    "created:this_week": lambda c: MIDNIGHT <= c.created < MIDNIGHT + 7 * DAY,
    "created:last-week": lambda c: MIDNIGHT - 7 * DAY <= c.created < MIDNIGHT,
    "created:last_month..this_month": lambda c: MIDNIGHT - 41 * DAY <= c.created < MIDNIGHT + 20 * DAY,
    "created:..last_year": lambda c: c.created < MIDNIGHT - 284 * DAY,
    "updated:-1d12h..-1h": lambda c: NOW - 36 * HOUR <= c.updated <= NOW - HOUR,
    "updated:2026-10-12t06:00": lambda c: MIDNIGHT + 6 * HOUR <= c.updated < MIDNIGHT + 6 * HOUR + MINUTE,
    "idle:2h..": lambda c: c.updated <= NOW - 2 * HOUR,
    "in_status:..2h": lambda c: c.since >= NOW - 2 * HOUR,
    "waiting:2h..": lambda c: c.waiting is not None and c.waiting <= NOW - 2 * HOUR,
    "waiting<2h": lambda c: c.waiting is not None and c.waiting > NOW - 2 * HOUR,
    "first_reply:today": lambda c: c.replied is not None and MIDNIGHT <= c.replied < MIDNIGHT + DAY,
    "replied:-2h..": lambda c: c.last_reply is not None and c.last_reply >= NOW - 2 * HOUR,
    "tag:vip": lambda c: "vip" in c.tags,
    "tag:VIP,späť": lambda c: bool(c.tags & {"vip", "späť"}),
    "tag:v*": lambda c: any(t.startswith("v") for t in c.tags),
    "tag:none": lambda c: not c.tags,
    "customer:ana": lambda c: c.customer is not None and c.customer.startswith("ana"),
    "customer:ana@example.org": lambda c: c.customer == "ana",
    "customer:none": lambda c: c.customer is None,
    "email:Anab": lambda c: c.customer == "anabel",
    "tier:VIP": person(lambda p: p.tier.lower() == "vip"),
    "tier:vip*": person(lambda p: p.tier.lower().startswith("vip")),
    "tier:none": lambda c: c.customer is None or not PEOPLE[c.customer].tier,
    "bought:2..": lambda c: c.customer is not None and BOUGHT[c.customer] >= 2,
    "bought:0,1": lambda c: c.customer is not None and BOUGHT[c.customer] in (0, 1),
    "order:701-22": lambda c: "701-22" in {o.number for o in c.orders} or c.named_order in ("701-22", "70122"),
    "order:70122": lambda c: "701-22" in {o.number for o in c.orders} or c.named_order == "70122",
    "amount:..20USD": order(lambda o: o.currency == "USD" and o.minor <= 2000),
    "amount>20usd": order(lambda o: o.currency == "USD" and o.minor > 2000),
    "amount:10..20.00EUR": order(lambda o: o.currency == "EUR" and 1000 <= o.minor <= 2000),
    "amount:20USD": order(lambda o: o.currency == "USD" and o.minor == 2000),
    "placed:-3h": order(lambda o: NOW - 3 * HOUR <= o.placed <= NOW),
    "placed:..-30d": order(lambda o: o.placed <= NOW - 30 * DAY),
    "order_status:paid": order(lambda o: o.status.lower() == "paid"),
    "order_status:none": lambda c: not any(o.status for o in c.orders),
    "order_country:de,mx": order(lambda o: o.country in ("DE", "MX")),
    "order_country:none": lambda c: not any(o.country for o in c.orders),
    "sku:LMP-2": order(lambda o: o.sku.lower() == "lmp-2"),
    "sku:lmp*": order(lambda o: o.sku.lower().startswith("lmp")),
    'item:"desk lamp"': order(lambda o: "desk lamp" in o.title.lower()),
    "item:灯": order(lambda o: "灯" in o.title),
    "tracking:dhl1": order(lambda o: o.tracking == "DHL1"),
    'courier:"yun express",ups': order(lambda o: o.courier == "Yun Express"),
    "courier:none": lambda c: not any(o.courier for o in c.orders),
    "parcel:in_transit": order(lambda o: o.parcel == "in_transit"),
    "shipped:-2d..": order(lambda o: o.shipped is not None and o.shipped >= NOW - 2 * DAY),
    "delivered:..now": order(lambda o: o.delivered is not None and o.delivered <= NOW),
    "from:lamp": wrote("people", "lamp"),
    "author:me": lambda c: any(m.author == "ana" for m in c.mails),
    "author:none": lambda c: not any(m.author for m in c.mails),
    "sent:-2h": lambda c: any(NOW - 2 * HOUR <= m.sent <= NOW for m in c.mails),
    "sent>2h": lambda c: any(m.sent > NOW + 2 * HOUR for m in c.mails),
    'subject:"broken lamp"': wrote("subject", "broken", "lamp"),
    "body:box": wrote("body", "box"),
    "note:box": wrote("note", "box"),
    "file:box,lamp": lambda c: wrote("files", "box")(c) or wrote("files", "lamp")(c),
    "mention:wei": lambda c: "wei" in c.mentions,
    "mention:none": lambda c: not c.mentions,
    "task:open": lambda c: any(state == "open" for state, _ in c.tasks),
    "task:doing,done": lambda c: any(state in ("doing", "done") for state, _ in c.tasks),
    "task:none": lambda c: not c.tasks,
    "task_for:me": lambda c: any(state in ("open", "doing") and agent == "ana" for state, agent in c.tasks),
    "task_for:none": lambda c: any(state in ("open", "doing") and not agent for state, agent in c.tasks),
    "link:901": lambda c: any(n == 901 for n, _, _ in c.links),
    "link:902..": lambda c: any(n >= 902 for n, _, _ in c.links),
    "id:2": lambda c: c.id == 2,
    "id:1,3..4": lambda c: c.id in (1, 3, 4),
    "messages:2..3": lambda c: 2 <= c.count <= 3,
    "messages>0": lambda c: c.count > 0,
    "effort:3..": lambda c: c.effort >= 3,
    "effort<3": lambda c: c.effort < 3,
    "urgency:HIGH": word("urgency", lambda w: w == "high"),
    "urgency:none,low": lambda c: (v := c.value("urgency")) is None or v[0] == "low",
    "boxed:yes": number("boxed", lambda n: n == 1),
    "boxed:no": number("boxed", lambda n: n == 0),
    "parts:2..": number("parts", lambda n: n >= 2),
    "parts:-1": number("parts", lambda n: n == -1),
    "weight:..2.5": number("weight", lambda n: n <= 2500),
    "weight>2.5": number("weight", lambda n: n > 2500),
    "refund_rate:30%..": number("refund_rate", lambda n: n >= 3000),
    "refund_rate:2.5..30%": number("refund_rate", lambda n: 250 <= n <= 3000),
    "cost:..20USD": number("cost", lambda n: n <= 2000, "USD"),
    "made:today": number("made", lambda n: MIDNIGHT <= n < MIDNIGHT + DAY),
    "takes:1h..": number("takes", lambda n: n >= HOUR),
    'memo:"two words"': word("memo", lambda w: w == "two words"),
    "memo:two*": word("memo", lambda w: w.startswith("two")),
    "field.order:x1": word("order", lambda w: w == "x1"),
}  # fmt: skip
"""Everything that is not free words."""
