// The timeline: a row per CPU, if there are several: whom it ran; and a row per
// thread, above when it ran, below its calls; from
// the whole run down to single events. Only what is visible is drawn, and
// what is narrower than a pixel is merged.
"use strict";

const timeline = {
  from: 0, to: 1, rows: [], cursor: -1, ROW: 40, LEFT: 150, TOP: 24, first: 0,

  init() {
    this.canvas = document.getElementById("timeline");
    this.from = W.start;
    this.to = Math.max(W.end, W.start + 1);
    this.chooseRows();
    this.canvas.addEventListener("wheel", e => this.wheel(e),
                                 { passive: false });
    this.canvas.addEventListener("mousedown", e => this.press(e));
    document.getElementById("idle").onchange = () => {
      this.chooseRows();
      this.draw();
    };
    for (const b of document.querySelectorAll("#view-timeline [data-zoom]"))
      b.onclick = () => this.zoomBy(b.dataset.zoom);
  },

  chooseRows() {
    const all = document.getElementById("idle").checked;
    const cpus = W.cpus.length > 1 ? W.cpus.filter(c => c) : [];
    this.rows = cpus.concat(
      W.threads.filter(t => all || t.ran || t.callStart.length));
  },

  x(time) {
    return this.LEFT + (time - this.from) / (this.to - this.from) *
      (this.width - this.LEFT);
  },
  timeAt(x) {
    return this.from + (x - this.LEFT) / (this.width - this.LEFT) *
      (this.to - this.from);
  },

  zoomBy(how) {
    const middle = (this.from + this.to) / 2;
    if (how === "all") this.show(W.start, W.end);
    else this.zoom(how === "in" ? 0.5 : 2, middle);
  },
  zoom(factor, around) {
    this.show(around - (around - this.from) * factor,
              around + (this.to - around) * factor);
  },
  show(from, to) {
    const least = 20;   // ns across the screen
    if (to - from < least) {
      const middle = (from + to) / 2;
      from = middle - least / 2;
      to = middle + least / 2;
    }
    const span = Math.min(to - from, (W.end - W.start) * 1.02 + 1);
    from = Math.max(from, W.start - span * 0.02);
    if (from + span > W.end + span * 0.02) from = W.end + span * 0.02 - span;
    this.from = from;
    this.to = from + span;
    this.draw();
    app.windowChanged();
  },
  wheel(e) {
    e.preventDefault();
    if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
      const move = (e.deltaX || e.deltaY) / 600 * (this.to - this.from);
      this.show(this.from + move, this.to + move);
    } else if (e.ctrlKey || e.altKey || e.offsetX > this.LEFT) {
      this.zoom(Math.exp(e.deltaY / 400), this.timeAt(e.offsetX));
    } else {
      this.scroll(Math.sign(e.deltaY));
    }
  },
  scroll(rows) {
    this.first = Math.max(0, Math.min(this.first + rows,
                                      this.rows.length - 1));
    this.draw();
  },
  press(e) {
    const start = e.offsetX, from = this.from, to = this.to;
    let moved = false;
    const move = m => {
      const dx = m.clientX - e.clientX;
      if (Math.abs(dx) > 3) moved = true;
      if (!moved) return;
      const dt = -dx / (this.width - this.LEFT) * (to - from);
      this.show(from + dt, to + dt);
    };
    const up = () => {
      removeEventListener("mousemove", move);
      removeEventListener("mouseup", up);
      if (!moved) this.click(start, e.offsetY);
    };
    addEventListener("mousemove", move);
    addEventListener("mouseup", up);
  },
  // The record of the clicked row that is nearest in time.
  click(x, y) {
    const row = this.rows[this.first +
                          Math.floor((y - this.TOP) / this.ROW)];
    const time = this.timeAt(x);
    let best = -1, distance = Infinity;
    const middle = lowerBound(D.time, time);
    for (let i = Math.max(0, middle - 3000);
         i < Math.min(D.n, middle + 3000); i++) {
      if (row && (row.runs ? D.cpu[i] !== row.cpu : D.thread[i] !== row.id))
        continue;
      const d = Math.abs(D.time[i] - time);
      if (d < distance) { distance = d; best = i; }
    }
    if (best >= 0) app.select(best);
  },

  // Moves so that the record is inside, and keeps the zoom.
  reveal(i) {
    const time = D.time[i], span = this.to - this.from;
    this.cursor = i;
    if (time < this.from + span * .05 || time > this.to - span * .05) {
      this.from = time - span / 2;
      this.to = time + span / 2;
      app.windowChanged();
    }
    const row = this.rows.findIndex(t => t.id === D.thread[i]);
    const visible = Math.floor((this.height - this.TOP) / this.ROW);
    if (row >= 0 && (row < this.first || row >= this.first + visible))
      this.first = Math.max(0, row - 1);
    this.draw();
  },

  draw() {
    const fit = fitCanvas(this.canvas);
    if (!fit) return;
    const { g, width, height } = fit;
    this.width = width;
    this.height = height;
    const css = getComputedStyle(document.documentElement);
    this.front = css.getPropertyValue("--front");
    this.soft = css.getPropertyValue("--soft");
    this.line = css.getPropertyValue("--line");
    g.clearRect(0, 0, width, height);
    this.drawAxis(g);
    let y = this.TOP;
    for (let r = this.first; r < this.rows.length && y < height; r++) {
      this.drawRow(g, this.rows[r], y);
      y += this.ROW;
    }
    this.drawArrows(g);
    this.drawCursor(g);
  },

  drawAxis(g) {
    const span = this.to - this.from;
    let step = Math.pow(10, Math.floor(Math.log10(span / 6)));
    while (span / step > 9) step *= step.toString().startsWith("2") ? 2.5 : 2;
    g.font = "11px system-ui, sans-serif";
    g.fillStyle = this.soft;
    g.strokeStyle = this.line;
    g.textAlign = "left";
    for (let t = Math.ceil(this.from / step) * step; t < this.to; t += step) {
      const x = this.x(t);
      g.beginPath();
      g.moveTo(x, 0);
      g.lineTo(x, this.height);
      g.stroke();
      g.fillText(formatTime(Math.max(0, t)), x + 3, 14);
    }
  },

  drawRow(g, t, y) {
    g.fillStyle = this.front;
    g.font = "12px system-ui, sans-serif";
    g.textAlign = "right";
    g.fillText(t.title, this.LEFT - 8, y + 16, this.LEFT - 12);
    g.strokeStyle = this.line;
    g.beginPath();
    g.moveTo(0, y + this.ROW - 3);
    g.lineTo(this.width, y + this.ROW - 3);
    g.stroke();
    if (t.runs) {   // a CPU, of several
      this.drawSpans(g, t.runStart, t.runEnd, y + 8, 20,
                     k => colour(t.runs[k].task, false),
                     k => t.runs[k].title);
      return;
    }
    this.drawSpans(g, t.runStart, t.runEnd, y + 4, 13,
                   () => colour(t.task, false));
    this.drawSpans(g, t.callStart, t.callEnd, y + 20, 13,
                   () => colour(t.task, true), k => textOf(t.callAt[k]));
  },

  drawSpans(g, starts, ends, y, height, fill, label) {
    const n = starts.length;
    let k = lowerBound(ends, this.from, n), until = -1;
    g.textAlign = "left";
    for (; k < n && starts[k] < this.to; k++) {
      const a = Math.max(this.x(starts[k]), this.LEFT);
      const b = Math.min(this.x(ends[k]), this.width);
      if (b <= until) continue;     // inside a pixel that is drawn
      g.fillStyle = fill(k);
      g.fillRect(a, y, Math.max(b - a, 1), height);
      until = Math.max(b, a + 1);
      if (label && b - a > 40) {
        g.fillStyle = "#1d2733";
        g.save();
        g.beginPath();
        g.rect(a, y, b - a, height);
        g.clip();
        g.font = "10px system-ui, sans-serif";
        g.fillText(label(k), a + 3, y + 10);
        g.restore();
      }
    }
  },

  rowY(id) {
    const r = this.rows.findIndex(t => t.id === id) - this.first;
    return r < 0 ? -1 : this.TOP + r * this.ROW + 18;
  },

  // Messages as lines between rows, once there are few enough to tell apart.
  drawArrows(g) {
    const first = lowerBound(W.messageTime, this.from);
    const last = lowerBound(W.messageTime, this.to);
    if (last - first > 400) return;
    g.lineWidth = 1;
    for (let m = first; m < last; m++) {
      const { from, to, kind, i } = W.messages[m];
      const a = this.rowY(from), b = this.rowY(to);
      if (a < 0 || b < 0 || from === to) continue;
      const x = this.x(D.time[i]);
      g.strokeStyle = g.fillStyle = kind === "fault" ? "#c62828" : this.front;
      g.setLineDash(kind === "reply" ? [3, 3] : []);
      g.beginPath();
      g.moveTo(x, a);
      g.lineTo(x, b);
      g.stroke();
      g.setLineDash([]);
      const d = b > a ? -5 : 5;
      g.beginPath();
      g.moveTo(x, b);
      g.lineTo(x - 3, b + d);
      g.lineTo(x + 3, b + d);
      g.fill();
    }
  },

  drawCursor(g) {
    if (this.cursor < 0) return;
    const x = this.x(D.time[this.cursor]);
    if (x < this.LEFT) return;
    g.strokeStyle = "#d9822b";
    g.lineWidth = 1.5;
    g.beginPath();
    g.moveTo(x, 0);
    g.lineTo(x, this.height);
    g.stroke();
    g.lineWidth = 1;
  },
};

// Makes the canvas as sharp as the screen; null while it is hidden.
function fitCanvas(canvas, width, height) {
  width = width || canvas.clientWidth;
  height = height || canvas.clientHeight;
  if (!width || !height) return null;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale) ||
      canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const g = canvas.getContext("2d");
  g.setTransform(scale, 0, 0, scale, 0, 0);
  return { g, width, height };
}
