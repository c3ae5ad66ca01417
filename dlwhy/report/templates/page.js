"use strict";
// a table is sorted by the column whose name is pressed
for (const table of document.querySelectorAll("main table")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => {
        const cell = row.cells[place], by = cell.dataset.by;
        return by === undefined ? cell.textContent : by === "" ? NaN : Number(by);
      };
      const order = (a, b) => {
        if (typeof a === "string") return a.localeCompare(b, document.documentElement.lang, { numeric: true });
        return Number.isNaN(a) - Number.isNaN(b) || a - b;
      };
      const rows = [...body.rows].sort((a, b) => (down ? -1 : 1) * order(key(a), key(b)));
      body.append(...rows);
    });
  });
}

// a unit under the pointer, or in focus, shows its weights
for (const figure of document.querySelectorAll("figure.network")) {
  const net = figure.querySelector(".net"), readout = figure.querySelector("output"), hint = readout.textContent;
  const lines = [...net.querySelectorAll("line")], units = [...net.querySelectorAll(".unit")];
  const name = new Map(units.map((unit) => [unit.dataset.unit, unit.getAttribute("aria-label")]));
  const ask = (unit) => {
    const id = unit.dataset.unit;
    const into = lines.filter((line) => line.dataset.to === id);
    lines.forEach((line) => line.classList.toggle("on", line.dataset.from === id || line.dataset.to === id));
    net.classList.add("asked");
    const strongest = into
      .sort((a, b) => b.getAttribute("stroke-width") - a.getAttribute("stroke-width")).slice(0, 3)
      .map((line) => `${name.get(line.dataset.from)}: ${line.dataset.weight}`);
    readout.textContent = name.get(id) + (strongest.length ? ` · ${readout.dataset.says} ${strongest.join("; ")}` : "");
  };
  const leave = () => {
    net.classList.remove("asked");
    readout.textContent = hint;
  };
  for (const unit of units) {
    unit.addEventListener("pointerenter", () => ask(unit));
    unit.addEventListener("focus", () => ask(unit));
    unit.addEventListener("pointerleave", leave);
    unit.addEventListener("blur", leave);
  }
}

// the slider, or the pointer over the lines, reads the loss off, and shows the boundary of that moment
for (const figure of document.querySelectorAll("figure.course")) {
  const facts = JSON.parse(figure.querySelector("script").textContent), n = facts.train.length;
  const chart = figure.querySelector(".chart"), cursor = figure.querySelector(".cursor");
  const panel = figure.querySelector("div.js"), slider = figure.querySelector("input"), readout = panel.querySelector("output");
  const canvas = figure.querySelector("canvas"), left = Number(chart.dataset.left), right = Number(chart.dataset.right);
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 4 });
  const written = (value) => (value === null ? "–" : format.format(value));
  const draw = canvas ? painter(canvas, facts.scrub) : () => {};
  const show = () => {
    const epoch = Number(slider.value);
    const x = n === 1 ? (left + right) / 2 : left + ((epoch - 1) / (n - 1)) * (right - left);
    cursor.setAttribute("transform", `translate(${x} 0)`);
    cursor.style.visibility = "visible";
    const said = facts.says.replace("[epoch]", epoch).replace("[train]", written(facts.train[epoch - 1]));
    readout.textContent = facts.heldOut ? said.replace("[held_out]", written(facts.heldOut[epoch - 1])) : said;
    draw(epoch);
  };
  slider.addEventListener("input", show);
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * chart.viewBox.baseVal.width;
    slider.value = Math.round(1 + ((x - left) / (right - left)) * (n - 1));
    show();
  });
  panel.hidden = false;
  show();
}

function painter(canvas, scrub) {
  const bytes = Uint8Array.from(atob(scrub.frames), (letter) => letter.charCodeAt(0));
  const colors = scrub.palette.match(/.{6}/g).map((color) => [0, 2, 4].map((at) => parseInt(color.substr(at, 2), 16)));
  const context = canvas.getContext("2d"), size = scrub.width * scrub.height;
  const ground = document.createElement("canvas");
  [ground.width, ground.height] = [scrub.width, scrub.height];
  [canvas.width, canvas.height] = [480, 480];
  return (epoch) => {
    const after = scrub.epochs.findIndex((each) => each > epoch);
    const moment = after === -1 ? scrub.epochs.length - 1 : Math.max(0, after - 1);
    const image = new ImageData(scrub.width, scrub.height);
    for (let place = 0; place < size; place += 1) {
      image.data.set([...colors[bytes[moment * size + place]], 255], place * 4);
    }
    ground.getContext("2d").putImageData(image, 0, 0);
    context.drawImage(ground, 0, 0, canvas.width, canvas.height);
    for (const [x, y, color] of scrub.points) {
      context.beginPath();
      context.arc(x * canvas.width, y * canvas.height, 3.5, 0, 7);
      context.fillStyle = `#${color}`;
      context.fill();
      context.strokeStyle = "#fff";
      context.stroke();
    }
  };
}
