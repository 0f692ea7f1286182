"""Downloads one pinned jar from Maven Central with jgo."""

from pathlib import Path

from streams.local.jars import Jar

TIMEOUT_S = 60
ATTEMPTS = 3


def fetch(jar: Jar, cache: Path) -> None:
    """Downloads the jar into the cache. After three attempts it raises the exception of requests or jgo."""
    # Imported lazily: not needed when the cache is complete, and it imports requests.
    from jgo.maven import MavenContext
    from stamina import retry_context

    context = MavenContext(repo_cache=cache, local_repos=[], timeout=TIMEOUT_S)
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    for attempt in retry_context(on=(OSError, RuntimeError), attempts=ATTEMPTS):
        with attempt:
            # jgo would keep a partial file of the failed attempt.
            jar.within(cache).unlink(missing_ok=True)
            artifact.resolve()
