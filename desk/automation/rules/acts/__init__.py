"""The acts of rules, one module per kind; importing this registers them."""

from desk.automation.rules.acts import notices, owners, replies, ticket, work

__all__ = ["notices", "owners", "replies", "ticket", "work"]
