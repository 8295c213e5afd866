"""python -m app.settings        docs/settings.md"""

from __future__ import annotations

import sys

from app.settings.page import page

sys.stdout.write(page())
