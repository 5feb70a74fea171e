// The page is whole without this; with it, calls can be searched and filtered. What is searched for stands in the
// page's address (?q=ipi&arch=x86,ppc&status=active&interface=kvm), so that a view can be linked.
"use strict";

const root = document.documentElement;
root.classList.add("js");

// Light and dark follow the system until somebody chooses.
const THEMES = ["auto", "light", "dark"];
let theme = "auto";
try {
  theme = localStorage.getItem("theme") || "auto";
} catch {
  // A page without storage keeps the choice until it is left.
}
function setTheme(name) {
  theme = THEMES.includes(name) ? name : "auto";
  root.dataset.theme = theme;
}
setTheme(theme);

document.addEventListener("DOMContentLoaded", () => {
  const $ = (selector) => document.querySelector(selector);
  const $$ = (selector) => [...document.querySelectorAll(selector)];
  const find = $("#find");
  const count = $("#count");
  const clear = $("#clear");
  const chips = $$(".chip");
  const keys = [...new Set(chips.map((chip) => chip.dataset.key))];

  const text = (card, selector) =>
    [...card.querySelectorAll(selector)].map((e) => e.textContent).join(" ");
  const calls = $$(".call").map((card) => ({
    card,
    id: card.id,
    numbers: card.dataset.numbers.split(" "),
    words: text(card, ".call-name, .purpose, .feature, .arguments td").toLowerCase(),
    arch: card.dataset.arch.split(" "),
    status: [card.dataset.status],
    interface: [card.dataset.interface],
  }));
  // Drawings and examples are each of one architecture.
  const figures = $$(".call figure").map((figure) => ({ figure, arch: figure.dataset.arch }));
  const byId = new Map(calls.map((call) => [call.id, call]));
  const entries = $$("[data-call]").map((e) => ({ entry: e.closest("tr") || e, id: e.dataset.call }));
  const chapters = $$(".chapter").map((section) => ({
    section,
    calls: calls.filter((call) => section.contains(call.card)),
    link: $(`.contents a[href="#${CSS.escape(section.id)}"]`)?.parentElement,
  }));

  // A number is found by its value and, in hexadecimal, by how it begins: 0x2a finds 0x2a0003. Any other word is
  // found where it stands.
  const isNumber = (term) => /^(\d+|0x[\da-f]+)$/.test(term);
  const finds = (call, term) => {
    if (!isNumber(term)) return call.words.includes(term);
    const value = BigInt(term);
    return call.numbers.some((n) => BigInt(n) === value || (term.length > 3 && n.startsWith(term)));
  };

  const terms = () => find.value.toLowerCase().split(/\s+/).filter((term) => term !== "" && term !== "0x");
  const chosen = (key) =>
    chips
      .filter((chip) => chip.dataset.key === key && chip.getAttribute("aria-pressed") === "true")
      .map((chip) => chip.dataset.value);

  function apply() {
    const wanted = terms();
    const filters = keys.map((key) => [key, chosen(key)]).filter(([, values]) => values.length > 0);
    for (const call of calls) {
      call.shown =
        filters.every(([key, values]) => values.some((value) => call[key].includes(value))) &&
        wanted.every((term) => finds(call, term));
      call.card.hidden = !call.shown;
    }
    const archs = chosen("arch");
    for (const { figure, arch } of figures) figure.hidden = archs.length > 0 && !archs.includes(arch);
    for (const { entry, id } of entries) entry.hidden = !byId.get(id)?.shown;
    for (const { section, calls, link } of chapters) {
      section.hidden = !calls.some((call) => call.shown);
      if (link) link.hidden = section.hidden;
    }
    const shown = calls.filter((call) => call.shown).length;
    const narrowed = wanted.length + filters.length > 0;
    count.value = narrowed ? `${shown} of ${calls.length} calls` : `${calls.length} calls`;
    clear.hidden = !narrowed && find.value === "";
    $(".nothing").hidden = shown > 0 || !narrowed;
    const active = filters.reduce((sum, [, values]) => sum + values.length, 0);
    $("#show-filters").textContent = active > 0 ? `Filters (${active})` : "Filters";
    mark(wanted.filter((term) => !isNumber(term)));
  }

  // Shows what was found, where the browser can do so without changing the page.
  function mark(words) {
    if (!CSS.highlights) return;
    CSS.highlights.delete("found");
    const ranges = [];
    for (const call of words.length > 0 ? calls : []) {
      if (!call.shown) continue;
      for (const e of call.card.querySelectorAll(".call-name, .purpose, .feature, .arguments td")) {
        const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const lower = node.data.toLowerCase();
          for (const word of words) {
            for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
              const range = new Range();
              range.setStart(node, at);
              range.setEnd(node, at + word.length);
              ranges.push(range);
            }
          }
        }
      }
    }
    if (ranges.length > 0) CSS.highlights.set("found", new Highlight(...ranges));
  }

  function remember() {
    const query = new URLSearchParams();
    if (find.value.trim() !== "") query.set("q", find.value.trim());
    for (const key of keys) if (chosen(key).length > 0) query.set(key, chosen(key).join(","));
    const search = query.toString().replaceAll("%2C", ",");
    try {
      history.replaceState(null, "", (search ? `?${search}` : location.pathname) + location.hash);
    } catch {
      // A browser that forbids it for files, or so often: the view is only not in the address.
    }
  }

  function recall() {
    const query = new URLSearchParams(location.search);
    find.value = query.get("q") ?? "";
    for (const chip of chips) {
      const values = (query.get(chip.dataset.key) ?? "").split(",");
      chip.setAttribute("aria-pressed", String(values.includes(chip.dataset.value)));
    }
  }

  let waiting = 0;
  function changed() {
    apply();
    clearTimeout(waiting);
    waiting = setTimeout(remember, 150);
  }

  function clearAll() {
    find.value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "false");
    changed();
  }

  // A link to a call that the filter hides lifts the filter: whoever follows it wants the call.
  function follow() {
    const call = byId.get(location.hash.slice(1));
    if (!call || call.shown) return;
    clearAll();
    call.card.scrollIntoView();
  }

  find.addEventListener("input", changed);
  find.form.addEventListener("submit", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    clearAll();
    find.focus();
  });
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      changed();
    });
  }
  $("#show-filters").addEventListener("click", (event) => {
    const open = $(".bar").classList.toggle("open");
    event.currentTarget.setAttribute("aria-expanded", String(open));
  });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.matches("input, textarea")) {
      event.preventDefault();
      find.focus();
      find.select();
    } else if (event.key === "Escape" && !clear.hidden) {
      event.preventDefault();
      clearAll();
    }
  });
  addEventListener("hashchange", follow);
  addEventListener("popstate", () => {
    recall();
    apply();
  });

  const button = $("#theme");
  const label = () => (button.lastElementChild.textContent = theme);
  button.addEventListener("click", () => {
    setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]);
    label();
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // As above.
    }
  });
  label();

  // What a link leads to stands below the bar, however high that is.
  const bar = $(".bar");
  const measure = () => root.style.setProperty("--bar", `${bar.offsetHeight}px`);
  new ResizeObserver(measure).observe(bar);

  // What scrolls can be scrolled by the keyboard.
  const boxes = $$(".scroll");
  new ResizeObserver(() => {
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, i) => (wide[i] ? box.setAttribute("tabindex", "0") : box.removeAttribute("tabindex")));
  }).observe($("main"));

  recall();
  apply();
  follow();
  // The browser went to the link's place before the bar and the filter were there.
  measure();
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") $(":target")?.scrollIntoView();
});
