// Opens reports as people do, in a real browser from a file, and checks what only a browser can show: that nothing is
// requested and nothing runs, that nothing is wider than the window, that every kind of report prints, that people who
// use a keyboard or a screen reader are not locked out (axe-core), and that filter and sort work on ten thousand rows.
//
// check.mjs FOLDER-OF-PROGRAMS FOLDER-FOR-REPORTS
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { canReadSheets, ensureAccessible, ensureNarrow, ensurePrinted, hostile, open as openFile, program } from "./browser.mjs";

const [programs, reports] = process.argv.slice(2).map(path => resolve(path));
const { catalog9: run, write: writeEvidence } = program(programs);
const catalog9 = (...given) => run(reports, ...given);

// Every kind of report, with the words that its first heading has.
const write = () => {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(join(reports, "many"), { recursive: true });
  writeEvidence("cases", join(reports, "many"), 0, 15);
  // The plain Windows 10.
  const clean = join("many", "000008.SYSTEM");
  const lsp = resolve("fixtures/layered-provider-effective/SYSTEM");
  const evil = "<img src=x onerror=window.ran=1>.txt";
  writeFileSync(join(reports, evil), hostile());
  writeFileSync(join(reports, "empty"), "");
  const report = (name, ...given) => {
    writeFileSync(join(reports, `${name}.html`), catalog9(...given));
    return `${name}.html`;
  };
  return {
    clean: report("clean", "examine", "--format", "html", clean),
    hijacked: report("hijacked", "examine", "--format", "html", "--case", "2026-117", "--examiner", "R. Muster", lsp),
    several: report("several", "examine", "--format", "html", clean, lsp, "empty"),
    hostile: report("hostile", "examine", "--format", "html", "--", evil),
    comparison: report("comparison", "compare", "--format", "html", clean, lsp),
    golden: report("golden", "compare", "--format", "html", "--force", "--golden", clean, lsp, evil),
    repair: report("repair", "repair", "--format", "html", lsp),
    scan: report("scan", "scan", "--format", "html", "many", evil),
  };
};

const files = write();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
let checks = 0;

// The network is cut.
const open = async (file, options) => {
  const { tab: page, ...rest } = await openFile(browser, join(reports, file), { offline: true, ...options });
  return { page, ...rest };
};

for (const [kind, file] of Object.entries(files)) {
  for (const width of [360, 768, 1440]) {
    for (const colorScheme of width === 768 ? ["light"] : ["light", "dark"]) {
      const { context, page, seen } = await open(file, { viewport: { width, height: 900 }, colorScheme });
      const what = `${kind}, ${width} px, ${colorScheme}`;
      await ensureNarrow(page, what);
      if (width !== 768) await ensureAccessible(page, what);
      assert.equal(await page.evaluate(() => window.ran), undefined, `${what}: something of the evidence ran`);
      assert.deepEqual(seen, [], what);
      await context.close();
      checks += 1;
    }
  }
}

// Printed on both papers: complete, with script and without.
for (const [kind, file] of Object.entries(files)) {
  for (const format of ["A4", "Letter"]) {
    const what = `${kind} on ${format}`;
    const { context, page, seen } = await open(file, { javaScriptEnabled: format === "A4" });
    await ensurePrinted(page, format, what);
    assert.deepEqual(seen, [], what);
    await context.close();
    checks += 1;
  }
}
if (!canReadSheets) console.log("skipped: that nothing is cut off on sheets; pdftotext (package poppler-utils) cannot be had");

// What is printed is no wider than the paper, and nothing that was folded is missing.
{
  const { context, page } = await open(files.hijacked, { viewport: { width: 700, height: 990 } });
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const state = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - innerWidth,
    closed: document.querySelectorAll("details:not([open]):not(.appendix):not(.appendix details)").length,
  }));
  assert.deepEqual(state, { wide: 0, closed: 0 });
  await context.close();
  checks += 1;
}

// A field of an entry shows its name where it is pointed at, and where the keyboard leads to it.
{
  const { context, page } = await open(files.hijacked, { viewport: { width: 1440, height: 900 } });
  await page.evaluate(() => document.querySelectorAll("details").forEach(details => { details.open = true; }));
  const field = page.locator(".bytes .field").first();
  assert.equal(await field.locator(".label").isVisible(), false);
  await field.hover();
  assert.equal(await field.locator(".label").isVisible(), true);
  await page.mouse.move(0, 0);
  await field.focus();
  assert.equal(await field.locator(".label").isVisible(), true);
  assert.match(await field.locator(".label").textContent(), /^LibraryPath = C:\\Program Files\\Proxy/);
  await context.close();
  checks += 1;
}

// The table of a scan: filter, sort, and the same without script.
const table = async page => page.evaluate(() => {
  const rows = [...document.querySelectorAll("table.units tbody tr")];
  return { all: rows.length, shown: rows.filter(row => !row.hidden).length, first: rows[0].cells[1].textContent };
});
{
  const { context, page, seen } = await open(files.scan, { viewport: { width: 1440, height: 900 } });
  const before = await table(page);
  assert.ok(before.all >= 10 && before.shown === before.all);
  await page.locator("#filter-text").fill("proxy.dll");
  await page.waitForFunction(all => !document.querySelector("output").textContent.startsWith(`${all} of`), before.all);
  const filtered = await table(page);
  assert.ok(filtered.shown > 0 && filtered.shown < before.all, "the filter looks into folded details, too");
  await page.locator("#filter-text").fill("");
  await page.waitForFunction(all => document.querySelector("output").textContent.startsWith(`${all} of`), before.all);
  const hosts = async () => page.evaluate(() => [...document.querySelectorAll("table.units tbody tr")].map(row => row.cells[1].textContent));
  await page.getByRole("button", { name: "Host" }).click();
  const sorted = (await hosts()).filter(host => host !== "");
  assert.deepEqual(sorted, [...sorted].sort(new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare));
  await page.getByRole("button", { name: "Host" }).click();
  assert.deepEqual((await hosts()).filter(host => host !== ""), [...sorted].reverse());
  assert.equal(await page.locator("th[aria-sort=descending]").textContent(), "Host");
  await page.locator("#filter-verdict").selectOption({ index: 1 });
  assert.ok((await table(page)).shown < before.all);
  assert.deepEqual(seen, []);
  await context.close();
  const plain = await open(files.scan, { javaScriptEnabled: false, viewport: { width: 1440, height: 900 } });
  assert.equal(await plain.page.locator("table.units tbody tr").count(), before.all, "every row is there without script");
  assert.equal(await plain.page.getByRole("cell").first().isVisible(), true);
  await plain.context.close();
  checks += 2;
}

// Ten thousand units: the page is there at once, and answers at once.
{
  const lines = catalog9("scan", "--format", "jsonl", "many").toString().trim().split("\n");
  const [summary, units] = [lines.at(-1), lines.slice(0, -1)];
  const many = [];
  for (let index = 0; index < 10_000; index += 1) {
    many.push(units[index % units.length].replace(/"label":"/, `"label":"host-${String(index).padStart(5, "0")}/`));
  }
  writeFileSync(join(reports, "many.jsonl"), `${many.join("\n")}\n${summary}\n`);
  writeFileSync(join(reports, "many.html"), catalog9("merge", "--format", "html", "many.jsonl"));
  assert.ok(statSync(join(reports, "many.html")).size < 50_000_000);
  const begin = performance.now();
  const { context, page } = await open("many.html", { viewport: { width: 1440, height: 900 } });
  const opened = performance.now() - begin;
  assert.equal((await table(page)).all, 10_000);
  const times = await page.evaluate(async () => {
    const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const measured = async act => { const begin = performance.now(); act(); await frame(); return performance.now() - begin; };
    const [verdict, order] = [document.querySelector("#filter-verdict"), document.querySelector("#filter-order")];
    const choose = (control, value) => () => { control.value = value; control.dispatchEvent(new Event("change")); };
    return {
      filter: await measured(choose(verdict, verdict.options[1].value)),
      all: await measured(choose(verdict, "")),
      sort: await measured(choose(order, "4")),
    };
  });
  console.log(`ten thousand units: ${statSync(join(reports, "many.html")).size} bytes, opened in ${Math.round(opened)} ms, ` +
    Object.entries(times).map(([what, time]) => `${what} ${Math.round(time)} ms`).join(", "));
  assert.ok(opened < 20_000 && times.filter < 3_000 && times.all < 3_000 && times.sort < 5_000);
  await context.close();
  checks += 1;
}

// More than one file has room for: the list, and the details in a folder beside it.
{
  const lines = catalog9("scan", "--format", "jsonl", "many").toString().trim().split("\n");
  const [summary, units] = [lines.at(-1), lines.slice(0, -1).map(line => JSON.parse(line)).filter(unit => unit.findings?.length > 0)];
  for (const unit of units) unit.findings = Array.from({ length: 40 }, (_, index) => unit.findings[index % unit.findings.length]);
  const many = Array.from({ length: 5000 }, (_, index) => {
    const unit = units[index % units.length];
    return JSON.stringify({ ...unit, unit: { ...unit.unit, label: `host-${String(index).padStart(5, "0")}/${unit.unit.label}` } });
  });
  writeFileSync(join(reports, "large.jsonl"), `${many.join("\n")}\n${summary}\n`);
  catalog9("merge", "--output", "all hosts.html", "large.jsonl");
  const pages = readdirSync(join(reports, "all hosts.files"));
  assert.ok(pages.length > 1);
  for (const file of ["all hosts.html", ...pages.map(page => join("all hosts.files", page))]) assert.ok(statSync(join(reports, file)).size < 50_000_000, file);
  const { context, page, seen } = await open("all hosts.html", { viewport: { width: 1440, height: 900 } });
  assert.equal((await table(page)).all, 5000);
  assert.deepEqual(seen, []);
  const link = page.locator("td.details a").last();
  const unit = await link.evaluate(link => link.closest("tr").cells[4].textContent);
  await link.click();
  await page.waitForURL(/all%20hosts\.files\/\d+\.html#u\d+$/);
  assert.equal(await page.evaluate(() => document.querySelector(":target").cells[4].textContent), unit);
  await page.getByRole("link", { name: "Back to the list of all units" }).click();
  await page.waitForURL(/all%20hosts\.html$/);
  assert.deepEqual(seen.filter(one => !one.startsWith("request: file:")), []);
  await context.close();
  // The same name for fewer units, which fit: nothing of the folder is left but what others have put there.
  writeFileSync(join(reports, "all hosts.files", "note.html"), "<title>a note</title>");
  writeFileSync(join(reports, "few.jsonl"), `${lines.join("\n")}\n`);
  catalog9("merge", "--output", "all hosts.html", "few.jsonl");
  assert.deepEqual(readdirSync(join(reports, "all hosts.files")), ["note.html"]);
  checks += 1;
}

await browser.close();
console.log(`${checks} checks in ${browser.browserType().name()} ${browser.version()}`);
