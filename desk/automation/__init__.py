"""Automation: who gets a ticket, and the texts it is answered with. Decisions are pure and explain themselves."""
