// "Make it yours": puts the reader's own names into files and commands, as yours-rules.js
// says. They stay in this browser. tests/reading/yours.py does the same for the tests.
(() => {
  const KEY = "yours";
  const { fields, rules } = YOURS;
  let find, stored;
  try {
    find = new RegExp(rules.map(([pattern]) => `(${pattern})`).join("|"), "gm");
    stored = localStorage.getItem(KEY);
  } catch {
    return; // no lookbehind, or no storage: the book stays as printed
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, field) => values[field]);
  const each = (value) =>
    Object.fromEntries(Object.keys(fields).map((field) => [field, value(field)]));
  // A path that is not given goes by the name that is.
  const complete = (given) => {
    const name = given.name || fields.name.default;
    return each((field) => given[field] || fill(fields[field].default, { name }));
  };
  const whyNot = (field, value) => {
    let { checks } = fields[field];
    if (typeof checks === "string") checks = fields[checks].checks;
    const broken = ([pattern]) => !new RegExp(`^(?:${pattern})$`).test(value);
    return checks.find(broken)?.[1] || "";
  };
  const load = () => {
    try {
      const good = ([field, value]) => value && fields[field] && !whyNot(field, value);
      return Object.fromEntries(Object.entries(JSON.parse(stored) || {}).filter(good));
    } catch {
      return {};
    }
  };
  const forget = () => {
    localStorage.removeItem(KEY);
    location.reload();
  };

  const gives = ([, words, width = 0], values) => {
    const text = fill(words, values);
    if (width && text.length > width) return text.slice(0, width - 1) + "+";
    return text.padEnd(width);
  };
  const place = (root, offset) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let node;
    while ((node = texts.nextNode()) && offset >= node.length) offset -= node.length;
    return [node, offset];
  };
  const element = (tag, text, more) =>
    Object.assign(document.createElement(tag), { textContent: text }, more);
  // What is found may reach over several coloured spans. The last is changed first.
  const rewrite = (root, values, book) => {
    for (const match of [...root.textContent.matchAll(find)].reverse()) {
      const rule = rules[match.slice(1).findIndex((part) => part !== undefined)];
      const now = gives(rule, values);
      if (now === gives(rule, book)) continue;
      const [last, offset] = place(root, match.index + match[0].length - 1);
      const range = document.createRange();
      range.setStart(...place(root, match.index));
      range.setEnd(last, offset + 1);
      range.deleteContents();
      range.insertNode(element("span", now, { className: "yours" }));
    }
  };

  const show = (given) => {
    const files = [...document.querySelectorAll("a.file")];
    const boxes = files.map((link) => link.closest(".literal-block-wrapper"));
    const book = complete({});
    const mine = complete(given);
    const keeps = (field) => `.yours-keeps-${field}`; // set by _ext/yours.py
    for (const box of [...boxes, ...document.querySelectorAll(".highlight-console")]) {
      const values = each((field) => (box.closest(keeps(field)) ? book : mine)[field]);
      for (const part of box.querySelectorAll("pre, .caption-text"))
        rewrite(part, values, book);
    }
    for (const link of files) link.textContent = "Download as printed";

    let words = "Shown with your names: ";
    words += Object.keys(given).map((field) => `${fields[field].label} ${given[field]}`).join(", ");
    for (const field in given)
      if (document.querySelector(keeps(field))) words += `. ${fields[field].label}: as printed here`;
    const note = element("div", `${words}. `, { className: "yours-note", role: "note" });
    // As written it is "yours.html" or "tutorials/yours.html", and "#" on that page itself.
    const form = document.querySelector('.sidebar-tree a[href*="yours"]');
    if (form) note.append(element("a", "Change them", { href: form.href }), " ");
    const back = element("button", "Back to the book’s", { type: "button", onclick: forget });
    note.append(back);
    document.querySelector("h1")?.after(note);
  };

  const ask = (form, given) => {
    const inputs = [...form.querySelectorAll("input")]; // the name is the first
    const check = (input) => {
      const reason = input.value && whyNot(input.name, input.value);
      document.getElementById(`${input.id}-why`).textContent = reason;
      input.setAttribute("aria-invalid", Boolean(reason));
      return reason;
    };
    const follow = () => {
      const name = inputs[0].value;
      const usual = complete({ name: whyNot("name", name) ? "" : name });
      for (const input of inputs) input.placeholder = usual[input.name];
    };
    for (const input of inputs) {
      input.value = given[input.name] || "";
      input.onchange = () => check(input);
    }
    inputs[0].oninput = follow;
    follow();
    form.onsubmit = (event) => {
      event.preventDefault();
      const wrong = inputs.filter(check)[0];
      if (wrong) return wrong.focus();
      const filled = [...new FormData(form)].filter(([, value]) => value);
      if (!filled.length) return forget();
      localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(filled)));
      location.reload();
    };
    form.hidden = false;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const given = load();
    if (Object.keys(given).length) show(given);
    const form = document.getElementById("yours-form");
    if (form) ask(form, given);
  });
  // Back from the form, a browser may show a page as it was left.
  addEventListener("pageshow", (event) => {
    if (event.persisted && localStorage.getItem(KEY) !== stored) location.reload();
  });
})();
