"use strict";
// Runs the module, away from the page: it is given files and a request, and hands on what the module says.
let files;
let exports;
const reader = new FileReaderSync();
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
const memory = (place, length) => new Uint8Array(exports.memory.buffer, place >>> 0, length);
// Large files are read in parts, so that the browser holds no second copy of them.
const AT_ONCE = 8 << 20;

const page = {
  size: file => BigInt(files[file].size),
  read: (file, offset, place, length) => {
    try {
      const start = Number(offset);
      const bytes = new Uint8Array(reader.readAsArrayBuffer(files[file].slice(start, start + Math.min(length >>> 0, AT_ONCE))));
      memory(place, bytes.length).set(bytes);
      return bytes.length;
    } catch {
      return -1;
    }
  },
  take: (name, nameLength, place, length) => {
    const bytes = memory(place, length >>> 0).slice();
    postMessage({ name: decoder.decode(memory(name, nameLength)), bytes }, [bytes.buffer]);
  },
};

const decoded = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));
const module = async (bytes, imports) => (await WebAssembly.instantiate(bytes, { page: imports })).instance.exports;
// The module, which the loader unpacks.
const unpack = async (loader, text) => {
  let bytes;
  const own = await module(decoded(loader), { take: (place, length) => { bytes = new Uint8Array(own.memory.buffer, place, length).slice(); } });
  const packed = decoded(text);
  const place = own.allocate(packed.length);
  new Uint8Array(own.memory.buffer, place, packed.length).set(packed);
  own.unpack(place, packed.length);
  if (!bytes) throw new Error("the module in this page is damaged");
  return bytes;
};

onmessage = async ({ data }) => {
  try {
    files = data.files;
    exports = await module(await unpack(data.loader, data.module), page);
    const request = encoder.encode(data.request);
    const place = exports.allocate(request.length);
    memory(place, request.length).set(request);
    exports.answer(place, request.length);
    postMessage({ name: "done" });
  } catch (error) {
    postMessage({ name: "ended", error: String(error) });
  }
};
