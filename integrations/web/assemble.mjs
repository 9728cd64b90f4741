// Puts the page together: one file with its policy, its styles, its script, and the module, packed.
//
// assemble.mjs LOADER MODULE PACKED-MODULE PAGE
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const here = name => readFileSync(new URL(name, import.meta.url), "utf8");
const hash = text => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const LARGEST = 1_500_000;

const [loader, wasm, packed] = process.argv.slice(2, 5).map(name => readFileSync(name));
const page = process.argv[5];
// The module can do nothing but read files and hand out results, and what unpacks it nothing but hand it out.
for (const [bytes, expected] of [[wasm, "page.read page.size page.take"], [loader, "page.take"]]) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(one => `${one.module}.${one.name}`).sort().join(" ");
  if (imports !== expected) throw new Error(`expected the imports ${expected}, found ${imports}`);
}

const reports = name => here(`../../src/render/html/${name}`);
const [reportStyle, reportScript, style] = [reports("style.css"), reports("script.js"), here("page/page.css")];
const worker = JSON.stringify(here("page/worker.js")).replaceAll("</", "<\\/");
const script = here("page/page.js").replace('"@WORKER@"', () => worker);
// Reports are shown in a frame that inherits this policy, so it allows their style and script, too.
const policy = `default-src 'none'; script-src ${hash(script)} ${hash(reportScript)} 'wasm-unsafe-eval'; ` +
  `style-src ${hash(reportStyle)} ${hash(style)}; worker-src blob:; img-src data: blob:; base-uri 'none'; form-action 'none'`;
const sha256 = createHash("sha256").update(wasm).digest("hex");
const git = (...given) => execFileSync("git", given, { encoding: "utf8" }).trim();
const commit = () => {
  try {
    return git("rev-parse", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") ? ", changed" : "");
  } catch {
    return "unknown";
  }
};
const values = {
  POLICY: policy, REPORT_STYLE: reportStyle, STYLE: style, SCRIPT: script, SHA256: sha256, COMMIT: commit(),
  VERSION: here("../../Cargo.toml").match(/^version = "(.*)"$/m)[1],
  LOADER: loader.toString("base64"), MODULE: packed.toString("base64"),
};
const html = here("page/page.html").replace(/@([A-Z0-9_]+)@/g, (_, name) => values[name]);
writeFileSync(page, html);
console.log(`${page}: ${Buffer.byteLength(html)} bytes; module: ${wasm.length} bytes, SHA-256 ${sha256}`);
if (Buffer.byteLength(html) > LARGEST) throw new Error(`the page has more than ${LARGEST} bytes`);
