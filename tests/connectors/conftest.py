"""Mail servers to test against: our stand-in, pymap, Dovecot; and what a connector needs from a desk."""

from __future__ import annotations

import datetime
import grp
import ipaddress
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connectors.contract import Page, Ports, Record, SendReply
from connectors.email.client import EmailConnector
from connectors.email.settings import read_settings
from connectors.sandbox.mail import MailStandIn
from tests.connectors import suite
from tests.connectors.ports import NOW, FrozenClock, MemoryTokens, Unlimited, Vault

USER, PASSWORD = "care@shop.example", 'pra tice"\\1'


@dataclass
class Desk:
    """The ports, and a way to pull a stream as a desk does: page after page, cursor after commit."""

    clock: FrozenClock = field(default_factory=FrozenClock)
    vault: Vault = field(default_factory=lambda: Vault(password=PASSWORD))

    def __post_init__(self) -> None:
        self.tokens = MemoryTokens(self.vault, self.clock)

    @property
    def ports(self) -> Ports:
        return Ports(self.vault, self.tokens, self.clock, Unlimited())

    @staticmethod
    def pages(connector: EmailConnector, cursor: str = "", since: int = 0, stream: str = "INBOX") -> list[Page]:
        return list(connector.pull(stream, cursor, since=since))

    @classmethod
    def pull(
        cls, connector: EmailConnector, cursor: str = "", since: int = 0, stream: str = "INBOX"
    ) -> tuple[list[Record], str]:
        pages = cls.pages(connector, cursor, since, stream)
        return [record for page in pages for record in page.records], pages[-1].cursor if pages else cursor


def mail(number: int = 1, body: str = "Where is my parcel?") -> bytes:
    return (
        f"From: Anna <anna@buyer.example>\r\nTo: care@shop.example\r\nSubject: Order {number}\r\n"
        f"Message-ID: <buyer-{number}@buyer.example>\r\nDate: Wed, 18 Nov 2026 10:00:00 +0000\r\n\r\n{body}\r\n"
    ).encode()


def reply(**changes: object) -> SendReply:
    fields: dict[str, object] = {
        "key": "k1",
        "message_id": "<reply-1@shop.example>",
        "to": ("anna@buyer.example",),
        "subject": "Re: Order 1",
        "text": "It is on its way.\nYours",
        "in_reply_to": "<buyer-1@buyer.example>",
        "references": ("<buyer-0@buyer.example>",),
        "at": NOW,
    }
    return SendReply(**(fields | changes))  # type: ignore[arg-type]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks for a `lab` runs for every platform of the contract suite; with `stream` or `deed`, for each
    of theirs."""
    if "lab" not in metafunc.fixturenames or metafunc.definition.path.parent.name in map(suite.folder, suite.platforms()):
        return  # a platform's own tests have a lab of their own
    cases = [(name, suite.case_of(name)) for name in suite.platforms()]
    for name, of in (("stream", "streams"), ("deed", "acts")):
        if name in metafunc.fixturenames:
            pairs = [(platform, item) for platform, case in cases for item in getattr(case, of)]
            ids = [f"{platform}-{item}" for platform, item in pairs]
            metafunc.parametrize(("lab", name), pairs, ids=ids, indirect=["lab"])
            return
    metafunc.parametrize("lab", [platform for platform, _ in cases], indirect=True)


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Iterator[suite.Lab]:
    """An account at a stand-in of the platform whose turn it is."""
    with suite.opened(suite.case_of(request.param)) as made:
        yield made


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def make_mail() -> Callable[..., bytes]:
    return mail


@pytest.fixture
def make_reply() -> Callable[..., SendReply]:
    return reply


Connect = Callable[..., EmailConnector]


@pytest.fixture
def connect(desk: Desk) -> Iterator[Connect]:
    """`connect(server, **settings)`: a connector for anything with imap_port and smtp_port, closed in the end."""
    made: list[EmailConnector] = []

    def build(server: object, *, idle_seconds: float = 540.0, **changes: object) -> EmailConnector:
        settings: dict[str, object] = {
            "imap_host": "127.0.0.1",
            "imap_port": getattr(server, "imap_port", 1),
            "imap_tls": "plain",
            "smtp_host": "127.0.0.1",
            "smtp_port": getattr(server, "smtp_port", 1),
            "smtp_tls": "plain",
            "user": USER,
            "from_name": "店铺 Care",
            "timeout_seconds": 5,
        }
        connector = EmailConnector(read_settings(settings | changes), desk.ports, idle_seconds=idle_seconds)
        made.append(connector)
        return connector

    yield build
    for connector in made:
        connector.close()


@pytest.fixture
def server() -> Iterator[MailStandIn]:
    with MailStandIn(users={USER: PASSWORD}, now=lambda: NOW / 1000) as stand_in:
        yield stand_in


@dataclass(frozen=True)
class Certificates:
    ca: Path
    chain: Path
    key: Path
    other_ca: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority, a certificate of 127.0.0.1 and localhost by it, and an authority nobody uses."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    folder = tmp_path_factory.mktemp("tls")
    begin = datetime.datetime(2020, 1, 1)
    end = datetime.datetime(2099, 1, 1)

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def authority(text: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder().subject_name(name(text)).issuer_name(name(text))
        builder = builder.public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return builder.sign(key, hashes.SHA256()), key

    def save(file: str, certificate: x509.Certificate) -> Path:
        path = folder / file
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path

    ca, ca_key = authority("Test authority")
    other, _ = authority("Another authority")
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name("localhost"))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    key_file = folder / "key.pem"
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Certificates(save("ca.pem", ca), save("leaf.pem", leaf), key_file, save("other.pem", other))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
            return
        except OSError:
            time.sleep(0.05)  # nothing tells when a foreign server is ready
    raise RuntimeError(f"no answer on {port}: {log.read_text()}")


@dataclass(frozen=True)
class Dovecot:
    """One account of the running server."""

    imap_port: int
    user: str
    maildir: Path
    ca: Path
    smtp_port: int = 1

    def deliver(self, raw: bytes, name: str, folder: str = "new") -> Path:
        """Into the maildir as a delivery agent does: written aside, then renamed."""
        aside, place = self.maildir / "tmp" / name, self.maildir / folder / name
        aside.write_bytes(raw)
        aside.rename(place)
        return place

    def files(self) -> dict[str, bytes]:
        """Every mail by path; flags are part of a maildir's file names."""
        return {
            str(path.relative_to(self.maildir)): path.read_bytes()
            for part in ("new", "cur")
            for path in sorted((self.maildir / part).iterdir())
        }


@dataclass
class DovecotServer:
    port: int
    base: Path
    owner: pwd.struct_passwd
    accounts: int = 0


@pytest.fixture
def dovecot(dovecot_server: DovecotServer, certificates: Certificates) -> Dovecot:
    """A fresh account of a real Dovecot."""
    user = f"care{dovecot_server.accounts}@shop.example"
    dovecot_server.accounts += 1
    maildir = dovecot_server.base / user / "Maildir"
    for part in ("new", "cur", "tmp"):
        (maildir / part).mkdir(parents=True)
    for path in (maildir.parent, maildir, *maildir.iterdir()):
        os.chown(path, dovecot_server.owner.pw_uid, dovecot_server.owner.pw_gid)
    return Dovecot(dovecot_server.port, user, maildir, certificates.ca)


@pytest.fixture(scope="session")
def dovecot_server(certificates: Certificates) -> Iterator[DovecotServer]:
    """Dovecot on loopback, as the current user, with TLS and a configuration of its own."""
    binary = "/usr/sbin/dovecot"
    if not os.access(binary, os.X_OK):
        pytest.skip("Dovecot is not installed (Debian package dovecot-imapd)")
    # Dovecot refuses to serve as root, so root lends it the users of its package and nobody's mail.
    root = os.getuid() == 0
    account = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
    inner, login = ("dovecot", "dovenull") if root else (account.pw_name, account.pw_name)
    group = grp.getgrgid(pwd.getpwnam(inner).pw_gid).gr_name
    # Dovecot's sockets need short paths.
    base = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    base.chmod(0o755)
    names = [f"care{number}@shop.example" for number in range(50)]
    lines = [f"{name}:{PASSWORD}:{account.pw_uid}:{account.pw_gid}::{base / name}::\n" for name in names]
    (base / "users").write_text("".join(lines))
    port, log = free_port(), base / "log"
    log.touch()
    (base / "dovecot.conf").write_text(f"""
base_dir = {base}/run
state_dir = {base}/state
log_path = {log}
protocols = imap
listen = 127.0.0.1
first_valid_uid = {account.pw_uid}
first_valid_gid = {account.pw_gid}
default_internal_user = {inner}
default_internal_group = {group}
default_login_user = {login}
ssl = required
ssl_cert = <{certificates.chain}
ssl_key = <{certificates.key}
mail_location = maildir:~/Maildir
auth_failure_delay = 0
mailbox_list_index = no
auth_mechanisms = plain login
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Gesendet {{
    auto = create
    special_use = \\Sent
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {base}/users
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
""")
    process = subprocess.Popen(
        [binary, "-F", "-c", str(base / "dovecot.conf")], stdout=log.open("ab"), stderr=subprocess.STDOUT
    )
    try:
        until_open(port, process, log)
        yield DovecotServer(port, base, account)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(base)


@dataclass(frozen=True)
class Pymap:
    imap_port: int
    smtp_port: int = 1


@pytest.fixture
def pymap(tmp_path: Path) -> Iterator[Pymap]:
    """pymap with its demonstration account ("demouser", "demopass")."""
    port, log = free_port(), tmp_path / "pymap.log"
    script = Path(sys.executable).parent / "pymap"
    if not script.exists():
        pytest.skip("pymap is not installed (pip package pymap)")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(script), "--host", "127.0.0.1", "--port", str(port), "dict",
             "--demo-data", "--demo-user", "demouser", "--demo-password", "demopass"],
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            until_open(port, process, log)
            yield Pymap(port)
        finally:
            process.terminate()
            process.wait(10)
