// The capability graph at any time: every node has its place for the whole
// run (Graphviz laid out the union), the slider only shows and hides.
"use strict";

const graph = {
  time: 0, scale: 1,
  SMALLEST: 0.6,   // what a name can still be read at

  init() {
    this.slider = document.getElementById("slider");
    this.slider.oninput = () =>
      this.show(W.start + (W.end - W.start) * this.slider.value / 1000);
    document.getElementById("gone").onchange = () => this.show(this.time);
    this.build();
    document.getElementById("graph").addEventListener(
      "wheel", e => this.wheel(e), { passive: false });
    for (const b of document.querySelectorAll("#view-graph [data-zoom]"))
      b.onclick = () => this.zoomBy(b.dataset.zoom);
    this.show(this.fullest());
  },

  // When most capabilities were held, at the last: programs end, and at the
  // end of a run there is little left to see.
  fullest() {
    const steps = [];
    for (const [, , , , since, until] of D.graph.spans) {
      steps.push([since, 1]);
      if (until >= 0) steps.push([until, -1]);
    }
    steps.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    let held = 0, most = 0, best = W.end;
    steps.forEach(([time, by], k) => {
      held += by;
      if (held < most) return;
      most = held;
      best = k + 1 < steps.length ? Math.max(time, steps[k + 1][0] - 1) : W.end;
    });
    return best;
  },

  // All of it, if it can still be read then.
  fit() {
    if (this.fitted) return;
    const box = document.getElementById("graph");
    if (!box.clientWidth) return;   // not shown yet
    this.fitted = true;
    this.zoom(Math.max(this.SMALLEST,
                       Math.min(1, box.clientWidth / this.width,
                                box.clientHeight / this.height)), 0, 0);
  },

  // The point of the box at x, y stays where it is.
  zoom(scale, x, y) {
    const box = document.getElementById("graph");
    const by = Math.max(0.05, Math.min(4, scale)) / this.scale;
    this.scale *= by;
    this.svg.setAttribute("width", this.width * this.scale);
    this.svg.setAttribute("height", this.height * this.scale);
    box.scrollLeft = (box.scrollLeft + x) * by - x;
    box.scrollTop = (box.scrollTop + y) * by - y;
  },

  zoomBy(how) {
    const box = document.getElementById("graph");
    const x = box.clientWidth / 2, y = box.clientHeight / 2;
    if (how !== "all")
      this.zoom(this.scale * (how === "in" ? 1.25 : 0.8), x, y);
    else
      this.zoom(Math.min(1, box.clientWidth / this.width,
                         box.clientHeight / this.height), x, y);
  },

  wheel(e) {
    if (!e.ctrlKey && !e.altKey) return;   // else it scrolls
    e.preventDefault();
    const box = document.getElementById("graph").getBoundingClientRect();
    this.zoom(this.scale * Math.exp(-e.deltaY / 400), e.clientX - box.left,
              e.clientY - box.top);
  },

  build() {
    const { nodes, spans } = D.graph;
    this.width = D.graph.width + 40;
    this.height = D.graph.height + 40;
    this.at = new Map(nodes.map(n => [n[0], n]));
    this.edges = new Map();     // "task,object" -> its spans
    for (const [task, object, rights, slot, since, until] of spans) {
      const key = task + "," + object;
      if (!this.edges.has(key)) this.edges.set(key, { task, object, all: [] });
      this.edges.get(key).all.push({ rights, slot, since, until });
    }
    const parts = [];
    for (const e of this.edges.values())
      parts.push(this.path(e.task, e.object, "edge", e.task + "," + e.object));
    for (const [id] of nodes) {
      const o = D.object.get(id), thread = o && D.object.get(o.target);
      if (thread && thread.task && this.at.has(thread.task))
        parts.push(this.path(id, thread.task, "edge leads", "leads," + id));
    }
    for (const n of nodes) parts.push(this.node(n));
    document.getElementById("graph").innerHTML =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}"
        height="${this.height}" viewBox="-20 -20 ${this.width} ${this.height}">
        <defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4"
        markerWidth="7" markerHeight="7" orient="auto-start-reverse">
        <path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>
        ${parts.join("")}</svg>`;
    this.svg = document.querySelector("#graph svg");
    this.svg.addEventListener("click", e => {
      const g = e.target.closest(".node");
      this.pick(g ? +g.dataset.id : 0);
    });
  },

  path(from, to, classes, key) {
    const [, x1, y1, w1, h1] = this.at.get(from);
    const [, x2, y2, w2, h2] = this.at.get(to);
    const right = x2 >= x1;
    const ax = x1 + (right ? w1 / 2 : -w1 / 2);
    const bx = x2 + (right ? -w2 / 2 : w2 / 2);
    const bend = Math.max(24, Math.abs(bx - ax) / 2) * (right ? 1 : -1);
    return `<path class="${classes}" data-key="${key}" marker-end="url(#tip)"
      d="M${ax} ${y1}C${ax + bend} ${y1} ${bx - bend} ${y2} ${bx} ${y2}"/>`;
  },

  node([id, x, y, w, h]) {
    const o = D.object.get(id);
    const task = o.type === "task";
    const fill = task ? colour(id, true)
      : o.type === "gate" ? "#fff3c4" : "#f6d5bd";
    const line = task ? colour(id, false)
      : o.type === "gate" ? "#b08a12" : "#b9551f";
    const shape = task
      ? `<rect x="${x - w / 2}" y="${y - h / 2}" width="${w}" height="${h}"
          rx="6" fill="${fill}" stroke="${line}"/>`
      : `<ellipse cx="${x}" cy="${y}" rx="${w / 2}" ry="${h / 2}"
          fill="${fill}" stroke="${line}"/>`;
    const text = o.title.length > 24 ? o.title.slice(0, 23) + "…" : o.title;
    return `<g class="node" data-id="${id}">${shape}<text x="${x}" y="${y}"
      >${escapeHtml(text)}</text><title>${escapeHtml(o.type + " " + o.title)}
      </title></g>`;
  },

  alive(id, time) {
    const o = D.object.get(id);
    return o.created <= time && (o.deleted < 0 || o.deleted > time);
  },

  // The spans of an edge that are there at the time.
  held(e, time) {
    return e.all.filter(s => s.since <= time &&
                             (s.until < 0 || s.until > time));
  },

  show(time) {
    this.time = time;
    this.slider.value = Math.round(1000 * (time - W.start) /
                                   Math.max(1, W.end - W.start));
    document.getElementById("graphtime").textContent = formatTime(time);
    const gone = document.getElementById("gone").checked;
    let on = 0;
    for (const p of this.svg.querySelectorAll(".edge")) {
      const key = p.dataset.key;
      let there, went = false;
      if (key.startsWith("leads")) {
        there = this.alive(+key.slice(6), time);
      } else {
        const e = this.edges.get(key);
        there = this.held(e, time).length > 0;
        went = gone && !there && e.all.some(s => s.since <= time);
      }
      on += there;
      p.classList.toggle("on", there);
      p.classList.toggle("went", went);
    }
    for (const g of this.svg.querySelectorAll(".node"))
      g.classList.toggle("on", this.alive(+g.dataset.id, time));
    this.svg.dataset.edges = on;
    this.pick(this.picked || 0);
  },

  // Shows what the node holds and who holds it.
  pick(id) {
    this.picked = id;
    for (const g of this.svg.querySelectorAll(".node"))
      g.classList.toggle("picked", +g.dataset.id === id);
    for (const p of this.svg.querySelectorAll(".edge"))
      p.classList.toggle("near", !!id &&
                         p.dataset.key.split(",").includes(String(id)));
    const box = document.getElementById("node");
    if (!id) {
      box.textContent = "";
      return;
    }
    const rows = [];
    for (const e of this.edges.values()) {
      if (e.task !== id && e.object !== id) continue;
      for (const s of this.held(e, this.time))
        rows.push(`<tr><td>${escapeHtml(title(e.task))}</td><td>slot
          ${s.slot.toString(16)}</td><td>${escapeHtml(title(e.object))}</td>
          <td>${s.rights}</td><td>since ${formatTime(s.since)}</td></tr>`);
    }
    box.innerHTML = `<b>${escapeHtml(D.object.get(id).type + " " + title(id))}
      </b><table>${rows.join("")}</table>`;
  },
};

function escapeHtml(text) {
  return text.replace(/[&<>"]/g, c =>
    ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
}
