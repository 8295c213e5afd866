"""The contract of acting, for every API platform: each deed once, and an outcome nobody knows is never guessed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from connectors.contract import (
    AuthRevoked,
    Command,
    Connector,
    Fault,
    OutcomeUnknown,
    Permanent,
    Receipt,
    SendReply,
    Temporary,
    Throttled,
)
from connectors.sandbox.web import Request, Response, Site, served
from tests.connectors.suite import Lab


class Mark:
    """The point of no return, and what the stand-in had been asked when it was passed."""

    def __init__(self, lab: Lab) -> None:
        self._lab, self.passed = lab, 0

    def __call__(self) -> None:
        self.passed += 1


def command_of(lab: Lab, deed: str) -> Command:
    command = lab.case.commands(lab)[deed]
    assert lab.case.done(lab, deed, command) == 0
    return command


def sent(lab: Lab, connector: Connector, command: Command) -> Receipt:
    mark = Mark(lab)
    receipt = connector.send(command, mark)
    assert mark.passed == 1
    return receipt


def settled(lab: Lab, deed: str, command: Command, connector: Connector) -> Receipt | None:
    """What `find` says; OutcomeUnknown only where the platform is known not to tell."""
    try:
        return connector.find(command)
    except OutcomeUnknown:
        assert deed in lab.case.cannot_tell, "find gave up"
        raise


def test_a_deed_happens_once_and_is_found_again(lab: Lab, deed: str) -> None:
    command, connector = command_of(lab, deed), lab.connect()
    receipt = sent(lab, connector, command)
    assert receipt.remote_id
    assert receipt.at
    assert lab.case.done(lab, deed, command) == 1
    if deed in lab.case.cannot_tell:
        with pytest.raises(OutcomeUnknown):
            connector.find(command)
    else:
        assert settled(lab, deed, command, connector) is not None


def test_what_was_not_done_is_not_found(lab: Lab, deed: str) -> None:
    command, connector = command_of(lab, deed), lab.connect()
    before = lab.state()
    try:
        assert connector.find(command) is None
    except OutcomeUnknown:
        assert deed in lab.case.cannot_tell
    assert lab.state() == before


def test_an_answer_lost_after_the_effect_is_unknown_and_then_found(lab: Lab, deed: str) -> None:
    command, connector = command_of(lab, deed), lab.connect()
    lab.fault("lost", lab.case.acts[deed])
    mark = Mark(lab)
    with pytest.raises(OutcomeUnknown):
        connector.send(command, mark)
    assert mark.passed == 1
    assert lab.case.done(lab, deed, command) == 1
    if deed not in lab.case.cannot_tell:
        assert settled(lab, deed, command, connector) is not None
        assert lab.case.done(lab, deed, command) == 1


def test_a_request_lost_before_the_effect_is_unknown_and_can_be_sent_again(lab: Lab, deed: str) -> None:
    command, connector = command_of(lab, deed), lab.connect()
    lab.fault("drop", lab.case.acts[deed])
    with pytest.raises((OutcomeUnknown, Temporary)):
        connector.send(command, Mark(lab))
    assert lab.case.done(lab, deed, command) == 0
    if deed in lab.case.cannot_tell:
        return
    assert settled(lab, deed, command, connector) is None
    sent(lab, connector, command)
    assert lab.case.done(lab, deed, command) == 1


def test_after_a_restart_an_unknown_outcome_is_never_taken_for_no(lab: Lab, deed: str) -> None:
    """The connector that sent it is gone with all it remembered."""
    command = command_of(lab, deed)
    lab.fault("lost", lab.case.acts[deed])
    with pytest.raises(OutcomeUnknown):
        lab.connect().send(command, Mark(lab))
    with suppress(OutcomeUnknown):
        assert lab.connect().find(command) is not None
    assert lab.case.done(lab, deed, command) == 1


def test_a_garbled_answer_after_the_effect_is_not_taken_for_a_no(lab: Lab, deed: str) -> None:
    command, connector = command_of(lab, deed), lab.connect()
    lab.fault("cut", lab.case.acts[deed])
    try:
        receipt = connector.send(command, Mark(lab))
    except OutcomeUnknown:
        pass
    else:
        assert receipt.remote_id
    assert lab.case.done(lab, deed, command) == 1


@pytest.mark.parametrize(("status", "expected"), [(500, OutcomeUnknown), (502, OutcomeUnknown), (504, OutcomeUnknown),
                                                  (503, (Temporary, OutcomeUnknown)), (429, Throttled)])  # fmt: skip
def test_a_broken_platform_is_not_asked_twice(
    lab: Lab, deed: str, status: int, expected: type[Fault] | tuple[type[Fault], ...]
) -> None:
    command, connector = command_of(lab, deed), lab.connect()
    fault = lab.fault("status", lab.case.acts[deed], times=9, status=status, retry_after="60" if status == 429 else "")
    with pytest.raises(expected):
        connector.send(command, Mark(lab))
    assert fault.times == 8, "it was sent again by itself"
    assert lab.case.done(lab, deed, command) == 0
    fault.times = 0
    sent(lab, connector, command)
    assert lab.case.done(lab, deed, command) == 1


def test_a_quota_used_up_stops_a_deed_before_it_leaves(lab: Lab, deed: str) -> None:
    lab.needs_web()
    command, connector, mark = command_of(lab, deed), lab.connect(), Mark(lab)
    lab.quota.wait = 90_000
    with pytest.raises(Throttled):
        connector.send(command, mark)
    assert mark.passed == 0
    assert lab.case.done(lab, deed, command) == 0


def test_a_token_that_ends_on_the_way_is_renewed_and_the_deed_done_once(lab: Lab, deed: str) -> None:
    if not lab.case.renews:
        pytest.skip("this platform's keys do not end")
    command, connector = command_of(lab, deed), lab.connect()
    lab.fault("expired", lab.case.acts[deed])
    connector.send(command, Mark(lab))
    assert lab.case.done(lab, deed, command) == 1


# Signing in -----------------------------------------------------------------------------------------


def test_a_token_is_renewed_once_and_a_rotated_one_kept_before_its_use(lab: Lab) -> None:
    if not lab.case.renews:
        pytest.skip("this platform's keys do not end")
    stream = next(iter(lab.case.streams))
    lab.pull(stream)
    renewals, token = lab.tokens.renewals, lab.vault.get("refresh_token") if "refresh_token" in lab.vault else ""
    fault = lab.fault("expired")
    lab.pull(stream)
    assert fault.times == 0, "the stand-in does not know this fault"
    assert lab.tokens.renewals == renewals + 1
    if lab.case.rotates:
        assert lab.vault.get("refresh_token") != token
        stored = [n for n, line in enumerate(lab.tokens.log) if line.startswith("stored")]
        handed = [n for n, line in enumerate(lab.tokens.log) if line.startswith("handed")]
        assert stored
        assert all(s < h for s, h in zip(stored, handed, strict=True))
    elif token:
        assert lab.vault.get("refresh_token") == token


def test_a_token_that_ends_by_the_clock_is_renewed(lab: Lab) -> None:
    if not lab.case.renews:
        pytest.skip("this platform's keys do not end")
    stream = next(iter(lab.case.streams))
    lab.pull(stream)
    token = lab.tokens.token
    assert token is not None
    lab.clock.time = token.expires_at + 1
    _, cursor = lab.pull(stream)
    assert cursor


def test_a_key_that_is_dead_says_so(lab: Lab) -> None:
    if lab.case.renews:
        pytest.skip("this platform's tokens are renewed")
    lab.fault("expired", times=9)
    with pytest.raises(AuthRevoked):
        lab.pull(next(iter(lab.case.streams)))


def test_a_revoked_consent_stops_and_says_so(lab: Lab) -> None:
    """Also in the middle of the day, with a token that seems to live."""
    stream = next(iter(lab.case.streams))
    lab.pull(stream)
    lab.fault("revoked", times=9)
    lab.fault("expired", times=9)
    with pytest.raises(AuthRevoked) as caught:
        lab.pull(stream)
    assert str(caught.value).strip()
    health = lab.connect().test()
    assert not health.ok


# Where nothing may go -------------------------------------------------------------------------------


def test_nothing_is_sent_to_another_host(lab: Lab) -> None:
    """A redirect carries no token anywhere, neither of a question nor of a deed."""
    lab.needs_web()
    elsewhere = Site(lab.clock)
    stream = next(iter(lab.case.streams))
    _, cursor = lab.pull(stream)
    deed = next(iter(lab.case.acts), "")
    command = lab.case.commands(lab)[deed] if deed else None
    with served(elsewhere) as other:
        for status in (301, 302, 303, 307, 308):
            lab.change_answers(partial(_away, other, status))
            with pytest.raises(Fault):
                lab.pull(stream, cursor)
            if command:
                with pytest.raises(Fault):
                    lab.connect().send(command, Mark(lab))
    assert not elsewhere.log


def _away(other: str, status: int, request: Request, response: Response) -> Response:
    return Response(status, b"", {"location": f"{other}{request.path}?{request.query_string}"})


def test_no_fault_tells_a_secret(lab: Lab, deed: str) -> None:
    """Not in its text and not in what it was raised from."""
    command = command_of(lab, deed)
    lab.pull(next(iter(lab.case.streams)))
    secrets = [v for v in lab.vault.values() if len(v) > 5] + ([lab.tokens.token.value] if lab.tokens.token else [])

    def shy(request: Request, response: Response) -> Response:
        return Response(400, str(dict(request.headers)).encode() + request.body, {})

    lab.change_answers(shy)
    acts: tuple[Callable[[], object], ...] = (
        lambda: lab.connect().send(command, Mark(lab)), lambda: lab.connect().find(command),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(Fault) as caught:
            act()
        shown = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
        assert not any(secret in shown for secret in secrets)


# What cannot be ---------------------------------------------------------------------------------------


def test_what_the_platform_does_not_know_is_refused_before_it_leaves(lab: Lab, deed: str) -> None:
    """An order, a case or a conversation that is not there."""
    from dataclasses import replace

    command, mark = command_of(lab, deed), Mark(lab)
    wrong = "no-such-thing-0000"
    if isinstance(command, SendReply):
        changes: dict[str, object] = {"thread_id": wrong if command.thread_id else "", "to": (wrong,) if command.to else ()}
    else:
        name = next(n for n in ("case_id", "review_id", "thread_id", "order_id") if getattr(command, n, ""))
        changes = {name: wrong}
    before = lab.state()
    with pytest.raises(Permanent):
        lab.connect().send(replace(command, **changes), mark)  # type: ignore[arg-type]
    assert lab.state() == before
