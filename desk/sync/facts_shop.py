"""Reviews and products as platforms tell them."""

from __future__ import annotations

import json

from connectors.contract import ProductRecord, Receipt, ReviewRecord
from desk import deeds, outbox, review_tickets
from desk.sync.facts_buyers import order_id_of
from desk.sync.intake import Taken
from desk.vocabulary import PICTURE
from store.sql import outbox as rows
from store.sql import people, reviews
from store.sql.reviews import About, Review, put_about
from store.sql.rows import Channel
from store.unit import UnitOfWork
from store.values import clean, clean_line, fold


def put_review(unit: UnitOfWork, channel: Channel, r: ReviewRecord) -> Taken:
    """A low one that is news opens a ticket; what changes about one that has a ticket shows there."""
    conn = unit.conn
    before = reviews.of_remote(conn, channel.id, r.remote_id)
    author_key = f"{channel.platform}:{r.author_id}" if r.author_id else f"email:{fold(r.email)}" if r.email else ""
    if before is None:
        now = _insert(unit, channel, r, author_key)
        return review_tickets.heard(unit, channel, now, author_key, fold(r.email))
    about = put_about(conn, before.id, _about(r))
    said = (r.rating, clean_line(r.title), clean(r.text).strip(), clean(r.reply).strip())
    now = before._replace(rating=said[0], title=said[1], body=said[2], reply=said[3])
    if now == before:
        return Taken(before.ticket_id or 0, 0, fresh=about)
    settled = now.reply != before.reply and _settled(unit, channel, now)
    conn.execute("UPDATE review SET rating = ?, title = ?, body = ?, reply = ? WHERE id = ?", (*said, now.id))
    if now._replace(reply=before.reply) != before:
        if before.ticket_id is None:
            return review_tickets.heard(unit, channel, now, author_key, fold(r.email))
        review_tickets.edited(unit, channel, before, now)
    if now.reply not in ("", before.reply) and not settled:
        review_tickets.answered_there(unit, channel, now)
    return Taken(now.ticket_id or 0, 0, fresh=True)


def _insert(unit: UnitOfWork, channel: Channel, r: ReviewRecord, author_key: str) -> Review:
    conn = unit.conn
    order_id = order_id_of(conn, channel, r.order_id)
    keys = filter(None, (author_key, f"email:{fold(r.email)}" if r.email else ""))
    customer_id = next((n for key in keys if (n := people.customer_by_key(conn, key))), None)
    made = conn.execute(
        "INSERT INTO review (channel_id, remote_id, order_id, customer_id, sku, rating, title, body, lang, author, at, "
        "reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (channel.id, r.remote_id, order_id, customer_id, clean_line(r.sku), r.rating, clean_line(r.title),
         clean(r.text).strip(), r.lang, clean_line(r.author), r.at, clean(r.reply).strip()),
    ).lastrowid  # fmt: skip
    put_about(conn, made, _about(r))
    found = reviews.get(conn, made)
    assert found is not None
    return found


def _settled(unit: UnitOfWork, channel: Channel, review: Review) -> bool:
    """Whether the answer that shows there is one of ours whose fate nobody knew."""
    for row in rows.unsettled(unit.conn, channel.id, "answer_review"):
        deed = deeds.command(row)
        if row.handed_at and deeds.about(deed) == review.remote_id and deeds.said(deed).split() == review.reply.split():
            outbox.sent(unit, row.id, Receipt("", unit.now))
            return True
    return False


def _about(r: ReviewRecord) -> About:
    return About(r.verified, clean_line(r.product), clean_line(r.url))


def put_product(unit: UnitOfWork, channel: Channel, p: ProductRecord) -> bool:
    """What is told replaces what was known, and what is not told stays: facts and sizes may come from a file, and the
    rest from the platform."""
    facts = "json_patch(iif(product.specs = '', '{}', product.specs), excluded.specs)"
    sql = (
        "INSERT INTO product (channel_id, sku, title, specs, sizes, updated_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (channel_id, sku) DO UPDATE SET title = coalesce(nullif(excluded.title, ''), product.title), "
        f"specs = {facts}, sizes = coalesce(nullif(excluded.sizes, ''), product.sizes), updated_at = excluded.updated_at "
        "WHERE excluded.updated_at >= product.updated_at AND (excluded.title NOT IN ('', product.title) "
        f"OR excluded.sizes NOT IN ('', product.sizes) OR {facts} <> iif(product.specs = '', '', json(product.specs)))"
    )
    told = {**p.specs, PICTURE: p.image} if p.image else p.specs
    specs = json.dumps({clean_line(k): clean_line(v) for k, v in told.items()}, ensure_ascii=False)
    values = (channel.id, clean_line(p.sku), clean_line(p.title), specs, clean(p.sizes).strip(), p.updated_at)
    return bool(unit.conn.execute(sql, values).rowcount)
