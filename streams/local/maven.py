"""Fetches one pinned jar from Maven Central, by way of jgo."""

from pathlib import Path

from streams.local.jars import Jar

TIMEOUT_S = 60
ATTEMPTS = 3


def fetch(jar: Jar, cache: Path) -> None:
    """Puts the jar into the cache. Raises what requests or jgo raise, after three attempts."""
    # Imported here: a warm cache never needs it, and it brings requests along.
    from jgo.maven import MavenContext
    from stamina import retry_context

    context = MavenContext(repo_cache=cache, local_repos=[], timeout=TIMEOUT_S)
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    for attempt in retry_context(on=(OSError, RuntimeError), attempts=ATTEMPTS):
        with attempt:
            jar.within(cache).unlink(missing_ok=True)
            artifact.resolve()
