"""Colour roles and the themes that fill them. `load(name)` gives a complete `Theme`; nothing here draws."""
