"""Writes the files of all ways to run Komek from `deploy/processes.toml`: `python -m streams.codegen.deployment`.

A test compares the files with what this module makes of the list, so no way to run it can drift from the others.
"""

from streams.codegen import chart_files, compose_file, dashboards, systemd_units
from streams.codegen.process_list import DEPLOY, ProcessList, read


def files(stated: ProcessList) -> dict[str, str]:
    """The text of each generated file, by its path in `deploy/`."""
    units = {f"{systemd_units.FOLDER}/{name}": text for name, text in systemd_units.files(stated).items()}
    return {**units, **compose_file.files(stated), **chart_files.files(stated), **dashboards.files()}


def main() -> None:
    for name, text in files(read()).items():
        path = DEPLOY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
