// The sequence diagram: a column per thread, a row per message, what repeats
// folded. Rows are drawn as they scroll into sight.
"use strict";

const sequence = {
  rows: [], columns: [], ROW: 22, COLUMN: 130, HEAD: 34, LEFT: 100,

  init() {
    this.box = document.getElementById("sequence");
    this.canvas = this.box.querySelector("canvas");
    this.spacer = this.box.querySelector("div");
    this.box.addEventListener("scroll", () => this.draw());
    this.canvas.addEventListener("click", e => this.click(e));
    for (const id of ["fold", "kernel", "roots", "inwindow"])
      document.getElementById(id).onchange = () => this.build();
  },

  isRoot(id) {
    const o = D.object.get(id), task = o && D.object.get(o.task);
    return !id || (task ? !!task.root : false);
  },

  wanted(m, q) {
    if (m.kind === "invoke" || m.kind === "result") {
      if (!this.showKernel) return false;
    } else if (!this.showRoots && m.from !== m.to && m.kind !== "irq" &&
               this.isRoot(m.from) && this.isRoot(m.to)) {
      return false;
    }
    if (this.inWindow && (D.time[m.i] < timeline.from ||
                          D.time[m.i] > timeline.to)) return false;
    return !q || app.matches(m.i);
  },

  build() {
    this.showKernel = document.getElementById("kernel").checked;
    this.showRoots = document.getElementById("roots").checked;
    this.inWindow = document.getElementById("inwindow").checked;
    const all = W.messages.filter(m => this.wanted(m, app.query));
    this.rows = document.getElementById("fold").checked ? fold(all)
      : all.map(m => ({ m, loop: 0 }));
    const seen = new Map();
    for (const { m } of this.rows) {
      for (const id of [m.kind === "irq" ? 0 : m.from, m.to])
        if (!seen.has(id)) seen.set(id, seen.size);
    }
    this.columns = [...seen.keys()];
    this.columnOf = seen;
    this.spacer.style.height = this.rows.length * this.ROW + this.HEAD + 30 +
      "px";
    this.spacer.style.width = this.LEFT + this.columns.length * this.COLUMN +
      20 + "px";
    document.getElementById("rows").textContent =
      `${all.length} messages in ${this.rows.length} rows`;
    this.draw();
  },

  reveal(i) {
    const row = this.rows.findIndex(r => r.m.i >= i);
    if (row < 0) return;
    this.here = this.rows[row].m.i;
    this.box.scrollTop = Math.max(0, row * this.ROW -
                                  this.box.clientHeight / 2);
    this.draw();
  },

  click(e) {
    const y = e.offsetY - this.HEAD + this.box.scrollTop;
    const row = this.rows[Math.floor(y / this.ROW)];
    if (e.offsetY > this.HEAD && row) app.select(row.m.i);
  },

  xOf(id) {
    return this.LEFT + (this.columnOf.get(id) + .5) * this.COLUMN -
      this.box.scrollLeft;
  },

  draw() {
    const fit = fitCanvas(this.canvas, this.box.clientWidth,
                          this.box.clientHeight);
    if (!fit) return;
    const { g, width, height } = fit;
    this.canvas.style.width = width + "px";
    this.canvas.style.height = height + "px";
    const css = getComputedStyle(document.documentElement);
    this.style = name => css.getPropertyValue(name);
    g.clearRect(0, 0, width, height);
    g.strokeStyle = this.style("--line");
    for (const id of this.columns) {
      g.beginPath();
      g.moveTo(this.xOf(id), this.HEAD);
      g.lineTo(this.xOf(id), height);
      g.stroke();
    }
    const top = this.box.scrollTop;
    for (let r = Math.max(0, Math.floor(top / this.ROW) - 12);
         r < this.rows.length && r * this.ROW < top + height; r++)
      this.drawRow(g, this.rows[r], this.HEAD + r * this.ROW - top);
    this.drawHead(g, width);
  },

  drawHead(g, width) {
    g.fillStyle = this.style("--back");
    g.fillRect(0, 0, width, this.HEAD);
    g.font = "12px system-ui, sans-serif";
    g.textAlign = "center";
    for (const id of this.columns) {
      const o = D.object.get(id), x = this.xOf(id);
      g.fillStyle = o && o.task ? colour(o.task, true) : "#dddddd";
      g.fillRect(x - 58, 5, 116, 22);
      g.fillStyle = "#1d2733";
      g.fillText(title(id), x, 20, 110);
    }
  },

  drawRow(g, { m, loop, rounds, length }, y) {
    const middle = y + this.ROW / 2 + 4;
    if (m.i === this.here) {
      g.fillStyle = this.style("--mark");
      g.fillRect(0, y, this.canvas.clientWidth, this.ROW);
    }
    g.font = "10px system-ui, sans-serif";
    g.fillStyle = this.style("--soft");
    g.textAlign = "left";
    g.fillText(formatTime(D.time[m.i]), 6, middle);
    if (loop) this.drawLoop(g, rounds, length, y);
    if (m.from === m.to && m.kind !== "irq") this.drawNote(g, m, middle);
    else this.drawArrow(g, m, middle);
  },

  drawLoop(g, rounds, length, y) {
    const x = this.LEFT - 12;
    g.strokeStyle = this.style("--accent");
    g.strokeRect(x, y + 1, this.columns.length * this.COLUMN + 10,
                 length * this.ROW - 2);
    g.fillStyle = this.style("--accent");
    g.font = "bold 10px system-ui, sans-serif";
    g.textAlign = "right";
    g.fillText(rounds + "x", x - 4, y + this.ROW - 3);
  },

  drawNote(g, m, y) {
    const x = this.xOf(m.to), text = textOf(m.i);
    g.font = "11px system-ui, sans-serif";
    const w = g.measureText(text).width + 10;
    g.fillStyle = m.kind === "report" ? "#f6c6c2" : "#fbf0c2";
    g.fillRect(x - w / 2, y - 12, w, 16);
    g.fillStyle = "#1d2733";
    g.textAlign = "center";
    g.fillText(text, x, y);
  },

  drawArrow(g, m, y) {
    const a = this.xOf(m.kind === "irq" ? 0 : m.from), b = this.xOf(m.to);
    const d = b > a ? -1 : 1;
    const unanswered = m.peer < 0 && (m.kind === "call" || m.kind === "fault");
    g.strokeStyle = g.fillStyle = unanswered ? this.style("--bad")
      : this.style("--front");
    g.setLineDash(m.kind === "reply" || m.kind === "result" ? [4, 3] : []);
    g.beginPath();
    g.moveTo(a, y);
    g.lineTo(b, y);
    g.stroke();
    g.setLineDash([]);
    g.beginPath();
    g.moveTo(b, y);
    g.lineTo(b + 7 * d, y - 4);
    g.lineTo(b + 7 * d, y + 4);
    g.fill();
    g.font = "11px system-ui, sans-serif";
    g.textAlign = "center";
    g.fillText(textOf(m.i) + (unanswered ? "  (never answered)" : ""),
               (a + b) / 2, y - 3);
  },
};

// Runs of up to 12 messages that come again right behind become one loop.
function fold(all) {
  const rows = [];
  const same = (a, b) => a.from === b.from && a.to === b.to &&
    a.kind === b.kind && (a.kind === "reply" || a.kind === "result" ||
      textOf(a.i).replace(/0x[0-9a-f]+/, "") ===
      textOf(b.i).replace(/0x[0-9a-f]+/, ""));
  for (let at = 0; at < all.length;) {
    let best = 1, rounds = 1;
    for (let length = 1; length <= 12 && all[at].kind !== "reply" &&
         all[at].kind !== "result"; length++) {
      let k = at + length;
      while (k < all.length && same(all[k], all[k - length])) k++;
      const times = Math.floor((k - at) / length);
      if (times > 1 && length * (times - 1) > best * (rounds - 1)) {
        best = length;
        rounds = times;
      }
    }
    for (let k = 0; k < best; k++)
      rows.push({ m: all[at + k], loop: rounds > 1 && !k ? 1 : 0, rounds,
                  length: best });
    at += best * rounds;
  }
  return rows;
}
