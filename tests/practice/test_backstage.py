"""The process behind the practice desk: there when the desk opens, gone when the pipe to it closes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app import practice
from app.practice import backstage
from app.wire import open_desk
from store.errors import Unavailable
from store.sql import shop


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_it_makes_a_desk_keeps_it_and_ends_with_its_opener(tmp_path: Path) -> None:
    with backstage(fresh=False, seed=7, zone="Europe/Berlin") as stage:
        assert stage.folder == tmp_path / "deskhand" / "practice"
        wired = open_desk(stage.folder)
        me = shop.agent(wired.store.conn, "ana")
        assert me is not None and me.unix_user and me.zone == "Europe/Berlin"
        uuid = wired.store.meta("uuid")
        wired.store.close()
        with backstage(fresh=False, seed=7, zone="UTC") as second:  # somebody practises there already
            assert second.folder != stage.folder
        assert not second.folder.exists()
    assert stage.process.returncode == 0
    with backstage(fresh=False, seed=7, zone="UTC") as again:
        wired = open_desk(again.folder)
        assert wired.store.meta("uuid") == uuid
        wired.store.close()


def test_it_never_touches_a_folder_it_did_not_make(tmp_path: Path) -> None:
    foreign = tmp_path / "deskhand" / "practice"
    foreign.mkdir(parents=True)
    (foreign / "desk.db").write_text("somebody's work")
    with pytest.raises(Unavailable, match="no practice desk"), backstage(fresh=True, seed=7, zone="UTC"):
        pass
    assert (foreign / "desk.db").read_text() == "somebody's work"


@pytest.mark.parametrize("mark", ['{"seed": 7, "made_at": 0}', '{"seed": 8, "made_at": 99999999999999}', "{", "[]"])
def test_a_stale_or_broken_one_is_made_anew(tmp_path: Path, mark: str) -> None:
    (tmp_path / "practice.json").write_text(mark)
    (tmp_path / "desk.db").write_text("half a desk")
    practice._sweep(tmp_path, 7)
    assert json.loads((tmp_path / "practice.json").read_text()) == {"seed": 7, "made_at": 0}
    assert sorted(os.listdir(tmp_path)) == ["practice.json"]
    assert practice._made_at(tmp_path, 7, 10**13) is None
