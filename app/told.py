"""What connectors and sync said, in the reader's language.

They tell a fault as one finished English sentence, which is stored and logged as it is. So it is known again by its
shape, and what filled its gaps is kept; a sentence nobody listed stays English.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from app.words import LANGUAGES, N_, _, language

SENTENCES = (
    # connectors: any platform
    N_("The platform answered with JSON nested too deeply."),
    N_("The platform answered with something that is not proper JSON."),
    N_("The platform refused the access token (401)."),
    N_("The platform refused the request ({status})."),
    N_("The platform packed its answer in a way that was not asked for."),
    N_("The platform's answer is larger than it may be."),
    N_("The platform's answer cannot be unpacked."),
    N_("The platform's answer was cut off."),
    N_("Only https addresses are called; check the address in the settings."),
    N_("The certificate of {host} cannot be trusted; nothing was sent."),
    N_("{host} cannot be reached; check the network."),
    N_("{host} did not answer in time; it is tried again later."),
    N_("{host} was asked and did not answer; it may have done it."),
    N_("No answer about the name {host}; check the network and its name server."),
    N_("The name {host} is not known; check its spelling and the network."),
    N_("The certificate file named in ca_file cannot be read; check its path."),
    N_("{host} is an address inside a private network; nothing was sent there."),
    N_("{host} redirects in circles."),
    N_("{host} redirects elsewhere; nothing was sent there."),
    N_("{host} asks to wait."),
    N_("{host} broke down ({status}) while it was asked; it may have done it."),
    N_("{host} is out of order ({status}); it is tried again later."),
    # connectors: e-mail, what went wrong
    N_("{host} does not accept this user and password. Check both; many providers want an app password here."),
    N_("{host} wants an app password: make one in the provider's security settings and give it instead of your own."),
    N_("{host} no longer takes passwords: set auth to xoauth2 and sign in again."),
    N_("{host} does not accept the sign-in any more: sign in again to renew the consent."),
    N_("{host} answered in no known way while {doing}; is it an IMAP server?"),
    N_("{host} did not answer in time while {doing}; it is tried again."),
    N_("{host} did not answer in time while {doing}."),
    N_("{host} closed the connection while {doing}; it is tried again."),
    N_("{host} closed the connection while {doing}."),
    N_("{host} does not offer TLS; nothing was sent. Somebody may be in between, or use port 993."),
    N_("{host} does not offer TLS; nothing was sent. Somebody may be in between."),
    N_("{host} let us in without asking, as a machine in between would; nothing was sent."),
    N_("{host} refused {doing}: there is no such folder. Check the name in the settings."),
    N_("{host} refused {doing}; it is tried again.{said}"),
    N_("{host} refused {what} ({code}).{said}"),
    N_("{host} put off {what} ({code}); it is tried again.{said}"),
    N_("{host} says it is asked too often; it is left alone for a while."),
    N_("{host} says that too much was sent; it is left alone for a while."),
    N_("{host} cannot let anybody in just now; it is tried again.{said}"),
    N_("{host} wants a sign-in first; check the sign-in settings.{said}"),
    N_("{host} answered the sign-in in no known way."),
    N_("{host} breaks the connection at mail after mail; it is tried again."),
    N_("{host} is not this machine; nothing is sent to it without TLS."),
    N_("{host} sent data ahead of TLS; somebody may be in between. Nothing was sent."),
    N_("{host} did not confirm the mail; it may have been sent. Look for it before sending again."),
    N_("{host} answered {code} to the mail, which says neither yes nor no."),
    N_("{host} cannot be reached: {reason}. Check host, port and network."),
    N_("it refuses connections"),
    N_("it does not answer"),
    N_("TLS with {host} failed; check that the port is one for TLS and the tls setting fits it."),
    N_("The certificate of {host} cannot be trusted ({reason}); nothing was sent. "
       "Check the host name, or name the server's authority in ca_file."),
    N_("There is no password for this mailbox; set one and try again."),
    N_("The password holds characters {host} cannot take."),
    N_("The sign-in server did not answer; it is tried again."),
    N_("The sign-in server answered in no known way."),
    N_("The sign-in server answered without a token."),
    N_("The sign-in server does not know this program ({reason}); "
       "check oauth_client_id and client_secret, then sign in again."),
    N_("The sign-in server refused ({status}); it is tried again."),
    N_("The consent for this mailbox is gone; sign in again."),
    N_("The mail is {size} MB, and {host} takes at most {limit} MB; send fewer or smaller attachments."),
    N_("The mail is in no folder of {host}; whether it was sent only the recipient can tell."),
    N_("The mail was sent, but no copy was filed in Sent: {reason}"),
    N_("there is no Sent folder; name one in the settings."),
    N_("The reply has no proper Message-ID."),
    N_("The reply has no recipient; add an address."),
    N_("{address} is not an address mail can be sent to."),
    N_("{address} has letters before the @ or a domain that mail servers do not take."),
    N_("{mailbox} is not a mailbox of this channel."),
    N_("{mailbox} was renumbered while it was read; it is read again."),
    N_(" It said: {words}."),
    # … and what was being done
    N_("opening {mailbox}"),
    N_("searching {mailbox}"),
    N_("reading {mailbox}"),
    N_("looking for the mail"),
    N_("filing the copy"),
    N_("signing in"),
    N_("saying hello"),
    N_("entering TLS"),
    N_("checking it"),
    N_("the sender"),
    N_("the mail"),
    N_("the mail was handed over; it was not sent"),
    # connectors: e-mail, what a test finds
    N_("IMAP: {fault}"),
    N_("SMTP: {fault}"),
    N_("Mailbox: {fault}"),
    N_("Sign-in server: {fault}"),
    N_("Sign-in server: the consent is valid."),
    N_("{protocol}: {server} answers, and its certificate is good."),
    N_("{protocol}: {server} answers without TLS (this machine)."),
    N_("IMAP sign-in: {user} is let in."),
    N_("SMTP sign-in: {user} may send."),
    N_("Mailbox: {mailbox} opens with {count} mails; new mail is announced at once."),
    N_("Mailbox: {mailbox} opens with {count} mails; the server cannot announce new mail."),
    N_("Sent folder: not used."),
    N_("Sent folder: {folder}."),
    N_("Sent folder: none found. Name one of these in the setting sent, or leave it empty: {names}."),
    N_("Clock: no difference to the server seen."),
    N_("Clock: this machine is {seconds} s behind the server; switch on time synchronisation."),
    N_("Clock: this machine is {seconds} s ahead of the server; switch on time synchronisation."),
    # connectors: e-mail, settings
    N_("{key} is missing."),
    N_("{key} must be text, not {value}."),
    N_("{key} must be one line of printable text."),
    N_("{key} must be one of {choices}, not {value}."),
    N_("{key} must be a whole number from {low} to {high}, not {value}."),
    N_("{key} must be yes or no, not {value}."),
    N_("{key} must be a list of folder names."),
    N_("{key} must name at least one folder, each as one line of text."),
    N_("{key} must name each folder once and by its own name."),
    N_("{key} must be a mail address such as care@shop.example, not {value}."),
    N_("{key} must be a host name such as {example}, not {value}."),
    N_("{key} may be plain only for a server on this machine; use tls or starttls."),
    N_("{key} must be an https address such as https://oauth2.googleapis.com/token."),
    N_("{key} is not a setting of a mail channel."),
    # what could not be read, and why
    N_("The mail is nested or sized beyond what can be read."),
    N_("The mail could not be read ({reason})."),
    N_("It has neither a header nor any text."),
    N_("The mail is larger than {limit} MB."),
    N_("The mail is empty."),
    N_("Reading it took longer than {seconds} seconds."),
    N_("The reader stopped on this mail."),
    N_("Reading was stopped."),
    N_("{size} MB, over the limit of {limit} MB; only its header was taken"),
    N_("the server does not hand it over"),
    N_("the server hands it over empty"),
    N_("the connection breaks whenever it is fetched"),
    N_("a quote that is never closed"),
    N_("empty"),
    N_("larger than {limit} MB"),
    N_("longer than {limit} MB"),
    N_("not UTF-8"),
    N_("not JSON: {reason}"),
    N_("nested too deeply"),
    N_("not a JSON object"),
    N_("without a body"),
    N_("without a text"),
    N_("without a date"),
    N_("without an SKU"),
    N_("not a rating: {text}"),
    N_("without a sender"),
    N_("without an order number"),
    N_("without a name and an address"),
    N_("ts is not a time in seconds"),
    N_("not an address: {text}"),
    N_("not an amount: {text}"),
    N_("not a number: {text}"),
    N_("not a date: {text}"),
    N_("a spreadsheet has cut this number short: {text}"),
    N_("{count} cells for {columns} columns"),
    # notices
    N_("The service of notices answered in no known way."),
    N_("The service of notices asks to wait ({code})."),
    N_("The service of notices is busy; it is tried again."),
    N_("The service of notices refused it ({code}): {said}"),
    N_("The service of notices refused it ({code})."),
    N_("The target of this notice was taken away."),
    # sync
    N_("The channel {channel} is no longer connected."),
    N_("Another process has been renewing this sign-in for too long."),
    N_("{exception}: {reason}"),
)  # fmt: skip
"""Message ids in the shape of what is said; a gap may hold a sentence of this list again. What marketplaces say stands
in modules of its own: see `sentences`."""


_ONE_WORD = dict.fromkeys(
    ("host", "server", "protocol", "platform", "key", "kind", "code", "status", "size", "limit", "low", "high",
     "exception"), r"\S"
)
"""Gaps without spaces: a whole sentence before "{host} did …" is none of its hosts."""
_GAP = re.compile(r"\{\w+\}")


def told(text: str) -> str:
    """`text` as somebody's finished English sentence, in the reader's language where it is one of ours."""
    return text if not text or language() == LANGUAGES[0] else _told(text, language())


def sentences() -> tuple[str, ...]:
    """Everything that is known again; the marketplaces' part is loaded here, for a desk in English never needs it."""
    from app import told_markets, told_services, told_shops

    parts = (SENTENCES, told_markets.SENTENCES, told_shops.SENTENCES, told_services.SENTENCES)
    return tuple(dict.fromkeys(sentence for part in parts for sentence in part))


@lru_cache(512)
def _told(text: str, _language: str) -> str:
    for head, tail, sentence in _ends():
        if text.startswith(head) and text.endswith(tail) and (found := _shape(sentence).fullmatch(text)):
            return _(sentence).format(**{name: told(value) for name, value in found.groupdict().items()})
    return text


@cache
def _ends() -> tuple[tuple[str, str, str], ...]:
    """How each sentence begins and ends, and itself; those with most words first: a gap takes anything."""
    known = sorted(sentences(), key=_words, reverse=True)
    return tuple((parts[0], parts[-1], text) for text in known for parts in [_GAP.split(text)])


@cache
def _shape(sentence: str) -> re.Pattern[str]:
    return re.compile(shape_of(sentence), re.DOTALL)


def shape_of(sentence: str) -> str:
    """A regular expression for the sentence with anything in its gaps; a gap named again holds the same again."""
    seen: set[str] = set()

    def gap(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>{_ONE_WORD.get(name, '.')}*?)"

    return re.sub(r"\\\{(\w+)\\\}", gap, re.escape(sentence))


def _words(sentence: str) -> int:
    return len(_GAP.sub("", sentence))
