"""Every setting there is: what it means, what it is unless somebody chose, what it is now, and who said so.

`registry` lists them, `environment` those that come from outside, `reading` finds their present values and writes those
that are kept in the desk. The room of the set-up, `deskhand setting`, the palette and a page of the docs are made of it.
"""
