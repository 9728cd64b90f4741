"use strict";
// Everything can be read without this script. It unfolds what is folded before the report is printed, and filters and
// sorts the table of many units.
(() => {
  const folded = "details:not([open]):not(.appendix):not(.appendix details)";
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(folded)];
    opened.forEach(details => { details.open = true; });
  });
  addEventListener("afterprint", () => {
    opened.forEach(details => { details.open = false; });
    opened = [];
  });

  // The page around a report cannot print it, so it asks for it.
  addEventListener("message", event => {
    if (event.source === parent && event.data === "print") print();
  });

  // In a frame that was made of the text of a report, as on the page that examines in the browser, the address of a link is
  // that of the page around it.
  if (document.URL.startsWith("about:")) {
    document.addEventListener("click", event => {
      const link = event.target.closest("a[href^='#']");
      const target = link && document.getElementById(link.getAttribute("href").slice(1));
      if (!target) return;
      event.preventDefault();
      for (let details = target.closest("details"); details; details = details.parentElement.closest("details")) details.open = true;
      target.setAttribute("tabindex", "-1");
      target.focus();
      target.scrollIntoView();
    });
  }

  const table = document.querySelector("table.units");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  const search = make("input", { type: "search", id: "filter-text", autocomplete: "off", spellcheck: false });
  const verdicts = make("select", { id: "filter-verdict" }, make("option", { value: "", textContent: "every verdict" }));
  const counted = new Map();
  rows.forEach(row => {
    const verdict = row.cells[0].textContent;
    counted.set(verdict, (counted.get(verdict) ?? 0) + 1);
  });
  counted.forEach((count, verdict) => {
    verdicts.append(make("option", { value: verdict, textContent: `${verdict} (${count})` }));
  });
  const order = make("select", { id: "filter-order" });
  heads.forEach((head, column) => {
    order.append(make("option", { value: column, textContent: head.textContent }));
  });
  const shown = make("output", { className: "shown" });
  shown.setAttribute("aria-live", "polite");
  const label = (text, control) => make("label", { htmlFor: control.id }, make("span", { textContent: text }), control);
  table.before(make("div", { className: "filter" },
    label("Filter by any word", search), label("Verdict", verdicts), label("Sort by", order), shown));

  const texts = new Map();
  const textOf = row => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(word => word !== "");
    let count = 0;
    rows.forEach(row => {
      const fits = (verdicts.value === "" || row.cells[0].textContent === verdicts.value)
        && words.every(word => textOf(row).includes(word));
      if (row.hidden === fits) row.hidden = !fits;
      if (fits) count += 1;
    });
    shown.textContent = `${count} of ${rows.length} units`;
  };
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  verdicts.addEventListener("change", filter);

  // Verdicts are sorted by their weight, the worst first; everything else as people sort names, what is empty last.
  const compare = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;
  const sort = (column, isReversed) => {
    const key = row => column === 0 ? -Number(row.cells[0].dataset.rank) : row.cells[column].textContent;
    const keyed = rows.map((row, index) => ({ row, index, key: key(row) }));
    keyed.sort((one, other) => {
      const isEmpty = (one.key === "") - (other.key === "");
      const between = column === 0 ? one.key - other.key : compare(one.key, other.key);
      return isEmpty || (isReversed ? -between : between) || one.index - other.index;
    });
    // Rows are moved apart from the page, which would follow each move otherwise.
    body.remove();
    keyed.forEach(one => body.append(one.row));
    table.append(body);
    heads.forEach((head, index) => {
      if (index === column) head.setAttribute("aria-sort", isReversed ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    order.value = String(column);
  };
  heads.forEach((head, column) => {
    const button = make("button", { type: "button", textContent: head.textContent });
    head.replaceChildren(button);
    button.addEventListener("click", () => sort(column, head.getAttribute("aria-sort") === "ascending"));
  });
  order.addEventListener("change", () => sort(Number(order.value), false));
  filter();
})();
