"""A long field of a form in the person's own editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.setup.text_edit import TextEdit
from store.errors import N_, Refused

if TYPE_CHECKING:
    from app.setting_up import SettingUp


class EditingActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, room: SettingUp) -> None:
        self.room = room

    def field_editor(self) -> None:
        """The text of the field under the cursor; what comes back replaces it, and the form is still to be saved."""
        from app.editors import edited

        page = self.room.filling.form()
        began = page.edit is None and page.typable
        if began:
            page.begin()
        edit = page.edit
        if not isinstance(edit, TextEdit):
            if began:
                page.end()
            raise Refused(N_("{item} is no long text."), item=page.field.label, next=N_("Enter fills it in."))
        text = edited(self.room.desk, edit.text, f"{page.field.key}.txt")
        edit.replace(0, len(edit.text), text)
        page.typed()
        self.room.give_keys()
        self.room.draw()
