"""The digest of a page, by which a record knows whether it still speaks of it.

The site needs this too, so it stands alone: nothing here but the standard library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(page: Path, snippets: Iterable[Path]) -> str:
    """Return sixteen hex digits that change with the page or a file that it shows."""
    whole = hashlib.sha256()
    for path in [page, *sorted(snippets)]:
        data = path.read_bytes() if path.is_file() else b"missing"
        whole.update(b"%s %d\0%s" % (path.name.encode(), len(data), data))
    return whole.hexdigest()[:16]
