"""How Sphinx builds the book."""

import os
import sys
from pathlib import Path

TOP = Path(__file__).parent
sys.path[:0] = [str(TOP), str(TOP / "_ext")]

project = "Keeping micro-web services alive"
author = "the authors of the book"
copyright = "the authors of the book. Text CC BY 4.0, snippets 0BSD, code BSD-2-Clause"
version = release = "1"  # EPUB asks for one
language = "en"

extensions = [
    "sphinx_tabs.tabs",
    "tabs_everywhere",  # the rest is ours, in _ext/
    "not_run",
    "tested",
    "drawing",
    "files",
]
root_doc = "index"
exclude_patterns = [
    "README.rst",
    "_build",
    "_ext",
    "_static",
    ".*",
    "record",
    "requirements",
    "snippets",
    "tests",
]
nitpicky = True
highlight_language = "none"  # a block says what it is, or it is plain text

# Every link in the book is checked; a reader's own machine is no link.
linkcheck_ignore = [r"https?://(127\.0\.0\.1|localhost)\b"]
linkcheck_timeout = 30  # seconds
linkcheck_anchors_ignore_for_url = [r"https://github\.com/"]  # drawn by a script

html_theme = "furo"
html_title = project
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = ["copy.js"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False  # there is nothing in it

# XeLaTeX, because the pages print what machines print, box drawings and all.
latex_engine = "xelatex"
latex_elements = {"papersize": "a4paper"}
latex_documents = [
    ("index", "keeping-micro-web-services-alive.tex", project, author, "manual"),
]

epub_show_urls = "footnote"
epub_css_files = ["book.css"]
suppress_warnings = ["epub.unknown_project_files"]  # a figure's PDF, for LaTeX alone
epub_exclude_files = ["_static/favicon.svg", "_static/tabs.js", "_static/copy.js"]

text_newlines = "unix"
