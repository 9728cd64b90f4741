"use strict";
// The page: it takes files, has the module examine them in a worker, and shows what comes of it. Everything that is shown of
// evidence is put in as text, or into a frame that is cut off from this page.
(() => {
  const WORKER = "@WORKER@";
  // Bytes of reports that are kept. What comes after them is listed without its reports.
  const MOST_KEPT = 512 << 20;
  // How often the module is started again before the page gives up.
  const MOST_RESTARTS = 20;
  const MOST_PASSED = 200;
  const TONES = {
    "intact": "good", "known-third-party-providers": "note", "nothing-suspicious-visible": "note", "not-judged": "warning",
    "unusual": "warning", "unknown-or-layered-provider": "warning",
  };
  // What can be saved of a unit: the name that the module gives it, how the file is called, and what people read.
  const DOWNLOADS = [
    ["html", ".html", "Report (HTML)", "text/html"], ["json", ".json", "JSON", "application/json"],
    ["repair.html", ".repair.html", "Repair plan (HTML)", "text/html"],
    ["fix.reg", ".fix.reg", "fix.reg", "application/octet-stream"], ["undo.reg", ".undo.reg", "undo.reg", "application/octet-stream"],
  ];
  // The report prints itself: of a frame, a browser prints what fits into it.
  const PRINT = ["print", "", "Print"];
  const OF_ALL = [
    ["all.html", ".html", "HTML", "text/html"], ["all.csv", ".csv", "CSV", "text/csv"],
    ["all.csv-findings", ".findings.csv", "CSV of findings", "text/csv"], ["all.jsonl", ".jsonl", "JSON lines", "application/jsonl"],
  ];

  const $ = id => document.getElementById(id);
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const decoder = new TextDecoder();
  const show = (element, isShown) => { element.hidden = !isShown; };
  const alarm = text => {
    $("alert").textContent = text;
    show($("alert"), text !== "");
  };

  let worker;
  // Everything about the files that were chosen last.
  let state;

  // What a worker has sent by its end, and nobody has read, is about files that are no longer asked about.
  const end = () => {
    if (!worker) return;
    worker.onmessage = worker.onerror = null;
    worker.terminate();
  };

  const start = (request, files) => {
    end();
    const address = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
    worker = new Worker(address);
    worker.onmessage = ({ data }) => take(data);
    worker.onerror = event => take({ name: "ended", error: event.message || "the worker cannot be started" });
    worker.postMessage({ loader: $("loader").textContent, module: $("module").textContent, files, request });
    URL.revokeObjectURL(address);
  };

  const examine = () => {
    Object.assign(state, { units: [], passed: [], kept: 0, parts: {}, current: null, faults: [], all: {}, selected: -1 });
    $("units").replaceChildren();
    show($("results"), false);
    show($("unit"), false);
    show($("all"), false);
    show($("work"), true);
    $("doing").textContent = "Starting";
    document.body.classList.add("busy", "used");
    const said = ["case", "examiner"].map(name => [name, $(name).value.trim()]).filter(([, value]) => value !== "");
    const hidden = [...document.querySelectorAll("[name=redact]:checked")].map(box => ["redact", box.value]);
    state.isHidden = hidden.length > 0;
    const files = state.files.map(({ path, found }) => [found ? "found" : "chosen", path]);
    const request = [...said, ...hidden, ...state.lost.map(id => ["lost", id]), ...files].map(([name, value]) => `${name}=${value}\0`).join("");
    start(request, state.files.map(one => one.file));
  };

  const choose = files => {
    alarm("");
    if (files.length === 0) return;
    state = { files, lost: [] };
    examine();
  };

  const take = ({ name, bytes, error }) => {
    switch (name) {
      case "begin": {
        const [id, label] = decoder.decode(bytes).split("\n");
        state.current = { id, label };
        $("doing").textContent = `Examining ${label}`;
        break;
      }
      case "row":
        add(JSON.parse(decoder.decode(bytes)));
        break;
      case "passed":
        state.passed.push(decoder.decode(bytes));
        break;
      case "fault":
        state.faults.push(decoder.decode(bytes));
        break;
      case "done":
        finish();
        break;
      case "ended":
        restart(error);
        break;
      default:
        (name.startsWith("all.") ? state.all : state.parts)[name] = new Blob([bytes]);
    }
  };

  const restart = error => {
    const why = state.faults.at(-1) ?? error;
    const lost = state.current;
    if (lost && !state.lost.includes(lost.id) && state.lost.length < MOST_RESTARTS) {
      state.lost.push(lost.id);
      alarm(`The module ended while it examined ${lost.label} (${why}). It was started again and leaves that file out. ` +
        "This is a bug in catalog9: please report it.");
      examine();
    } else {
      alarm(`The module cannot be run: ${why}`);
      finish();
    }
  };

  const finish = () => {
    state.current = null;
    document.body.classList.remove("busy");
    show($("work"), false);
    if (state.faults.length > 0) alarm(`Something was not done: ${state.faults.join("; ")}`);
    if (state.units.length === 0 && state.faults.length === 0 && $("alert").hidden) {
      alarm(`expected evidence, found none among ${state.files.length} files. Collect the SYSTEM hive of the computer, ` +
        "\\Windows\\System32\\config\\SYSTEM, with its .LOG1 and .LOG2.");
    }
    show($("all"), state.units.length > 1 && Boolean(state.all["all.html"]));
    buttons("all-downloads", OF_ALL.filter(([name]) => state.all[name]), saveAll);
    const passed = $("passed");
    show(passed, state.passed.length > 0);
    passed.querySelector("summary").textContent = `${state.passed.length} ${state.passed.length === 1 ? "file is" : "files are"} no evidence`;
    const shown = state.passed.slice(0, MOST_PASSED).map(text => make("li", { textContent: text }));
    const more = state.passed.length - shown.length;
    passed.querySelector("ul").replaceChildren(...shown, ...(more > 0 ? [make("li", { textContent: `and ${more} more` })] : []));
    show($("results"), state.units.length + state.passed.length > 0);
  };

  const add = row => {
    const parts = state.parts;
    state.parts = {};
    const size = Object.values(parts).reduce((sum, part) => sum + part.size, 0);
    const { record } = parts;
    delete parts.record;
    const isKept = state.kept + size <= MOST_KEPT;
    if (isKept) state.kept += size;
    const index = state.units.push({ row, record, parts: isKept ? parts : {}, isKept }) - 1;
    const tone = TONES[row.verdict] ?? (row.verdict ? "error" : "warning");
    const button = make("button", { type: "button", className: tone },
      make("span", { className: "badge", textContent: row.title }),
      make("strong", { textContent: row.host ?? row.label }),
      make("span", { className: "worst", textContent: row.failure ?? row.worst ?? row.windows ?? "" }),
      ...(row.host ? [make("code", { textContent: row.label })] : []));
    button.addEventListener("click", () => select(index, true));
    $("units").append(make("li", {}, button));
    show($("results"), true);
    const failed = state.units.filter(one => one.row.failure !== null).length;
    const results = state.units.length - failed;
    $("count").textContent = `${results} ${results === 1 ? "result" : "results"}` + (failed > 0 ? `, ${failed} could not be examined` : "");
    if (index === 0) select(0, false);
  };

  const buttons = (place, rows, act) => $(place).replaceChildren(...rows.map(row => {
    const button = make("button", { type: "button", textContent: row[2] });
    button.addEventListener("click", () => act(row));
    return button;
  }));

  const select = (index, isAsked) => {
    const { row, parts, isKept } = state.units[index];
    state.selected = index;
    [...$("units").children].forEach((item, place) => item.firstChild.setAttribute("aria-current", String(place === index)));
    $("unit-title").textContent = row.host ?? row.label;
    $("unit-source").textContent = row.sources.join(" + ");
    const rows = DOWNLOADS.filter(([name]) => parts[name]);
    buttons("downloads", parts.html ? [PRINT, ...rows] : rows, ([name, ending, , type]) => {
      if (name === "print") $("report").contentWindow.postMessage("print", "*");
      else save(`${nameOf(row)}${ending}`, new Blob([parts[name]], { type }));
    });
    const failure = $("failure");
    show(failure, row.failure !== null || !isKept);
    const [what, help] = failure.children;
    what.textContent = row.failure === null ? "The reports of this unit are not kept, because those before it take 512 MB." : `${row.label}: ${row.failure}`;
    help.textContent = row.failure === null ? "Drop its files alone, or use the command line." : row.help ?? "";
    const frame = $("report");
    show(frame, Boolean(parts.html));
    show($("unit"), true);
    if (parts.html) {
      frame.title = `Report on ${row.host ?? row.label}`;
      parts.html.text().then(text => { if (state.selected === index) frame.srcdoc = text; });
    } else {
      frame.removeAttribute("srcdoc");
    }
    if (isAsked) $("unit").focus();
  };

  // A file must not be called after what is hidden in it.
  const nameOf = row => state.isHidden ? "report" : (row.host ?? row.label).replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[._]+/, "").slice(0, 80) || "report";

  const save = (name, blob) => {
    const address = URL.createObjectURL(blob);
    const link = make("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };

  // All of them as one. The lines of JSON are the records, and what they come to.
  const saveAll = ([name, ending, , type]) => {
    const records = name === "all.jsonl" ? state.units.map(one => one.record) : [];
    save(`catalog9${ending}`, new Blob([...records, state.all[name]], { type }));
  };

  // What lies in folders that were dropped. Chromium hands it out by handles alone where the page was opened from a file; Firefox
  // and Safari have no handles, and readers that hand out a part of their entries at a time.
  const ofHandle = async (handle, path) => {
    const files = [];
    for await (const one of handle.values()) {
      const inner = `${path}/${one.name}`;
      if (one.kind === "file") files.push({ path: inner, file: await one.getFile(), found: true });
      else files.push(...await ofHandle(one, inner));
    }
    return files;
  };
  const ofEntry = async (entry, path) => {
    if (entry.isFile) return [{ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)), found: true }];
    const files = [];
    const reader = entry.createReader();
    for (;;) {
      const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (entries.length === 0) return files;
      for (const one of entries) files.push(...await ofEntry(one, `${path}/${one.name}`));
    }
  };

  // Everything must be taken out of what was dropped before this waits for the first time.
  const dropped = transfer => Promise.all([...transfer.items].filter(item => item.kind === "file").map(item => {
    const [entry, file] = [item.webkitGetAsEntry?.(), item.getAsFile()];
    if (!entry?.isDirectory) return file ? [{ path: file.name, file, found: false }] : [];
    const handle = item.getAsFileSystemHandle?.();
    return handle ? handle.then(folder => ofHandle(folder, folder.name)) : ofEntry(entry, entry.name);
  })).then(files => files.flat());

  const chosen = list => [...list].map(file => ({ path: file.webkitRelativePath || file.name, file, found: file.webkitRelativePath !== "" }));

  $("choose-files").addEventListener("click", () => $("files").click());
  $("choose-folder").addEventListener("click", () => $("folder").click());
  for (const id of ["files", "folder"]) {
    $(id).addEventListener("change", () => {
      const files = chosen($(id).files);
      $(id).value = "";
      choose(files);
    });
  }
  $("stop").addEventListener("click", () => {
    end();
    alarm("The examination was stopped. What is listed was examined; everything else was not.");
    finish();
  });
  // Files that are dropped beside the zone must not replace the page.
  addEventListener("dragover", event => {
    event.preventDefault();
    document.body.classList.add("over");
  });
  addEventListener("dragleave", event => { if (event.relatedTarget === null) document.body.classList.remove("over"); });
  addEventListener("drop", async event => {
    event.preventDefault();
    document.body.classList.remove("over");
    try {
      choose(await dropped(event.dataTransfer));
    } catch (error) {
      alarm(`What was dropped cannot be read (${error.message}): choose it with the buttons.`);
    }
  });
  if (typeof WebAssembly === "undefined") {
    alarm("This browser is too old for this page: it works in Chrome and Edge 97, Firefox 102, Safari 16, and later ones.");
  }
})();
