"""A reply leaves once, threads for the buyer, and every doubtful ending is said to be doubtful."""

from __future__ import annotations

import email
import email.policy
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import (
    AuthRevoked,
    BadRecord,
    File,
    OutcomeUnknown,
    Permanent,
    SendReply,
    Temporary,
    Throttled,
)
from connectors.email.message import compose


def nothing():
    """A desk that has nothing to write down before the final dot."""


def parsed(raw: bytes):
    return email.message_from_bytes(raw, policy=email.policy.default)


def text_of(raw: bytes) -> str:
    return parsed(raw).get_content().replace("\r\n", "\n")


def test_a_reply_arrives_threaded_with_our_message_id(server, connect, desk, make_reply):
    receipt = connect(server).send(make_reply(), nothing)
    (envelope,) = server.sent
    assert (envelope.sender, envelope.recipients) == ("care@shop.example", ("anna@buyer.example",))
    mail = parsed(envelope.raw)
    assert mail["Message-ID"] == "<reply-1@shop.example>" == receipt.remote_id
    assert mail["In-Reply-To"] == "<buyer-1@buyer.example>"
    assert mail["References"].split() == ["<buyer-0@buyer.example>", "<buyer-1@buyer.example>"]
    assert mail["From"].addresses[0].display_name == "店铺 Care"
    assert mail["Date"].datetime.timestamp() * 1000 == desk.clock.now()
    assert mail["Auto-Submitted"] is None
    assert text_of(envelope.raw) == "It is on its way.\nYours\n"
    assert receipt.warning == ""


def test_the_copy_is_filed_in_sent_as_read(server, connect, make_reply):
    connect(server).send(make_reply(), nothing)
    assert server.mails("Sent") == [server.sent[0].raw]
    assert server.flags("Sent") == [{"\\Seen"}]
    assert not {"STORE", "UID STORE", "SELECT"} & set(server.seen)


def test_a_reply_written_by_a_rule_says_so(server, connect, make_reply):
    connect(server).send(make_reply(automatic=True), nothing)
    assert parsed(server.sent[0].raw)["Auto-Submitted"] == "auto-replied"


def test_chinese_emoji_dots_and_long_lines_arrive_unchanged(server, connect, make_reply):
    text = "您好, 退款已处理。🙂\n.\n..two dots\n" + "很长" * 2000 + "\n" + "x" * 3000 + "\nFrom here"
    connect(server).send(make_reply(subject="回复: 订单 " + "长" * 200, text=text), nothing)
    raw = server.sent[0].raw
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998
    assert text_of(raw) == text + "\n"
    assert parsed(raw)["Subject"] == "回复: 订单 " + "长" * 200


def test_attachments_go_out_under_harmless_names(server, connect, make_reply):
    label = File("../../标签\r\nX: y.pdf", "application/pdf", b"%PDF\x00\xff")
    files = (label, File("a.eml", "message/rfc822", b"x\r\n"))
    connect(server).send(make_reply(files=files), nothing)
    one, two = parsed(server.sent[0].raw).iter_attachments()
    assert one.get_filename() == "标签 X: y.pdf" and one.get_content() == b"%PDF\x00\xff"
    assert two.get_content_type() == "application/octet-stream" and two.get_content() == b"x\r\n"


def test_a_long_thread_keeps_its_first_and_newest_ids_whole(server, connect, make_reply):
    ids = tuple(f"<{'x' * 150}{number}@mail.example>" for number in range(60))
    connect(server).send(make_reply(references=ids, in_reply_to=ids[-1]), nothing)
    raw = server.sent[0].raw
    got = parsed(raw)["References"].split()
    assert got[0] == ids[0] and got[-1] == ids[-1] and len(got) == 40
    assert b"=?" not in raw.split(b"\r\nFrom:")[0]


NASTY = st.text(st.sampled_from("\r\n\t:<>@\"\\=? ,;\x00\x0b\x1b\u2028\u0085ab长\ud800"), max_size=30)


@settings(max_examples=200, deadline=None)
@given(subject=NASTY, name=NASTY, parent=NASTY, reference=NASTY, file=NASTY, kind=NASTY, text=NASTY)
def test_no_field_can_add_a_header(subject, name, parent, reference, file, kind, text):
    command = SendReply(
        key="k", message_id="<m@shop.example>", to=("a@b.example",), subject=subject + "\r\nBcc: x@y.example",
        text=text, in_reply_to=parent + "\r\nBcc: x@y.example", references=(reference + "\r\nBcc: x@y.example",),
        files=(File(file + "\r\nBcc: x", kind + "\r\nBcc: x", b"x"),), at=1,
    )  # fmt: skip
    raw = compose(command, from_address="c@shop.example", from_name=name + "\nBcc: x@y.example", now=1)
    head = raw.split(b"\r\n\r\n")[0]
    names = [line.split(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    allowed = {b"message-id", b"in-reply-to", b"references", b"from", b"to", b"subject", b"date", b"mime-version",
               b"content-type", b"content-transfer-encoding"}  # fmt: skip
    assert set(names) <= allowed and len(names) == len(set(names))
    assert raw.isascii() and b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "to", ["a@b.example\r\nRCPT TO:<x@y.example>", "", "no address", "a@b@c", "a b@c.example", "许@例.example"]
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(server, connect, make_reply, to):
    with pytest.raises(Permanent):
        connect(server).send(make_reply(to=(to,)), nothing)
    assert server.sent == []


def test_a_reply_to_nobody_is_refused(server, connect, make_reply):
    with pytest.raises(Permanent, match="no recipient"):
        connect(server).send(make_reply(to=()), nothing)


def test_an_international_domain_is_written_as_dns_has_it(server, connect, make_reply):
    connect(server).send(make_reply(to=("anna@bücher.example",)), nothing)
    assert server.sent[0].recipients == ("anna@xn--bcher-kva.example",)


def test_drop_before_data_is_temporary(server, connect, make_reply):
    server.faults.drop_in_data = True
    with pytest.raises(Temporary):
        connect(server).send(make_reply(), nothing)
    assert server.sent == [] and server.mails("Sent") == []


def test_the_desk_is_told_right_before_the_final_dot_and_can_still_stop_it(server, connect, make_reply):
    connector = connect(server)
    told = []
    connector.send(make_reply(), lambda: told.append(len(server.sent)))
    assert told == [0] and len(server.sent) == 1

    def lease_lost():
        raise RuntimeError("the lease is lost")

    with pytest.raises(RuntimeError):
        connector.send(make_reply(), lease_lost)
    assert len(server.sent) == 1 and len(server.mails("Sent")) == 1


@pytest.mark.parametrize("fault", ["drop_in_data", "refuse_auth"])
def test_what_fails_before_the_dot_never_reaches_the_point_of_no_return(server, connect, make_reply, fault):
    setattr(server.faults, fault, True)
    told = []
    with pytest.raises((Temporary, AuthRevoked)):
        connect(server).send(make_reply(), lambda: told.append(1))
    assert told == []


def test_drop_after_the_final_dot_is_unknown_and_files_no_copy(server, connect, make_reply):
    server.faults.drop_after_data = True
    with pytest.raises(OutcomeUnknown, match="may have been sent"):
        connect(server).send(make_reply(), nothing)
    assert len(server.sent) == 1 and server.mails("Sent") == []


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("450 4.2.1 try later", Temporary),
        ("451 4.7.28 too many mails", Throttled),
        ("550 5.1.1 <anna@buyer.example> unknown", Permanent),
        ("550 5.4.5 Daily sending quota exceeded", Throttled),
    ],
)
def test_a_refused_recipient_is_named_but_not_spelt_out(server, connect, make_reply, reply, fault):
    server.faults.rcpt_reply = reply
    with pytest.raises(fault) as caught:
        connect(server).send(make_reply(), nothing)
    assert "anna@" not in str(caught.value)
    if fault is Permanent:
        assert "a***@buyer.example" in str(caught.value)
    assert server.sent == []


@pytest.mark.parametrize(("reply", "fault"), [("451 4.3.0 later", Temporary), ("554 5.6.0 spam", Permanent)])
def test_a_refusal_after_the_dot_means_not_sent(server, connect, make_reply, reply, fault):
    server.faults.data_reply = reply
    with pytest.raises(fault):
        connect(server).send(make_reply(), nothing)
    assert server.sent == []


def test_senseless_words_after_the_dot_are_unknown(server, connect, make_reply):
    server.faults.data_reply = "hello"
    with pytest.raises(OutcomeUnknown):
        connect(server).send(make_reply(), nothing)


@pytest.mark.parametrize("fault", ["refuse_append", "drop_at_append"])
def test_a_failed_sent_copy_is_a_warning_and_never_a_resend(server, connect, make_reply, fault):
    setattr(server.faults, fault, True)
    receipt = connect(server).send(make_reply(), nothing)
    assert "was sent, but no copy was filed in Sent" in receipt.warning
    assert len(server.sent) == 1


def test_not_even_our_own_blunder_after_acceptance_looks_like_a_failed_send(server, connect, make_reply, monkeypatch):
    def blunder(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("connectors.email.imap.Imap.append", blunder)
    receipt = connect(server).send(make_reply(), nothing)
    assert "RuntimeError" in receipt.warning and "secret" not in receipt.warning and len(server.sent) == 1


def test_imap_out_of_order_after_acceptance_is_a_warning(server, connect, make_reply):
    receipt = connect(server, imap_port=1).send(make_reply(), nothing)
    assert "cannot be reached" in receipt.warning and len(server.sent) == 1


def test_the_copy_can_be_left_to_the_provider(server, connect, make_reply):
    assert connect(server, sent_copy="no").send(make_reply(), nothing).warning == ""
    assert server.mails("Sent") == []


def test_no_server_at_all_is_temporary(connect, make_reply):
    with pytest.raises(Temporary, match="refuses connections"):
        connect(object()).send(make_reply(), nothing)


def test_a_mail_beyond_the_servers_limit_is_refused_with_both_sizes(server, connect, make_reply):
    big = File("film.mp4", "video/mp4", b"\0" * (27 << 20))
    with pytest.raises(Permanent, match=r"3\d MB.*at most 35 MB"):
        connect(server).send(make_reply(files=(big,)), nothing)
    assert server.sent == []


def test_basic_auth_withdrawn_and_wrong_password_say_what_to_do(server, connect, desk, make_reply):
    server.faults.withdraw_passwords = True
    with pytest.raises(AuthRevoked, match="xoauth2"):
        connect(server).send(make_reply(), nothing)
    server.faults.withdraw_passwords = False
    desk.vault["password"] = "wrong-secret"
    with pytest.raises(AuthRevoked, match="app password") as caught:
        connect(server).send(make_reply(), nothing)
    assert "wrong-secret" not in str(caught.value)


def test_find_tells_from_the_copy_that_it_was_sent(server, connect, make_reply, make_mail):
    connector = connect(server)
    server.deliver(make_mail(1).replace(b"<buyer-1@buyer.example>", b"x<reply-1@shop.example>y"), "Sent")
    with pytest.raises(OutcomeUnknown):
        connector.find(make_reply())
    connector.send(make_reply(), nothing)
    assert connector.find(make_reply()).remote_id == "<reply-1@shop.example>"
    with pytest.raises(OutcomeUnknown):
        connector.find(make_reply(message_id="<ply-1@shop.example>"))


def test_find_after_a_lost_answer_uses_what_the_provider_kept(server, connect, make_reply):
    server.on_accept(lambda envelope: (server.deliver(envelope.raw, "Sent"), kept.set()))
    kept = threading.Event()
    server.faults.drop_after_data = True
    connector = connect(server)
    with pytest.raises(OutcomeUnknown):
        connector.send(make_reply(), nothing)
    assert kept.wait(5)
    assert connector.find(make_reply()).remote_id == "<reply-1@shop.example>"


def test_a_pretend_buyer_answers(server, connect, desk, make_reply, make_mail):
    answered = threading.Event()

    def answer(envelope):
        server.deliver(make_mail(2, "Thanks!"))
        answered.set()

    server.on_accept(answer)
    connector = connect(server)
    connector.send(make_reply(), nothing)
    assert answered.wait(5)
    (record,), _ = desk.pull(connector)
    assert not isinstance(record, BadRecord) and b"Thanks!" in record.raw


def test_the_mail_reaches_a_real_smtp_server(connect, desk, make_reply, certificates):
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    got = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            got.append(envelope)
            return "250 OK"

    class OnAnyPort(Controller):
        def _trigger_server(self):
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    def authenticate(server, session, envelope, mechanism, data):
        right = data.login == b"care@shop.example" and data.password == desk.vault["password"].encode()
        return AuthResult(success=right)

    controller = OnAnyPort(
        Handler(), "127.0.0.1", 0, authenticator=authenticate, auth_required=True, require_starttls=True,
        tls_context=certificates.server_context(),
    )  # fmt: skip
    controller.start()
    try:
        connector = connect(
            object(), smtp_port=controller.port, smtp_tls="starttls", ca_file=str(certificates.ca), sent_copy="no"
        )
        connector.send(make_reply(text="退款\n.\nbye"), nothing)
    finally:
        controller.stop()
    (envelope,) = got
    assert envelope.rcpt_tos == ["anna@buyer.example"]
    assert text_of(envelope.content) == "退款\n.\nbye\n"
