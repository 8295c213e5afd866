"""What reading gets right on the sample sets: `python -m bench.quality [DATA]`. Prints a Markdown table.

The sets lie in `../shared/data`; nothing of them is kept here. Times and memory are this machine's.
"""

from __future__ import annotations

import csv
import hashlib
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from desk.reading import html, quotes
from desk.reading.errors import Unreadable
from desk.reading.parse import read_mail
from desk.reading.records import Mail
from desk.reading.understand import understand

_INTENTS = {
    "cancel": "cancel_order check_cancellation_fee",
    "address": "change_shipping_address set_up_shipping_address",
    "refund": "get_refund track_refund check_refund_policy",
    "invoice_payment": "get_invoice check_invoice check_invoices payment_issue check_payment_methods",
    "shipping_status": "track_order delivery_period",
    "dispute_review": "complaint",
}
_TYPE_OF = {intent: type for type, intents in _INTENTS.items() for intent in intents.split()}
Row = tuple[str, str]


def main() -> int:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not data.is_dir():
        print(f"no sample data at {data}: nothing was measured", file=sys.stderr)
        return 1
    rows = [*files(data), *fields(data), *folded(data), *types(data), *own(), *bounces(data)]
    print("| measure | result |\n|-|-|")
    for name, result in rows:
        print(f"| {name} | {result} |")
    return 0


# Files ---------------------------------------------------------------------------------------------


def files(data: Path) -> Iterator[Row]:
    """Every file under mail and text goes in: read or quarantined, never a crash."""
    read, refused, worst = 0, list[str](), (0.0, "")
    inputs = [(p.name, p.read_bytes()) for p in sorted((data / "mail").rglob("*")) if p.is_file()]
    strings = json.loads((data / "text" / "blns.json").read_text(encoding="utf-8"))
    inputs += [(f"blns {n}", f"From: a@b.example\n\n{s}\n".encode("utf-8", "replace")) for n, s in enumerate(strings)]
    for name, raw in inputs:
        begun = time.perf_counter()
        try:
            mail = read_mail(raw)
            understand(mail.text, mail.subject)
            read += 1
        except Unreadable:
            refused.append(name)
        worst = max(worst, (time.perf_counter() - begun, name))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield (
        "mail and text files read",
        f"{read} of {len(inputs)}" + (f"; quarantined: {', '.join(refused)}" if refused else ""),
    )
    yield "slowest file", f"{worst[0]:.3f} s ({worst[1]})"
    yield "memory, most", f"{memory:.0f} MB"


# Fields --------------------------------------------------------------------------------------------


def fields(data: Path) -> Iterator[Row]:
    """Parsed fields against the JSON beside `mail/stalwart`; each field of each file counts once."""
    right, asked, wrong = Counter[str](), Counter[str](), list[str]()
    for path in sorted((data / "mail" / "stalwart").rglob("*.eml")):
        expected = _expected(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))
        try:
            mail = read_mail(path.read_bytes())
        except Unreadable:
            mail = Mail("", _nobody(), "", "")
        found = _found(mail)
        for name, value in expected.items():
            asked[name] += 1
            if found[name] == value:
                right[name] += 1
            else:
                wrong.append(f"{path.parent.name}/{path.stem} {name}: {value!r} != {found[name]!r}")
    if "-v" in sys.argv:
        print("\n".join(w[:600] for w in wrong), file=sys.stderr)
    total, all_ = sum(right.values()), sum(asked.values())
    yield "fields exact beside mail/stalwart", f"{total} of {all_} ({total / all_:.1%})"
    for name in asked:
        yield f"— {name}", f"{right[name]} of {asked[name]}"


def _nobody() -> Any:
    from desk.reading.records import Address

    return Address("", "")


def _found(mail: Mail) -> dict[str, Any]:
    return {
        "from": (mail.sender.name, mail.sender.address),
        "to": [(a.name, a.address) for a in mail.to],
        "cc": [(a.name, a.address) for a in mail.cc],
        "reply_to": [(a.name, a.address) for a in mail.reply_to],
        "subject": mail.subject,
        "date": mail.date,
        "message_id": mail.message_id,
        "text": _lines(f"{mail.text}\n{mail.quoted}"),
        "attachments": sorted(a.md5 for a in mail.attachments),
        "names": sorted(a.name for a in mail.attachments),
    }


def _lines(text: str) -> Counter[str]:
    return Counter(" ".join(line.split()) for line in text.split("\n") if line.strip())


def _expected(tree: dict[str, Any]) -> dict[str, Any]:
    """What a parse says, in our words. Texts are compared where every body is plain text; a body
    its parser calls broken is left out."""
    heads = {h["name"]: h["value"] for h in tree["parts"][0]["headers"] if isinstance(h["name"], str)}
    out: dict[str, Any] = {}
    for name in ("from", "to", "cc", "reply_to"):
        if name in heads and isinstance(heads[name], dict):
            people = _people(heads[name])
            out[name] = people[0] if name == "from" and people else people
    if isinstance(heads.get("subject"), dict):
        out["subject"] = " ".join(heads["subject"]["Text"].split())
    if isinstance(heads.get("date"), dict):
        out["date"] = _millis(heads["date"]["DateTime"])
    if isinstance(heads.get("message_id"), dict):
        out["message_id"] = heads["message_id"]["Text"]
    bodies = [tree["parts"][n]["body"] for n in tree["text_body"]]
    if bodies and all("Text" in b for b in bodies):
        out["text"] = _lines("\n".join(b["Text"] for b in bodies))
    kept = [tree["parts"][n] for n in tree["attachments"] if not tree["parts"][n]["is_encoding_problem"]]
    if len(kept) == len(tree["attachments"]):
        digests = [_digest(p["body"]) for p in kept]
        if None not in digests:
            out["attachments"] = sorted(d for d in digests if d)
        names = [_name(p) for p in kept]
        if all(names):
            out["names"] = sorted(n for n in names if n)
    return out


def _people(value: dict[str, Any]) -> list[Row]:
    book = value["Address"]
    entries = book.get("List") or [a for group in book.get("Group", []) for a in group["addresses"]]
    return [(" ".join((a["name"] or "").split()), (a["address"] or "").lower()) for a in entries]


def _millis(d: dict[str, Any]) -> int:
    from datetime import UTC, datetime, timedelta

    local = datetime(d["year"], d["month"], d["day"], d["hour"], d["minute"], min(d["second"], 59), tzinfo=UTC)
    offset = timedelta(hours=d["tz_hour"], minutes=d["tz_minute"])
    return int((local + offset if d["tz_before_gmt"] else local - offset).timestamp() * 1000)


def _digest(body: dict[str, Any]) -> str | None:
    if "Binary" in body or "InlineBinary" in body:
        return hashlib.md5(
            bytes(body.get("Binary") or body.get("InlineBinary") or []), usedforsecurity=False
        ).hexdigest()
    return None


def _name(part: dict[str, Any]) -> str | None:
    for header in part["headers"]:
        value = header["value"]
        if header["name"] in ("content_disposition", "content_type") and isinstance(value, dict):
            for attribute in value["ContentType"]["attributes"] or []:
                if attribute["name"] in ("filename", "name"):
                    return str(attribute["value"])
    return None


# Quotes --------------------------------------------------------------------------------------------

# What each author wrote, decided by reading the sources: lines that are new (first-last), everything else is not.
_NEW_LINES = {
    "correct_sig": "1-2", "email_1_1": "1-6", "email_1_2": "1-1 8-35", "email_1_3": "1-4", "email_1_4": "1-2",
    "email_1_5": "1-15", "email_1_6": "1-4", "email_1_7": "1-2", "email_1_8": "12-14 18-20", "email_2_1": "1-3",
    "email_2_2": "1-1", "email_2_3": "1-2", "email_BlackBerry": "1-2", "email_bullets": "1-11",
    "email_iPhone": "1-2", "email_long_quote": "1-4 6-9", "email_multi_word_sent_from_my_mobile_device": "1-2",
    "email_one_is_not_on": "1-6", "email_sent_from_my_not_signature": "1-3",
    "email_sig_delimiter_in_middle_of_line": "1-7", "greedy_on": "1-7", "pathological": "1-2",
}  # fmt: skip
# The same for pages: words that are new, counted on the page; None where nothing of it was quoted by an answer.
_NEW_WORDS = {
    "apple_forward": 2, "apple_reply": 2, "gmail_forward": 2, "gmail_reply": 2, "ios_mail_reply_unescaped_address": 7,
    "mailru_forward": None, "mailru_forward_unwrapped": None, "outlook_forward": 4, "outlook_forward_unwrapped": None,
    "outlook_forward_unwrapped_top": None, "thunderbird_forward": None, "thunderbird_forward_unwrapped": None,
    "yahoo_reply_unescaped_address": 18,
}  # fmt: skip


def folded(data: Path) -> Iterator[Row]:
    """Replies folded where their author stopped writing; a message passed on without a word of one's own is shown."""
    for folder, right_of in (("github-email-reply-parser", _plain_right), ("quotequail", _page_right)):
        paths = sorted(p for p in (data / "quotes" / folder).iterdir() if p.is_file())
        wrong = [p.stem for p in paths if not right_of(p.stem, p.read_text(encoding="utf-8"))]
        missed = f" (not: {', '.join(wrong)})" if wrong else ""
        yield f"quotes folded right, {folder}", f"{len(paths) - len(wrong)} of {len(paths)}{missed}"


def _plain_right(name: str, source: str) -> bool:
    if name not in _NEW_LINES:
        return False
    lines = source.split("\n")
    new: set[int] = set()
    for span in _NEW_LINES[name].split():
        first, _, last = span.partition("-")
        new.update(range(int(first), int(last) + 1))
    result = quotes.fold_text(source)
    shown = _lines("\n".join(line for n, line in enumerate(lines, 1) if n in new))
    hidden = _lines("\n".join(line for n, line in enumerate(lines, 1) if n not in new))
    return _lines(result.text) == shown and _lines(result.quoted) == hidden


def _page_right(name: str, source: str) -> bool:
    lines = html.to_lines(source)
    result = quotes.fold(lines)
    total = sum(len(line.text.split()) for line in lines)
    words = _NEW_WORDS.get(name, -1)
    new = total if words is None else words
    return (len(result.text.split()), len(result.quoted.split())) == (new, total - new)


# Types ---------------------------------------------------------------------------------------------


def types(data: Path) -> Iterator[Row]:
    """Issue type of the Bitext utterances under the mapping of the data's README."""
    with (data / "intents" / "bitext-8k.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    begun = time.perf_counter()
    read = [(r["flags"], _TYPE_OF.get(r["intent"], "other"), understand(r["utterance"]).type) for r in rows]
    seconds = time.perf_counter() - begun
    for name, chosen in (
        ("whole", read),
        ("flag Q, colloquial", [r for r in read if "Q" in r[0]]),
        ("flag Z, typing errors", [r for r in read if "Z" in r[0]]),
    ):
        accuracy, macro = _scores((gold, guess) for _, gold, guess in chosen)
        yield f"Bitext type, {name} ({len(chosen)})", f"accuracy {accuracy:.4f}, macro-F1 {macro:.4f}"
    yield "understand(), Bitext lines, one core", f"{len(read) / seconds:,.0f} per second"


_OWN = {
    "utterances.txt": "own utterances, first",
    "held_out.txt": "own utterances, natural",
    "paraphrases.txt": "own utterances without the words of the matter",
    "plain.txt": "own utterances, plain",
    "hard.txt": "own utterances, hard",
}


def own() -> Iterator[Row]:
    """Utterances written for this bench, twenty types in ten languages. None of these sets is unseen any more; what each
    gave when it was new stands in QUALITY.md."""
    folder = Path(__file__).resolve().parents[1] / "tests" / "reading"
    for name, title in _OWN.items():
        rows = [line.split("|", 2) for line in (folder / name).read_text(encoding="utf-8").splitlines() if line]
        right = tongue = 0
        for language, type, text in rows:
            found = understand(text)
            right += type in (found.type, found.ask) or (type == "dispute_review" and found.escalation)
            tongue += found.language == language
        yield f"{title} ({len(rows)})", f"type {right / len(rows):.1%}, language {tongue / len(rows):.1%}"


def _scores(pairs: Iterable[Row]) -> tuple[float, float]:
    """(accuracy, macro-F1 over the types that occur)."""
    right, missed, extra, total = Counter[str](), Counter[str](), Counter[str](), 0
    for gold, guess in pairs:
        total += 1
        if gold == guess:
            right[gold] += 1
        else:
            missed[gold] += 1
            extra[guess] += 1
    each = [2 * right[t] / (2 * right[t] + missed[t] + extra[t]) for t in {*right, *missed}]
    return sum(right.values()) / max(total, 1), sum(each) / max(len(each), 1)


# Bounces -------------------------------------------------------------------------------------------


def bounces(data: Path) -> Iterator[Row]:
    """Returned and automatic mail recognised; and how much of ordinary mail is taken for it."""
    kinds: Counter[str] = Counter()
    missed: list[str] = []
    with_id = 0
    paths = sorted((data / "mail" / "bounces-dos").glob("*.eml"))
    for path in paths:
        mail = read_mail(path.read_bytes())
        kinds[mail.automatic or "none"] += 1
        with_id += bool(mail.bounced_id)
        if mail.automatic is None:
            missed.append(path.stem)
    automatic = len(paths) - kinds["none"]
    yield (
        "bounces and automatic mail recognised",
        f"{automatic} of {len(paths)}" + (f" (not: {', '.join(missed)})" if missed else ""),
    )
    yield "— as bounce", f"{kinds['bounce']}, of which {with_id} name the mail that came back"
    plain = sorted((data / "mail" / "ruby-mail").glob("plain_emails/*.eml")) + sorted(
        (data / "mail" / "ruby-mail").glob("rfc2822/*.eml")
    )
    wrongly = [p.stem for p in plain if read_mail(p.read_bytes()).automatic == "bounce"]
    yield "ordinary mail taken for a bounce", f"{len(wrongly)} of {len(plain)}"


if __name__ == "__main__":
    raise SystemExit(main())
