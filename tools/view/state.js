// What the views draw, computed once from the records: when each thread ran,
// its calls, the messages and which answer belongs to which request.
"use strict";

const EV = { SWITCH: 4, IPC: 16, ERROR: 18, INVOKE: 19, RESULT: 20,
             REPORT: 23, MARK: 27, END: 28 };
const F = { CALL: 1, REPLY: 2, IRQ: 8, FAULT: 16 };

const W = { threads: [], byId: new Map(), cpus: [], messages: [], pairs: new Map() };

function thread(id) {
  let t = W.byId.get(id);
  if (!t) {
    const o = D.object.get(id);
    t = { id, title: title(id), task: o ? o.task : 0,
          runStart: [], runEnd: [], callStart: [], callEnd: [], callAt: [],
          served: [], ran: 0, open: null };
    W.byId.set(id, t);
  }
  return t;
}

// A message: record, sender, receiver, kind; answer and request by index
// into W.messages, -1: none.
function addMessage(i, from, to, kind) {
  W.messages.push({ i, from, to, kind, peer: -1 });
  return W.messages.length - 1;
}

function openCall(m) {
  const t = thread(W.messages[m].from);
  t.open = { m, time: D.time[W.messages[m].i] };
}

function closeCall(caller, m, time) {
  const t = thread(caller);
  if (!t.open) return;
  const request = W.messages[t.open.m];
  request.peer = m;          // an error answers, too
  W.messages[m].peer = t.open.m;
  t.callStart.push(t.open.time);
  t.callEnd.push(time);
  t.callAt.push(request.i);
  if (request.kind === "call" || request.kind === "fault")
    countPair(request, time - t.open.time);
  t.open = null;
}

function countPair(request, latency) {
  const key = request.from + "," + request.to;
  let p = W.pairs.get(key);
  if (!p) W.pairs.set(key, p = { from: request.from, to: request.to, all: [] });
  p.all.push(latency);
}

function onIpc(i) {
  const from = D.thread[i], to = arg(i, 0), flags = D.flags[i];
  if (flags & F.IRQ) {
    addMessage(i, 0, to, "irq");
  } else if (flags & F.REPLY) {
    const m = addMessage(i, from, to, "reply");
    const open = thread(to).open;
    if (open && W.messages[open.m].to === from) closeCall(to, m, D.time[i]);
  } else if (flags & (F.CALL | F.FAULT)) {
    openCall(addMessage(i, from, to, flags & F.FAULT ? "fault" : "call"));
  } else {
    addMessage(i, from, to, "send");
  }
}

function onSwitch(i, running) {
  const time = D.time[i], cpu = D.cpu[i];
  const last = running[cpu];
  if (last && time > last.since) {
    last.t.runStart.push(last.since);
    last.t.runEnd.push(time);
    last.t.ran += time - last.since;
    const c = W.cpus[cpu] ||= { cpu, id: -1 - cpu, title: `CPU ${cpu}`,
                                runStart: [], runEnd: [], runs: [] };
    c.runStart.push(last.since);
    c.runEnd.push(time);
    c.runs.push(last.t);
  }
  const to = arg(i, 0);
  running[cpu] = to ? { t: thread(to), since: time } : null;
}

function onOther(i) {
  const t = D.thread[i];
  switch (D.event[i]) {
  case EV.INVOKE: openCall(addMessage(i, t, 0, "invoke")); break;
  case EV.RESULT: closeCall(t, addMessage(i, 0, t, "result"), D.time[i]); break;
  case EV.ERROR:
    closeCall(t, addMessage(i, t, t, "error"), D.time[i]);
    break;
  case EV.REPORT: addMessage(i, arg(i, 0), arg(i, 0), "report"); break;
  case EV.MARK: addMessage(i, t, t, "mark"); break;
  }
}

function computeState() {
  const running = [];
  for (let i = 0; i < D.n; i++) {
    const e = D.event[i];
    if (e === EV.SWITCH) onSwitch(i, running);
    else if (e === EV.IPC) onIpc(i);
    else if (e >= EV.ERROR && e <= EV.END) onOther(i);
  }
  const end = D.n ? D.time[D.n - 1] : 0;
  for (const t of W.byId.values()) {
    if (!t.open) continue;   // never answered: to the end
    t.callStart.push(t.open.time);
    t.callEnd.push(end);
    t.callAt.push(W.messages[t.open.m].i);
  }
  W.threads = [...W.byId.values()]
    .filter(t => t.id && D.object.get(t.id)?.type === "thread")
    .sort((a, b) => a.task - b.task || a.id - b.id);
  W.end = end;
  W.start = D.n ? D.time[0] : 0;
}

// A colour per task, alike in all views.
const tasks = [];
function colour(task, light) {
  let n = tasks.indexOf(task);
  if (n < 0) n = tasks.push(task) - 1;
  const hue = (210 + n * 137.5) % 360;
  return `hsl(${hue} ${light ? "55% 84%" : "52% 52%"})`;
}

// A message in one line.
function describe(i) {
  const name = D.eventName[D.event[i]] || "event " + D.event[i];
  const text = textOf(i);
  const args = D.eventArgs[D.event[i]] || [];
  let line = formatTime(D.time[i]).padStart(14) + "  " +
    title(D.thread[i]).padEnd(18) + " " + name.padEnd(12) + " ";
  if (D.event[i] === EV.IPC)
    return line + "-> " + title(arg(i, 0)) + ": " + text;
  return line + (text ? '"' + text + '" ' : "") + args.map((a, k) =>
    /^(name|text)\d/.test(a) ? "" : a + "=" + value(a, arg(i, k)))
    .filter(x => x).join(" ");
}

// A message tag: label, words and items.
function tagText(v) {
  const low = ((v % 65536) + 65536) % 65536;
  return `${(v - low) / 65536}/${low & 63}w/${low >> 6 & 63}i`;
}

function rightsText(v) {
  return [[4, "r"], [1, "w"], [2, "s"], [8, "d"], [16, "v"]]
    .map(([bit, letter]) => v & bit ? letter : "").join("") || "-";
}

const IDS = new Set(["to", "from", "object", "factory", "thread", "task",
  "gate", "via", "partner", "from_task", "to_task", "by_task", "parent_task"]);
function value(name, v) {
  if (IDS.has(name)) return title(v);
  if (name === "type") return D.types[v] || String(v);
  if (name === "tag") return tagText(v);
  if (name === "rights") return rightsText(v);
  if (name.endsWith("_ns")) return v < 0 || v > 9e15 ? "never" : formatTime(v);
  if (v < 0 || v < 1000) return String(v);
  return "0x" + v.toString(16);
}
