"""What the team sets up to work by (rules, macros, fields, checklists) and what hangs on a ticket (tasks, links)."""

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from store.tables.columns import NEVER_SQL, big, maybe_big, row_id, small, text


class Rule(SQLModel, table=True):
    """A rule of automation. `body` is JSON as `desk.automation.rules` reads it; rules run by `position`."""

    id: str = Field(primary_key=True)
    name: str = text(None)
    position: int = small()
    state: str = text("off")
    """off, shadow (tells what it would do) or on."""
    body: str = text("{}")
    version: int = small("1")


class Macro(SQLModel, table=True):
    """A template with acts, done by one key. `body` is JSON as `desk.automation.macros` reads it."""

    id: str = Field(primary_key=True)
    name: str = text(None)
    body: str = text("{}")
    position: int = small()
    used: int = small()


class CustomField(SQLModel, table=True):
    """A field of the team's own. `kind` is one of `desk.query.names.KINDS` or bool; `options` JSON: its words."""

    __tablename__ = "custom_field"
    id: str = Field(primary_key=True)
    name: str = text(None)
    names: str = text("{}")
    kind: str = text("word")
    options: str = text("[]")
    position: int = small()
    shipped: int = small()


class FieldValue(SQLModel, table=True):
    """A ticket's value of a custom field: `word` folded for words and texts, `number` for everything that is counted
    (minor units, milliseconds, hundredths of a percent, instants, 0/1); `shown` as it was written."""

    __tablename__ = "field_value"
    ticket_id: int = Field(primary_key=True)
    field_id: str = Field(primary_key=True)
    word: str = text()
    number: int | None = maybe_big()
    unit: str = text()
    """Currency of money, else ''."""
    shown: str = text()
    __table_args__ = (
        Index("field_value_number", "field_id", "number", "ticket_id"),
        Index("field_value_text", "field_id", "word", "ticket_id"),
    )


class Checklist(SQLModel, table=True):
    """Steps for one kind of trouble. `items` JSON: list of {language: text}."""

    id: str = Field(primary_key=True)
    name: str = text(None)
    names: str = text("{}")
    items: str = text("[]")
    shipped: int = small()
    position: int = small()


class CheckItem(SQLModel, table=True):
    """A step on a ticket; `done_at` 0 while it is open."""

    __tablename__ = "check_item"
    id: int | None = row_id()
    ticket_id: int = big()
    checklist_id: str = text()
    position: int = small()
    title: str = text()
    done_by: str = text()
    done_at: int = big("0")
    __table_args__ = (Index("check_item_ticket", "ticket_id", "checklist_id", "position"),)


class Task(SQLModel, table=True):
    """Part of a ticket's work, with an owner or department. `state` is open, doing, done or dropped."""

    id: int | None = row_id()
    ticket_id: int = big()
    title: str = text(None)
    state: str = text("open")
    assignee_id: str = text()
    group_id: str = text()
    due_at: int = big(NEVER_SQL)
    created_by: str = text()
    created_at: int = big()
    updated_at: int = big()
    __table_args__ = (
        Index("task_ticket", "ticket_id", "id"),
        Index("task_state", "state", "ticket_id"),
        Index("task_open", "assignee_id", "due_at", sqlite_where=sql("state IN ('open', 'doing')"),
              postgresql_where=sql("state IN ('open', 'doing')")),
    )  # fmt: skip


class TicketLink(SQLModel, table=True):
    """Two tickets that belong together. `kind` is related, merged (`ticket_id` went into `other_id`) or split
    (`ticket_id` came out of `other_id`)."""

    __tablename__ = "ticket_link"
    ticket_id: int = Field(primary_key=True)
    other_id: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    at: int = big()
    __table_args__ = (
        Index("ticket_link_other", "other_id", "ticket_id"),
        Index("ticket_link_kind", "kind", "ticket_id"),
    )


class Incident(SQLModel, table=True):
    """One cause behind many tickets ("port strike"). `state` is open or closed."""

    id: int | None = row_id()
    title: str = text(None)
    note: str = text()
    state: str = text("open")
    template_id: str = text()
    created_by: str = text()
    created_at: int = big()
    closed_at: int | None = maybe_big()


class IncidentTicket(SQLModel, table=True):
    __tablename__ = "incident_ticket"
    incident_id: int = Field(primary_key=True)
    ticket_id: int = Field(primary_key=True)
    answered_at: int = big("0")
    outbox_id: int = big("0")
    """The row that answered it; one that was taken back leaves the ticket unanswered."""
    __table_args__ = (Index("incident_ticket_ticket", "ticket_id", "incident_id"),)


class NoticeTarget(SQLModel, table=True):
    """Where the team is told of things outside the program: `kind` webhook, ntfy, mail, slack … Its address and token
    are secrets of the vault under `notice/<id>/<name>`."""

    __tablename__ = "notice_target"
    id: str = Field(primary_key=True)
    name: str = text(None)
    kind: str = text(None)
    settings: str = text("{}")
    state: str = text("active")
    fault: str = text()
    """Why the last one did not arrive, '' when it did."""
    sent_at: int = big("0")
