"""Clocks: business calendars, the policies that start them, and what a due time looks like. Pure, no storage."""
