// Uses catalog9.html in Firefox from a file, over WebDriver BiDi: chooses a hive, drops it, and compares what comes of it with
// the command line.
//
// firefox.mjs FOLDER-OF-PROGRAMS PAGE FOLDER-FOR-PROFILE
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { program } from "./browser.mjs";

const [programs, page, profile] = process.argv.slice(2).map(path => resolve(path));
const { catalog9 } = program(programs);
const evidence = resolve("fixtures/layered-provider-effective");

rmSync(profile, { recursive: true, force: true });
mkdirSync(profile, { recursive: true });
const firefox = spawn(process.env.FIREFOX, ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], {
  env: { ...process.env, HOME: profile }, stdio: ["ignore", "ignore", "pipe"],
});
process.on("exit", () => firefox.kill());
const address = await new Promise((found, missing) => {
  let said = "";
  firefox.stderr.on("data", text => {
    said += text;
    const [, where] = said.match(/WebDriver BiDi listening on (ws:\S+)/) ?? [];
    if (where) found(where);
  });
  firefox.on("exit", code => missing(new Error(`Firefox ended with ${code}: ${said}`)));
});

// WebDriver BiDi: commands with numbers, answers with the same, and events.
const socket = new WebSocket(`${address}/session`);
const waiting = new Map();
const seen = [];
await new Promise((open, failed) => { socket.onopen = open; socket.onerror = failed; });
socket.onmessage = ({ data }) => {
  const { id, type, result, method, params, error, message } = JSON.parse(data);
  if (id !== undefined) {
    const { done, failed } = waiting.get(id);
    waiting.delete(id);
    if (type === "success") done(result);
    else failed(new Error(`${error}: ${message}`));
  } else if (method === "network.beforeRequestSent") {
    const { url } = params.request;
    // Firefox loads a font for its own controls, which is no request of the page.
    if (url !== pathToFileURL(page).href && !/^(blob:|data:font)/.test(url)) seen.push(`request: ${url.slice(0, 200)}`);
  } else if (method === "log.entryAdded" && ["error", "warn"].includes(params.level)) {
    seen.push(`${params.level}: ${params.text}`);
  }
};
let sent = 0;
const send = (method, params = {}) => new Promise((done, failed) => {
  const id = sent += 1;
  waiting.set(id, { done, failed });
  socket.send(JSON.stringify({ id, method, params }));
});

const { capabilities } = await send("session.new", { capabilities: {} });
const { contexts: [{ context }] } = await send("browsingContext.getTree");
await send("session.subscribe", { events: ["network.beforeRequestSent", "log.entryAdded"], contexts: [context] });
await send("browsingContext.navigate", { context, url: pathToFileURL(page).href, wait: "complete" });
const evaluate = async (expression, where = context) => {
  const { type, result, exceptionDetails } = await send("script.evaluate", { expression, target: { context: where }, awaitPromise: true });
  assert.equal(type, "success", exceptionDetails?.text);
  return result;
};
const until = async (condition, where = context) => {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await evaluate(condition, where)).value === true) return;
    await new Promise(done => setTimeout(done, 100));
  }
  assert.fail(`it never came to this: ${condition}`);
};
const finished = `!document.querySelector("#results").hidden && !document.body.classList.contains("busy")`;

// The buttons open a dialog, so the file goes to what they stand for.
const input = await evaluate(`document.querySelector("#files")`);
await send("input.setFiles", { context, element: { sharedId: input.sharedId }, files: [join(evidence, "SYSTEM")] });
await until(finished);
const shown = async selector => (await evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`)).value;
assert.equal(await shown("#count"), "1 result");

// What is saved: the blob that the link of the button leads to.
const json = await evaluate(`new Promise(done => {
  const create = URL.createObjectURL;
  URL.createObjectURL = blob => { blob.text().then(done); URL.createObjectURL = create; return create.call(URL, blob); };
  [...document.querySelectorAll("#downloads button")].find(button => button.textContent === "JSON").click();
})`);
assert.equal(json.value, catalog9(evidence, "examine", "--format", "json", "SYSTEM").toString(), "the JSON is that of the command line");

// The report in its frame, cut off from the page.
const { contexts: [{ children: [frame] }] } = await send("browsingContext.getTree", { root: context });
await until(`document.readyState === "complete" && document.querySelector("h1") !== null`, frame.context);
assert.match((await evaluate(`document.querySelector("h1").textContent`, frame.context)).value, /layered provider/i);
assert.equal((await evaluate(`(() => { try { return typeof parent.document; } catch { return "cut off"; } })()`, frame.context)).value, "cut off");

// The same file dropped: nothing outside a browser can drop, so the event is made of the bytes that were read.
const digits = readFileSync(join(evidence, "SYSTEM")).toString("base64");
await evaluate(`(() => {
  const bytes = Uint8Array.from(atob("${digits}"), character => character.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "dropped"));
  document.querySelector("#drop").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
})()`);
await until(`document.querySelector("#unit-source").textContent === "dropped"`);
await until(finished);
assert.equal(await shown("#count"), "1 result");
assert.deepEqual(seen, []);
await send("browser.close");
console.log(`examined from a file in Firefox ${capabilities.browserVersion}`);
