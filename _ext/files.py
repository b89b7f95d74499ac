"""Publish ``snippets/`` byte for byte, and link every listing to its file.

The address is stable, ``/snippets/systemd/hello.service``, so that curl(1) and fetch(1)
give the tested bytes; ``/snippets/SHA256SUMS`` lets a reader check them, and
``/snippets.zip`` is all of them at once.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri
from sphinx.util.typing import ExtensionMetadata

FOLDER = "snippets"
PUBLISHED = {"html", "dirhtml", "singlehtml"}


def files(top: Path) -> Iterator[Path]:
    """Yield every snippet, sorted; hidden files and byte code are none."""
    for path in sorted((top / FOLDER).rglob("*")):
        parts = path.relative_to(top).parts
        hidden = any(part.startswith((".", "__pycache__")) for part in parts)
        if path.is_file() and not hidden:
            yield path


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Copy the snippets, and write their checksums and the archive."""
    if exception or app.builder.name not in PUBLISHED:
        return
    top, out = Path(app.srcdir), Path(app.outdir)
    sums = []
    archive = out / f"{FOLDER}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in files(top):
            name = path.relative_to(top / FOLDER).as_posix()
            target = out / FOLDER / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            data = path.read_bytes()
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
            packed.writestr(zipfile.ZipInfo(f"{FOLDER}/{name}"), data)
    (out / FOLDER / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a download link into the caption of each listing that shows a snippet."""
    if app.builder.name not in PUBLISHED:
        return
    top = Path(app.srcdir, FOLDER).resolve()
    here = app.builder.get_target_uri(docname)
    for box in doctree.findall(nodes.container):
        block = next(box.findall(nodes.literal_block), None)
        caption = next(box.findall(nodes.caption), None)
        if not box.get("literal_block") or block is None or caption is None:
            continue
        source = Path(block.get("source") or "").resolve()
        if not source.is_relative_to(top):
            continue
        name = source.relative_to(top).as_posix()
        uri = relative_uri(here, f"{FOLDER}/{name}")
        attributes = {"download": source.name, "title": f"{FOLDER}/{name}"}
        words = " ".join(f'{key}="{value}"' for key, value in attributes.items())
        # A raw node, as a docutils reference can't carry `download`. It stands behind
        # the text of the caption, which is the file's path and nothing else.
        text = f'</span><a class="file" href="{uri}" {words}>Download</a><span>'
        caption += nodes.raw("", text, format="html")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the extension."""
    app.connect("doctree-resolved", link)
    app.connect("build-finished", publish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
