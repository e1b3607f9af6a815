// The stone beside a live trial: the sentence so far, and a streak for each channel that has a score.

const SVG = "http://www.w3.org/2000/svg";
const SURE = { clear: 1, tie: 0.6, cannot_tell: 0.72 };

export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");

export class Stone {
  constructor(root, words) {
    this.words = words;
    this.sentence = root.querySelector("[data-verdict]");
    this.note = root.querySelector("[data-verdict-note]");
    this.list = root.querySelector("[data-ranking]");
    this.stage = root.querySelector("[data-stage]");
    this.rounds = root.querySelector("[data-rounds]");
    this.onward = root.querySelector("[data-onward]");
    this.rows = new Map();
  }

  /** `verdict` as the stream tells it; `names` by contender. Nothing yet is null. */
  show(verdict, names) {
    const ranking = (verdict?.ranking ?? []).filter((row) => row.score !== null && names.has(row.contender));
    this.sentence.textContent = this.sayVerdict(verdict, ranking, names);
    this.note.textContent = ranking.length ? fill(this.words.so_far, { scored: verdict.scored }) : "";
    const shown = new Set(ranking.map((row) => row.contender));
    for (const [contender, row] of this.rows) {
      if (shown.has(contender)) continue;
      row.item.remove();
      this.rows.delete(contender);
    }
    ranking.forEach((row, place) => this.showRow(row, place, verdict, names.get(row.contender)));
  }

  sayVerdict(verdict, ranking, names) {
    const [first, second] = ranking;
    if (!first) return this.ended ? this.words.no_scores : this.words.waiting_scores;
    const leader = names.get(verdict.leader ?? first.contender) ?? names.get(first.contender);
    if (!second) return fill(this.words.one, { leader, score: first.score.toFixed(1) });
    const lead = (verdict.lead ?? first.score - second.score).toFixed(1);
    const sentence = { clear: this.words.clear, tie: this.words.tie, cannot_tell: this.words.early }[verdict.verdict];
    return fill(lead === "0.0" ? this.words.tie : (sentence ?? this.words.leads), { leader, second: names.get(second.contender), lead });
  }

  showRow(row, place, verdict, name) {
    const known = this.rows.get(row.contender) ?? this.addRow(row.contender);
    const leads = place === 0;
    known.item.classList.toggle("is-lead", leads);
    known.svg.classList.toggle("streak--lead", leads);
    known.name.textContent = name;
    known.figure.textContent = row.score.toFixed(1);
    const interval = row.low !== null && row.high !== null;
    const values = { name, score: row.score.toFixed(1), low: row.low?.toFixed(1), high: row.high?.toFixed(1) };
    known.svg.setAttribute("aria-label", fill(interval ? this.words.score : this.words.score_alone, values));
    known.bar.setAttribute("fill-opacity", leads ? (SURE[verdict.verdict] ?? 0.72) : 1);
    resize(known, row, interval);
    if (this.list.children[place] !== known.item) this.list.insertBefore(known.item, this.list.children[place] ?? null);
  }

  addRow(contender) {
    const item = document.createElement("li");
    item.className = "rank";
    const name = item.appendChild(document.createElement("span"));
    name.className = "rank__name";
    const figure = item.appendChild(document.createElement("span"));
    figure.className = "num";
    const svg = item.appendChild(shape("svg", { class: "streak streak--drawn", width: "100%", height: 18, role: "img" }));
    // Drawn once: a row that moves up would draw itself again.
    svg.addEventListener("animationend", ({ target }) => target.matches(".streak__whisker") && svg.classList.remove("streak--drawn"));
    svg.append(shape("rect", { class: "streak__track", y: 4, width: "100%", height: 10, rx: 5 }));
    const bar = svg.appendChild(shape("rect", { class: "streak__bar", y: 4, height: 10, rx: 5 }));
    const whiskers = [[9, 9], [1, 17], [1, 17]].map(([y1, y2]) => svg.appendChild(shape("line", { class: "streak__whisker", y1, y2 })));
    const row = { item, name, figure, svg, bar, whiskers };
    this.rows.set(contender, row);
    return row;
  }

  /** Told before `show`: after the end no more scores come. */
  showStage(state) {
    this.ended = ["done", "cancelled", "failed"].includes(state);
    this.stage.textContent = this.words.stages[state] ?? "";
  }

  /** An adaptive trial's rounds; null in a fixed one. */
  showRounds(rounds) {
    if (rounds) this.rounds.textContent = fill(this.words.round, rounds);
  }

  showReport(address) {
    this.onward.hidden = !address;
    if (address) this.onward.querySelector("a").href = address;
  }
}

function resize(row, { score, low, high }, interval) {
  row.bar.setAttribute("width", percent(score));
  const ends = [[low, high], [low, low], [high, high]];
  row.whiskers.forEach((line, number) => {
    line.setAttribute("visibility", interval ? "visible" : "hidden");
    if (!interval) return;
    line.setAttribute("x1", percent(ends[number][0]));
    line.setAttribute("x2", percent(ends[number][1]));
  });
}

const percent = (score) => `${(Math.min(Math.max(score / 10, 0), 1) * 100).toFixed(2)}%`;

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
