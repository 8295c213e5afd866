"""What is said once the desk is there: what was made, what runs and what does not, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.first import always_on
from app.first.keeping import Answers
from app.first.review import chosen_of, folder_of, service_desk, summary
from app.lines import Line
from app.safe import cells, width_of
from app.setup.drawn import text_lines
from app.wire import desk_folder
from app.words import _, ngettext, render_error
from app.wrap import wrap
from store.errors import Conflict


def write_service(answers: Answers) -> tuple[Path | None, str]:
    """Writes the unit file where it was asked for: its path, or what was in the way."""
    sync = answers["sync"]
    if sync["way"] != "systemd" or not sync.get("write"):
        return None, ""
    try:
        return always_on.write_unit(service_desk(answers)), ""
    except Conflict as error:
        return None, render_error(error)
    except OSError as error:
        return None, _("{item} could not be written: {reason}").format(
            item=always_on.unit_file(), reason=error.strerror or str(error)
        )


def made_lines(answers: Answers, written: Path | None, fault: str, width: int) -> Sequence[Line]:
    """The last page."""
    rows = summary(answers)[:3]
    clocks, packs = (len(chosen) for chosen in chosen_of(answers))
    rows += [(_("Reply times"), _("{count} in force").format(count=clocks)), 
             (_("Rules"), ngettext("{count} pack", "{count} packs", packs).format(count=packs) if packs else _("none for now"))]
    if written:
        rows.append((_("Written"), str(written)))
    wide = max(width_of(label) for label, _text in rows)
    lines: list[Line] = [(), ((f" ✓ {_('The desk is made.')}", "done"),), ()]
    for label, text in rows:
        for number, part in enumerate(wrap(text, max(16, width - wide - 4))):
            lines.append(((f" {cells('' if number else label, wide)}  ", "muted"), (part, "text")))
    lines.append(())
    if fault:
        lines += text_lines([fault], width, "warning")
    way = answers["sync"]["way"]
    lines += text_lines([_("Sync does not run yet: nothing arrives and nothing leaves. In another terminal:")], width, "warning")
    typed = always_on.starting("later" if way == "systemd" and not written else way, service_desk(answers))
    lines += [((f"   {part}", "accent"),) for line in typed for part in wrap(line, width - 4)]
    lines.append(())
    if folder_of(answers) != desk_folder(None):
        named = _("This is not the usual folder. Name it once: {command}")
        lines += text_lines([named.format(command=f"export DESKHAND_DESK={folder_of(answers)}")], width)
    onward = (_("Enter opens the form of your first channel.") if answers["channel"]["when"] == "now"
              else _("Enter opens the workstation; what is still to do stands in the inbox."))  # fmt: skip
    return [*lines, *text_lines([onward + " " + _("q goes back to the shell.")], width, "accent")]


