"""The verbs of after-sales work. No Textual, no Rich, no httpx; decisions are pure functions."""
