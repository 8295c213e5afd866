"""Nobody gets a credential who should not, and a dead one is renewed once."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.contract import AuthRevoked, Permanent, Temporary
from connectors.sandbox.mail import MailStandIn

USER, PASSWORD = "care@shop.example", "practice"


def nothing():
    """A desk that has nothing to write down before the final dot."""


@pytest.fixture(autouse=True)
def password(desk):
    desk.vault["password"] = PASSWORD


@pytest.fixture
def tls_server(certificates):
    with MailStandIn(users={USER: PASSWORD}, tls=certificates.server_context()) as server:
        yield server


def starttls(certificates):
    return {"imap_tls": "starttls", "smtp_tls": "starttls", "ca_file": str(certificates.ca)}


@pytest.mark.parametrize("implicit", [True, False])
def test_tls_from_the_first_byte_and_by_starttls(certificates, connect, desk, make_mail, make_reply, implicit):
    with MailStandIn(users={USER: PASSWORD}, tls=certificates.server_context(), implicit=implicit) as server:
        server.deliver(make_mail(1))
        mode = "tls" if implicit else "starttls"
        connector = connect(server, imap_tls=mode, smtp_tls=mode, ca_file=str(certificates.ca))
        assert len(desk.pull(connector)[0]) == 1
        assert connector.send(make_reply(), nothing).warning == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_of_nobody_we_know_ends_it_before_any_credential(tls_server, certificates, connect, desk, host):
    changes = starttls(certificates) | {"ca_file": str(certificates.other_ca), "imap_host": host}
    with pytest.raises(Permanent, match="certificate"):
        desk.pull(connect(tls_server, **changes))
    assert not {"LOGIN", "AUTHENTICATE"} & set(tls_server.seen)


def test_stripped_starttls_is_refused_before_any_credential(tls_server, certificates, connect, desk, make_reply):
    tls_server.faults.strip_starttls = True
    connector = connect(tls_server, **starttls(certificates))
    with pytest.raises(Permanent, match="does not offer TLS"):
        desk.pull(connector)
    with pytest.raises(Permanent, match="does not offer TLS"):
        connector.send(make_reply(), nothing)
    assert set(tls_server.seen) <= {"CAPABILITY"}


def test_words_slipped_in_ahead_of_tls_are_refused(tls_server, certificates, connect, desk, make_reply):
    tls_server.faults.inject_before_tls = True
    connector = connect(tls_server, **starttls(certificates))
    with pytest.raises(Permanent, match="ahead of TLS"):
        desk.pull(connector)
    with pytest.raises(Permanent, match="ahead of TLS"):
        connector.send(make_reply(), nothing)
    assert not {"LOGIN", "AUTHENTICATE"} & set(tls_server.seen)


def test_wrong_password_names_the_cure_and_not_the_password(server, connect, desk):
    desk.vault["password"] = "wrong-secret"
    with pytest.raises(AuthRevoked, match="app password") as caught:
        desk.pull(connect(server))
    assert "wrong-secret" not in str(caught.value)


def test_a_missing_password_is_said(server, connect, desk):
    del desk.vault["password"]
    with pytest.raises(AuthRevoked, match="no password"):
        desk.pull(connect(server))


def test_a_dripping_server_holds_nobody(server, connect, desk, make_reply):
    server.faults.drip_seconds = 0.05
    connector = connect(server, timeout_seconds=1)
    began = time.monotonic()
    with pytest.raises(Temporary, match="in time"):
        desk.pull(connector)
    with pytest.raises(Temporary):
        connector.send(make_reply(), nothing)
    assert time.monotonic() - began < 15


def test_a_silent_server_holds_nobody(connect, desk):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        connector = connect(object(), imap_port=silent.getsockname()[1], timeout_seconds=1)
        with pytest.raises(Temporary, match="in time"):
            desk.pull(connector)


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400\r\n\r\n", b"* PREAUTH hi\r\n", b"* BYE full\r\n", b"\0" * 99, b"* OK {9999999999}\r\n", b"\r\n"],
)
def test_what_is_no_imap_server_is_a_fault_and_never_a_crash(connect, desk, greeting):
    import socket

    from connectors.contract import Fault

    with socket.create_server(("127.0.0.1", 0)) as odd:

        def serve():
            peer, _ = odd.accept()
            with peer:
                peer.sendall(greeting)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(Fault):
            desk.pull(connect(object(), imap_port=odd.getsockname()[1], timeout_seconds=2))
        thread.join()


class SignIn:
    """A token endpoint that rotates its refresh token and lets each live once, as Microsoft's does."""

    def __init__(self, http: HTTPServer, desk, server: MailStandIn) -> None:
        self.valid, self.calls, self.answer = "refresh-0", 0, None
        self._desk, self._server = desk, server
        self._lock = threading.Lock()
        desk.vault.update(refresh_token="refresh-0", client_secret="client-secret-x")
        http.expect_request("/token", method="POST").respond_with_handler(self.serve)
        self.url = http.url_for("/token")

    def serve(self, request: Request) -> Response:
        with self._lock:
            self.calls += 1
            if self.answer is not None:
                return self.answer
            form = request.form
            assert form["grant_type"] == "refresh_token" and form["client_secret"] == "client-secret-x"
            if form["refresh_token"] != self.valid:
                return Response(json.dumps({"error": "invalid_grant"}), 400)
            self.valid = f"refresh-{self.calls}"
            self._server.tokens.clear()
            self._server.tokens.add(f"access-{self.calls}")
            body = {"access_token": f"access-{self.calls}", "expires_in": 3600, "refresh_token": self.valid}
            return Response(json.dumps(body), 200, content_type="application/json")


@pytest.fixture
def sign_in(httpserver: HTTPServer, desk, server):
    return SignIn(httpserver, desk, server)


@pytest.fixture
def server():
    with MailStandIn(users={USER: PASSWORD}) as stand_in:
        yield stand_in


def oauth(sign_in):
    return {"auth": "xoauth2", "oauth_token_url": sign_in.url, "oauth_client_id": "desk", "timeout_seconds": 5}


def test_xoauth2_reads_and_sends_with_one_refresh(server, sign_in, connect, desk, make_mail, make_reply):
    server.deliver(make_mail(1))
    connector = connect(server, **oauth(sign_in))
    assert len(desk.pull(connector)[0]) == 1
    assert connector.send(make_reply(), nothing).warning == ""
    assert sign_in.calls == 1


def test_the_rotated_refresh_token_is_stored_before_the_access_token_is_used(server, sign_in, connect, desk):
    desk.pull(connect(server, **oauth(sign_in)))
    assert desk.tokens.log == ["stored refresh-1", "handed out access-1"]
    assert desk.vault["refresh_token"] == "refresh-1"


def test_a_token_that_died_early_is_renewed_once(server, sign_in, connect, desk, make_mail):
    server.deliver(make_mail(1))
    desk.pull(connect(server, **oauth(sign_in)))
    server.tokens.clear()
    records, _ = desk.pull(connect(server, **oauth(sign_in)))
    assert len(records) == 1 and sign_in.calls == 2


def test_consent_withdrawn_stops_after_one_refresh(server, sign_in, connect, desk, make_reply):
    server.faults.refuse_auth = True
    with pytest.raises(AuthRevoked, match="sign in again"):
        desk.pull(connect(server, **oauth(sign_in)))
    assert sign_in.calls == 2 and server.seen["AUTHENTICATE"] == 2
    with pytest.raises(AuthRevoked, match="sign in again"):
        connect(server, **oauth(sign_in)).send(make_reply(), nothing)


def test_a_dead_refresh_token_asks_a_person(server, sign_in, connect, desk):
    desk.vault["refresh_token"] = "stolen-refresh"
    with pytest.raises(AuthRevoked, match="consent") as caught:
        desk.pull(connect(server, **oauth(sign_in)))
    assert "stolen-refresh" not in str(caught.value)
    assert not {"AUTHENTICATE"} & set(server.seen)


def test_ten_threads_make_one_refresh(server, sign_in, connect, desk, make_mail):
    server.deliver(make_mail(1))
    connectors = [connect(server, **oauth(sign_in)) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        got = list(pool.map(lambda connector: len(desk.pull(connector)[0]), connectors))
    assert got == [1] * 10 and sign_in.calls == 1


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Response("<html>", 200), "SchemaSurprise"),
        (Response("[]", 200), "SchemaSurprise"),
        (Response('{"access_token": 5}', 200), "SchemaSurprise"),
        (Response('{"access_token": "a\\r\\nb"}', 200), "SchemaSurprise"),
        (Response("down", 503), "Temporary"),
        (Response("down", 500), "Temporary"),
        (Response('{"error": "invalid_client"}', 401), "AuthRevoked"),
        (Response("", 302, {"Location": "https://evil.example/"}), "Permanent"),
    ],
)
def test_a_sign_in_server_out_of_order_is_a_fault_of_its_kind(server, sign_in, connect, desk, answer, fault):
    sign_in.answer = answer
    with pytest.raises(Exception) as caught:
        desk.pull(connect(server, **oauth(sign_in)))
    assert type(caught.value).__name__ == fault


def test_a_password_mailbox_never_loads_httpx():
    import subprocess
    import sys

    code = (
        "import sys, connectors.registry as r; m = r.manifests(); assert 'connectors.email.client' not in sys.modules;"
        "from connectors.contract import Ports; f = r.factory('email');"
        "f({'imap_host':'a.example','smtp_host':'a.example','user':'u@a.example'}, Ports(None, None, None, None));"
        "assert not {'httpx', 'httpcore', 'smtpd', 'textual'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_the_sign_in_by_token_is_written_as_everybody_writes_it() -> None:
    """A known answer, so that both ends of a stand-in are not wrong in the same way."""
    from base64 import b64encode

    from connectors.email.wire import bearer

    said = b64encode(bearer("care@shop.example", "ya29.demo").encode())
    assert said == b"dXNlcj1jYXJlQHNob3AuZXhhbXBsZQFhdXRoPUJlYXJlciB5YTI5LmRlbW8BAQ=="
