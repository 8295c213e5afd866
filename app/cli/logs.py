"""Logs as JSON lines, without secrets and without buyers' addresses."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
from pathlib import Path

from app.cli.output import iso
from connectors.redaction import redact

KEPT, LARGEST = 5, 5 << 20
"""Files and bytes per file."""


class Lines(logging.Formatter):
    """One JSON object per line: at, level, logger, text, and the kind of an exception with its place."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": iso(int(record.created * 1000)), "level": record.levelname.casefold(), "logger": record.name,
                "text": redact(record.getMessage())}  # fmt: skip
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = f"{type(error).__name__}: {redact(str(error))}"
            if trace := error.__traceback__:
                while trace.tb_next:
                    trace = trace.tb_next
                line["where"] = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        return json.dumps(line, ensure_ascii=False)


def log_folder(desk: Path) -> Path:
    """Where a desk's logs lie, open to its owner alone."""
    folder = desk / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def to_file(desk: Path, name: str) -> Path:
    """Sends the program's log into `log/NAME.jsonl` of the desk."""
    path = log_folder(desk) / f"{name}.jsonl"
    path.touch(mode=0o600)
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    _to(handler)
    return path


def to_stderr() -> None:
    """Sends the program's log to stderr."""
    _to(logging.StreamHandler())


def _to(handler: logging.Handler) -> None:
    handler.setFormatter(Lines())
    logger = logging.getLogger("deskhand")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(os.environ.get("DESKHAND_LOG", "INFO").upper())
