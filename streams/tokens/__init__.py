"""Access tokens: JWTs (RFC 7519) signed by a key of a JWK Set (RFC 7517).

Start with `token_keys.py` (issue and verify); `claims.py` states which claims are accepted, `key_set.py` which keys;
`key_file.py` reloads the keys without a restart; `speaking.py` says for whom a tracker speaks. Permissions of roles are
defined in `api/http/auth.py`.
May import: `clock`, `metrics`, `errors`, `dispatch`.
Imported by: the API, `cli`, `local`.
"""

from streams.tokens.claims import (
    CLOCK_SKEW_S,
    EVERYBODY,
    MAX_LIFETIME_S,
    MOST_SPOKEN_FOR,
    BadToken,
    Bearer,
    Role,
)
from streams.tokens.key_file import KeyFile
from streams.tokens.key_set import BadKeys
from streams.tokens.speaking import Scope, scope_of
from streams.tokens.token_keys import BadLifetime, TokenKeys, load_keys

__all__ = [
    "CLOCK_SKEW_S",
    "EVERYBODY",
    "MAX_LIFETIME_S",
    "MOST_SPOKEN_FOR",
    "BadKeys",
    "BadLifetime",
    "BadToken",
    "Bearer",
    "KeyFile",
    "Role",
    "Scope",
    "TokenKeys",
    "load_keys",
    "scope_of",
]
