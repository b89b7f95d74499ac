# `make` lists what can be made. Plain make: GNU's and FreeBSD's both read this.
#
# make html PYTHON=python3.13   picks a Python; otherwise one is found
# make shell IMAGE=debian-12    picks a machine
# make lock UPGRADE=--upgrade   takes the newest versions that the .in files allow

PYTHON =
IMAGE = debian-13
UPGRADE =
LIGHTHOUSE = 12.8.2
TEX = latexmk texlive-xetex texlive-latex-recommended texlive-latex-extra \
	texlive-fonts-recommended tex-gyre fonts-freefont-otf

VENV = PYTHON="$(PYTHON)" requirements/venv
SPHINX = .venv/bin/python -m sphinx -W -n
TESTER = .venv-test/bin/python
LOCK = .venv-lock/bin/uv --no-config pip compile --quiet $(UPGRADE) --universal \
	--python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-header --no-annotate

help: ## list these
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

html: ## build the book into _build/html; say what to open
	@$(VENV) .venv requirements/docs.txt
	@# Sphinx warns of a page only when it reads it: after a failure, read them all again.
	@$(SPHINX) -q -j auto -b html -d _build/doctrees . _build/html || \
		{ rm -rf _build/doctrees; exit 1; }
	@echo "The book is built. Open file://$$PWD/_build/html/index.html"

epub: ## build the book as an EPUB into _build/epub
	@$(VENV) .venv requirements/docs.txt
	@$(SPHINX) -q -b epub -d _build/doctrees . _build/epub
	@ls _build/epub/*.epub

pdf: ## build the book as a PDF into _build/latex (needs TeX; says what to install)
	@command -v latexmk >/dev/null && command -v xelatex >/dev/null || { \
		echo "A PDF needs TeX. On Debian and Ubuntu (120 MB, some minutes):"; \
		echo "    sudo apt-get install --no-install-recommends $(TEX)"; exit 1; }
	@$(VENV) .venv requirements/docs.txt
	@$(SPHINX) -q -b latex -d _build/doctrees . _build/latex
	@cd _build/latex && latexmk -r latexmkrc -pdf -dvi- -ps- -interaction=nonstopmode \
		-silent >latexmk.out 2>&1 || { tail -n 40 latexmk.out; exit 1; }
	@ls _build/latex/*alive.pdf

test: ## all tests: lint, the site, the pages run on machines, the harness itself
	@requirements/system
	@$(VENV) .venv-test requirements/test.txt
	@$(TESTER) -m tox run

live: ## show the book at http://127.0.0.1:8000/ and rebuild it as you write
	@$(VENV) .venv-live requirements/live.txt
	@.venv-live/bin/python -m sphinx_autobuild -n --port 8000 \
		--re-ignore '/(_build|record|\.[^/]+|__pycache__)/' \
		-d _build/doctrees-live . _build/live

linkcheck: ## ask every link in the book whether it still answers
	@$(VENV) .venv requirements/docs.txt
	@$(SPHINX) -q -b linkcheck -d _build/doctrees-linkcheck . _build/linkcheck

shell: ## a root shell on a fresh disposable machine (IMAGE=debian-13)
	@$(VENV) .venv-test requirements/test.txt
	@$(TESTER) -m tests.machines shell $(IMAGE)

record: ## run every page and keep the record of it in record/
	@requirements/system
	@$(VENV) .venv-test requirements/test.txt
	@$(TESTER) -m pytest -n 4 --dist loadscope --record record tutorials index.rst
	@$(TESTER) -m tests.audit record

bench: ## measure (an hour or so); tables and figures are made from it
	@$(VENV) .venv-test requirements/test.txt
	@$(TESTER) -m tests.bench

lighthouse: html ## measure four pages with Lighthouse (needs npm and Chromium)
	@npm install --silent --no-audit --no-fund --prefix _build/lighthouse \
		lighthouse@$(LIGHTHOUSE)
	@.venv/bin/python -m tests.browser.lighthouse _build/html \
		_build/lighthouse/node_modules/.bin/lighthouse

lock: ## write the lock files anew from the .in files
	@$(VENV) .venv-lock requirements/lock.txt
	@for in in requirements/docs requirements/live requirements/test requirements/browser \
		requirements/lock tests/machines/wheels; do \
		echo "$$in.txt"; $(LOCK) --output-file $$in.txt $$in.in >/dev/null || exit 1; \
	done

clean: ## remove everything built; keep the machines' images
	@rm -rf _build .tox .venv .venv-test .venv-live .venv-lock .pytest_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +

clean-images: ## remove the machines' images from the cache
	@$(VENV) .venv-test requirements/test.txt
	@$(TESTER) -m tests.machines clean

.PHONY: help html epub pdf test live linkcheck shell record bench lighthouse lock clean clean-images
