"use strict";
(() => {
  const section = document.getElementById("features");
  const data = JSON.parse(document.getElementById("feature-data").textContent);
  const canvas = section.querySelector("canvas");
  const stage = section.querySelector(".stage");
  const tip = section.querySelector(".tip");
  const legend = section.querySelector(".legend");
  const controls = section.querySelector(".controls");
  const slider = controls.querySelector("input[type=range]");
  const sameScale = controls.querySelector("input[type=checkbox]");
  const play = controls.querySelector(".play");
  const now = section.querySelector(".now");
  const context = canvas.getContext("2d");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const missing = -32768;
  const sheet = data.thumbnails;
  const sprite = new Image();
  if (sheet) sprite.src = sheet.source;

  // Each frame as real coordinates: points first, then centers.
  const frames = data.frames.map((frame) => {
    const bytes = Uint8Array.from(atob(frame.data), (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const places = new Float64Array(bytes.length / 2);
    for (let i = 0; i < places.length; i++) {
      const word = view.getInt16(2 * i, true);
      const axis = i % 2;
      places[i] = word === missing
        ? NaN : frame.low[axis] + ((word + 32767) / 65534) * (frame.high[axis] - frame.low[axis]);
    }
    return { ...frame, places };
  });

  const chosen = new Set();
  let current = frames.length - 1;
  let view = null;
  let isMoved = false;
  let hovered = -1;
  let width = 0;
  let height = 0;

  // The view is the middle of the canvas in the points' unit, and the pixels for one unit.
  function fitted() {
    const shown = sameScale.checked ? frames : [frames[current]];
    const low = [0, 1].map((axis) => Math.min(...shown.map((frame) => frame.low[axis])));
    const high = [0, 1].map((axis) => Math.max(...shown.map((frame) => frame.high[axis])));
    const margin = 28;
    const scale = Math.min(
      Math.max(width - 2 * margin, 10) / (high[0] - low[0] || 1),
      Math.max(height - 2 * margin, 10) / (high[1] - low[1] || 1));
    return { x: (low[0] + high[0]) / 2, y: (low[1] + high[1]) / 2, scale };
  }

  const toScreen = (x, y) => [width / 2 + (x - view.x) * view.scale, height / 2 - (y - view.y) * view.scale];

  function step(rough) {
    const power = 10 ** Math.floor(Math.log10(rough));
    return power * [1, 2, 5, 10].find((multiple) => multiple * power >= rough * 0.9999);
  }

  function drawGrid(style) {
    const size = step(64 / view.scale);
    const digits = Math.max(0, -Math.floor(Math.log10(size) + 1e-9));
    const text = (value) => (Math.abs(value) < size / 2 ? "0" : value.toFixed(Math.min(digits, 12)).replace("-", "\u2212"));
    context.lineWidth = 1;
    context.strokeStyle = style.grid;
    context.fillStyle = style.faint;
    context.font = "11px system-ui, sans-serif";
    const left = view.x - width / 2 / view.scale;
    const bottom = view.y - height / 2 / view.scale;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    for (let i = Math.ceil(left / size); i * size < left + width / view.scale; i++) {
      const x = Math.round(toScreen(i * size, 0)[0]) + 0.5;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height);
      context.stroke();
      if (x > 44 && x < width - 16) context.fillText(text(i * size), x, height - 5);
    }
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (let i = Math.ceil(bottom / size); i * size < bottom + height / view.scale; i++) {
      const y = Math.round(toScreen(0, i * size)[1]) + 0.5;
      context.beginPath();
      context.moveTo(0, y);
      context.lineTo(width, y);
      context.stroke();
      if (y > 12 && y < height - 24) context.fillText(text(i * size), 6, y);
    }
  }

  const radius = data.labels.length > 5000 ? 2.2 : data.labels.length > 600 ? 3 : 4;
  const opacity = data.labels.length > 5000 ? 0.5 : 0.62;
  const isFaded = (label) => chosen.size > 0 && !chosen.has(label);

  // A dot of each class, drawn once: thousands of copies are faster than thousands of paths.
  let dots = [];
  const reach = Math.ceil(radius) + 1;
  function makeDots(colors) {
    const ratio = devicePixelRatio || 1;
    const made = new Map();
    const draw = (color) => {
      const dot = document.createElement("canvas");
      dot.width = dot.height = Math.ceil(2 * reach * ratio);
      const brush = dot.getContext("2d");
      brush.scale(dot.width / (2 * reach), dot.height / (2 * reach));
      brush.fillStyle = color;
      brush.arc(reach, reach, radius, 0, 2 * Math.PI);
      brush.fill();
      made.set(color, dot);
      return dot;
    };
    dots = colors.map((color) => made.get(color) || draw(color));
  }

  function drawPoints(faded) {
    const { places } = frames[current];
    context.globalAlpha = opacity;
    data.labels.forEach((label, index) => {
      if (isFaded(label) !== faded) return;
      const x = width / 2 + (places[2 * index] - view.x) * view.scale;
      const y = height / 2 - (places[2 * index + 1] - view.y) * view.scale;
      if (x > -9 && x < width + 9 && y > -9 && y < height + 9) {
        context.drawImage(dots[label], x - reach, y - reach, 2 * reach, 2 * reach);
      }
    });
    context.globalAlpha = 1;
  }

  function drawHovered(style, colors) {
    const { places } = frames[current];
    context.beginPath();
    context.arc(...toScreen(places[2 * hovered], places[2 * hovered + 1]), radius + 2, 0, 2 * Math.PI);
    context.fillStyle = colors[data.labels[hovered]];
    context.fill();
    context.strokeStyle = style.ink;
    context.lineWidth = 1.5;
    context.stroke();
  }

  function drawCenters(colors) {
    const { places } = frames[current];
    for (let label = 0, i = 2 * data.labels.length; i < places.length; label++, i += 2) {
      if (Number.isNaN(places[i]) || isFaded(label)) continue;
      const [x, y] = toScreen(places[i], places[i + 1]);
      for (const [color, line] of [["#000", 5], [colors[label], 2.5]]) {
        context.strokeStyle = color;
        context.lineWidth = line;
        context.lineCap = "round";
        context.beginPath();
        context.moveTo(x - 5, y - 5);
        context.lineTo(x + 5, y + 5);
        context.moveTo(x - 5, y + 5);
        context.lineTo(x + 5, y - 5);
        context.stroke();
      }
    }
  }

  // The middle of each class in a frame, and how many points it has there; found once.
  function middles(frame) {
    if (frame.middles) return frame.middles;
    const members = data.classes.map(() => [[], []]);
    data.labels.forEach((label, i) => {
      if (Number.isNaN(frame.places[2 * i])) return;
      members[label][0].push(frame.places[2 * i]);
      members[label][1].push(frame.places[2 * i + 1]);
    });
    frame.middles = members.map((axes) => {
      const [x, y] = axes.map((values) => values.sort((a, b) => a - b)[values.length >> 1]);
      return { x, y, count: axes[0].length };
    });
    return frame.middles;
  }

  function drawNames(style) {
    if (data.classes.length > 40 && chosen.size === 0) return;
    const { places } = frames[current];
    context.font = "600 13px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    middles(frames[current]).forEach((middle, label) => {
      if (isFaded(label) || middle.count === 0) return;
      const name = data.classes[label];
      const [x, y] = toScreen(middle.x, middle.y);
      const shown = name.length > 22 ? name.slice(0, 21) + "\u2026" : name;
      const offset = middle.count < 4 || places.length > 2 * data.labels.length ? -17 : 0;
      context.lineWidth = 4;
      context.strokeStyle = style.paper;
      context.strokeText(shown, x, y + offset);
      context.fillStyle = style.ink;
      context.fillText(shown, x, y + offset);
    });
  }

  function draw() {
    if (width === 0) return;
    if (!view || !isMoved) view = fitted();
    const computed = getComputedStyle(document.documentElement);
    const style = Object.fromEntries(
      ["paper", "ink", "faint", "grid"].map((name) => [name, computed.getPropertyValue("--" + name).trim()]));
    const colors = dark.matches ? data.darkColors : data.lightColors;
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = style.paper;
    context.fillRect(0, 0, width, height);
    if (chosen.size > 0) {
      drawPoints(true);
      // A veil fades dense and sparse places alike.
      context.globalAlpha = 0.86;
      context.fillStyle = style.paper;
      context.fillRect(0, 0, width, height);
      context.globalAlpha = 1;
    }
    drawGrid(style);
    drawPoints(false);
    drawCenters(colors);
    drawNames(style);
    if (hovered >= 0) drawHovered(style, colors);
  }

  let isAsked = false;
  function redraw() {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  }

  function say() {
    const frame = frames[current];
    now.textContent = frame.name;
    const part = data.total > data.labels.length
      ? `${data.labels.length.toLocaleString("en")} of ${data.total.toLocaleString("en")} samples` : "";
    const rest = [frame.note, part].filter(Boolean).join(" \u00b7 ");
    if (rest) {
      const span = document.createElement("span");
      span.textContent = (frame.name ? " \u00b7 " : "") + rest;
      now.append(span);
    }
  }

  function show(index) {
    current = index;
    slider.value = String(index);
    slider.setAttribute("aria-valuetext", frames[index].name);
    point(-1);
    say();
    redraw();
  }

  // The sample under the pointer.
  function nearest(x, y) {
    const { places } = frames[current];
    let best = -1;
    let least = 14 * 14;
    data.labels.forEach((label, i) => {
      if (isFaded(label)) return;
      const [px, py] = toScreen(places[2 * i], places[2 * i + 1]);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [best, least] = [i, distance];
    });
    return best;
  }

  function point(index) {
    if (index === hovered) return;
    hovered = index;
    tip.hidden = index < 0;
    if (index >= 0) {
      tip.replaceChildren();
      if (sheet) {
        const zoom = Math.max(1, Math.round(84 / sheet.width));
        const image = document.createElement("canvas");
        image.width = sheet.width;
        image.height = sheet.height;
        image.style.width = `${sheet.width * zoom}px`;
        image.style.height = `${sheet.height * zoom}px`;
        image.getContext("2d").drawImage(
          sprite, -(index % sheet.columns) * sheet.width, -Math.floor(index / sheet.columns) * sheet.height);
        tip.append(image);
      }
      const name = document.createElement("b");
      name.textContent = data.classes[data.labels[index]];
      const sample = document.createElement("span");
      sample.textContent = data.names ? data.names[index] : `sample ${data.samples[index]}`;
      tip.append(name, sample);
      const { places } = frames[current];
      const [x, y] = toScreen(places[2 * index], places[2 * index + 1]);
      const left = x + 16 + tip.offsetWidth > width ? x - 16 - tip.offsetWidth : x + 16;
      const top = Math.min(Math.max(y - tip.offsetHeight / 2, 6), height - tip.offsetHeight - 6);
      tip.style.transform = `translate(${Math.max(6, left)}px, ${Math.max(6, top)}px)`;
    }
    redraw();
  }

  function zoom(factor, x, y) {
    const [ux, uy] = [view.x + (x - width / 2) / view.scale, view.y - (y - height / 2) / view.scale];
    const least = fitted().scale;
    const scale = Math.min(Math.max(view.scale * factor, least / 20), least * 2000);
    view = { x: ux - (x - width / 2) / scale, y: uy + (y - height / 2) / scale, scale };
    isMoved = true;
    point(-1);
    redraw();
  }

  // By pixels of the canvas.
  function move(x, y) {
    view = { ...view, x: view.x - x / view.scale, y: view.y + y / view.scale };
    isMoved = true;
    point(-1);
    redraw();
  }
  const steps = { ArrowLeft: [48, 0], ArrowRight: [-48, 0], ArrowUp: [0, 48], ArrowDown: [0, -48] };

  const pointers = new Map();
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    canvas.classList.add("dragging");
    if (event.pointerType !== "mouse") point(nearest(...place(event)));
  });
  canvas.addEventListener("pointermove", (event) => {
    const to = place(event);
    const from = pointers.get(event.pointerId);
    if (!from) return point(nearest(...to));
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) < 1) return;
    pointers.set(event.pointerId, to);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const spread = (end) => Math.max(8, Math.hypot(end[0] - other[0], end[1] - other[1]));
      return zoom(spread(to) / spread(from), ...other);
    }
    move(to[0] - from[0], to[1] - from[1]);
  });
  const release = (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) canvas.classList.remove("dragging");
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => point(-1));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    zoom(Math.exp(Math.max(-240, Math.min(240, -event.deltaY * lines)) * 0.002), ...place(event));
  }, { passive: false });
  const reset = () => {
    isMoved = false;
    point(-1);
    redraw();
  };
  canvas.addEventListener("dblclick", reset);
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoom(1.25, width / 2, height / 2);
    else if (event.key === "-") zoom(0.8, width / 2, height / 2);
    else if (event.key === "0" || event.key === "Escape") reset();
    else if (event.key in steps) move(...steps[event.key]);
    else return;
    event.preventDefault();
  });

  // More than a person looks through would only be slow; a name shows at the pointer all the same.
  legend.hidden = data.classes.length > 2000 || data.classes.every((name) => !name);
  const swatches = (legend.hidden ? [] : data.classes).map((name, label) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.title = name;
    button.setAttribute("aria-pressed", "false");
    const swatch = document.createElement("i");
    const text = document.createElement("span");
    text.textContent = name;
    button.append(swatch, text);
    button.addEventListener("click", () => {
      chosen.has(label) ? chosen.delete(label) : chosen.add(label);
      showChosen();
    });
    item.append(button);
    legend.append(item);
    return swatch;
  });
  function showChosen() {
    [...legend.querySelectorAll("button")].forEach((button, label) => {
      button.setAttribute("aria-pressed", String(chosen.has(label)));
    });
    legend.classList.toggle("chosen", chosen.size > 0);
    point(-1);
    redraw();
  }
  legend.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    chosen.clear();
    showChosen();
  });
  const paintLegend = () => {
    const colors = dark.matches ? data.darkColors : data.lightColors;
    swatches.forEach((swatch, label) => (swatch.style.background = colors[label]));
    makeDots(colors);
    redraw();
  };
  dark.addEventListener("change", paintLegend);

  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  };
  controls.hidden = frames.length < 2;
  slider.max = String(frames.length - 1);
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  sameScale.addEventListener("change", reset);
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Pause";
    if (current === frames.length - 1) show(0);
    timer = setInterval(() => {
      if (current < frames.length - 1) show(current + 1);
      if (current === frames.length - 1) stop();
    }, Math.max(80, Math.min(500, 9000 / frames.length)));
  });

  new ResizeObserver(() => {
    width = stage.clientWidth;
    height = stage.clientHeight;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    paintLegend();
    draw();
  }).observe(stage);
  paintLegend();
  show(current);
})();
