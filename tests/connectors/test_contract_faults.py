"""What goes wrong on the way, for every API platform: answers that drip, limits, tokens that end under many hands, and a
clock that is wrong. The rows that need no more than one call are in `test_contract_pull.py` and `test_contract_send.py`.

Rows by the house's list of what a connector must bear (network, 12 to 19):

| what | where |
|---|---|
| time-outs, a slow drip | here, `pull` (drip), `honest` (a server that is gone) |
| 429 with Retry-After, seconds, date or absurd; a header of the platform's own; calls left | `pull`, `send`, here |
| 5xx | `pull`, `send` |
| truncated, HTML, wrong charset, deep JSON; one bad record | `pull`, `send` (garbled deed), `desk` (quarantine) |
| doubled and reversed pages | `pull`, `desk` |
| page 3 fails | `pull`, `desk` |
| redirects to another host | `send`; certificates and private addresses: `test_transport.py` |
| token expired, no stampede, rotated pair kept first; revoked; renewing lost | `send`, here |
| clock a day off, either way | here |
| outcome lost after the effect | `send`, here with a wrong clock |
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from connectors.contract import AuthRevoked, Fault, OutcomeUnknown, SendReply, Temporary, Throttled
from store.values import DAY, HOUR, MINUTE
from tests.connectors.suite import SINCE, Lab, names

OFTEN = 50
HANDS = 6


def nothing() -> None:
    """No point of no return to note."""


def first_deed(lab: Lab) -> str:
    return next(iter(lab.case.acts), "")


def test_a_dripping_answer_to_a_deed_is_unknown_and_bounded(lab: Lab) -> None:
    if not (deed := first_deed(lab)):
        pytest.skip("nothing is done on this platform")
    connector, command = lab.connect(timeout_seconds=1), lab.case.commands(lab)[deed]
    lab.fault("drip", lab.case.acts[deed], seconds=0.3)
    done = 1
    try:
        connector.send(command, nothing)  # an empty answer drips no byte
    except OutcomeUnknown:
        pass
    except Temporary:  # it hit a question that comes before the deed
        done = 0
    assert lab.case.done(lab, deed, command) == done


def test_a_limit_without_a_word_about_its_end_is_waited_for(lab: Lab, stream: str) -> None:
    lab.fault("status", lab.case.streams[stream], times=OFTEN, status=429)
    with pytest.raises(Throttled) as caught:
        lab.pull(stream)
    assert 1_000 <= caught.value.until - lab.clock.time <= HOUR


@pytest.mark.parametrize(("minutes", "least", "most"), [(7, 420, 420), (60 * 24 * 365, 3600, 3600), (-60, 1, 60)])
def test_the_platforms_own_header_is_obeyed_within_reason(lab: Lab, minutes: int, least: int, most: int) -> None:
    if not lab.case.tells_again:
        pytest.skip("no header of its own for when calls come back is documented; Retry-After is obeyed")
    for stream, where in lab.case.streams.items():
        lab.site.faults.clear()
        lab.fault("status", where, times=OFTEN, status=429, again=lab.clock.time + minutes * MINUTE)
        with pytest.raises(Throttled) as caught:
            lab.pull(stream)
        assert least * 1000 <= caught.value.until - lab.clock.time <= most * 1000


def test_what_is_left_of_a_limit_is_learnt(lab: Lab) -> None:
    if not lab.case.tells_left:
        pytest.skip("its answers tell no number of calls that are left")
    lab.pull(next(iter(lab.case.streams)))
    assert lab.quota.learnt
    assert {name for name, _ in lab.quota.learnt} <= {name for name, _ in lab.quota.taken}
    assert all(left > 0 for _, left in lab.quota.learnt)


# Tokens ---------------------------------------------------------------------------------------------


def test_many_hands_renew_a_dead_token_once(lab: Lab) -> None:
    if not lab.case.renews:
        pytest.skip("this platform's keys do not end")
    stream = next(iter(lab.case.streams))
    lab.pull(stream)
    renewals = lab.tokens.renewals
    lab.fault("expired")
    with ThreadPoolExecutor(HANDS) as hands:
        told = list(hands.map(lambda _: names(lab.pull(stream)[0]), range(HANDS)))
    assert lab.tokens.renewals == renewals + 1
    assert told == [set(lab.case.expected(lab, SINCE)[stream])] * HANDS


@pytest.mark.parametrize("kind", ["status", "drop", "cut"])
def test_renewing_that_fails_is_no_end_of_the_consent(lab: Lab, kind: str) -> None:
    """Nothing was renewed there, or its answer is garbled: the next pull goes on, unless the token was good once."""
    if not lab.case.renewing:
        pytest.skip("this platform's keys do not end")
    stream = next(iter(lab.case.streams))
    fault = lab.fault(kind, lab.case.renewing, times=OFTEN, status=503)
    with pytest.raises(Fault) as caught:
        lab.pull(stream)
    assert fault.times < OFTEN
    assert not isinstance(caught.value, AuthRevoked), "a person is asked to sign in again for nothing"
    lab.site.faults.clear()
    if kind == "cut" and lab.case.rotates:
        return  # it took the token and told a new one that nobody could read: only a person can mend that
    assert names(lab.pull(stream)[0]) == set(lab.case.expected(lab, SINCE)[stream])


def test_a_revoked_consent_lets_no_deed_through(lab: Lab) -> None:
    if not (deed := first_deed(lab)):
        pytest.skip("nothing is done on this platform")
    lab.pull(next(iter(lab.case.streams)))
    command = lab.case.commands(lab)[deed]
    lab.fault("revoked", times=OFTEN)
    lab.fault("expired", times=OFTEN)
    with pytest.raises(AuthRevoked):
        lab.connect().send(command, nothing)
    assert lab.case.done(lab, deed, command) == 0


# A wrong clock --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [DAY, -DAY, 20 * MINUTE], ids=["fast", "slow", "a-little-fast"])
def test_a_wrong_clock_skips_nothing(lab: Lab, stream: str, ahead: int) -> None:
    """A round with a clock that is wrong, then one with the clock put right: whatever came between is there."""
    seen, cursor = lab.pull(stream)
    known = names(seen)
    with suppress(Fault):  # some refuse a wrong clock outright; then the cursor stands where it stood
        for page in lab.connect(ahead=ahead).pull(stream, cursor, since=SINCE):
            known |= names(list(page.records))
            cursor = page.cursor
    lab.clock.time += HOUR
    thread, order = lab.market.threads[0], next(o for o in lab.market.orders if not o.refunds)
    lab.market.says(thread, "Are you there?")
    lab.market.refund(order, "elsewhere", replace(order.total, minor=1))
    lab.market.asks_return(order, "damaged", "It broke again.")
    lab.market.reviews_order(order, 2, "It broke.")
    lab.clock.time += 3 * HOUR
    fresh, _ = lab.pull(stream, cursor)
    assert known | names(fresh) >= set(lab.case.expected(lab, SINCE)[stream])


@pytest.mark.parametrize("ahead", [DAY, -DAY], ids=["fast", "slow"])
@pytest.mark.parametrize("mended", [False, True], ids=["still-wrong", "put-right"])
def test_a_reply_lost_under_a_wrong_clock_is_never_sent_twice(lab: Lab, ahead: int, mended: bool) -> None:
    """`at` is of the clock that was wrong when the reply was written."""
    if "reply" not in lab.case.acts:
        pytest.skip("this platform takes no replies")
    command = lab.case.commands(lab)["reply"]
    assert isinstance(command, SendReply)
    true, command = command, replace(command, at=command.at + ahead)
    lab.fault("lost", lab.case.acts["reply"])
    with pytest.raises(Fault) as caught:
        lab.connect(ahead=ahead).send(command, nothing)
    if not isinstance(caught.value, OutcomeUnknown):
        assert lab.case.done(lab, "reply", true) == 0  # refused for its time: nothing left
        return
    assert lab.case.done(lab, "reply", true) == 1
    lab.clock.time += 10 * MINUTE
    with suppress(OutcomeUnknown):
        assert lab.connect(ahead=0 if mended else ahead).find(command) is not None


def test_a_server_that_is_gone_is_temporary(lab: Lab, stream: str) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings = {key: value.replace(lab.url, gone) if isinstance(value, str) else value for key, value in lab.settings.items()}
    if settings == lab.settings:
        pytest.skip("no server is asked")
    with pytest.raises(Temporary):
        list(lab.connect(**settings).pull(stream, "", since=SINCE))
