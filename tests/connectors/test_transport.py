"""HTTP that cannot be held up, sent astray, blown up or made to repeat what must not be repeated."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime

import httpx  # noqa: TID251 - its MockTransport stands for the network
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.answer import Answer, parse_json, raise_for_status, retry_after
from connectors.contract import AuthExpired, OutcomeUnknown, Permanent, SchemaSurprise, Temporary, Throttled
from connectors.network import is_public
from connectors.redaction import mask_address, redact
from connectors.transport import Http

NOW = 1_795_000_000_000


@pytest.fixture
def slept():
    return []


@pytest.fixture
def http(desk, slept):
    """`http(handler)`: an Http whose network is a function; what it would have slept goes to `slept`."""

    def build(handler, **options):
        return Http(
            desk.clock, sleep=slept.append, jitter=lambda: 0.5, transport=httpx.MockTransport(handler), **options
        )

    return build


def answers(*responses):
    left = list(responses)

    def handler(request):
        got = left.pop(0)
        if isinstance(got, Exception):
            raise got
        return got

    return handler


def test_safe_calls_are_repeated_with_growing_pauses(http, slept):
    call = http(answers(httpx.Response(503), httpx.ReadTimeout("x"), httpx.Response(200, content=b"ok")))
    assert call.call("GET", "https://api.example/x").body == b"ok"
    assert slept == [0.5, 1.0]


def test_a_safe_call_gives_up_after_three(http, slept):
    with pytest.raises(Temporary, match=r"api\.example is out of order"):
        http(answers(*[httpx.Response(500)] * 3)).call("GET", "https://api.example/x")
    assert len(slept) == 2


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (httpx.ReadTimeout("x"), OutcomeUnknown),
        (httpx.RemoteProtocolError("x"), OutcomeUnknown),
        (httpx.Response(502), OutcomeUnknown),
        (httpx.Response(503), Temporary),
        (httpx.ConnectError("x"), Temporary),
        (httpx.Response(429), Throttled),
    ],
)
def test_unsafe_calls_are_made_once_and_their_doubt_is_told(http, slept, response, fault):
    with pytest.raises(fault):
        http(answers(response)).call("POST", "https://api.example/refund", content=b"{}")
    assert slept == []


def test_retry_after_is_obeyed_while_the_deadline_allows(http, slept):
    call = http(answers(httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200)))
    assert call.call("GET", "https://api.example/x").ok
    assert slept == [7.0]


def test_a_long_retry_after_is_handed_on(http, slept):
    with pytest.raises(Throttled) as caught:
        http(answers(httpx.Response(429, headers={"Retry-After": "600"}))).call("GET", "https://api.example/x")
    assert caught.value.until == NOW + 600_000 and slept == []


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("5", 5_000),
        ("0", 1_000),
        ("999999999", 3_600_000),
        ("-5", 30_000),
        ("soon", 30_000),
        ("", 30_000),
        (format_datetime(datetime.fromtimestamp(NOW / 1000 + 90, UTC), usegmt=True), 90_000),
        (format_datetime(datetime.fromtimestamp(NOW / 1000 - 90, UTC), usegmt=True), 1_000),
    ],
)
def test_retry_after_in_seconds_as_a_date_and_absurd(text, milliseconds):
    assert retry_after(text, NOW) == milliseconds


@given(st.text(max_size=40))
def test_retry_after_is_always_within_an_hour(text):
    assert 1_000 <= retry_after(text, NOW) <= 3_600_000


def test_redirects_stay_on_the_host(http):
    seen = []

    def handler(request):
        seen.append((str(request.url), request.headers.get("authorization")))
        if request.url.path == "/a":
            return httpx.Response(302, headers={"Location": "/b"})
        return httpx.Response(307, headers={"Location": "https://evil.example/c"})

    with pytest.raises(Permanent, match="redirects elsewhere"):
        http(handler).call("GET", "https://api.example/a", headers={"Authorization": "Bearer t"})
    assert [url for url, _ in seen] == ["https://api.example/a", "https://api.example/b"]


def test_a_post_is_never_redirected(http):
    with pytest.raises(Permanent):
        http(answers(httpx.Response(307, headers={"Location": "/b"}))).call("POST", "https://api.example/a")


def test_redirects_in_circles_end(http):
    with pytest.raises(Permanent, match="circles"):
        http(lambda _: httpx.Response(302, headers={"Location": "/a"})).call("GET", "https://api.example/a")


@pytest.mark.parametrize("url", ["http://api.example/", "ftp://api.example/", "https://u:p@api.example/", "https:///x"])
def test_addresses_that_are_not_https_are_refused(http, url):
    with pytest.raises(Permanent):
        http(answers()).call("GET", url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]"]
)
def test_private_addresses_are_refused(desk, host):
    with pytest.raises(Permanent, match="private network"):
        Http(desk.clock).call("GET", f"https://{host}/")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:4700::1", True), ("100.64.0.1", False), ("224.0.0.1", False),
        ("0.0.0.0", False), ("fe80::1%eth0", False), ("fd00::1", False), ("64:ff9b::a00:1", False),
        ("2002:a00:1::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public


class Peer:
    """A raw HTTP peer on loopback that answers with given pieces."""

    def __init__(self, pieces, pause=0.0):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        self._pieces, self._pause = pieces, pause
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        try:
            peer, _ = self.socket.accept()
            with peer:
                peer.recv(65536)
                for piece in self._pieces:
                    peer.sendall(piece)
                    time.sleep(self._pause)
        except OSError:
            return


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"])
def test_a_dripping_server_is_left_at_the_deadline(desk, head):
    drip = Peer([head or b"HTTP/1.1 200 OK\r\n", *([b"x"] * 2_000)], pause=0.02)
    began = time.monotonic()
    with pytest.raises(Temporary):
        Http(desk.clock, deadline=0.4, allow_private=True).call("GET", drip.url)
    assert time.monotonic() - began < 20


def test_a_packed_bomb_is_not_unpacked(desk):
    bomb = gzip.compress(bytes(50_000_000))
    peer = Peer([b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb), bomb])
    http = Http(desk.clock, max_body=1_000_000, allow_private=True)
    tracemalloc.start()
    try:
        with pytest.raises(SchemaSurprise, match="larger"):
            http.call("GET", peer.url)
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_a_packed_answer_is_unpacked_and_a_cut_one_refused(http):
    packed = gzip.compress(b'{"a": 1.10}')

    def handler(body):
        return lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(body))

    assert http(handler(packed)).call("GET", "https://api.example/").json() == {"a": Decimal("1.10")}
    for broken in (packed[:-9], b"not gzip at all"):
        with pytest.raises(SchemaSurprise):
            http(handler(broken)).call("GET", "https://api.example/")


def test_other_packings_and_plain_giants_are_refused(http):
    with pytest.raises(SchemaSurprise):
        http(lambda _: httpx.Response(200, headers={"Content-Encoding": "br"}, stream=httpx.ByteStream(b"x"))).call(
            "GET", "https://api.example/"
        )
    with pytest.raises(SchemaSurprise, match="larger"):
        http(lambda _: httpx.Response(200, content=b"x" * 101), max_body=100).call("GET", "https://api.example/")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>", b"", b"\xff", b"[" * 100_000, b'{"a":' * 70 + b"1" + b"}" * 70, b"9" * 5000, b"1e999999999", b"NaN",
        b"-Infinity", b'{"a":1', b"1." + b"1" * 100, b'"\xed\xa0\x80"',
    ],
)  # fmt: skip
def test_what_is_not_proper_json_is_a_schema_surprise(body):
    with pytest.raises(SchemaSurprise):
        parse_json(body)


def test_brackets_in_texts_are_not_depth():
    assert parse_json(b'{"a": "' + b"[{" * 500 + b'\\""}') == {"a": "[{" * 500 + '"'}


def test_the_status_says_what_kind_of_fault():
    with pytest.raises(AuthExpired):
        raise_for_status(Answer(401, {}, b""))
    with pytest.raises(Permanent):
        raise_for_status(Answer(404, {}, b""))
    assert raise_for_status(Answer(204, {}, b"")).ok


def test_no_secret_is_in_any_fault(http):
    secret = "s3cr3t-value"
    for response in (httpx.ConnectError(secret), httpx.ReadTimeout(secret), httpx.Response(500, text=secret)):
        with pytest.raises(Exception) as caught:
            http(answers(response)).call(
                "POST", f"https://api.example/?token={secret}", headers={"Authorization": secret}, form={"x": secret}
            )
        assert secret not in str(caught.value)


def test_redaction_leaves_the_gist():
    text = redact("535 bad password hunter22 for anna@buyer.example token=abc Bearer eyJx\x1b[2J\nnext", ["hunter22"])
    for gone in ("hunter22", "anna@", "abc", "eyJx", "\x1b", "\n"):
        assert gone not in text
    assert "535 bad" in text and "a***@buyer.example" in text
    assert mask_address("许@例.example") == "许***@例.example"


def test_tls_by_a_stranger_is_refused(desk, certificates):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            peer, _ = listener.accept()
            try:
                certificates.server_context().wrap_socket(peer, server_side=True)
            except OSError:
                peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(Temporary, match=r"certificate of 127\.0\.0\.1"):
            Http(desk.clock, allow_private=True).call(
                "POST", f"https://127.0.0.1:{listener.getsockname()[1]}/", form={"x": "y"}
            )
        thread.join()


def test_a_real_server_over_tls(desk, certificates, httpserver_tls):
    http = Http(desk.clock, allow_private=True, ca_file=str(certificates.ca))
    answer = http.call("POST", httpserver_tls.url_for("/token"), form={"a": "退款"}, params={"q": "1"})
    http.close()
    assert answer.json() == {"form": {"a": "退款"}, "q": "1"}


@pytest.fixture
def httpserver_tls(certificates):
    from pytest_httpserver import HTTPServer
    from werkzeug import Response

    def serve(request):
        import json

        return Response(json.dumps({"form": request.form.to_dict(), "q": request.args["q"]}))

    with HTTPServer(ssl_context=certificates.server_context()) as server:
        server.expect_request("/token", method="POST").respond_with_handler(serve)
        yield server
