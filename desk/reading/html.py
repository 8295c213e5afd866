"""HTML to lines a person can read in a terminal. Nothing is fetched, nothing hidden is shown, no line is lost.

Every line says whether the page's own structure marks it as a quote, so that folding need not guess.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML = 2_000_000
"""Characters of HTML that are laid out; the rest is dropped with a warning."""
MAX_DEPTH = 500
"""Elements inside elements; a page nested deeper is read without its layout."""

_SKIP = {"script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "select", "iframe"}
_BLOCK = {
    "p", "div", "tr", "table", "ul", "ol", "dl", "dt", "dd", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6",
    "section", "article", "header", "footer", "form", "fieldset", "address", "center", "li", "tbody", "thead",
    "caption",
    "main", "nav", "figure", "figcaption",
}  # fmt: skip
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:;|!|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|text-indent\s*:\s*-\d{3,}",
    re.I,
)
_QUOTE_ID = re.compile(
    r"yahoo_quoted|gmail_quote|moz-cite-prefix|moz-forward-container|zmail_extra|protonmail_quote|"
    r"tutanota_quote|ntes_qq|isReplyContent|mail_quote|js-readmsg-msg|"
    r"reply-intro|x_gmail_quote|isForwardContent|qm_reply|mailru-blockquote|gmail_attr|foxmail_quote|mail-original",
    re.I,
)
# Outlook's rule: the page goes on as the quoted mail after it.
_RULE = re.compile(r"divRplyFwdMsg|OLK_SRC_BODY_SECTION", re.I)
_OUTLOOK_BORDER = re.compile(r"border:none;\s*border-top:\s*solid\s+#(?:B5C4DF|E1E1E1)", re.I)
_SIGNATURE = re.compile(
    r"gmail_signature|moz-signature|Signature\b|ms-outlook-mobile-signature|yahoo-signature|x_Signature"
)
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u200b]+")
_URL_TAIL = re.compile(r"^(?:https?://)?(?:www\.)?|/+$", re.I)


class Line(NamedTuple):
    text: str
    quoted: bool


def to_lines(html: str) -> list[Line]:
    """The visible text of a page, line by line. Links read `text <target>` where the text hides the target."""
    html = html[:MAX_HTML]
    if _too_deep(html):
        text = _ANY_TAG.sub("\n", html)
        return [Line(_SPACE.sub(" ", line).strip(), False) for line in text.split("\n") if line.strip()]
    page = LexborHTMLParser(html)
    root = page.body or page.root
    if root is None:
        return []
    walker = _Walker(_invisible_classes(html))
    walker.run(root)
    return walker.finish()


def to_text(html: str) -> str:
    return "\n".join(line.text for line in to_lines(html))


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]*>?")
_UNNESTED = frozenset(
    "p li td tr th br img hr meta link input option dd dt col wbr area base source thead tbody tfoot".split()
)


def _too_deep(html: str) -> bool:
    """Whether elements nest beyond `MAX_DEPTH`; a layout engine's time grows with the square of that."""
    if html.count("<") <= MAX_DEPTH:
        return False
    depth = 0
    for close, name in _TAG.findall(html):
        if name.lower() not in _UNNESTED:
            depth = max(depth - 1, 0) if close else depth + 1
            if depth > MAX_DEPTH:
                return True
    return False


class _Walker:
    """Depth-first without recursion: pages may nest deeper than Python."""

    def __init__(self, invisible: frozenset[str]) -> None:
        self.invisible = invisible
        self.lines: list[Line] = []
        self.buffer: list[str] = []
        self.quotes = 0
        self.rest_quoted = False
        self.pre = 0
        self.cell = False
        self.lists: list[int] = []

    def run(self, root: LexborNode) -> None:
        stack: list[tuple[LexborNode | None, _Close | None]] = [(root, None)]
        while stack:
            node, close = stack.pop()
            if node is None:
                if close is not None:
                    self._leave(close)
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
                continue
            if tag in _SKIP or tag.startswith(("-", "!")):
                continue
            attrs = node.attributes if tag != "br" else {}
            if attrs and (
                _hidden(tag, attrs) or (self.invisible and self.invisible & set((attrs.get("class") or "").split()))
            ):
                continue
            stack.append((None, self._enter(tag, attrs, node)))
            child = node.last_child
            while child is not None:
                stack.append((child, None))
                child = child.prev

    def _enter(self, tag: str, attrs: dict[str, str | None], node: LexborNode) -> _Close:
        close = _Close(tag)
        if tag == "br":
            self._break()
        elif tag == "hr":
            self._break()
            self.buffer.append("-" * 20)
            self._break()
        elif tag in _BLOCK:
            self._break_if_open()
        if attrs and tag in ("div", "blockquote", "span", "table", "p", "hr", "a", "section"):
            marks = f"{attrs.get('id') or ''} {attrs.get('class') or ''}"
            style = attrs.get("style") or ""
            if _RULE.search(marks) or (style and _OUTLOOK_BORDER.search(style) and _is_header(node)):
                self._break_if_open()
                self.rest_quoted = True
            elif _is_quote(tag, marks, attrs, node) or _SIGNATURE.search(marks):
                self._break_if_open()
                close.quote = True
                self.quotes += 1
        if tag == "li":
            marker = "- "
            if self.lists and self.lists[-1] >= 0:
                self.lists[-1] += 1
                marker = f"{self.lists[-1]}. "
            self.buffer.append("  " * max(len(self.lists) - 1, 0) + marker)
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
        elif tag in ("td", "th"):
            if self.cell and self.buffer and self.buffer[-1].strip():
                self.buffer.append(" | ")
            self.cell = True
        elif tag == "tr":
            self.cell = False
        elif tag == "pre":
            self.pre += 1
        elif tag == "img":
            alt = (attrs.get("alt") or "").strip()
            if alt and attrs.get("width") not in ("0", "1"):
                self.buffer.append(f"[{_SPACE.sub(' ', alt[:200])}]")
        elif tag == "a":
            close.link = (attrs.get("href") or "").strip()
            close.mark = len(self.buffer)
            close.line = len(self.lines)
        return close

    def _leave(self, close: _Close) -> None:
        if close.link:
            shown = "".join(self.buffer[close.mark :]) if close.line == len(self.lines) else ""
            target = _target(close.link, shown)
            if target and (shown.strip() or not shown):
                self.buffer.append(f" <{target}>" if shown.strip() else f"<{target}>")
        if close.tag in _BLOCK and self.buffer:
            self._break()
        if close.tag in ("p", "h1", "h2", "h3", "h4") and self.lines and self.lines[-1].text:
            self.lines.append(Line("", self._quoted()))
        if close.tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        if close.tag == "pre":
            self.pre -= 1
        if close.quote:
            self._break_if_open()
            self.quotes -= 1

    def _text(self, text: str) -> None:
        if self.pre:
            first, *more = text.split("\n")
            self.buffer.append(first)
            for line in more:
                self._break()
                self.buffer.append(line)
            return
        text = _SPACE.sub(" ", text)
        if not self.buffer or self.buffer[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self.buffer.append(text)

    def _quoted(self) -> bool:
        return self.rest_quoted or self.quotes > 0

    def _break_if_open(self) -> None:
        if self.buffer:
            self._break()

    def _break(self) -> None:
        text = "".join(self.buffer).rstrip()
        self.buffer.clear()
        self.lines.append(
            Line(text if self.pre else text.lstrip() if not text.startswith("  ") else text, self._quoted())
        )

    def finish(self) -> list[Line]:
        self._break_if_open()
        out: list[Line] = []
        for line in self.lines:
            if line.text or (out and out[-1].text):
                out.append(line)
        while out and not out[-1].text:
            out.pop()
        return out


class _Close:
    __slots__ = ("line", "link", "mark", "quote", "tag")

    def __init__(self, tag: str) -> None:
        self.tag, self.link, self.mark, self.line, self.quote = tag, "", 0, 0, False


def _is_quote(tag: str, marks: str, attrs: dict[str, str | None], node: LexborNode) -> bool:
    if tag == "blockquote":
        return attrs.get("type") == "cite" or bool(attrs.get("cite")) or bool(_QUOTE_ID.search(marks))
    if not _QUOTE_ID.search(marks):
        return False
    # A container round a marked quote may hold answers written between the pieces of the quote: its parts decide.
    return node.css_first("blockquote") is None


def _is_header(node: LexborNode) -> bool:
    """Whether the ruled box opens with From, Sent, To, Subject lines, as Outlook writes them."""
    return sum((node.text() or "")[:600].count(colon) for colon in ":\uff1a") >= 3


_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.S | re.I)
_HIDING_RULE = re.compile(r"([^{}]*)\{[^{}]*?display\s*:\s*none[^{}]*\}", re.I)


def _invisible_classes(html: str) -> frozenset[str]:
    """Classes the page's own style sheet hides on every screen (rules inside @media hide only on some)."""
    if "<style" not in html[:200_000].lower():
        return frozenset()
    found: set[str] = set()
    for sheet in _STYLE.findall(html[:200_000]):
        if "none" in sheet:
            for selectors in _HIDING_RULE.findall(sheet.split("@media")[0]):
                found.update(s[1:] for s in (x.strip() for x in selectors.split(",")) if re.fullmatch(r"\.[\w-]+", s))
    return frozenset(found)


def _hidden(tag: str, attrs: dict[str, str | None]) -> bool:
    style = attrs.get("style")
    if style and _HIDDEN.search(style):
        return True
    return "hidden" in attrs or (tag == "input" and attrs.get("type") == "hidden")


def _target(href: str, shown: str) -> str:
    """The target of a link where the text does not already say it."""
    if href.startswith(("#", "cid:")) or len(href) > 2000:
        return ""
    plain = href.removeprefix("mailto:").removeprefix("tel:")
    bare = _URL_TAIL.sub("", plain).lower()
    return "" if bare and bare == _URL_TAIL.sub("", shown.strip().strip("<>")).lower() else href
