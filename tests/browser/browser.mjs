// What the tests in a browser share: the program, evidence with hostile names, and what holds of everything that is opened.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// The programs of a folder, each run in the folder of its evidence, so that names are those that the reports have.
export const program = programs => ({
  // What the program prints. Its findings are no failure.
  catalog9: (where, ...given) => {
    try {
      return execFileSync(join(programs, "catalog9"), given, { cwd: where, maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "ignore"] });
    } catch (error) {
      assert.ok([1, 3].includes(error.status), `catalog9 ${given.join(" ")}: ${error.message}`);
      return error.stdout;
    }
  },
  // What it says where it fails.
  complaint: (where, ...given) => {
    try {
      execFileSync(join(programs, "catalog9"), given, { cwd: where, stdio: ["ignore", "ignore", "pipe"] });
    } catch (error) {
      return error.stderr.toString();
    }
    return assert.fail("it has nothing to complain about");
  },
  write: (kind, ...given) => execFileSync(join(programs, "examples", "write-evidence"), [kind, ...given.map(String)]),
});

// A listing of providers with those names and paths.
export const listing = (names, pathOf = () => "%SystemRoot%\\system32\\mswsock.dll") => names.map((name, index) => `
Winsock Catalog Provider Entry
------------------------------------------------------
Entry Type:                         Base Service Provider
Description:                        ${name}
Provider ID:                        {E70F1AA0-AB8B-11CF-8CA3-00805F48A1${90 + index}}
Provider Path:                      ${pathOf(name)}
Catalog Entry ID:                   ${1001 + index}
Version:                            2
Address Family:                     2
Max Address Length:                 16
Min Address Length:                 16
Socket Type:                        ${1 + index % 3}
Protocol:                           ${6 + index}
Protocol Chain Length:              1
`).join("\n");

// One whose names and paths would run and request something anywhere else.
export const hostile = () => listing([
  "<script>window.ran = 1</script>", "\"><img src=https://example.invalid/a onerror=window.ran=1>", "javascript:window.ran=1",
  "</title></style></script><svg onload=window.ran=1>", "\u202egnp.exe\u2066", "' autofocus onfocus=window.ran=1 x='", "x".repeat(65536),
  "<iframe srcdoc='<script>parent.ran=1</script>'>", "&lt;b&gt;&#x3c;b&#x3e;", "url(https://example.invalid/b)",
], name => `C:\\${name}\\x.dll`);

// Opens a file in a tab, with everything that it says and requests beside itself and addresses of memory.
export const open = async (browser, file, options) => {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  const seen = [];
  tab.on("console", message => { if (["error", "warning"].includes(message.type())) seen.push(`console: ${message.text()}`); });
  tab.on("pageerror", error => seen.push(`error: ${error.message}`));
  tab.on("dialog", dialog => { seen.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  const address = pathToFileURL(file).href;
  context.on("request", request => {
    const url = request.url();
    if (url !== address && !url.startsWith("blob:")) seen.push(`request: ${url.slice(0, 200)}`);
  });
  await tab.goto(address);
  return { context, tab, seen };
};

const unfold = frame => frame.evaluate(() => document.querySelectorAll("details").forEach(details => { details.open = true; }));

// Nothing is wider than the window, with everything unfolded.
export const ensureNarrow = async (tab, what) => {
  for (const frame of tab.frames()) {
    await unfold(frame);
    const wide = await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${what}: ${wide} px wider than the window`);
  }
};

// People with a keyboard or a screen reader are not locked out. The policy keeps out every script but those of the page; that
// of the tests comes from the debugger.
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const ensureAccessible = async (tab, what) => {
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => axe.run({ exclude: ["iframe"] }, { resultTypes: ["violations"] }));
  const places = one => one.nodes.slice(0, 3).map(node => `${node.html.slice(0, 160)} ${node.failureSummary}`).join("\n  ");
  assert.deepEqual(violations.map(one => `${one.id}: ${one.help}\n  ${places(one)}`), [], `${what}: axe-core`);
};

// Nothing is cut off where it is printed: each word that is on the screen is on a sheet. Where the program pdftotext cannot be
// had, there are only sheets.
const pdftotext = ["/usr/bin/pdftotext", "/usr/local/bin/pdftotext", "/opt/homebrew/bin/pdftotext"].find(existsSync);
export const canReadSheets = pdftotext !== undefined;
export const ensurePrinted = async (tab, format, what) => {
  const sheets = await tab.pdf({ format, preferCSSPageSize: false });
  assert.ok(sheets.subarray(0, 5).toString() === "%PDF-" && sheets.length > 10_000, what);
  if (!canReadSheets) return;
  const scratch = mkdtempSync(join(tmpdir(), "sheets-"));
  const file = join(scratch, "sheets.pdf");
  writeFileSync(file, sheets);
  const printed = execFileSync(pdftotext, ["-bbox", file, "-"], { maxBuffer: 1 << 30 }).toString();
  rmSync(scratch, { recursive: true });
  const characters = { amp: "&", lt: "<", gt: ">", quot: "\"", "#39": "'" };
  let page = [0, 0];
  let letters = "";
  for (const [, width, height, left, top, right, bottom, word] of printed.matchAll(
    /<page width="([\d.]+)" height="([\d.]+)">|<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)<\/word>/g)) {
    if (width !== undefined) {
      page = [Number(width), Number(height)];
      continue;
    }
    letters += word.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => characters[name]);
    const isOn = left >= 0 && top >= 0 && right <= page[0] && bottom <= page[1];
    assert.ok(isOn, `${what}: ${word.slice(0, 40)} leaves the sheet of ${page} at ${left}, ${top}, ${right}, ${bottom}`);
  }
  await tab.emulateMedia({ media: "print" });
  // Words are broken where a line ends, so that letters are compared and not words.
  const shown = await tab.evaluate(() => {
    const words = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!element.closest("script, style, noscript") && element.checkVisibility()) words.push(...walker.currentNode.data.split(/\s+/));
    }
    return words.filter(word => /^[A-Za-z]{5,20}$/.test(word));
  });
  await tab.emulateMedia({ media: null });
  const folded = letters.replaceAll(/[^A-Za-z]/g, "").toLowerCase();
  const missing = [...new Set(shown)].filter(word => !folded.includes(word.toLowerCase()));
  assert.deepEqual(missing, [], `${what}: words that are on no sheet`);
};
