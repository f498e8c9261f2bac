// Unpacks the block of data (tools/view/report.h) into typed arrays.
"use strict";

const D = {};   // the data; filled once by loadData()

// The varints of a stream, one after another.
function varints(bytes) {
  let at = 0;
  return {
    next() {
      let value = 0, scale = 1, b;
      do {
        b = bytes[at++];
        value += (b & 127) * scale;
        scale *= 128;
      } while (b & 128);
      return value;
    },
    signed() {
      // Beyond 2^53 numbers lose their last digits; halves stay exact.
      const v = this.next();
      return v % 2 ? -(v + 1) / 2 : v / 2;
    },
  };
}

async function inflate(text) {
  const packed = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const stream = new Blob([packed]).stream()
    .pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function streamsOf(block) {
  const view = new DataView(block.buffer);
  const streams = new Map();
  let at = 4;
  for (let n = view.getUint32(0, true); n > 0; n--) {
    const key = view.getUint32(at, true), size = view.getUint32(at + 4, true);
    streams.set(key, block.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return streams;
}

const TEXT_ARGUMENTS = 4;   // words that a text takes

// Argument columns: D.args[event][i] is a Float64Array in order of records.
function loadArguments(streams, counts) {
  D.args = [];
  for (const [number, , names] of D.events) {
    const columns = [];
    const list = names ? names.split(",") : [];
    for (let i = 0; i < list.length; i++) {
      const bytes = streams.get(256 + 8 * number + i);
      if (!bytes) continue;
      const column = new Float64Array(counts[number]);
      const read = varints(bytes);
      let last = 0;
      for (let k = 0; k < column.length; k++)
        column[k] = last += read.signed();
      columns[i] = column;
    }
    D.args[number] = columns;
  }
}

async function loadData(text) {
  const streams = streamsOf(await inflate(text));
  Object.assign(D, JSON.parse(new TextDecoder().decode(streams.get(0))));
  const n = D.n = D.records;
  D.time = new Float64Array(n);
  D.event = streams.get(2);
  D.cpu = streams.get(3);
  D.flags = streams.get(4);
  D.thread = new Uint32Array(n);
  D.text = new Uint32Array(n);
  D.nth = new Uint32Array(n);     // which record of its event
  const counts = new Uint32Array(64);
  const time = varints(streams.get(1)), thread = varints(streams.get(5)),
        texts = varints(streams.get(6));
  let now = 0;
  for (let i = 0; i < n; i++) {
    D.time[i] = now += time.signed();
    D.thread[i] = thread.next();
    D.text[i] = texts.next();
    D.nth[i] = counts[D.event[i]]++;
  }
  loadArguments(streams, counts);
  D.object = new Map(D.objects.map(
    ([id, type, title, task, target, created, deleted, root]) =>
      [id, { id, type, title, task, target, created, deleted, root }]));
  D.eventName = [];
  D.eventArgs = [];
  for (const [number, name, names] of D.events) {
    D.eventName[number] = name;
    D.eventArgs[number] = names ? names.split(",") : [];
  }
}

// Argument k of record i.
function arg(i, k) {
  const column = D.args[D.event[i]][k];
  return column ? column[D.nth[i]] : 0;
}

function title(id) {
  if (!id) return "kernel";
  const o = D.object.get(id);
  return o ? o.title : "#" + id;
}

function textOf(i) {
  return D.text[i] ? D.texts[D.text[i] - 1] : "";
}

function formatTime(ns) {
  if (ns < 1e6) return (ns / 1e3).toFixed(3) + " us";
  if (ns < 1e9) return (ns / 1e6).toFixed(3) + " ms";
  return (ns / 1e9).toFixed(6) + " s";
}

// The first index with time >= t.
function lowerBound(array, t, length = array.length) {
  let low = 0, high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle] < t) low = middle + 1; else high = middle;
  }
  return low;
}
