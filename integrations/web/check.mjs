// Uses catalog9.html as people do, in a real browser from a file, and compares what it hands out with the command line.
//
// check.mjs FOLDER-OF-PROGRAMS PAGE FOLDER-FOR-EVIDENCE
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { canReadSheets, ensureAccessible, ensureNarrow, ensurePrinted, hostile, listing, open as openFile, program } from "./browser.mjs";

const [programs, page, folder] = process.argv.slice(2).map(path => resolve(path));
const { catalog9, complaint, write } = program(programs);
const sources = resolve("integrations/web/page");
const real = resolve("../shared/evidence/hives");

const path = (...names) => join(folder, ...names);
const evidence = () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  write("cases", path("many"), 0, 15);
  write("dirty", path("dirty"), 2, 1);
  // A hive with a log, which is another hive's: what becomes of the logs of real hives is seen below.
  mkdirSync(path("logs"));
  cpSync(path("many", "000008.SYSTEM"), path("logs", "SYSTEM"));
  cpSync(path("dirty", "000002", "SYSTEM.LOG1"), path("logs", "SYSTEM.LOG1"));
  mkdirSync(path("lsp"));
  cpSync(resolve("fixtures/layered-provider-effective/SYSTEM"), path("lsp", "SYSTEM"));
  writeFileSync(path("garbage"), "nothing of Winsock".repeat(20));
  writeFileSync(path("empty"), "");
  writeFileSync(path("<img src=x onerror=window.ran=1>\u202e.txt"), hostile());
  // One computer: a listing that names none, and what names it.
  mkdirSync(path("pc1"));
  writeFileSync(path("pc1", "winsock.txt"), listing(["MSAFD Tcpip [TCP/IP]", "MSAFD Tcpip [UDP/IP]"]));
  writeFileSync(path("pc1", "systeminfo.txt"), systeminfo);
  writeFileSync(path("pc1", "readme.md"), "# Notes\n");
  writeFileSync(path("SYSTEM.gz"), gzipSync(readFileSync(path("lsp", "SYSTEM"))));
  // The beginnings of archives that the page does not read, one of them also whole.
  for (const [name, [bytes]] of Object.entries(UNREAD)) writeFileSync(path(name), Buffer.from(bytes.padEnd(80, "\0"), "latin1"));
  writeFileSync(path("SYSTEM.xz"), execFileSync("xz", ["--stdout", path("lsp", "SYSTEM")]));
  // Large enough to be stopped while they are examined.
  mkdirSync(path("slow"));
  cpSync(path("many", "000008.SYSTEM"), path("slow", "a.SYSTEM"));
  for (const name of ["b.SYSTEM", "c.SYSTEM"]) {
    cpSync(path("lsp", "SYSTEM"), path("slow", name));
    truncateSync(path("slow", name), 200 << 20);
  }
};

const systeminfo = `
Host Name:                     PC1
OS Name:                       Microsoft Windows 10 Pro
OS Version:                    10.0.19045 N/A Build 19045
OS Manufacturer:               Microsoft Corporation
`;

// Archives of kinds that the page does not read: how they begin, and what the page calls them.
const UNREAD = {
  "a.7z": ["7z\xbc\xaf\x27\x1c\0\x04", "a 7z archive"],
  "a.cab": ["MSCF\0\0\0\0", "a cabinet"],
  "SYSTEM.xz": ["\xfd7zXZ\0", "xz"],
  "SYSTEM.zst": ["\x28\xb5\x2f\xfd", "zstd"],
};

evidence();
// The network is cut by names that lead nowhere: a browser that is offline does not save files, either.
const args = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
let checks = 0;
const done = () => { checks += 1; };

const open = (options, file = page) => openFile(browser, file, { acceptDownloads: true, ...options });
const finished = tab => tab.waitForFunction(() => !document.body.classList.contains("busy") && document.querySelector("#work").hidden, null, { timeout: 120_000 });
const choose = async (tab, ...files) => {
  await tab.locator("#files").setInputFiles(files);
  await finished(tab);
};
// As people drop: files and folders, with what lies in them.
const drop = async (tab, ...files) => {
  const session = await tab.context().newCDPSession(tab);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, x: 60, y: 60, data });
  await tab.waitForFunction(() => !document.querySelector("#work").hidden || !document.querySelector("#results").hidden || !document.querySelector("#alert").hidden);
  await finished(tab);
};
const saved = async (tab, name, place = "#downloads") => {
  const [download] = await Promise.all([tab.waitForEvent("download"), tab.locator(place).getByRole("button", { name, exact: true }).click()]);
  return readFileSync(await download.path());
};
// The frame of the report, once all of it is there.
const report = async tab => {
  const frame = tab.frames()[1];
  await frame.waitForFunction(() => document.URL === "about:srcdoc" && document.readyState === "complete");
  return frame;
};
const units = tab => tab.locator("#units button").evaluateAll(all => all.map(one => one.innerText));
const same = (found, expected, what) => {
  if (!found.equals(expected)) {
    writeFileSync(path("found"), found);
    writeFileSync(path("expected"), expected);
    assert.fail(`${what} is not what the command line writes: see ${path("found")} and ${path("expected")}`);
  }
  done();
};

// Hives with their logs: real ones where they are at hand.
const hives = [path("logs"), path("lsp")];
if (existsSync(real)) hives.push(...readdirSync(real).map(name => join(real, name)));
else console.log("skipped: the hives of ../shared/evidence are not there");
for (const hive of hives) {
  const names = readdirSync(hive).filter(name => /^system(\.log[12]?)?$/i.test(name));
  const leader = names.find(name => !/log/i.test(name));
  if (!leader) continue;
  const { context, tab, seen } = await open();
  await drop(tab, ...names.map(name => join(hive, name)));
  assert.equal((await units(tab)).length, 1, hive);
  same(await saved(tab, "JSON"), catalog9(hive, "examine", "--format", "json", leader), `the JSON of ${hive}`);
  const html = (await saved(tab, "Report (HTML)")).toString().replace(/<dt>Command<\/dt>.*?<\/dd>/, "");
  const expected = catalog9(hive, "examine", "--format", "html", leader).toString().replace(/<dt>Command<\/dt>.*?<\/dd>/, "");
  same(Buffer.from(html), Buffer.from(expected), `the HTML of ${hive}`);
  const [fix, undo] = [path("fix.reg"), path("undo.reg")];
  for (const file of [fix, undo]) rmSync(file, { force: true });
  catalog9(hive, "repair", "--reg", fix, "--undo", undo, leader);
  const offered = await tab.locator("#downloads button").allTextContents();
  assert.equal(offered.includes("fix.reg"), existsSync(fix), `${hive}: ${offered}`);
  if (existsSync(fix)) {
    same(await saved(tab, "fix.reg"), readFileSync(fix), `fix.reg of ${hive}`);
    same(await saved(tab, "undo.reg"), readFileSync(undo), `undo.reg of ${hive}`);
  }
  const frame = await report(tab);
  assert.notEqual(await frame.textContent("h1"), "");
  assert.deepEqual(seen, [], hive);
  await context.close();
}

// The report in its frame: it is cut off, its links lead within it, its folded parts open.
{
  const { context, tab, seen } = await open();
  await choose(tab, path("lsp", "SYSTEM"));
  const frame = await report(tab);
  assert.equal(await frame.evaluate(() => { try { return typeof parent.document; } catch { return "cut off"; } }), "cut off");
  const links = await frame.locator("a[href]").evaluateAll(all => all.map(link => link.getAttribute("href")));
  assert.ok(links.length > 3 && links.every(link => link.startsWith("#")), `${links}`);
  const link = frame.locator(".contents a").last();
  const target = (await link.getAttribute("href")).slice(1);
  await link.click();
  await frame.waitForFunction(id => {
    const { top } = document.getElementById(id).getBoundingClientRect();
    return document.activeElement.id === id && top > -100 && top < 700;
  }, target);
  assert.match(tab.frames()[1].url(), /^about:srcdoc/);
  await frame.locator("summary").first().click();
  assert.deepEqual(seen, []);
  await context.close();
  done();
}

// What is no evidence: the error of the command line.
{
  const { context, tab, seen } = await open();
  await drop(tab, path("garbage"));
  const shown = await tab.locator("#failure").innerText();
  const said = complaint(folder, "examine", "garbage").replace(/\s+/g, " ");
  const [what] = shown.split("\n");
  assert.ok(said.includes(what.split(",")[0].replace(/^garbage: /, "")), `${what} / ${said}`);
  assert.match(shown, /garbage: expected a SYSTEM hive.*found/);
  assert.match(shown, /give the SYSTEM hive/);
  await drop(tab, path("empty"));
  assert.match(await tab.locator("#failure").innerText(), /expected evidence, found an empty file/);
  assert.deepEqual(seen, []);
  await context.close();
  done();
}

// Archives that the page does not read, named and found: what they are, and what to do with them.
{
  const { context, tab, seen } = await open();
  for (const [name, [, what]] of Object.entries(UNREAD)) {
    await drop(tab, path(name));
    const shown = await tab.locator("#failure").innerText();
    assert.ok(shown.startsWith(`${name}: expected files stored or packed with deflate, found ${what}`), shown);
    assert.match(shown, /unpack it and drop the folder, or use the command line/, name);
    assert.equal(await tab.locator("#count").textContent(), "0 results, 1 could not be examined");
  }
  await drop(tab, ...Object.keys(UNREAD).map(name => path(name)), path("lsp", "SYSTEM"));
  assert.equal(await tab.locator("#count").textContent(), "1 result, 4 could not be examined");
  assert.deepEqual(seen, []);
  await context.close();
  done();
}

// Stopped while it works: what was examined by then stays, and what is dropped afterwards is examined.
{
  const { context, tab, seen } = await open();
  await tab.locator("#files").setInputFiles(readdirSync(path("slow")).map(name => path("slow", name)));
  await tab.waitForFunction(() => document.querySelector("#doing").textContent === "Examining b.SYSTEM");
  await tab.locator("#stop").click();
  assert.match(await tab.locator("#alert").textContent(), /was stopped/);
  assert.equal(await tab.locator("#work").isVisible(), false);
  const stopped = await units(tab);
  assert.equal(stopped.length, 1, `${stopped}`);
  await report(tab);
  await tab.waitForTimeout(1000);
  assert.deepEqual(await units(tab), stopped, "nothing comes after the end");
  assert.equal(await tab.locator("#all").isVisible(), false);
  await choose(tab, path("lsp", "SYSTEM"), path("many", "000008.SYSTEM"));
  assert.equal(await tab.locator("#count").textContent(), "2 results");
  assert.equal(await tab.locator("#alert").isVisible(), false);
  assert.deepEqual(seen, []);
  await context.close();
  done();
}

// Printed: the button prints the report alone, as a whole. The sheets are those of the report that is saved; what lies in a
// frame would be cut where the frame ends, so the page itself prints without it and names the button.
{
  const { context, tab, seen } = await open();
  await choose(tab, path("lsp", "SYSTEM"));
  const frame = await report(tab);
  await frame.evaluate(() => { window.print = () => { window.printed = (window.printed ?? 0) + 1; }; });
  await tab.locator("#downloads").getByRole("button", { name: "Print", exact: true }).click();
  await frame.waitForFunction(() => window.printed === 1);
  writeFileSync(path("saved.html"), await saved(tab, "Report (HTML)"));
  assert.deepEqual(seen, []);
  for (const format of ["A4", "Letter"]) {
    const printed = await open({}, path("saved.html"));
    await ensurePrinted(printed.tab, format, `the report that was saved, on ${format}`);
    await printed.context.close();
    await ensurePrinted(tab, format, `the page, on ${format}`);
    done();
  }
  await tab.emulateMedia({ media: "print" });
  assert.equal(await tab.locator("#report").isVisible(), false);
  assert.match(await tab.locator(".on-paper").innerText(), /Print/);
  await context.close();
}
if (!canReadSheets) console.log("skipped: that nothing is cut off on sheets; pdftotext (package poppler-utils) cannot be had");

// Ten at once, and what they come to as one.
{
  const { context, tab, seen } = await open();
  const ten = readdirSync(path("many")).filter(name => name.endsWith("SYSTEM")).slice(0, 10);
  await drop(tab, ...ten.map(name => path("many", name)));
  assert.equal((await units(tab)).length, 10);
  assert.equal(await tab.locator("#count").textContent(), "10 results");
  same(await saved(tab, "CSV", "#all-downloads"), catalog9(path("many"), "scan", "--format", "csv", ...ten), "the CSV");
  same(await saved(tab, "CSV of findings", "#all-downloads"), catalog9(path("many"), "scan", "--format", "csv-findings", ...ten), "the CSV of findings");
  same(await saved(tab, "JSON lines", "#all-downloads"), catalog9(path("many"), "scan", "--full", "--carve", "--format", "jsonl", ...ten), "the JSON lines");
  const html = (await saved(tab, "HTML", "#all-downloads")).toString();
  assert.match(html, /10 units/);
  await tab.locator("#units button").nth(4).click();
  assert.equal(await tab.locator("#units [aria-current=true]").count(), 1);
  assert.match(await tab.locator("#unit-source").textContent(), new RegExp(ten[4]));
  assert.deepEqual(seen, []);
  await context.close();
}

// A folder: what is of one computer is one result, and what is no evidence is only counted. An archive.
{
  const { context, tab, seen } = await open();
  await drop(tab, path("pc1"));
  assert.equal((await units(tab)).length, 1, `${await units(tab)}`);
  assert.match(await tab.locator("#unit-source").textContent(), /pc1\/winsock\.txt \+ pc1\/systeminfo\.txt/);
  assert.equal(await tab.locator("#unit-title").textContent(), "PC1");
  assert.equal(await tab.locator("#passed summary").textContent(), "1 file is no evidence");
  await drop(tab, path("SYSTEM.gz"));
  assert.equal((await units(tab)).length, 1);
  assert.match(await tab.locator("#unit-source").textContent(), /SYSTEM\.gz!\/SYSTEM/);
  assert.deepEqual(seen, []);
  await context.close();
  done();
}

// Names that are hidden are in no report, and nothing else is offered that would show them.
{
  const { context, tab, seen } = await open();
  await tab.locator("#options summary").click();
  for (const box of await tab.locator("[name=redact]").all()) await box.check();
  await choose(tab, path("lsp", "SYSTEM"), path("many", "000008.SYSTEM"));
  await tab.locator("#units button").last().click();
  assert.deepEqual(await tab.locator("#downloads button").allTextContents(), ["Print", "Report (HTML)", "Repair plan (HTML)", "fix.reg", "undo.reg"]);
  assert.deepEqual(await tab.locator("#all-downloads button").allTextContents(), ["HTML"]);
  for (const [name, place] of [["Report (HTML)", "#downloads"], ["Repair plan (HTML)", "#downloads"], ["HTML", "#all-downloads"]]) {
    const html = (await saved(tab, name, place)).toString();
    assert.ok(!html.includes("EXAMPLE") && /host-[0-9a-f]{8}/.test(html), name);
  }
  assert.deepEqual(seen, []);
  await context.close();
  done();
}

// Hostile names run nothing and request nothing, in the page and in the report.
{
  const { context, tab, seen } = await open();
  await choose(tab, ...readdirSync(folder).filter(name => name.startsWith("<img")).map(name => path(name)));
  await report(tab);
  await tab.waitForTimeout(300);
  for (const frame of tab.frames()) assert.equal(await frame.evaluate(() => window.ran), undefined);
  assert.ok(!(await tab.locator("body").innerText()).includes("\u202e"), "marks of direction are shown");
  assert.deepEqual(seen, []);
  await context.close();
  done();
}

// The page with nothing, with results, with a failure, and with a batch: as wide as the window, and for everybody.
const pictures = process.env.PICTURES;
const scenes = {
  empty: async () => {},
  hijacked: tab => choose(tab, path("lsp", "SYSTEM")),
  failed: tab => choose(tab, path("garbage")),
  batch: tab => choose(tab, ...readdirSync(path("many")).map(name => path("many", name)), path("garbage")),
};
for (const [scene, act] of Object.entries(scenes)) {
  for (const width of [360, 768, 1440]) {
    for (const colorScheme of ["light", "dark"]) {
      const { context, tab, seen } = await open({ viewport: { width, height: 900 }, colorScheme });
      const what = `${scene}, ${width} px, ${colorScheme}`;
      await act(tab);
      if (scene !== "empty" && scene !== "failed") await report(tab);
      // The frame is drawn by a process of its own.
      if (pictures) await tab.waitForTimeout(1000);
      if (pictures) await tab.screenshot({ path: join(pictures, `${scene}-${width}-${colorScheme}.png`), fullPage: width < 768 });
      await ensureNarrow(tab, what);
      if (width !== 768) await ensureAccessible(tab, what);
      assert.deepEqual(seen, [], what);
      await context.close();
      done();
    }
  }
}

// A module that ends is started again without the file that ended it. Here the page's own reader fails for a file of that name,
// which ends the module as a fault in it does.
{
  const script = readFileSync(page, "utf8").match(/<script>([\s\S]*)<\/script>/)[1];
  const broken = script.replace("read: (file, offset, place, length) => {\\n", "$&    if (files[file].name === \\\"fatal\\\") throw new Error(\\\"a fault\\\");\\n");
  assert.notEqual(broken, script);
  const hash = text => createHash("sha256").update(text).digest("base64");
  writeFileSync(path("broken.html"), readFileSync(page, "utf8").replace(script, () => broken).replace(hash(script), hash(broken)));
  cpSync(path("lsp", "SYSTEM"), path("fatal"));
  const { context, tab, seen } = await open({}, path("broken.html"));
  await choose(tab, path("fatal"), path("lsp", "SYSTEM"), path("many", "000008.SYSTEM"));
  assert.match(await tab.locator("#alert").textContent(), /The module ended while it examined fatal .*started again/);
  const shown = await units(tab);
  assert.equal(shown.length, 3);
  assert.match(await tab.locator("#count").textContent(), /2 results, 1 could not be examined/);
  assert.ok(shown.some(text => /the module ended while it examined this/.test(text)), `${shown}`);
  assert.deepEqual(seen, []);
  await context.close();
  done();
}

// Neither the page nor a report leads anywhere, and neither speaks to anybody: what a policy does not stop is not there.
{
  const scripts = [join(sources, "page.js"), join(sources, "worker.js"), resolve("src/render/html/script.js")];
  const calls = /\blocation\b|navigat|\bopen\(|RTC|\bfetch\b|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|\bimport\(|\beval\(|Function\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write/i;
  for (const name of scripts) assert.doesNotMatch(readFileSync(name, "utf8").replace(/^\s*\/\/.*$/gm, ""), calls, name);
  const markup = readFileSync(join(sources, "page.html"), "utf8");
  assert.doesNotMatch(markup, /<form|<a [^>]*href="(?!#)|refresh|allow-same-origin|allow-top|allow-popups|<link|<img|\bsrc=| style=| on\w+=/i);
  const html = readFileSync(page, "utf8");
  assert.ok(html.indexOf("Content-Security-Policy") < html.indexOf("<meta charset"), "the policy is the first element of the head");
  assert.ok(Buffer.byteLength(html) <= 1_500_000);
  const [, printed] = html.match(/SHA-256 <code>([0-9a-f]{64})</);
  const packed = Buffer.from(html.match(/id="module">([^<]*)</)[1], "base64");
  const module = execFileSync("xz", ["--format=lzma", "--decompress", "--stdout"], { input: packed, maxBuffer: 1 << 30 });
  assert.equal(createHash("sha256").update(module).digest("hex"), printed, "the page names the module that it has");
  done();
}
await browser.close();

// A hive of 200 MB: the browser needs less than 1 GB for it.
{
  cpSync(path("lsp", "SYSTEM"), path("large"));
  truncateSync(path("large"), 200 << 20);
  const server = await chromium.launchServer({ executablePath: process.env.CHROMIUM, args });
  const remote = await chromium.connect(server.wsEndpoint());
  const tab = await remote.newPage();
  await tab.goto(pathToFileURL(page).href);
  await tab.locator("#files").setInputFiles(path("large"));
  await finished(tab);
  assert.equal((await tab.locator("#units button").count()), 1);
  const status = pid => { try { return readFileSync(`/proc/${pid}/status`, "utf8"); } catch { return ""; } };
  const renderers = readdirSync("/proc").filter(pid => /^\d+$/.test(pid) && /--type=renderer/.test((() => { try { return readFileSync(`/proc/${pid}/cmdline`, "utf8"); } catch { return ""; } })()));
  const isOurs = pid => { for (let at = Number(pid); at > 1; at = Number(status(at).match(/PPid:\s+(\d+)/)?.[1] ?? 0)) if (at === server.process().pid) return true; return false; };
  const peaks = renderers.filter(isOurs).map(pid => Number(status(pid).match(/VmHWM:\s+(\d+)/)?.[1] ?? 0) * 1024);
  const peak = Math.max(...peaks);
  console.log(`a hive of 200 MB: ${Math.round(peak / 1e6)} MB in the process of the page`);
  assert.ok(peaks.length > 0 && peak < 1e9);
  await remote.close();
  await server.close();
  rmSync(path("large"));
  done();
}
console.log(`${checks} checks of ${relative(".", page)}, ${statSync(page).size} bytes (${basename(process.env.CHROMIUM)})`);
