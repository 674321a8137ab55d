// Numbers under the pointer or the arrow keys, and each picture as SVG, PNG and CSV. Without scripts the page still shows all.
// A page whose pictures come later gives each to `tieFigure`, with its numbers in `figure.numbers`.
"use strict";
(() => {
  const make = (name, attributes = {}, text = "") => {
    const element = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    element.textContent = text;
    return element;
  };
  const WORDS = { "zh-CN": { to: "至", save: (word) => `把这幅图存为 ${word}` } };
  const words = WORDS[document.documentElement.lang] ?? { to: "to", save: (word) => `Save this picture as ${word}` };
  const box = make("div", { id: "reading", role: "status", hidden: "" });
  document.body.append(box);

  const numbers = (figure) => {
    if (!figure.numbers) {
      const script = figure.querySelector("script:not(.listed)");
      figure.numbers = script ? JSON.parse(script.textContent) : [];
    }
    return figure.numbers;
  };
  const month = (plot, at) => {
    const [year, first] = plot.first.split("-").map(Number);
    const whole = year * 12 + first - 1 + at;
    return `${Math.floor(whole / 12)}-${String((whole % 12) + 1).padStart(2, "0")}`;
  };
  const written = (plot, value) => {
    if (value === null || value === undefined) return "";
    const number = plot.percent ? value * 100 : value;
    const digits = Math.abs(number) >= 1000 ? 0 : 3;
    const text = digits ? Number(number.toPrecision(digits)).toString() : Math.round(number).toString();
    return text.replace("-", "\u2212") + (plot.percent ? " %" : "");
  };

  // The month of a plot, shown as a line in the picture and as a list beside the pointer.
  const leave = () => {
    box.hidden = true;
    document.querySelectorAll(".pointer").forEach((line) => line.remove());
  };
  const read = (svg, frame, at, x, y) => {
    const plot = numbers(svg.closest("figure"))[Number(frame.dataset.plot)];
    if (!plot) return;
    leave();
    const of = (name) => Number(frame.getAttribute(name));
    const across = of("x") + (of("width") * at) / Math.max(1, plot.months - 1);
    const line = document.createElementNS(svg.namespaceURI, "line");
    const ends = { x1: across, x2: across, y1: of("y"), y2: of("y") + of("height"), class: "pointer" };
    Object.entries(ends).forEach(([key, value]) => line.setAttribute(key, value));
    svg.append(line);
    const rows = plot.lines.filter((told) => (told.value[at] ?? null) !== null);
    rows.sort((a, b) => b.value[at] - a.value[at]);
    const table = make("table");
    rows.slice(0, 16).forEach((told) => {
      const row = make("tr");
      const name = make("td");
      const mark = make("span", {}, "\u25A0 ");
      mark.style.color = told.colour;
      name.append(mark, told.name);
      const band = told.low ? `${written(plot, told.low[at])} ${words.to} ${written(plot, told.high[at])}` : "";
      row.append(name, make("td", { class: "number" }, written(plot, told.value[at])), make("td", { class: "quiet" }, band));
      table.append(row);
    });
    const unit = plot.unit ? `, ${plot.unit}` : "";
    box.replaceChildren(make("strong", {}, month(plot, at)), make("div", { class: "quiet" }, plot.title + unit), table);
    box.hidden = false;
    const room = document.documentElement.clientWidth - box.offsetWidth - 8;
    box.style.left = `${Math.max(4, Math.min(x + 16, room)) + window.scrollX}px`;
    box.style.top = `${y + 16 + window.scrollY}px`;
  };
  const follow = (svg) => {
    const frames = [...svg.querySelectorAll("rect.plot")];
    if (!frames.length) return;
    const months = (frame) => numbers(svg.closest("figure"))[Number(frame.dataset.plot)]?.months ?? 1;
    svg.addEventListener("pointermove", (event) => {
      const frame = frames.find((frame) => {
        const area = frame.getBoundingClientRect();
        return event.clientX >= area.left && event.clientX <= area.right && event.clientY >= area.top && event.clientY <= area.bottom;
      });
      if (!frame) return leave();
      const area = frame.getBoundingClientRect();
      const at = Math.round(((event.clientX - area.left) / area.width) * (months(frame) - 1));
      read(svg, frame, at, event.clientX, event.clientY);
    });
    svg.addEventListener("pointerleave", leave);
    svg.setAttribute("tabindex", "0");
    // Where somebody reads by keys stays with the figure when its picture is drawn anew: which plot, which month, and whether it is open.
    const figure = svg.closest("figure");
    figure.reading ??= { place: 0, at: 0, open: false };
    const { reading } = figure;
    const show = () => {
      reading.place = Math.min(reading.place, frames.length - 1);
      const frame = frames[reading.place];
      reading.at = Math.max(0, Math.min(months(frame) - 1, reading.at));
      reading.open = true;
      const area = frame.getBoundingClientRect();
      read(svg, frame, reading.at, area.left + (area.width * reading.at) / months(frame), area.top);
    };
    const close = () => {
      reading.open = false;
      leave();
    };
    svg.addEventListener("again", show);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 12, PageUp: -12 }[event.key];
      const turn = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") return close();
      if (step === undefined && turn === undefined) return;
      event.preventDefault();
      reading.place = (reading.place + (turn ?? 0) + frames.length) % frames.length;
      reading.at += step ?? 0;
      show();
    });
    svg.addEventListener("blur", close);
  };

  // A picture by itself, on white paper.
  window.saveFile = (name, parts, type) => {
    const link = make("a", { download: name, href: URL.createObjectURL(new Blob(parts, { type })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const save = window.saveFile;
  const alone = (figure) => {
    const svg = [...figure.querySelectorAll("svg")].find((one) => one.getClientRects().length);
    const copy = svg.cloneNode(true);
    copy.querySelectorAll(".plot, .pointer").forEach((element) => element.remove());
    const { width, height } = svg.viewBox.baseVal;
    Object.entries({ xmlns: svg.namespaceURI, width, height }).forEach(([key, value]) => copy.setAttribute(key, value));
    const paper = document.createElementNS(svg.namespaceURI, "rect");
    Object.entries({ width, height, fill: "#ffffff" }).forEach(([key, value]) => paper.setAttribute(key, value));
    copy.prepend(paper);
    return { text: new XMLSerializer().serializeToString(copy), width, height };
  };
  const png = (figure) => {
    const { text, width, height } = alone(figure);
    const image = new Image();
    image.onload = () => {
      const canvas = make("canvas", { width: width * 2, height: height * 2 });
      canvas.getContext("2d").drawImage(image, 0, 0, width * 2, height * 2);
      canvas.toBlob((blob) => save(`${figure.id}.png`, [blob], "image/png"));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  };
  const csv = (figure) => {
    const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const listed = figure.querySelector("script.listed");
    if (listed) {
      const { heads, rows } = JSON.parse(listed.textContent);
      return [heads, ...rows].map((row) => `${row.map((value) => cell(String(value ?? ""))).join(",")}\n`).join("");
    }
    const rows = numbers(figure).flatMap((plot) =>
      plot.lines.flatMap((told) =>
        told.value.flatMap((value, at) =>
          value === null ? [] : [[plot.title, plot.unit, told.name, month(plot, at), value, told.low?.[at] ?? "", told.high?.[at] ?? ""]],
        ),
      ),
    );
    const lines = rows.map((row) => row.map((value) => cell(String(value))).join(","));
    return ["plot,unit,line,date,value,p05,p95", ...lines, ""].join("\n");
  };
  window.tieFigure = (figure) => {
    figure.querySelectorAll("svg").forEach(follow);
    const tools = make("div", { class: "tools" });
    const give = (word, act) => {
      const button = make("button", { type: "button", "aria-label": words.save(word) }, word);
      button.addEventListener("click", act);
      tools.append(button);
    };
    give("SVG", () => save(`${figure.id}.svg`, [alone(figure).text], "image/svg+xml"));
    give("PNG", () => png(figure));
    if (numbers(figure).length || figure.querySelector("script.listed")) give("CSV", () => save(`${figure.id}.csv`, [csv(figure)], "text/csv"));
    figure.append(tools);
  };
  document.querySelectorAll("figure").forEach(window.tieFigure);
})();
