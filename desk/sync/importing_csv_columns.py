"""The columns of a .csv file by their names, in English and Chinese, and which kind of table they make.

Case, spaces, underscores and punctuation do not matter: "Order Number", order_number and ORDER-NUMBER are one name.
`python -m desk.sync.importing_csv_columns` writes docs/csv.md from this list.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import NamedTuple

from store.values import fold

MESSAGES, ORDERS, CUSTOMERS = "messages", "orders", "customers"

FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    MESSAGES: {
        "body": ("body", "message", "text", "content", "message body", "message text", "正文", "内容", "消息内容",
                 "留言", "消息", "邮件内容", "訊息內容"),
        "from_addr": ("from", "from address", "from email", "sender", "sender email", "email", "email address",
                      "buyer email", "customer email", "邮箱", "发件人邮箱", "买家邮箱", "客户邮箱", "发件人",
                      "寄件人"),
        "from_name": ("from name", "sender name", "name", "customer", "customer name", "buyer", "buyer name", "姓名",
                      "买家", "买家姓名", "客户", "客户名称", "客户姓名", "发件人姓名", "買家"),
        "to_addr": ("to", "recipient", "to address", "to email", "收件人", "收件人邮箱"),
        "subject": ("subject", "title", "主题", "标题", "主旨"),
        "ts": ("date", "time", "sent", "sent at", "created", "created at", "timestamp", "received at", "date time",
               "时间", "日期", "发送时间", "创建时间", "接收时间", "時間"),
        "conv": ("conversation", "conversation id", "thread", "thread id", "ticket", "ticket id", "case", "case id",
                 "会话", "会话编号", "工单", "工单号", "工单编号", "對話"),
        "message_id": ("message id", "id", "消息编号", "邮件编号"),
        "in_reply_to": ("in reply to", "reply to id", "回复编号"),
        "direction": ("direction", "方向", "收发"),
        "channel": ("channel", "shop", "store", "account", "platform", "marketplace", "渠道", "店铺", "账号", "平台",
                    "店鋪"),
        "lang": ("language", "lang", "语言", "語言"),
        "country": ("country", "country code", "国家", "国家代码", "國家"),
        "type": ("type", "topic", "category", "issue", "issue type", "类型", "问题类型", "分类", "類型"),
        "order_id": ("order", "order id", "order number", "order no", "order name", "订单", "订单号", "订单编号",
                     "訂單號", "訂單編號"),
        "tracking": ("tracking", "tracking number", "tracking no", "物流单号", "运单号", "快递单号", "追蹤號碼"),
        "sku": ("sku", "item sku", "商品编码", "货号"),
        "product": ("product", "product name", "item", "item name", "商品", "商品名称", "产品", "产品名称"),
        "amount": ("amount", "total", "order total", "金额", "订单金额", "总金额"),
        "currency": ("currency", "currency code", "币种", "货币", "幣別"),
    },
    ORDERS: {
        "number": ("order", "order id", "order number", "order no", "order name", "amazon order id", "订单",
                   "订单号", "订单编号", "訂單號", "訂單編號"),
        "placed": ("date", "order date", "purchase date", "placed", "placed at", "created", "created at",
                   "ordered at", "paid at", "下单时间", "订单日期", "创建时间", "下单日期", "付款时间", "訂單日期"),
        "status": ("status", "order status", "state", "financial status", "fulfillment status", "状态", "订单状态",
                   "狀態"),
        "total": ("total", "order total", "amount", "grand total", "total amount", "合计", "金额", "订单金额",
                  "总金额", "实付金额", "總計"),
        "currency": ("currency", "currency code", "币种", "货币", "幣別"),
        "customer": ("customer", "customer name", "buyer", "buyer name", "billing name", "recipient name", "买家",
                     "买家姓名", "客户", "客户姓名", "收货人", "買家"),
        "email": ("email", "email address", "customer email", "buyer email", "邮箱", "买家邮箱", "客户邮箱",
                  "電子郵件"),
        "country": ("country", "country code", "ship country", "shipping country", "国家", "收货国家", "國家"),
        "sku": ("sku", "item sku", "lineitem sku", "seller sku", "商品编码", "货号"),
        "title": ("title", "product", "product name", "item", "item name", "item title", "lineitem name", "商品",
                  "商品名称", "产品名称", "商品标题", "商品名稱"),
        "quantity": ("quantity", "qty", "lineitem quantity", "quantity purchased", "数量", "购买数量", "數量"),
        "price": ("price", "item price", "unit price", "lineitem price", "单价", "价格", "單價"),
        "tracking": ("tracking", "tracking number", "tracking no", "tracking code", "物流单号", "运单号", "快递单号",
                     "追蹤號碼"),
        "courier": ("courier", "carrier", "shipping company", "carrier name", "物流公司", "快递公司", "承运商",
                    "物流商"),
        "shipped": ("shipped", "shipped at", "ship date", "shipped date", "fulfilled at", "发货时间", "发货日期",
                    "出貨日期"),
        "delivered": ("delivered", "delivered at", "delivery date", "delivered date", "签收时间", "送达时间",
                      "妥投时间"),
        "channel": ("channel", "shop", "store", "account", "platform", "marketplace", "sales channel", "渠道",
                    "店铺", "账号", "平台", "店鋪"),
    },
    CUSTOMERS: {
        "name": ("name", "customer", "customer name", "full name", "buyer", "buyer name", "姓名", "客户", "客户名称",
                 "客户姓名", "买家姓名", "買家"),
        "email": ("email", "email address", "customer email", "buyer email", "e mail", "邮箱", "电子邮箱",
                  "客户邮箱", "買家郵箱"),
        "username": ("username", "user name", "user id", "buyer id", "buyer username", "用户名", "买家账号",
                     "买家id"),
        "platform": ("platform", "marketplace", "平台"),
        "lang": ("language", "lang", "语言", "語言"),
        "country": ("country", "country code", "国家", "国家代码", "國家"),
        "tier": ("tier", "level", "group", "等级", "客户等级", "会员等级"),
        "note": ("note", "notes", "comment", "remark", "备注", "说明", "備註"),
    },
}  # fmt: skip
"""Kind of table → field → what its column may be called."""

_NOISE = re.compile(r"[^\w]+|_")


class Columns(NamedTuple):
    """What a header means: the kind of table, the field of each column ("" for one nobody knows)."""

    kind: str
    fields: tuple[str, ...]
    unknown: tuple[str, ...]
    """Names of the columns that are left aside."""


def plain(name: str) -> str:
    """A column's name as it is compared."""
    return _NOISE.sub("", fold(name))


_BY_NAME = {
    kind: {plain(name): field for field, names in fields.items() for name in names} for kind, fields in FIELDS.items()
}


def understood(header: Sequence[str]) -> Columns | None:
    """What a header means; None where it makes no table of any kind. Of two columns for one field the first counts."""
    for kind in FIELDS:
        found = _fields(kind, header)
        if _makes(kind, set(found)):
            unknown = tuple(name for name, field in zip(header, found, strict=True) if not field and name.strip())
            return Columns(kind, found, unknown)
    return None


def _makes(kind: str, fields: set[str]) -> bool:
    """Whether these fields are enough for a table of a kind."""
    if kind == MESSAGES:
        return "body" in fields and bool(fields & {"from_addr", "from_name"})
    if kind == ORDERS:
        return "number" in fields and bool(fields & {"placed", "total", "status", "sku", "title", "tracking"})
    return bool(fields & {"name", "email"})


def _fields(kind: str, header: Sequence[str]) -> tuple[str, ...]:
    found = list[str]()
    for name in header:
        field = _BY_NAME[kind].get(plain(name), "")
        found.append(field if field not in found else "")
    return tuple(found)


def known(header: Sequence[str]) -> int:
    """How many of the names mean something in the kind that knows most of them."""
    return max(sum(bool(field) for field in _fields(kind, header)) for kind in FIELDS)


_INTRO = """# Importing .csv files

Made by `python -m desk.sync.importing_csv_columns`; do not edit it by hand.

`deskhand import FILE.csv` takes messages, orders and customers. Which of them a file holds follows from its columns: a
text and a sender make messages, an order number and something about the order make orders, a name or an address makes
customers. Columns are recognised by the names below; case, spaces, underscores and punctuation do not matter. Columns
nobody knows are listed and left aside.

- Comma, semicolon, tab or `|` between the cells; UTF-8 (with or without a mark at its beginning), UTF-16, GB18030 or
  Windows-1252; cells in quotes may hold line breaks.
- A row that cannot be read is listed with its line; all others come in. Reading a file again adds nothing; an order
  that is here already is brought up to date, of a customer only what was empty is filled in.
- Dates: `2026-11-22 14:30`, `2026/11/22`, `22.11.2026`, `2026年11月22日`, `22 Nov 2026`, seconds since 1970; without
  a zone they are UTC. `11/02/2026` is read day first, unless another row of the file shows that the month stands first.
- Amounts: `12.90`, `1,234.50`, `1.234,50`, `$12.90`, `12,90 EUR`.
- One row per item makes one order, as long as its rows follow each other.
- An apostrophe before `=`, `+`, `-` or `@`, as Deskhand writes it so that no spreadsheet runs the cell, is taken off.
"""


def page() -> str:
    """docs/csv.md."""
    out = [_INTRO]
    for kind, fields in FIELDS.items():
        out += [f"## {kind.capitalize()}", "", "| field | names of its column |", "|---|---|"]
        out += [f"| {field} | {', '.join(names)} |" for field, names in fields.items()]
        out.append("")
    return "\n".join(out)


if __name__ == "__main__":
    sys.stdout.write(page())
