(function () {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const students = data.students, questions = data.questions;
  const grid = byId("grid"), detail = byId("detail"), split = document.querySelector(".split");
  const table = grid.querySelector("table"), body = table.querySelector("tbody");
  const ROW = 34, SPARE = 12, FEW = 300, URGENT = [3, 0, 1, 2];
  const place = new Map(students.map((student, at) => [student.id, at]));
  const collator = new Intl.Collator("en", { numeric: true });
  const isNarrow = matchMedia("(max-width:600px)");
  const longest = students.reduce((most, one) => ({
    id: Math.min(Math.max(most.id, one.id.length + 3), 20),
    both: Math.min(Math.max(most.both, one.id.length + one.name.length + 4), 32),
  }), { id: 9, both: 12 });
  const state = { view: "questions", sort: "id", down: false, text: "", status: "", only: null };
  let shown = [], chosen = -1, from = -1, to = -1;

  function element(tag, className, text, parent) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }

  // ------------------------------------------------------------------------------------- columns

  function columns() {
    const found = [
      { key: "id", title: "student", width: isNarrow.matches ? longest.id : longest.both, kind: "who" },
      { key: "points", title: "points", width: 8, kind: "n" },
      { key: "status", title: "status", width: 11, kind: "" },
    ];
    questions.forEach((question, q) => {
      if (state.view === "questions") {
        const width = Math.max(question.label.length + 3, 7);
        found.push({ key: "q" + q, title: question.label, width: width, kind: "c", q: q });
        return;
      }
      question.answers.forEach((name, a) => found.push({
        key: "q" + q + "a" + a, title: name, width: Math.max(Math.min(name.length, 12) + 3, 5),
        kind: "c", q: q, a: a,
      }));
    });
    return found;
  }

  function header(found) {
    const head = table.querySelector("thead"), group = table.querySelector("colgroup");
    head.textContent = group.textContent = "";
    found.forEach((column) => { element("col", "", "", group).style.width = column.width + "ch"; });
    if (state.view === "answers") {
      const above = element("tr", "", undefined, head);
      element("th", "who", "", above);
      element("td", "", "", above).colSpan = 2;
      questions.forEach((question) => {
        if (!question.answers.length) return;
        const cell = element("th", "c edge", question.label, above);
        cell.colSpan = question.answers.length;
        cell.scope = "colgroup";
      });
    }
    const row = element("tr", "", undefined, head);
    found.forEach((column) => {
      const cell = element("th", column.kind + (column.a === 0 ? " edge" : ""), undefined, row);
      cell.scope = "col";
      const isSorted = state.sort === column.key;
      if (isSorted) cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      const arrow = isSorted ? (state.down ? " ▾" : " ▴") : "";
      const button = element("button", "", column.title + arrow, cell);
      button.type = "button";
      button.title = "Sort by " + column.title;
      button.dataset.sort = column.key;
    });
  }

  // ---------------------------------------------------------------------------------------- rows

  function value(student, column) {
    if (column.key === "points") return student.points;
    if (column.key === "status") return URGENT[student.status];
    const question = student.questions[column.q];
    if (!question) return null;
    if (column.a === undefined) return question.points;
    return question.codes[column.a] === " " ? null : Number(question.codes[column.a]);
  }

  function matches(student) {
    if (state.status !== "" && student.status !== Number(state.status)) return false;
    if (state.text && !(student.id + "\n" + student.name).toLowerCase().includes(state.text)) {
      return false;
    }
    const only = state.only;
    if (!only) return true;
    if (only.kind !== undefined) return (student.kinds || []).includes(only.kind);
    const question = student.questions[only.q];
    return Boolean(question) && question.first === only.name;
  }

  function update() {
    const found = columns();
    if (!found.some((column) => column.key === state.sort)) state.sort = "id";
    const column = found.find((one) => one.key === state.sort);
    const sign = state.down ? -1 : 1;
    const named = (a, b) => collator.compare(students[a].id, students[b].id) || a - b;
    shown = students.map((_, at) => at).filter((at) => matches(students[at]));
    shown.sort((a, b) => {
      if (column.key === "id") return sign * named(a, b);
      const first = value(students[a], column), second = value(students[b], column);
      if (first === null || second === null) {
        return (first === null) - (second === null) || named(a, b);
      }
      return sign * (first - second) || named(a, b);
    });
    header(found);
    table.setAttribute("aria-rowcount", shown.length + 1);
    byId("found").textContent = shown.length === students.length
      ? students.length + (students.length === 1 ? " student" : " students")
      : shown.length + " of " + students.length + " students";
    from = to = -1;
    draw();
  }

  function gap(count, span) {
    const row = element("tr", "gap");
    const cell = element("td", "", "", row);
    cell.colSpan = span;
    cell.style.height = count * ROW + "px";
    row.setAttribute("aria-hidden", "true");
    return row;
  }

  function draw(everything) {
    const isWhole = everything || shown.length <= FEW;
    const first = isWhole ? 0 : Math.max(0, Math.floor(grid.scrollTop / ROW) - SPARE);
    const room = Math.ceil(Math.max(grid.clientHeight, 600) / ROW) + 2 * SPARE;
    const last = isWhole ? shown.length : Math.min(shown.length, first + room);
    if (first === from && last === to) return;
    from = first;
    to = last;
    const focused = body.contains(document.activeElement)
      ? document.activeElement.dataset.at : undefined;
    const found = columns(), rows = document.createDocumentFragment();
    if (first) rows.appendChild(gap(first, found.length));
    for (let at = first; at < last; at += 1) rows.appendChild(line(shown[at], at, found));
    if (last < shown.length) rows.appendChild(gap(shown.length - last, found.length));
    if (!shown.length) {
      const cell = element("td", "soft", "Nobody matches.", element("tr", "", undefined, rows));
      cell.colSpan = found.length;
    }
    body.replaceChildren(rows);
    if (focused !== undefined) focusRow(focused);
  }

  function line(index, at, found) {
    const student = students[index], row = document.createElement("tr");
    row.dataset.at = index;
    row.setAttribute("aria-rowindex", at + 2);
    if (index === chosen) row.setAttribute("aria-current", "true");
    const who = element("th", "who", undefined, row);
    who.scope = "row";
    who.title = (student.id + " " + student.name).trim();
    const button = element("button", "", student.id, who);
    button.type = "button";
    button.dataset.at = index;
    element("span", "soft", student.name, who);
    element("td", "n", student.earned, row);
    element("td", "s" + student.status, data.words[student.status], row);
    found.slice(3).forEach((column) => {
      const question = student.questions[column.q];
      const edge = column.a === 0 ? " edge" : "";
      if (!question) { element("td", "c" + edge, "", row); return; }
      if (column.a === undefined) {
        element("td", "c l" + question.level, question.earned, row).title = question.of;
        return;
      }
      const code = question.codes[column.a];
      if (code === " ") { element("td", "c" + edge, "", row); return; }
      const verdict = data.verdicts[Number(code)];
      const cell = element("td", "c v" + code + edge, undefined, row);
      cell.title = column.title + ": " + verdict[1];
      element("span", "", verdict[0], cell).setAttribute("aria-hidden", "true");
      element("span", "quiet", verdict[1], cell);
    });
    return row;
  }

  function focusRow(index) {
    const button = body.querySelector('button[data-at="' + index + '"]');
    if (button) button.focus({ preventScroll: true });
  }

  function show(index) {
    const at = shown.indexOf(index);
    if (at < 0) return;
    const head = table.querySelector("thead").offsetHeight;
    const top = at * ROW, bottom = top + ROW + head;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (bottom > grid.scrollTop + grid.clientHeight) grid.scrollTop = bottom - grid.clientHeight;
    draw();
  }

  // -------------------------------------------------------------------------------------- detail

  function choose(index) {
    chosen = index;
    body.querySelectorAll("tr").forEach((row) => {
      if (row.dataset.at === String(index)) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
    detail.hidden = index < 0;
    split.classList.toggle("open", index >= 0);
    detail.textContent = "";
    if (index >= 0) explain(students[index]);
    questions.forEach((_, q) => {
      const question = index >= 0 ? students[index].questions[q] : null;
      const graph = document.querySelector('.question[data-question="' + q + '"] svg');
      if (graph) blame(graph, question ? question.node : undefined);
    });
    from = to = -1;
    draw();
  }

  function blame(graph, node) {
    graph.querySelectorAll("[data-node]").forEach((part) => {
      part.classList.toggle("guilty", node !== undefined && part.dataset.node === node);
    });
  }

  function explain(student) {
    const close = element("button", "close", "✕", detail);
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    const title = element("h3", "", student.id + " ", detail);
    element("span", "soft", student.name, title);
    let standing = data.words[student.status];
    if (student.points !== null) {
      standing = student.earned + " / " + student.most + " points"
        + (student.byHand ? ", set by hand" : student.status ? ", " + standing : "");
    }
    element("p", "s" + student.status, standing, detail);
    if (student.comment) element("p", "note comment", student.comment, detail);
    student.questions.forEach((question, q) => { if (question) answered(question, q); });
    if (student.remarks) element("h4", "", "How the sheet was read", detail);
    (student.remarks || []).forEach((remark) => {
      element("p", "note", (remark[0] ? "line " + remark[0] + ": " : "") + remark[1], detail);
    });
    if (student.file) element("p", "soft small", student.file, detail);
    detail.scrollTop = 0;
  }

  function answered(question, q) {
    const heading = element("h4", "", questions[q].label + "  ", detail);
    element("span", "soft", question.of + "  ", heading);
    const rows = question.rows.map((row) => data.rows[row]);
    const isRight = rows.length && rows.every((row) => row[4] === "0");
    if (isRight) element("span", "key v0", "✓", heading).title = "all right";
    const says = element("div", "", undefined, detail);
    element("code", "", questions[q].formula, says);
    if (question.inputs) element("span", "soft", "  at " + question.inputs, says);
    (question.notes || []).forEach((note) => {
      element("p", "note " + data.notes[note][0], data.notes[note][1], detail);
    });
    if (question.node) graphOf(question, q);
    if (isRight) return;
    const answers = element("table", "", undefined, element("div", "wide", undefined, detail));
    const head = element("tr", "", undefined, element("thead", "", undefined, answers));
    ["", "answer", "yours", "right", "points", "why"].forEach((text) => {
      element("th", "", text, head).scope = "col";
    });
    const lines = element("tbody", "", undefined, answers);
    rows.forEach((row) => {
      const line = element("tr", "", undefined, lines), verdict = data.verdicts[Number(row[4])];
      const sign = element("span", "key v" + row[4], verdict[0], element("td", "", undefined, line));
      sign.title = verdict[1];
      element("th", "", row[0], line).scope = "row";
      row.slice(1, 3).forEach((text) => element("td", "", text, line));
      element("td", "n", row[3], line);
      element("td", "", row[5], line);
    });
  }

  function graphOf(question, q) {
    const graph = document.querySelector('.question[data-question="' + q + '"] svg');
    if (!graph) return;
    const copy = graph.parentNode.cloneNode(true), picture = copy.querySelector("svg");
    picture.querySelectorAll("title, desc, defs").forEach((part) => part.remove());
    picture.removeAttribute("aria-labelledby");
    const says = "Graph of " + questions[q].label + ": the first error is at " + question.first;
    picture.setAttribute("aria-label", says);
    blame(picture, question.node);
    element("div", "graph", undefined, detail).appendChild(copy);
  }

  // -------------------------------------------------------------------------------------- events

  function only(found, text) {
    state.only = found;
    const chip = byId("chip");
    chip.hidden = !found;
    chip.textContent = found ? text + " ✕" : "";
    chip.setAttribute("aria-label", found ? text + ": show all again" : "");
    grid.scrollTop = 0;
    update();
    if (found) byId("class").scrollIntoView({ block: "start" });
  }

  function chooseAndGo(index) {
    choose(index);
    show(index);
    const isBelow = getComputedStyle(detail).position !== "sticky";
    (isBelow ? detail : byId("class")).scrollIntoView({ block: "start" });
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("button, tbody tr");
    if (!target) return;
    if (target.dataset.sort) {
      state.down = state.sort === target.dataset.sort ? !state.down : false;
      state.sort = target.dataset.sort;
      update();
      const again = table.querySelector('button[data-sort="' + state.sort + '"]');
      if (again) again.focus({ preventScroll: true });
    } else if (target.classList.contains("close")) {
      const before = chosen;
      choose(-1);
      focusRow(before);
    } else if (target.id === "chip") {
      only(null);
    } else if (target.dataset.student !== undefined) {
      chooseAndGo(place.get(target.dataset.student));
    } else if (target.dataset.kind !== undefined) {
      only({ kind: Number(target.dataset.kind) }, target.textContent);
    } else if (target.dataset.first !== undefined) {
      const q = Number(target.dataset.first), name = target.dataset.name;
      only({ q: q, name: name }, "first error at " + questions[q].label + " " + name);
    } else if (target.dataset.at !== undefined && grid.contains(target)) {
      choose(Number(target.dataset.at));
      focusRow(chosen);
      if (getComputedStyle(detail).position !== "sticky") detail.scrollIntoView({ block: "start" });
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const isTyping = /^(INPUT|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      byId("text").focus();
    } else if (event.key === "Escape" && chosen >= 0) {
      const before = chosen;
      choose(-1);
      focusRow(before);
    } else if (grid.contains(event.target) && /^Arrow(Up|Down)$/.test(event.key) && shown.length) {
      event.preventDefault();
      const at = shown.indexOf(Number(event.target.dataset.at === undefined ? chosen
        : event.target.dataset.at));
      const next = at < 0 ? 0 : at + (event.key === "ArrowDown" ? 1 : -1);
      const index = shown[Math.max(0, Math.min(shown.length - 1, next))];
      choose(index);
      show(index);
      focusRow(index);
    }
  });

  byId("text").addEventListener("input", (event) => {
    state.text = event.target.value.trim().toLowerCase();
    grid.scrollTop = 0;
    update();
  });
  byId("status").addEventListener("change", (event) => {
    state.status = event.target.value;
    grid.scrollTop = 0;
    update();
  });
  document.querySelectorAll('input[name="view"]').forEach((radio) => {
    radio.addEventListener("change", () => { state.view = radio.value; update(); });
  });
  grid.addEventListener("scroll", () => requestAnimationFrame(() => draw()), { passive: true });
  window.addEventListener("resize", () => draw());
  isNarrow.addEventListener("change", () => update());
  window.addEventListener("beforeprint", () => draw(true));
  window.addEventListener("afterprint", () => draw());

  document.documentElement.classList.add("js");
  byId("plain").remove();
  byId("tools").hidden = false;
  grid.hidden = false;
  update();
})();
