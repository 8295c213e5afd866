"""The acts of rules, one module per kind; importing this registers them."""

from desk import notices as outside
from desk.automation.rules.acts import notices, owners, replies, ticket, work

notices.send_by(outside.send)

__all__ = ["notices", "owners", "replies", "ticket", "work"]
