"""What the acts of rules name, and whether the desk has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from desk.automation.rules.model import Act
from store.connection import Connection
from store.errors import N_

KINDS = {
    "template": N_("template"), "agent": N_("agent"), "group": N_("group"), "fallback": N_("agent or group"),
    "target": N_("notice target"), "field": N_("field"), "checklist": N_("checklist"),
}  # fmt: skip
EVERYBODY = "team"
"""The group that is always there: it shares tickets out, and no task is its own."""
_NAMED_BY_ID = ("field", "checklist")
_TABLES = {"template": "template", "group": "agent_group", "target": "notice_target", "field": "custom_field",
           "checklist": "checklist"}  # fmt: skip


class Names(NamedTuple):
    """Ids of the desk by kind."""

    known: Mapping[str, frozenset[str]]

    def missing(self, act: Act) -> Iterator[tuple[str, str]]:
        """`(kind as a message id, id)` of everything the act names and the desk does not have."""
        for key in ("template", "agent", "group", "fallback", "target"):
            ident = act.args.get(key, "")
            if ident and (ident not in self.known[key] or (act.do == "task" and ident == EVERYBODY)):
                yield KINDS[key], str(ident)
        if act.do in _NAMED_BY_ID and act.args.get("id", "") not in self.known[act.do]:
            yield KINDS[act.do], str(act.args.get("id", ""))


def names_of(conn: Connection) -> Names:
    known = {
        key: frozenset(row[0] for row in conn.execute(f"SELECT id FROM {table}")) for key, table in _TABLES.items()
    }
    agents = frozenset(row[0] for row in conn.execute("SELECT id FROM agent WHERE active = 1"))
    groups = known["group"] | {EVERYBODY}
    return Names({**known, "agent": agents, "group": groups, "fallback": agents | groups})
