"""What the team of the practice desk has set up: departments, packs, a leave, an incident, so that no room is empty."""

from __future__ import annotations

from desk import groups, incidents, leave, template_book
from desk.automation import packs
from desk.automation.library import template_from
from store.unit import UnitOfWork
from store.values import DAY, HOUR, SYSTEM, Actor, Instant

SINCE = 3 * DAY
"""How long ago the packs were enabled."""
TEAM_GROUPS = {
    "after_sales": {"name": "After-sales", "members": {"ana": 2, "tom": 2, "wei": 1}},
    "senior": {"name": "Senior", "members": {"ana": 1, "tom": 1}, "fallback": "team"},
    "experts": {"name": "Experts", "members": {"tom": 1, "wei": 1}, "fallback": "after_sales"},
}
PACKS = {"dispatch-senior": "on", "complaint": "on", "dispatch-type": "on", "acknowledge": "shadow", "stuck": "on"}
"""Pack → state."""
CAUSE = "Port strike in Rotterdam"
STRIKE = {
    "en": "Hello {{customer.first_name|or:\"there\"}},\n\nships cannot unload in Rotterdam because of a strike, so order "
          "{{order.number}} will arrive about six days later. You need not do anything; if you would rather not wait, "
          "tell us here.\n\n{{shop.name}}",
    "de": "Guten Tag,\n\nwegen eines Streiks können Schiffe in Rotterdam nicht entladen werden; Ihre Bestellung "
          "{{order.number}} kommt etwa sechs Tage später. Sie müssen nichts tun. Möchten Sie nicht warten, sagen Sie es "
          "uns hier.\n\n{{shop.name}}",
    "fr": "Bonjour,\n\nen raison d'une grève au port de Rotterdam, votre commande {{order.number}} arrivera avec environ "
          "six jours de retard. Si vous préférez ne pas attendre, dites-le-nous ici.\n\n{{shop.name}}",
    "es": "Hola:\n\nPor una huelga en el puerto de Róterdam, su pedido {{order.number}} llegará unos seis días más tarde. "
          "Si prefiere no esperar, díganoslo aquí.\n\n{{shop.name}}",
    "it": "Buongiorno,\n\nper uno sciopero nel porto di Rotterdam il Suo ordine {{order.number}} arriverà con circa sei "
          "giorni di ritardo. Se preferisce non aspettare, ce lo dica qui.\n\n{{shop.name}}",
    "pt": "Olá,\n\ndevido a uma greve no porto de Roterdão, a sua encomenda {{order.number}} chegará cerca de seis dias "
          "mais tarde. Se preferir não esperar, diga-nos aqui.\n\n{{shop.name}}",
    "nl": "Hallo,\n\ndoor een staking in de haven van Rotterdam komt uw bestelling {{order.number}} ongeveer zes dagen "
          "later. Wilt u niet wachten, laat het ons dan hier weten.\n\n{{shop.name}}",
    "ja": "お客様\n\nロッテルダム港のストライキのため、ご注文{{order.number}}のお届けが約6日遅れております。お待ちに"
          "なれない場合は、こちらにご返信ください。\n\n{{shop.name}}",
    "zh-CN": "您好，\n\n因鹿特丹港罢工，订单{{order.number}}预计晚到约六天。您无需任何操作；如不愿等待，请直接回复我们。"
             "\n\n{{shop.name}}",
}  # fmt: skip
"""What buyers are told of it, by language."""
ANSWER = "port_strike"
_LATE = "type IN ('shipping_status', 'not_received') AND status IN ('new', 'open', 'pending') AND automatic = ''"


def add_groups(unit: UnitOfWork) -> None:
    """The departments."""
    for ident, values in TEAM_GROUPS.items():
        groups.save(unit, ident, values)


def add_packs(unit: UnitOfWork) -> None:
    """Some packs: most act, one only tells what it would do."""
    for ident, state in PACKS.items():
        packs.enable(unit, ident, {}, state=state)


def add_plans(unit: UnitOfWork, now: Instant) -> None:
    """A leave that comes, and one cause behind several tickets."""
    unit.actor = Actor("agent", "tom")
    names = {"en": CAUSE, "zh_CN": "鹿特丹港罢工"}
    template_book.save(
        unit, template_from({"id": ANSWER, "names": names, "suits": ["shipping_status"], "text": STRIKE})
    )
    leave.add(unit, "tom", now + 30 * HOUR, now + 30 * HOUR + 5 * DAY, "climbing")
    late = [row[0] for row in unit.conn.execute(f"SELECT id FROM ticket WHERE {_LATE} ORDER BY id LIMIT 8")]
    incident = incidents.open_incident(unit, CAUSE, note="Ships wait outside; about six days late.")
    incidents.add(unit, incident, late)
    unit.actor, unit.batch_id = SYSTEM, ""
