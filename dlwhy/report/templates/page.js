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
  const { readings, says, untrained } = JSON.parse(figure.querySelector("script").textContent);
  const frames = document.getElementById(figure.dataset.frames), scrub = frames && JSON.parse(frames.textContent);
  const chart = figure.querySelector(".chart"), cursor = figure.querySelector(".cursor");
  const panel = figure.querySelector("div.js"), slider = figure.querySelector("input"), readout = panel.querySelector("output");
  const canvas = figure.querySelector("canvas"), last = readings.at.length - 1;
  const format = new Intl.NumberFormat(figure.closest("[lang]").lang, { maximumSignificantDigits: 4 });
  const written = (values, place) => (values[place] === null ? "–" : format.format(values[place]));
  const draw = canvas ? painter(canvas, scrub) : () => {};
  const text = (place) => {
    if (readings.at[place] === 0) return untrained;
    const said = says.replace("[epoch]", readings.at[place]).replace("[train]", written(readings.train, place));
    return readings.heldOut ? said.replace("[held_out]", written(readings.heldOut, place)) : said;
  };
  const show = () => {
    const place = Number(slider.value);
    cursor.setAttribute("transform", `translate(${readings.x[place]} 0)`);
    cursor.style.visibility = "visible";
    readout.textContent = text(place);
    slider.setAttribute("aria-valuetext", readout.textContent);
    draw(readings.frame[place]);
  };
  slider.max = last;
  slider.value = last;
  slider.addEventListener("input", show);
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * chart.viewBox.baseVal.width;
    const away = readings.x.map((each) => Math.abs(each - x));
    slider.value = away.lastIndexOf(Math.min(...away));
    show();
  });
  panel.hidden = false;
  show();
}

function painter(canvas, scrub) {
  const shapes = ["M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", "M-4-4h8v8h-8z", "M0-5l5 9h-10z", "M0-5l5 5-5 5-5-5z"];
  for (const mark of canvas.parentNode.querySelectorAll(".mark")) {
    mark.firstElementChild.setAttribute("d", shapes[mark.dataset.shape]);
  }
  const bytes = Uint8Array.from(atob(scrub.frames), (letter) => letter.charCodeAt(0));
  const colors = scrub.palette.match(/.{6}/g).map((color) => [0, 2, 4].map((at) => parseInt(color.slice(at, at + 2), 16)));
  const ground = document.createElement("canvas"), size = scrub.width * scrub.height;
  [ground.width, ground.height, canvas.width, canvas.height] = [scrub.width, scrub.height, 480, 480];
  const context = canvas.getContext("2d"), paths = shapes.map((shape) => new Path2D(shape));
  return (moment) => {
    const image = new ImageData(scrub.width, scrub.height);
    for (let place = 0; place < size; place += 1) {
      image.data.set([...colors[bytes[moment * size + place]], 255], place * 4);
    }
    ground.getContext("2d").putImageData(image, 0, 0);
    context.drawImage(ground, 0, 0, canvas.width, canvas.height);
    for (const [x, y, color, shape] of scrub.points) {
      context.setTransform(1, 0, 0, 1, x * canvas.width, y * canvas.height);
      context.fillStyle = `#${color}`;
      context.strokeStyle = "#222";
      context.fill(paths[shape]);
      context.stroke(paths[shape]);
    }
    context.resetTransform();
  };
}

// a page in several languages shows the one that is chosen
for (const choice of document.querySelectorAll(".switch input")) {
  const show = () => {
    if (!choice.checked) return;
    document.documentElement.lang = choice.value;
    document.title = document.querySelector(`.body[lang=${choice.value}]`).dataset.title;
  };
  choice.addEventListener("change", show);
  show(); // a browser may remember what was chosen
}

// what is folded is printed, too
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
