"use strict";
// Filter, sort and folding; the page is complete without it.
(() => {
  const get = (id) => document.getElementById(id);
  const form = get("search");
  if (!form) return;
  const words = get("words"), state = get("state"), fold = get("fold"), found = get("found");
  const blocks = [...document.querySelectorAll("details.block")].map((block) => ({
    block, rows: null, unfolded: false,
  }));
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());

  // What a row says is read once, when somebody first asks.
  const rows = (of) => (of.rows ??= [...of.block.querySelectorAll("tbody > tr")].map((row) => ({
    row, says: row.textContent.toLowerCase(), state: row.cells[2].className,
  })));

  const setFold = (open) => {
    fold.setAttribute("aria-pressed", String(open));
    fold.textContent = open ? "Fold all" : "Unfold all";
  };

  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = !wanted.length && !state.value;
    let shown = 0, total = 0;
    for (const of of blocks) {
      let here = 0;
      for (const { row, says, state: is } of rows(of)) {
        const fits = (!state.value || is === state.value) && wanted.every((word) => says.includes(word));
        if (row.hidden === fits) row.hidden = !fits;
        here += fits;
      }
      total += of.rows.length;
      shown += here;
      const hide = !all && !here;
      if (of.block.hidden !== hide) of.block.hidden = hide;
      const open = all ? of.unfolded : here > 0;
      if (of.block.open !== open) of.block.open = open;
    }
    found.textContent = all ? "" : `${shown} of ${total} steps`;
  };
  words.addEventListener("input", filter);
  state.addEventListener("change", filter);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { words.value = ""; state.value = ""; filter(); }
  });

  fold.addEventListener("click", () => {
    const open = fold.getAttribute("aria-pressed") !== "true";
    for (const of of blocks) of.block.open = of.unfolded = open;
    setFold(open);
  });
  for (const of of blocks) {
    of.block.open = false;
    of.block.firstElementChild.addEventListener("click", () => { of.unfolded = !of.block.open; });
  }

  // A link into a folded block unfolds it.
  const reveal = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = name && get(name);
    if (!target) return;
    if (target.matches("tr") && target.hidden) { words.value = ""; state.value = ""; filter(); }
    for (let up = target; up; up = up.parentElement) {
      if (up.localName !== "details") continue;
      up.open = true;
      const of = blocks.find((of) => of.block === up);
      if (of) of.unfolded = true;
    }
    target.scrollIntoView();
    // What comes into view takes its real height only now.
    requestAnimationFrame(() => target.scrollIntoView());
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Sorting, block by block: up, down, and as it was.
  const number = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const order = ["b", "p", "r", "w", "i", "d", "x"];
  const sort = (head, table) => {
    const place = head.cellIndex, body = table.tBodies[0];
    const was = head.getAttribute("aria-sort");
    table.original ??= [...body.rows];
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    const now = was === "ascending" ? "descending" : was ? null : "ascending";
    const key = (row) => place === 2 ? String(order.indexOf(row.cells[2].className)) : row.cells[place].textContent;
    let sorted = [...table.original];
    if (now) {
      head.setAttribute("aria-sort", now);
      const sign = now === "ascending" ? 1 : -1;
      sorted = sorted.map((row) => [key(row), row]).sort(([a], [b]) => sign * number.compare(a, b)).map(([, row]) => row);
    }
    body.append(...sorted);
  };
  for (const table of document.querySelectorAll("table.steps")) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(head, table));
      head.append(button);
    }
  }
})();
