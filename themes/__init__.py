"""Colour roles and the themes that fill them."""
