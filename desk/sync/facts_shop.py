"""Reviews and products as platforms tell them."""

from __future__ import annotations

import json

from connectors.contract import ProductRecord, ReviewRecord
from desk.sync.facts_buyers import order_id_of
from store.sql import people
from store.sql.reviews import About, put_about
from store.sql.rows import Channel
from store.unit import UnitOfWork
from store.values import clean, clean_line, fold


def put_review(unit: UnitOfWork, channel: Channel, r: ReviewRecord) -> bool:
    conn = unit.conn
    row = conn.execute(
        "SELECT id, rating, title, body, reply FROM review WHERE channel_id = ? AND remote_id = ?",
        (channel.id, r.remote_id),
    ).fetchone()
    said = (r.rating, clean_line(r.title), clean(r.text).strip(), clean(r.reply).strip())
    if row is not None:
        about = put_about(conn, row[0], _about(r))
        if tuple(row[1:]) == said:
            return about
        conn.execute("UPDATE review SET rating = ?, title = ?, body = ?, reply = ? WHERE id = ?", (*said, row[0]))
        return True
    order_id = order_id_of(conn, channel, r.order_id)
    keys = ((f"{channel.platform}:{r.author_id}", r.author_id), (f"email:{fold(r.email)}", r.email))
    customer_id = next((n for key, known in keys if known and (n := people.customer_by_key(conn, key))), None)
    made = conn.execute(
        "INSERT INTO review (channel_id, remote_id, order_id, customer_id, sku, rating, title, body, lang, author, at, "
        "reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (channel.id, r.remote_id, order_id, customer_id, clean_line(r.sku), *said[:3], r.lang, clean_line(r.author), r.at,
         said[3]),
    ).lastrowid  # fmt: skip
    put_about(conn, made, _about(r))
    return True


def _about(r: ReviewRecord) -> About:
    return About(r.verified, clean_line(r.product), clean_line(r.url))


def put_product(unit: UnitOfWork, channel: Channel, p: ProductRecord) -> bool:
    sql = (
        "INSERT INTO product (channel_id, sku, title, specs, sizes, updated_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (channel_id, sku) DO UPDATE SET title = excluded.title, specs = excluded.specs, "
        "sizes = excluded.sizes, updated_at = excluded.updated_at WHERE excluded.updated_at >= product.updated_at "
        "AND (title, specs, sizes) <> (excluded.title, excluded.specs, excluded.sizes)"
    )
    specs = json.dumps({clean_line(k): clean_line(v) for k, v in p.specs.items()}, ensure_ascii=False)
    values = (channel.id, clean_line(p.sku), clean_line(p.title), specs, clean(p.sizes).strip(), p.updated_at)
    return bool(unit.conn.execute(sql, values).rowcount)
