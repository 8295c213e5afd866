"""One seller account's calls: settings read, tokens renewed, quotas kept, answers judged."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connectors import account
from connectors.amazon.guesses import MARKETPLACES, TOKEN_WORDS, UPLOAD_BY, Marketplace
from connectors.answer import Answer
from connectors.api import Api, Bucket, Call
from connectors.contract import AuthExpired, AuthRevoked, Permanent, Ports, SchemaSurprise, Token
from connectors.fields import Data, Unreadable, as_bytes, data, ident, many, text
from connectors.refusals import Refusal
from store.values import clean_line

SEARCH = Bucket("searchOrders", 0.0056, 20)
ORDER = Bucket("getOrder", 0.5, 30)
MESSAGING = Bucket("messaging", 1, 5)
CREATE_REPORT = Bucket("createReport", 0.0167, 15)
REPORT = Bucket("getReport", 2, 15)
DOCUMENT = Bucket("getReportDocument", 0.0167, 15)
CREATE_FEED = Bucket("createFeed", 0.0083, 15)
FEED = Bucket("getFeed", 2, 15)
FEEDS = Bucket("getFeeds", 0.0222, 10)
FEED_DOCUMENT = Bucket("createFeedDocument", 0.5, 15)
SHIPMENT = Bucket("confirmShipment", 2, 10)
UPLOAD = Bucket("createUploadDestination", 10, 10)
SELLERS = Bucket("getMarketplaceParticipations", 0.016, 15)
"""Rates and bursts as documented, so that one call's limit never starves another."""

_WITHDRAWN = "Amazon's authorisation was withdrawn; authorise the app again and enter the new refresh token."
_UNKNOWN_APP = "Amazon does not know the app: copy the LWA client id and secret again (secrets end after 180 days)."
TOKEN_LIVES_S = 3600
BIGGEST = 60 << 20
"""Bytes a document may have once unpacked."""
Before = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Settings:
    seller_id: str
    marketplaces: tuple[str, ...]
    client_id: str
    api_url: str
    auth_url: str
    timeout: float

    @property
    def home(self) -> Marketplace:
        return MARKETPLACES[self.marketplaces[0]]


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Raises ValueError naming the wrong one."""
    names = tuple(re.split(r"[\s,;]+", account.required(raw, "marketplaces")))
    if unknown := [n for n in names if n not in MARKETPLACES]:
        raise ValueError(f"marketplaces: {clean_line(unknown[0])} is no marketplace id.")
    account.whole(raw, "purge_days", 30, most=30)  # read by the desk
    regions = {MARKETPLACES[n].region for n in names}
    if len(regions) > 1:
        raise ValueError("marketplaces must be of one region; link the others as channels of their own.")
    return Settings(
        seller_id=account.required(raw, "seller_id"),
        marketplaces=names,
        client_id=account.required(raw, "client_id"),
        api_url=account.address(raw, "api_url", f"https://sellingpartnerapi-{regions.pop()}.amazon.com"),
        auth_url=account.address(raw, "auth_url", "https://api.amazon.com"),
        timeout=account.whole(raw, "timeout_seconds", 30, most=600),
    )


class Account(account.Reached):
    """`ask` and `act` raise faults. Documents lie on servers of their own, which are told no token."""

    def __init__(self, settings: Settings, ports: Ports, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(ports, settings.api_url, settings.auth_url, timeout=settings.timeout, sleep=sleep)
        self.settings, self.sleep = settings, sleep
        self._api = Api(self._http, ports, sign=_sign, judge=judge, renew=self._renew, sleep=sleep)

    def get(self, path: str, bucket: Bucket, **params: str) -> Data:
        """A question; its answer's JSON object."""
        answer = self._api.ask(Call("GET", self.settings.api_url + path, tuple(params.items())), bucket)
        return _object(answer)

    def prepare(self, path: str, body: Data, bucket: Bucket, **params: str) -> Data:
        """A POST that changes nothing a buyer or seller sees, and may be repeated: ask for a report, a place for a file."""
        return _object(self._api.ask(self._post(path, body, **params), bucket))

    def act(self, path: str, body: Data, bucket: Bucket, before: Before, **params: str) -> Answer:
        """What takes effect, made at most once."""
        return self._api.act(self._post(path, body, **params), before, bucket)

    def fetch(self, raw: Data) -> str:
        """The text of a document that `url` of `raw` names. Raises SchemaSurprise where it is cut off or no text."""
        answer = self._http.call("GET", ident(raw, "url"))
        if not answer.ok:
            raise Permanent(f"Amazon did not hand out the document ({answer.status}).")
        body = answer.body
        if text(raw, "compressionAlgorithm") == "GZIP":
            body = _unpacked(body)
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            return body.decode("cp1252", "replace")

    def put(self, raw: Data, body: bytes, type_: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        """Lays a file where `url` of `raw` says; nothing happens by that alone."""
        told = {"content-type": type_, **{name.lower(): value for name, value in headers.items()}}
        answer = self._http.call(UPLOAD_BY, ident(raw, "url"), headers=told, content=body, safe=True)
        if not answer.ok:
            raise Permanent(f"Amazon did not take the document ({answer.status}).")

    def _post(self, path: str, body: Data, **params: str) -> Call:
        call = Call("POST", self.settings.api_url + path, tuple(params.items()), content=as_bytes(body))
        return call.headed(content_type="application/json")

    def _renew(self, refresh_token: str) -> tuple[Token, str]:
        """Amazon rotates nothing: doing it twice does no harm."""
        asked = self.now()
        try:
            secret = self._ports.secrets.get("client_secret")
        except KeyError:
            raise AuthRevoked("The LWA client secret is missing; enter it again.") from None
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": self.settings.client_id,
                "client_secret": secret}  # fmt: skip
        answer = self._http.call("POST", f"{self.settings.auth_url}/auth/o2/token", form=form, safe=True)
        got = _object(answer)
        if not answer.ok:
            if str(got.get("error")) == "invalid_grant":
                raise AuthRevoked(_WITHDRAWN)
            raise AuthRevoked(_UNKNOWN_APP)
        return account.granted(got, "Amazon", asked, lives=TOKEN_LIVES_S), ""


def judge(answer: Answer) -> Answer:
    """The answer itself where it is a success; else the fault it stands for."""
    if answer.ok:
        return answer
    code, said, details = "", "", ""
    try:
        first = data(next(iter(many(data(answer.json()), "errors")), {}))
        code, said, details = text(first, "code"), text(first, "message"), text(first, "details")
    except (SchemaSurprise, Unreadable):
        pass
    if answer.status == 401 or (answer.status == 403 and any(word in details.lower() for word in TOKEN_WORDS)):
        raise AuthExpired("Amazon refused the access token.")
    if answer.status == 403:
        raise Refusal("Amazon denies access: the app lacks a role, or this is the wrong region.", code, 403)
    told = clean_line(said)[:200] or "no reason given"
    raise Refusal(f"Amazon refused ({answer.status}, {clean_line(code)[:60] or 'no code'}): {told}", code, answer.status)


def _sign(call: Call, token: str) -> Call:
    return call.headed(x_amz_access_token=token)


def _object(answer: Answer) -> Data:
    got = answer.json()
    if not isinstance(got, Mapping):
        raise SchemaSurprise("Amazon answered in a shape nobody knows.")
    return got


def _unpacked(body: bytes) -> bytes:
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        told = unpack.decompress(body, BIGGEST + 1)
    except zlib.error as exc:
        raise SchemaSurprise("Amazon's document cannot be unpacked.") from exc
    if len(told) > BIGGEST:
        raise SchemaSurprise("Amazon's document is larger than it may be.")
    if not unpack.eof:
        raise SchemaSurprise("Amazon's document was cut off.")
    return told
