"use strict";
// Filter, sort and folding; a page is complete without it.
(() => {
  const get = (id) => document.getElementById(id);
  const form = get("search");
  if (!form) return;
  const words = get("words"), state = get("state"), fold = get("fold"), found = get("found");
  // What is filtered together: the steps of a block, or the blocks of a folder.
  const groups = [...document.querySelectorAll("table.rows")].map((table) => ({
    table, block: table.closest("details.block"), rows: null, unfolded: false,
  }));
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());

  // What rows say is read once, while nothing else happens or when it is first asked for.
  const rows = (group) => (group.rows ??= [...group.table.tBodies[0].rows].map((row) => ({
    row, says: row.textContent.toLowerCase(), state: row.cells[2].className, hidden: false,
  })));
  const idle = window.requestIdleCallback ?? ((go) => setTimeout(() => go({ timeRemaining: () => 8 }), 20));
  const read = (at) => idle((deadline) => {
    do rows(groups[at++]); while (at < groups.length && deadline.timeRemaining() > 2);
    if (at < groups.length) read(at);
  });
  if (groups.length) read(0);

  const setFold = (open) => {
    fold?.setAttribute("aria-pressed", String(open));
    if (fold) fold.textContent = open ? "Fold all" : "Unfold all";
  };

  // So long one stretch of filtering lasts: the next letter is never kept waiting for the one before.
  const STRETCH = 12;
  let asked = 0;
  const filter = () => {
    const mine = ++asked, is = state?.value ?? "";
    // Quotes keep words together, as in every filter.
    const parts = words.value.toLowerCase().match(/"[^"]*"?|[^\s"]+/g) ?? [];
    const wanted = parts.map((part) => part.replaceAll('"', "").trim()).filter(Boolean);
    const all = !wanted.length && !is;
    let at = 0, shown = 0, total = 0;
    const go = () => {
      if (mine !== asked) return;
      const until = performance.now() + STRETCH;
      for (; at < groups.length && performance.now() < until; at++) {
        const group = groups[at], here = narrow(group, wanted, is);
        total += group.rows.length;
        shown += here;
        if (!group.block) continue;
        const hide = !all && !here, open = all ? group.unfolded : here > 0;
        if (group.block.hidden !== hide) group.block.hidden = hide;
        if (!hide && group.block.open !== open) group.block.open = open;
      }
      if (at < groups.length) return void setTimeout(go);
      form.removeAttribute("aria-busy");
      found.textContent = all ? "" : `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} ${form.dataset.of}`;
    };
    form.setAttribute("aria-busy", "true");
    go();
  };

  // Answers how many rows fit. Those of a block without any are left as they are: it is not shown.
  const narrow = (group, wanted, is) => {
    const all = rows(group);
    const fits = all.map(({ says, state }) => (!is || state === is) && wanted.every((word) => says.includes(word)));
    const count = fits.reduce((sum, fit) => sum + fit, 0);
    if (!count && group.block) return 0;
    all.forEach((entry, at) => {
      if (entry.hidden === fits[at]) entry.row.hidden = entry.hidden = !fits[at];
    });
    return count;
  };
  words.addEventListener("input", filter);
  state?.addEventListener("change", filter);
  const clear = () => {
    words.value = "";
    if (state) state.value = "";
    filter();
  };
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });

  fold?.addEventListener("click", () => {
    const open = fold.getAttribute("aria-pressed") !== "true";
    for (const { block } of groups) block.open = open;
    for (const group of groups) group.unfolded = open;
    setFold(open);
  });
  for (const group of groups.filter(({ block }) => block)) {
    group.block.open = false;
    group.block.firstElementChild.addEventListener("click", () => { group.unfolded = !group.block.open; });
  }

  // In a folder, the steps are on the pages of their blocks.
  const elsewhere = (name) => {
    const number = Number(/^step-(\d+)/.exec(name)?.[1]);
    const holds = (run) => {
      const [first, last = first] = run.split("-").map(Number);
      return first <= number && number <= last;
    };
    const row = [...document.querySelectorAll("tr[data-steps]")].find((row) => row.dataset.steps.split(" ").some(holds));
    if (row) location.replace(row.querySelector("a").getAttribute("href") + location.hash);
  };
  // A link into a folded block unfolds it.
  const reveal = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = name && get(name);
    if (!target) return elsewhere(name);
    if (target.closest("[hidden]")) clear();
    for (let up = target; up; up = up.parentElement) {
      up.hidden = false;
      if (up.localName !== "details") continue;
      up.open = true;
      const group = groups.find(({ block }) => block === up);
      if (group) group.unfolded = true;
    }
    target.scrollIntoView();
    // What comes into view takes its real height only now.
    requestAnimationFrame(() => target.scrollIntoView());
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Sorting, table by table: up, down, and as it was.
  const number = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const order = ["b", "u", "p", "r", "w", "i", "d", "x"];
  const sort = (head, table) => {
    const place = head.cellIndex, body = table.tBodies[0];
    const was = head.getAttribute("aria-sort");
    table.original ??= [...body.rows];
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    const now = was === "ascending" ? "descending" : was ? null : "ascending";
    const key = ({ cells }) => {
      const rank = order.indexOf(cells[place].className);
      return rank < 0 ? cells[place].textContent : String(rank);
    };
    let sorted = [...table.original];
    if (now) {
      head.setAttribute("aria-sort", now);
      const sign = now === "ascending" ? 1 : -1;
      sorted = sorted.map((row) => [key(row), row]).sort(([a], [b]) => sign * number.compare(a, b)).map(([, row]) => row);
    }
    body.append(...sorted);
  };
  for (const { table } of groups) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(head, table));
      head.append(button);
    }
  }
})();
