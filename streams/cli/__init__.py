"""The commands of `komek`.

Start reading here: `main.py` has the list; each command is a module of its own with a function `command`, or with an `app`
when it has commands of its own. A module is imported only when its command is called.
"""
