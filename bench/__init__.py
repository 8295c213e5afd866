"""Every figure and picture of the documentation comes from a command here."""
