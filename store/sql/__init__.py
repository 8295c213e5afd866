"""Named statements for what flows, into slotted dataclasses. No ORM: triage loads nothing it does not show."""
