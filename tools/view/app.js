// The page: tabs, search, keys, the overview, and the cursor that all views
// share. The address says what is shown: #view=graph&t=1200000&q=ENOSYS
"use strict";

const VIEWS = ["overview", "timeline", "sequence", "graph", "events",
               "findings"];

const app = {
  view: "overview", here: -1, query: "", hits: null,

  show(view) {
    this.view = view;
    for (const v of VIEWS)
      document.getElementById("view-" + v).hidden = v !== view;
    for (const b of document.querySelectorAll("#tabs button"))
      b.setAttribute("aria-selected", b.dataset.view === view);
    this.redraw();
  },

  redraw() {
    if (this.view === "timeline") timeline.draw();
    if (this.view === "sequence") sequence.build();
    if (this.view === "graph") graph.fit();
    if (this.view === "events") events.build();
    if (this.here >= 0) this.revealHere();
  },

  revealHere() {
    if (this.view === "timeline") timeline.reveal(this.here);
    if (this.view === "sequence") sequence.reveal(this.here);
    if (this.view === "events") events.reveal(this.here);
  },

  // The cursor goes to record i, in all views.
  select(i) {
    this.here = i;
    timeline.cursor = i;
    document.getElementById("detail").textContent =
      `event ${i + 1} of ${D.n}   ` + describe(i).trim();
    graph.show(D.time[i]);
    this.revealHere();
  },

  goTo(time) {
    if (D.n) this.select(Math.min(D.n - 1, lowerBound(D.time, time)));
  },

  windowChanged() {
    document.getElementById("window").textContent =
      `${formatTime(Math.max(0, timeline.from))} to ${formatTime(timeline.to)}`;
  },

  /* --- search: what matches is decided once per word, not per record --- */

  search(query) {
    this.query = query.trim().toLowerCase();
    this.hits = null;
    if (this.query) {
      const q = this.query;
      this.eventHit = D.eventName.map(n => n && n.toLowerCase().includes(q));
      this.textHit = D.texts.map(t => t.toLowerCase().includes(q));
      this.threadHit = new Set([...D.object.values()].filter(o =>
        o.title.toLowerCase().includes(q)).map(o => o.id));
      const hits = [];
      for (let i = 0; i < D.n; i++) if (this.matches(i)) hits.push(i);
      this.hits = hits;
    }
    document.getElementById("found").textContent =
      this.hits ? `${this.hits.length} found` : "";
    this.redraw();
  },

  matches(i) {
    return this.eventHit[D.event[i]] || this.threadHit.has(D.thread[i]) ||
      (D.text[i] > 0 && this.textHit[D.text[i] - 1]) ||
      (D.event[i] === EV.IPC && this.threadHit.has(arg(i, 0)));
  },

  step(by) {
    if (!this.hits) {
      this.select(Math.max(0, Math.min(D.n - 1, this.here + by)));
      return;
    }
    if (!this.hits.length) return;
    let k = lowerBound(this.hits, this.here + (by > 0 ? 1 : 0));
    if (by < 0) k--;
    this.select(this.hits[(k + this.hits.length) % this.hits.length]);
  },

  key(e) {
    if (e.target.tagName === "INPUT" && e.target.type === "search") {
      if (e.key === "Enter") this.step(1);
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const move = (timeline.to - timeline.from) / 5;
    const zoomed = this.view === "graph" ? graph : timeline;
    const keys = {
      "/": () => document.getElementById("search").focus(),
      n: () => this.step(1),
      p: () => this.step(-1),
      t: toggleTheme,
      "?": () => document.getElementById("keys").showModal(),
      "+": () => zoomed.zoomBy("in"),
      "-": () => zoomed.zoomBy("out"),
      0: () => zoomed.zoomBy("all"),
      ArrowLeft: () => timeline.show(timeline.from - move, timeline.to - move),
      ArrowRight: () => timeline.show(timeline.from + move,
                                      timeline.to + move),
    };
    if (e.key >= "1" && e.key <= String(VIEWS.length))
      this.show(VIEWS[e.key - 1]);
    else if (keys[e.key]) keys[e.key]();
    else return;
    e.preventDefault();
  },

  fromAddress() {
    const a = new URLSearchParams(location.hash.slice(1));
    if (a.get("q")) {
      document.getElementById("search").value = a.get("q");
      this.search(a.get("q"));
    }
    if (a.get("theme")) setTheme(a.get("theme") === "dark");
    if (VIEWS.includes(a.get("view"))) this.show(a.get("view"));
    if (a.get("from") && a.get("to"))
      timeline.show(+a.get("from"), +a.get("to"));
    if (a.get("t")) this.goTo(+a.get("t"));
  },
};

/* --- light and dark ----------------------------------------------------- */

function setTheme(dark) {
  document.documentElement.classList.toggle("dark", dark);
  app.redraw();
}

function toggleTheme() {
  setTheme(!document.documentElement.classList.contains("dark"));
}

/* --- overview and findings --------------------------------------------- */

function median(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

function cards() {
  const tasks = D.objects.filter(o => o[1] === "task").length;
  const bad = D.findings.filter(f => f[1]).length;
  return [[D.records.toLocaleString("en"), "events"],
          [formatTime(W.end - W.start), "virtual time"],
          [tasks, "tasks"], [W.threads.length, "threads"],
          [W.messages.length.toLocaleString("en"), "messages"],
          [bad + " / " + D.findings.length, "bad findings / all"]]
    .map(([v, t]) => `<div class="card"><b>${v}</b>${t}</div>`).join("");
}

function threadTable() {
  const busiest = [...W.threads].sort((a, b) => b.ran - a.ran).slice(0, 24);
  const most = Math.max(1, ...busiest.map(t => t.ran));
  return busiest.map(t => `<tr><td>${escapeHtml(t.title)}</td>
    <td class="number">${formatTime(t.ran)}</td>
    <td><span class="meter" style="width:${180 * t.ran / most}px;background:
    ${colour(t.task, false)}"></span></td></tr>`).join("");
}

function pairTable() {
  const pairs = [...W.pairs.values()]
    .sort((a, b) => b.all.length - a.all.length).slice(0, 24);
  return pairs.map(p => {
    const s = p.all.sort((a, b) => a - b);
    return `<tr><td>${escapeHtml(title(p.from))} &rarr;
      ${escapeHtml(title(p.to))}</td><td class="number">${s.length}</td>
      <td class="number">${formatTime(median(s, .5))}</td>
      <td class="number">${formatTime(median(s, .99))}</td>
      <td class="number">${formatTime(s[s.length - 1])}</td></tr>`;
  }).join("");
}

function drawOverview() {
  document.getElementById("view-overview").innerHTML = `
    <div class="cards">${cards()}</div>
    <h2>Who ran</h2><table>${threadTable()}</table>
    <h2>Who asked whom</h2>
    <table><tr><th></th><th class="number">calls</th><th class="number">median
    </th><th class="number">99 %</th><th class="number">longest</th></tr>
    ${pairTable()}</table>`;
}

function drawFindings() {
  const box = document.getElementById("view-findings");
  box.innerHTML = D.findings.length ? D.findings.map(([kind, bad, time, text]) =>
    `<div class="finding${bad ? " bad" : ""}" data-time="${time}"
     ><b>${kind}</b> at ${formatTime(time)}: ${escapeHtml(text)}</div>`).join("")
    : "<p>Nothing to report: no dead-lock, no call without an answer, no " +
      "priority inversion, no capability nobody used.</p>";
  box.onclick = e => {
    const f = e.target.closest(".finding");
    if (!f) return;
    app.show("timeline");
    app.goTo(+f.dataset.time);
  };
}

function drawNote() {
  const parts = [];
  if (D.leftOut)
    parts.push(`The first ${D.records} events are shown; ` +
               `${D.leftOut} more are left out.`);
  if (D.graph.leftOut)
    parts.push(`The graph leaves ${D.graph.leftOut} objects out.`);
  if (D.damage) parts.push(D.damage + ".");
  const note = document.getElementById("note");
  note.textContent = parts.join(" ");
  note.hidden = !parts.length;
}

async function start() {
  const element = document.getElementById("data");
  await loadData(element.textContent);
  element.remove();
  computeState();
  W.messageTime = Float64Array.from(W.messages, m => D.time[m.i]);
  document.getElementById("title").textContent =
    `${D.system} (${D.target}, seed ${D.seed})`;
  VIEWS.forEach((v, k) => {
    const b = document.createElement("button");
    b.textContent = v;
    b.dataset.view = v;
    b.title = String(k + 1);
    b.setAttribute("role", "tab");
    b.onclick = () => app.show(v);
    document.getElementById("tabs").append(b);
  });
  document.documentElement.classList.toggle(
    "dark", matchMedia("(prefers-color-scheme: dark)").matches);
  drawNote();
  drawOverview();
  drawFindings();
  timeline.init();
  sequence.init();
  graph.init();
  events.init();
  app.windowChanged();
  document.getElementById("search").oninput = e => app.search(e.target.value);
  document.getElementById("theme").onclick = toggleTheme;
  document.getElementById("help").onclick = () =>
    document.getElementById("keys").showModal();
  addEventListener("keydown", e => app.key(e));
  addEventListener("resize", () => app.redraw());
  addEventListener("hashchange", () => app.fromAddress());
  app.show("overview");
  app.fromAddress();
  document.body.dataset.ready = Math.round(performance.now());
}

start();
