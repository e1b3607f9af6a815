// The plot is one stop of the Tab key: arrows go from mark to mark, and what a mark says is written below the plot.

const figure = document.querySelector("[data-frontier]");

if (figure) {
  const marks = [...figure.querySelectorAll("[data-mark]")];
  const said = figure.querySelector("[data-said]");
  const at = (mark) => marks.indexOf(mark);
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

  function say(mark) {
    said.textContent = mark.getAttribute("aria-label");
  }

  function go(place) {
    const mark = marks[Math.min(Math.max(place, 0), marks.length - 1)];
    for (const each of marks) each.setAttribute("tabindex", each === mark ? "0" : "-1");
    mark.focus();
  }

  for (const mark of marks) {
    mark.setAttribute("tabindex", mark === marks[0] ? "0" : "-1");
    mark.addEventListener("focus", () => say(mark));
    mark.addEventListener("pointerenter", () => say(mark));
    mark.addEventListener("keydown", (event) => {
      const places = { Home: 0, End: marks.length - 1 };
      const place = places[event.key] ?? (event.key in steps ? at(mark) + steps[event.key] : null);
      if (place === null) return;
      event.preventDefault();
      go(place);
    });
  }
}
