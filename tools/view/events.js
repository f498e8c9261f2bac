// The table of all records, or of those that match the search. Only the rows
// in sight exist.
"use strict";

const events = {
  ROW: 20, LIMIT: 15e6,    // browsers end scrolling at about 33 million pixels

  init() {
    this.box = document.getElementById("events");
    this.list = document.getElementById("eventrows");
    this.spacer = this.box.lastElementChild;
    this.box.addEventListener("scroll", () => this.draw());
    this.list.addEventListener("click", e => {
      if (e.target.dataset.i) app.select(+e.target.dataset.i);
    });
    this.build();
  },

  // hits: indices of records, null: all.
  build() {
    this.hits = app.hits;
    this.count = this.hits ? this.hits.length : D.n;
    this.tall = Math.min(this.count * this.ROW, this.LIMIT);
    this.spacer.style.height = this.tall + "px";
    this.draw();
  },

  record(k) {
    return this.hits ? this.hits[k] : k;
  },

  topRow() {
    const room = Math.max(1, this.tall - this.box.clientHeight);
    const rows = this.count - Math.floor(this.box.clientHeight / this.ROW);
    return Math.max(0, Math.min(rows, Math.round(
      this.box.scrollTop / room * Math.max(0, rows))));
  },

  draw() {
    const visible = Math.ceil(this.box.clientHeight / this.ROW);
    if (!visible) return;
    const top = this.topRow(), rows = [];
    for (let k = top; k < Math.min(this.count, top + visible); k++) {
      const i = this.record(k);
      rows.push(`<div data-i="${i}"${i === app.here ? ' class="here"' : ""}
        >${escapeHtml(describe(i))}</div>`);
    }
    this.list.innerHTML = rows.join("");
    this.list.style.height = Math.min(visible, rows.length) * this.ROW + "px";
  },

  reveal(i) {
    const k = this.hits ? lowerBound(this.hits, i) : i;
    const rows = this.count - Math.floor(this.box.clientHeight / this.ROW);
    const room = this.tall - this.box.clientHeight;
    const visible = Math.floor(this.box.clientHeight / this.ROW);
    const top = this.topRow();
    if (rows > 0 && (k < top || k >= top + visible))
      this.box.scrollTop = Math.max(0, k - visible / 2) / rows * room;
    this.draw();
  },
};
