// A copy button on every block. Of a file it copies the bytes of the file; of a
// terminal block the commands alone: no prompts, no output, continued lines whole; of a
// Python session the statements alone.
(() => {
  const commands = (text) => {
    const lines = [];
    let goesOn = false;
    for (const line of text.split("\n")) {
      if (/^[$#] /.test(line)) lines.push(line.slice(2));
      else if (goesOn) lines.push(line);
      else continue;
      goesOn = line.endsWith("\\");
    }
    return lines.map((line) => line + "\n").join("");
  };

  const statements = (text) =>
    text
      .split("\n")
      .filter((line) => /^(>>>|\.\.\.)( |$)/.test(line))
      .map((line) => line.slice(4) + "\n")
      .join("");

  const write = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // A book read over plain http has no clipboard to ask for.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("not allowed to copy");
  };

  document.addEventListener("DOMContentLoaded", () => {
    const status = document.createElement("div");
    status.className = "copy-status";
    status.setAttribute("role", "status");
    document.body.append(status);

    // What is wider than the page scrolls in itself, by keyboard too.
    const sizes = new ResizeObserver((entries) => {
      for (const { target } of entries)
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
        else target.removeAttribute("tabindex");
    });

    for (const pre of document.querySelectorAll("div.highlight > pre")) {
      sizes.observe(pre);
      const block = pre.closest("[class*='highlight-']");
      const isTerminal = block.classList.contains("highlight-console");
      const isPython = pre.textContent.startsWith(">>> ");
      const part = isTerminal ? commands : isPython ? statements : (text) => text;
      if (!part(pre.textContent)) continue; // output alone: nothing to type
      const caption = pre.closest(".literal-block-wrapper")?.querySelector(".caption-text");
      const name = isTerminal ? "the commands" : caption?.textContent || "the code";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.setAttribute("aria-label", `Copy ${name}`);
      button.addEventListener("click", async () => {
        try {
          await write(part(pre.textContent));
          button.textContent = status.textContent = "Copied";
        } catch {
          button.textContent = status.textContent = "Press Ctrl+C";
          getSelection().selectAllChildren(pre);
        }
        setTimeout(() => {
          button.textContent = "Copy";
          status.textContent = "";
        }, 2000);
      });
      pre.parentElement.append(button);
    }
  });
})();
