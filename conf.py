"""How Sphinx builds the book."""

import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

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
    "captions",
    "files",
    "stacked",
    "yours",
    "finding",
    "head",
    "lean",
    "plain",
    "changed",
    "notfound.extension",
]
root_doc = "index"
exclude_patterns = [
    "README.rst",
    "CONTRIBUTING.rst",
    "_build",
    "_ext",
    "_static",
    "_templates",
    ".*",
    "record",
    "requirements",
    "snippets",
    "tests",
]
nitpicky = True
highlight_language = "none"  # a block says what it is, or it is plain text
smartquotes_excludes = {"builders": []}  # or doctrees would depend on who reads first

# Every link in the book is checked; a reader's own machine is no link.
linkcheck_ignore = [r"https?://(127\.0\.0\.1|localhost)\b"]
linkcheck_timeout = 30  # seconds
linkcheck_anchors_ignore_for_url = [r"https://github\.com/"]  # drawn by a script

html_theme = "furo"
html_title = project
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")
notfound_template = "404.html"
notfound_urls_prefix = urlsplit(html_baseurl).path or "/"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["book.css"]
html_js_files = ["yours-rules.js", "yours.js", "copy.js", "fold.js"]
html_copy_source = False
html_show_sphinx = False

# "Edit this page": where the theme knows how, and only from a branch.
# Read the Docs says where it got the book from, and nobody else needs to.
repository = re.sub(
    r"^(ssh://)?git@([^:/]+)[:/]",
    r"https://\2/",
    os.environ.get("READTHEDOCS_GIT_CLONE_URL", ""),
).removesuffix(".git")
branch = os.environ.get("READTHEDOCS_GIT_IDENTIFIER", "")
if os.environ.get("READTHEDOCS_VERSION_TYPE") == "branch" and re.match(
    r"https://(github\.com|gitlab\.com|bitbucket\.org)/", repository
):
    html_theme_options = {"source_repository": repository, "source_branch": branch}

# XeLaTeX, because the pages print what machines print, box drawings and all.
latex_engine = "xelatex"
latex_use_xindy = False  # makeindex comes with TeX, and every index term is ASCII
latex_elements = {
    "papersize": "a4paper",
    "preamble": r"\setcounter{tocdepth}{2}",  # name the chapters in the contents
}
latex_documents = [
    ("index", "keeping-micro-web-services-alive.tex", project, author, "manual"),
]

epub_basename = "keeping-micro-web-services-alive"
epub_show_urls = "footnote"
epub_css_files = ["epub.css"]
suppress_warnings = ["epub.unknown_project_files"]  # a figure's PDF, for LaTeX alone
epub_exclude_files = [
    f"_static/{name}"
    for name in ["favicon.svg", "tabs.js", "search.js", *html_css_files, *html_js_files]
]

text_newlines = "unix"
