// A listing much longer than a screen is folded; a button shows the rest. Copying and the
// browser's search take the whole; so do paper, and a browser without scripts.
document.addEventListener("DOMContentLoaded", () => {
  const LONG = 60; // lines
  for (const pre of document.querySelectorAll(".literal-block-wrapper .highlight > pre")) {
    const lines = pre.textContent.split("\n").length - 1;
    if (lines <= LONG) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "unfold";
    const fold = (folded) => {
      pre.classList.toggle("folded", folded);
      button.setAttribute("aria-expanded", !folded);
      button.textContent = folded ? `Show all ${lines} lines` : "Show less";
    };
    button.addEventListener("click", () => {
      fold(!pre.classList.contains("folded"));
      button.scrollIntoView({ block: "nearest" });
    });
    fold(true);
    pre.parentElement.append(button);
  }
});
