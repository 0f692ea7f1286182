"""Makes the Python client from the OpenAPI document, by openapi-python-client: `make client` writes `build/komek-client`.

    .venv/bin/python .ci/client.py FOLDER

The generator and what the client needs lie in `.venv/client` (`requirements/client.txt`), apart from Komek's own packages.
The same version of Komek gives the same files. Fails for an OpenAPI document that the generator does not wholly understand.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = Path(sys.prefix) / "client"
CONFIGURATION = Path(__file__).with_name("client-generator.yaml")
LONGEST_S = 300


def generate(document: Path, folder: Path) -> None:
    """Raises CalledProcessError: the generator refuses the document, or warns of a part that it would leave out."""
    words = ["--path", str(document), "--output-path", str(folder), "--config", str(CONFIGURATION)]
    subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--overwrite", "--fail-on-warning", *words],
        # Before the packages of the environment, which has later versions of some.
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
        check=True,
        timeout=LONGEST_S,
    )


def main(folder: Path) -> None:
    sys.path.insert(0, str(ROOT))
    from api.app import assembled

    with tempfile.TemporaryDirectory() as work:
        document = Path(work) / "openapi.json"
        document.write_text(json.dumps(assembled().openapi()), "utf-8")
        generate(document, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
