"use strict";
/*
 * The site's own search, for what people paste. Sphinx finds a term of the index only
 * if that is what was asked, or longer. A line of a log is longer than the term in it:
 * so here every term of the index that stands in the question is found as well, the
 * longest first. A hyphen or an underscore counts as a blank. And a result that lands on
 * a heading says so.
 */
(() => {
  const plain = (text) => ` ${text.toLowerCase().replace(/[_-]/g, " ").trim()} `;
  const isWord = (letter) => /[\p{Letter}\p{Number}]/u.test(letter);

  // Whether the words of `term` stand in `asked`, and not in the middle of other words.
  const isIn = (term, asked) => {
    const words = term.trim();
    for (let at = asked.indexOf(words); at > 0; at = asked.indexOf(words, at + 1)) {
      const end = at + words.length;
      const cut =
        (isWord(words[0]) && isWord(asked[at - 1])) ||
        (isWord(words[words.length - 1]) && isWord(asked[end]));
      if (!cut) return true;
    }
    return false;
  };

  const places = (asked) => {
    const { docnames, filenames, titles, indexentries } = Search._index;
    return Object.entries(indexentries)
      .map(([term, found]) => [plain(term), found])
      .filter(([term]) => isIn(term, asked))
      .flatMap(([term, found]) =>
        found.map(([file, id]) => {
          const score = 20 + Math.round((80 * term.length) / asked.length);
          const page = [docnames[file], titles[file], `#${id}`, null];
          return [...page, score, filenames[file], "index"];
        }),
      );
  };

  const named = ([page, title, anchor, ...rest]) => {
    const file = Search._index.docnames.indexOf(page);
    const heading = Object.entries(Search._index.alltitles).find(([, found]) =>
      found.some(([at, id]) => at === file && `#${id}` === anchor),
    )?.[0];
    const more = heading && !title.endsWith(heading) ? ` > ${heading}` : "";
    return [page, title + more, anchor, ...rest];
  };

  const perform = Search._performSearch; // returns the best result last
  Search._performSearch = (query, ...parsed) => {
    const best = new Map();
    for (const result of [...perform(query, ...parsed), ...places(plain(query))]) {
      const key = `${result[0]}${result[2]}`;
      if (!best.has(key) || best.get(key)[4] < result[4]) best.set(key, result);
    }
    return [...best.values()].sort((one, other) => one[4] - other[4]).map(named);
  };
})();
