(function () {
  "use strict";
  var items = Array.prototype.slice.call(document.querySelectorAll("#steps li"));
  var byId = function (id) { return document.getElementById(id); };
  var slider = byId("slider"), now = byId("now"), count = byId("count");
  var back = byId("back"), next = byId("next"), box = document.querySelector(".picture");
  var parts = {}, first = {}, current = 0;
  Array.prototype.forEach.call(document.querySelectorAll("svg [data-k]"), function (part) {
    var key = part.getAttribute("data-k");
    (parts[key] = parts[key] || []).push(part);
  });
  function keys(item, name) { return (item.getAttribute(name) || "").split(" ").filter(Boolean); }
  items.forEach(function (item, at) {
    keys(item, "data-show").forEach(function (key) { if (!(key in first)) first[key] = at; });
  });
  function each(list, action) {
    list.forEach(function (key) { (parts[key] || []).forEach(action); });
  }
  function show(at) {
    current = Math.max(0, Math.min(items.length - 1, at));
    Object.keys(parts).forEach(function (key) {
      parts[key].forEach(function (part) {
        part.classList.remove("m");
        if (/^[vdc]/.test(key)) part.classList.toggle("off", !(first[key] <= current));
      });
    });
    var item = items[current];
    var marked = keys(item, "data-mark");
    each(marked, function (part) { part.classList.add("m"); });
    each(keys(item, "data-show").filter(function (key) { return first[key] === current; }),
      function (part) { part.classList.add("m"); });
    items.forEach(function (other, place) {
      other.classList.toggle("past", place < current);
      if (place === current) other.setAttribute("aria-current", "step");
      else other.removeAttribute("aria-current");
    });
    now.textContent = item.textContent;
    slider.value = String(current + 1);
    slider.setAttribute("aria-valuetext", "step " + (current + 1) + " of " + items.length);
    count.textContent = current + 1 + " / " + items.length;
    back.disabled = current === 0;
    next.disabled = current === items.length - 1;
    var gate = marked.length && /^g/.test(marked[0]) && (parts[marked[0]] || [])[0];
    if (gate && box.scrollWidth > box.clientWidth) {
      var here = gate.getBoundingClientRect(), frame = box.getBoundingClientRect();
      box.scrollLeft += here.left + here.width / 2 - frame.left - frame.width / 2;
    }
  }
  back.addEventListener("click", function () { show(current - 1); });
  next.addEventListener("click", function () { show(current + 1); });
  slider.addEventListener("input", function () { show(Number(slider.value) - 1); });
  items.forEach(function (item, at) { item.addEventListener("click", function () { show(at); }); });
  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target === slider) return;
    var to = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: items.length - 1 };
    if (!(event.key in to)) return;
    event.preventDefault();
    show(to[event.key]);
  });
  document.documentElement.classList.add("js");
  byId("controls").hidden = false;
  now.hidden = false;
  show((parseInt(location.hash.slice(1), 10) || 1) - 1);
})();
