"""Every variable of the environment that is read anywhere, and what it does."""

from __future__ import annotations

from collections.abc import Mapping

from store.errors import N_

OWN: Mapping[str, str] = {
    "DESKHAND_DESK": N_("The desk to work on, where --desk names none."),
    "DESKHAND_AGENT": N_("Who you are, where --as does not say it; else the agent of your Unix user."),
    "DESKHAND_LANG": N_("The language of the texts: en or zh_CN. It stands above what you chose."),
    "DESKHAND_THEME": N_("The theme. It stands above what you chose."),
    "DESKHAND_CONFIG": N_("The folder of keys.toml and of your own themes."),
    "DESKHAND_DROP": N_("The folder where files of tickets are saved and fetched from."),
    "DESKHAND_GRAPHICS": N_("How photos are shown: kitty, sixel or blocks. Otherwise the terminal is asked."),
    "DESKHAND_NOTIFIER": N_("Which notice the terminal takes: 9, 777, 99 or off. Otherwise it is known by its name."),
    "DESKHAND_NO_SHELL": N_("Set: no way to a shell and none to an editor of your own; a gate sets it."),
    "DESKHAND_SYNC": N_("off: the workstation does not begin sync by itself, because a service runs it."),
    "DESKHAND_LOG": N_("How much the log says: DEBUG, INFO, WARNING or ERROR."),
    "DESKHAND_VAULT_PASSPHRASE": N_("The passphrase of a vault that has one. Its value is never shown."),
    "DESKHAND_SECRET_": N_("DESKHAND_SECRET_NAME is a secret that stands above the vault. Its value is never shown."),
}
"""Ours."""

TERMINAL: Mapping[str, str] = {
    "TERM": N_("The kind of terminal: how many colours there are, and whether strings for it are understood."),
    "COLORTERM": N_("truecolor or 24bit: all colours."),
    "NO_COLOR": N_("Set to anything: no colours; weight and signs say the same."),
    "TERM_PROGRAM": N_("The name of the terminal: which notices and pictures it takes."),
    "LC_TERMINAL": N_("The same, from terminals that tell it over SSH."),
    "KITTY_WINDOW_ID": N_("The terminal is kitty."),
    "TMUX": N_("tmux stands between: strings for the terminal are wrapped."),
    "STY": N_("screen stands between: no strings for the terminal."),
    "COLUMNS": N_("How wide tables of commands are."),
    "SSH_CONNECTION": N_("How your own machine reaches this one: for the command that fetches a file."),
}  # fmt: skip
"""What the terminal says of itself."""

SYSTEM: Mapping[str, str] = {
    "LC_ALL": N_("The language, unless DESKHAND_LANG is set or you chose one."),
    "LC_MESSAGES": N_("The same, after LC_ALL."),
    "LANG": N_("The same, after LC_MESSAGES."),
    "TZ": N_("The time zone of this machine for you, where an agent has none."),
    "VISUAL": N_("The editor that ^o opens."),
    "EDITOR": N_("The same, after VISUAL; else vi."),
    "HOME": N_("Your home folder, below which the folders here begin."),
    "XDG_CONFIG_HOME": N_("The folder of configurations, ~/.config unless set."),
    "XDG_DATA_HOME": N_("The folder of data, ~/.local/share unless set: the desk lies there."),
    "XDG_STATE_HOME": N_("The folder of states, ~/.local/state unless set: what deskhand init keeps while it asks."),
    "XDG_CACHE_HOME": N_("The folder of caches, ~/.cache unless set: the practice desk."),
    "XDG_DOWNLOAD_DIR": N_("The folder of downloads, ~/Downloads unless set: files of tickets."),
    "XDG_RUNTIME_DIR": N_("Whether services of your user can run here."),
    "PATH": N_("Where programs are found: editor, tmux."),
}
"""What every program reads."""

VARIABLES: Mapping[str, str] = {**OWN, **TERMINAL, **SYSTEM}

UNTOLD = ("DESKHAND_VAULT_PASSPHRASE", "DESKHAND_SECRET_")
"""Their values are secrets."""

FOR_TESTS = ("TEXTUAL_DRIVER", "SYSTEMROOT")
"""Not ours: Textual's own, and one that other systems need."""
