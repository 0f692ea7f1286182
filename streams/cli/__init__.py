"""The commands of `komek`.

Start with `main.py` (the list of commands). Each command is a module that is imported only when the command runs.
May import: every other room of `streams`; `dispatch`.
Imported by: nothing; the entry point `komek` in `pyproject.toml`.
"""
