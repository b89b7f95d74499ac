// Stands in for sphinx-tabs' own script of this name; the markup is sphinx-tabs'.
// The choice is kept from page to page and from visit to visit, and stands in the
// address (?platform=freebsd); a link to something in a hidden panel opens that panel.
(() => {
  const KEY = "platform";
  const HIDDEN = "until-found"; // hidden, but the browser's find-in-page looks inside

  const stored = () => {
    try {
      return (localStorage.getItem(KEY) || "").split(" ").filter(Boolean);
    } catch {
      return []; // storage is forbidden here: the choice lasts as long as the page
    }
  };
  const store = (names) => {
    try {
      localStorage.setItem(KEY, names.join(" "));
    } catch {
      // as above
    }
  };
  const inAddress = () => new URLSearchParams(location.search).getAll(KEY);
  const showInAddress = (names) => {
    const url = new URL(location);
    url.searchParams.delete(KEY);
    for (const name of names) url.searchParams.append(KEY, name);
    try {
      if (url.href !== location.href) history.replaceState(history.state, "", url);
    } catch {
      // a browser may forbid it for file://
    }
  };

  const tablists = () => [...document.querySelectorAll('.sphinx-tabs > [role="tablist"]')];
  const nameOf = (tab) =>
    tab.textContent.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const isGroup = (tab) => tab.classList.contains("group-tab");

  const show = (tab) => {
    for (const other of tab.parentElement.children) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", chosen);
      other.tabIndex = chosen ? 0 : -1;
      if (chosen) panelOf(other).removeAttribute("hidden");
      else panelOf(other).setAttribute("hidden", HIDDEN);
    }
    const list = tab.parentElement; // bring the tab into a row that scrolls
    const left = tab.offsetLeft - list.offsetLeft;
    if (left < list.scrollLeft) list.scrollLeft = left;
    const right = left + tab.offsetWidth - list.clientWidth;
    if (right > list.scrollLeft) list.scrollLeft = right;
  };
  const tabsNamed = (name) =>
    tablists().flatMap((list) =>
      [...list.children].filter((tab) => isGroup(tab) && nameOf(tab) === name),
    );
  const showEverywhere = (name) => tabsNamed(name).forEach(show);
  const onThisPage = (names) => names.filter((name) => tabsNamed(name).length);

  // A reader has one choice for each set of labels: a platform, a server, ...
  const withChoice = (names, tab) => {
    const rivals = [...tab.parentElement.children].map(nameOf);
    return [...names.filter((name) => !rivals.includes(name)), nameOf(tab)];
  };
  const choose = (tab) => {
    const before = tab.getBoundingClientRect().top;
    show(tab);
    if (isGroup(tab)) {
      const names = withChoice(stored(), tab);
      showEverywhere(nameOf(tab));
      store(names);
      showInAddress(onThisPage(names));
    }
    // Panels above may have changed their height: leave the tab under the finger.
    window.scrollBy(0, tab.getBoundingClientRect().top - before);
  };

  const reveal = (node) => {
    let panel = node.closest(".sphinx-tabs-panel");
    while (panel) {
      const tab = document.getElementById(panel.getAttribute("aria-labelledby"));
      if (tab.getAttribute("aria-selected") !== "true") {
        if (isGroup(tab)) showEverywhere(nameOf(tab)); // shown, but not kept as a choice
        show(tab);
      }
      panel = panel.parentElement.closest(".sphinx-tabs-panel");
    }
  };
  const target = () => {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null; // not what an address is made of
    }
  };
  const followHash = () => {
    const node = target();
    if (node && node.closest(".sphinx-tabs-panel")) {
      reveal(node);
      node.scrollIntoView();
    }
  };

  const onKey = (event) => {
    const tabs = [...event.currentTarget.children];
    const here = tabs.indexOf(event.target.closest('[role="tab"]'));
    const there = {
      ArrowRight: here + 1,
      ArrowLeft: here - 1,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    if (here < 0 || there === undefined) return;
    event.preventDefault();
    const tab = tabs[(there + tabs.length) % tabs.length];
    tab.focus();
    choose(tab);
  };

  const start = () => {
    for (const list of tablists()) {
      list.addEventListener("keydown", onKey);
      list.addEventListener("click", (event) => {
        const tab = event.target.closest('[role="tab"]');
        if (tab) choose(tab);
      });
    }
    const names = inAddress().flatMap(tabsNamed).reduce(withChoice, stored());
    names.forEach(showEverywhere);
    store(names);
    showInAddress(onThisPage(names));

    document.addEventListener("beforematch", (event) => reveal(event.target));
    document.addEventListener("click", (event) => {
      const link = event.target.closest('a[href*="#"]');
      if (link && link.hash && link.hash === location.hash) setTimeout(followHash);
    });
    addEventListener("hashchange", followHash);
    followHash();
    addEventListener("load", () => setTimeout(() => {
      // Sphinx has marked the words that were searched for: let the first be seen.
      const found = document.querySelector(".highlighted");
      if (!found || location.hash || !found.closest("[hidden]")) return;
      reveal(found);
      found.scrollIntoView({ block: "center" });
    }, 50));
  };
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
