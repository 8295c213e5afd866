"""Rules: what they say (`model`), what they can do (`acts`), when they hold (`conditions`), and running them (`run`).

Nothing is imported here: a desk without rules pays for none of it.
"""
