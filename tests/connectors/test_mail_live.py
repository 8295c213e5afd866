"""New mail is noticed within a second, another thread can end the wait, and bad servers only cost the poll interval."""

from __future__ import annotations

import threading
import time

import pytest


def nothing():
    """A desk that has nothing to write down before the final dot."""


@pytest.fixture
def waiting(desk):
    """`with` a connector waiting in a thread: gives how long it waited and what it said."""

    def wait(connector, timeout, during):
        desk.pull(connector)
        got = []
        thread = threading.Thread(target=lambda: got.append(connector.wait(timeout)))
        began = time.monotonic()
        thread.start()
        during()
        thread.join(30)
        return got[0], time.monotonic() - began

    return wait


def until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_idle_wakes_at_once(server, connect, desk, waiting, make_mail):
    def arrive():
        until(lambda: server.seen["IDLE"])
        server.deliver(make_mail(1))

    connector = connect(server, sent="")
    news, seconds = waiting(connector, 20, arrive)
    assert news and seconds < 15
    assert len(desk.pull(connector)[0]) == 1


def test_another_thread_ends_the_wait(server, connect, waiting):
    connector = connect(server, sent="")

    def wake():
        until(lambda: server.seen["IDLE"])
        connector.wake()

    _, seconds = waiting(connector, 20, wake)
    assert seconds < 15


def test_a_wake_before_the_wait_is_not_lost(server, connect, desk):
    connector = connect(server, sent="")
    desk.pull(connector)
    connector.wake()
    began = time.monotonic()
    assert connector.wait(20)
    assert time.monotonic() - began < 15


def test_mail_between_pull_and_wait_is_noticed(server, connect, desk, make_mail):
    connector = connect(server, sent="")
    desk.pull(connector)
    server.deliver(make_mail(1))
    began = time.monotonic()
    assert connector.wait(20)
    assert time.monotonic() - began < 15


def test_idle_is_renewed_and_ends_at_the_timeout(server, connect, desk):
    connector = connect(server, sent="", idle_seconds=0.05)
    desk.pull(connector)
    assert connector.wait(0.3) is False
    assert server.seen["IDLE"] >= 3 and server.seen["NOOP"] == 0


@pytest.mark.parametrize("fault", ["no_idle", "refuse_idle"])
def test_without_idle_the_clock_decides(server, connect, desk, fault):
    setattr(server.faults, fault, True)
    connector = connect(server, sent="")
    connector._watch._pushes = True
    desk.pull(connector)
    assert connector.wait(0.05) is False
    connector.wake()
    assert connector.wait(20) is True


def test_a_server_that_cuts_idle_does_not_make_us_run_in_circles(server, connect, desk, make_mail):
    server.faults.cut_idle = True
    connector = connect(server, sent="")
    desk.pull(connector)
    connector.wait(0.2)
    assert server.seen["IDLE"] == 1
    server.deliver(make_mail(1))
    assert len(desk.pull(connector)[0]) == 1


def test_waiting_on_a_server_that_is_gone_says_nothing_and_returns(connect):
    assert connect(object(), sent="").wait(0.05) in (True, False)


def test_sending_and_finding_go_on_while_another_thread_waits(server, connect, waiting, make_reply):
    connector = connect(server, sent="Sent")

    def send():
        connector.send(make_reply(), nothing)
        assert connector.find(make_reply())
        connector.wake()

    waiting(connector, 20, send)
    assert len(server.sent) == 1
