"""The real mail server of the connector tests serves here, too."""

from __future__ import annotations

from tests.connectors.conftest import certificates, dovecot, dovecot_server

__all__ = ["certificates", "dovecot", "dovecot_server"]
