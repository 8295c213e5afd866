"""The practice desk's channels and the stand-ins behind them: where they are reached, and what was said so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby

from connectors.sandbox.market_records import MarketMessage, Told
from connectors.sandbox.voices import VOICES
from connectors.sandbox.world import Account, World
from store.connection import Connection
from store.unit import Store, UnitOfWork
from store.values import SYSTEM
from store.vault import Vault

SHOP = "Nordlicht Shop"


def connect_mail(
    store: Store, vault: Vault, world: World, imap_port: int, smtp_port: int, passwords: Mapping[str, str]
) -> None:
    """Points every mailbox at a stand-in mail server on loopback. Its memory is new each time, so reading begins anew."""
    shops = [s for s in world.shops if s.by_mail]
    for shop in shops:
        if not vault.has(f"channel/{shop.id}/password"):
            vault.put(f"channel/{shop.id}/password", passwords[shop.address])
    with store.write(SYSTEM) as unit:
        for shop in shops:
            own = shop.kind == "email"
            _point(unit, shop.id, {
                "imap_host": "127.0.0.1", "imap_port": imap_port, "imap_tls": "plain",
                "smtp_host": "127.0.0.1", "smtp_port": smtp_port, "smtp_tls": "plain",
                "user": shop.address, "from_address": shop.address, "from_name": SHOP, "mailboxes": [shop.folder],
                "sent": "auto" if own else "", "sent_copy": own, "poll_seconds": 5,
            })  # fmt: skip
            unit.conn.execute("DELETE FROM cursor WHERE channel_id = ?", (shop.id,))


def connect_account(
    store: Store, vault: Vault, channel_id: str, settings: Mapping[str, object], secrets: Mapping[str, str],
    orders: Mapping[str, str],
) -> None:  # fmt: skip
    """Points an account at its stand-in, which was never signed in to before. `orders` are the platform's ids of orders
    by their numbers, as earlier syncs would have left them."""
    vault.drop(f"channel/{channel_id}/")
    for name, value in secrets.items():
        vault.put(f"channel/{channel_id}/{name}", value)
    with store.write(SYSTEM) as unit:
        _point(unit, channel_id, settings)
        unit.conn.executemany(
            "UPDATE orders SET remote_id = ? WHERE channel_id = ? AND number = ? AND remote_id = ''",
            [(ident, channel_id, number) for number, ident in orders.items()],
        )


def _point(unit: UnitOfWork, channel_id: str, settings: Mapping[str, object]) -> None:
    sql = "UPDATE channel SET settings = ?, fault = '', fault_at = 0 WHERE id = ?"
    unit.conn.execute(sql, (json.dumps(settings), channel_id))


def told(conn: Connection, account: Account, world: World) -> list[Told]:
    """Every conversation about an order of the account, as the desk has it."""
    before = VOICES[account.platform].before if account.platform in VOICES else ""
    sql = (
        "SELECT t.id, o.number, t.is_open, m.thread_id, m.remote_key, m.direction, m.body, m.sent_at FROM message m "
        "JOIN ticket t ON t.id = m.ticket_id JOIN ticket_order x ON x.ticket_id = t.id JOIN orders o ON o.id = x.order_id "
        "WHERE o.channel_id = ? AND m.direction IN ('in', 'out') ORDER BY t.id, m.id"
    )
    found = []
    for (ticket_id, number), rows in groupby(conn.execute(sql, (account.id,)), key=lambda row: (row[0], row[1])):
        said = list(rows)
        thread = next((row[3].removeprefix(before) for row in said if row[3]), f"8{ticket_id:06d}")
        messages = tuple(MarketMessage(row[4].partition(":")[2], row[5] == "out", row[6], row[7]) for row in said)
        found.append(Told(thread, number, messages, bool(said[0][2])))
    return found
