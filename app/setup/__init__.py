"""Forms for everything a team sets up, so that nobody needs a file to run the desk. Knows no widget.

`fields` are the kinds of answers there are, `form` is a set of them being filled in, `rooms` what there is to set up
(one file each), `state` where a person is in it all, `drawing` how that reads on a screen of any width.
"""
