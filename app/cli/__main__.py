"""`python -m app.cli` is `deskhand`."""

import sys

from app.cli import main

sys.exit(main())
