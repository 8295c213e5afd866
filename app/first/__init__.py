"""The first hour: making a desk step by step, and what a new desk still lacks.

`steps` are the questions, `making` turns the answers into a desk, `wizard` asks them in a terminal; nothing is made
before the last step is confirmed. `lacks` reads from a desk what is still to do, `sheet` shows it.
"""
