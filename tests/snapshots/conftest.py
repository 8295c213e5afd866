"""A desk of five buyers whose clock stands still, and what takes a picture of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.desks import TestDesk
from tests.snapshots.camera import Camera, Compare


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    made.mail("Lamp arrived broken, please refund me", "Hola, la lámpara llegó rota.\n\nAna", name="Ana Ruiz",
              lang="es", hours_ago=12.7)  # fmt: skip
    made.mail("Sendung seit 9 Tagen ohne Bewegung", name="Jürgen Kößler", kind="not_received", lang="de", hours_ago=11.8)
    made.mail("申请退款,商品破损", "商品破损,请退款。", name="王小明", kind="refund", lang="zh-CN", hours_ago=10)
    made.mail("[/b] La taille ne correspond pas", name="Marie [red]Dubois", kind="size_fit", lang="fr", hours_ago=3)
    made.mail("返品したいのですが", name="田中翔", kind="return_exchange", lang="ja", hours_ago=0.2)
    yield made
    made.store.close()


@pytest.fixture
def camera(snap_compare: Compare) -> Iterator[Camera]:
    made = Camera(snap_compare)
    yield made
    made.close()
