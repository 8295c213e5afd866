"""The nouns: values, tables, statements, the event log, search and secrets of one desk."""
