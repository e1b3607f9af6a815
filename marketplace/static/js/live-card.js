// One channel's card: its answers to the chosen prompt, their state, and their figures.

import { Rendering } from "./markdown.js";
import { fill } from "./live-verdict.js";

const ENDED = new Set(["done", "failed"]);
export const BLAMELESS = new Set(["cancelled", "internal"]); // the visitor's wish, or our own fault
const MARKS = { waiting: "waiting", sent: "writing", streaming: "writing", retrying: "retrying", done: "done", failed: "fault" };

export class Card {
  constructor(root, words, currency) {
    this.root = root;
    this.words = words;
    this.currency = currency;
    this.button = root.querySelector("[data-name]");
    this.corner = root.querySelector("[data-state]");
    this.body = root.querySelector("[data-body]");
    this.foot = root.querySelector("[data-foot]");
    this.parts = [];
    this.key = "";
    this.resting = 0;
    this.follows = true;
    this.body.addEventListener("scroll", () => {
      this.follows = this.body.scrollHeight - this.body.scrollTop - this.body.clientHeight < 32;
    }, { passive: true });
  }

  name(text) {
    this.button.textContent = text;
    this.button.title = text;
  }

  /** `round` is the one after which it was not asked on; 0 while it is in the race. */
  rest(round) {
    this.resting = round;
    this.root.classList.toggle("is-resting", round > 0);
    this.key = "";
  }

  toggle(open = !this.root.classList.contains("is-open")) {
    this.root.classList.toggle("is-open", open);
    this.button.setAttribute("aria-expanded", String(open));
  }

  /** Show `answers` (one per repeat) to one prompt; `prompt` tells when it is another one. */
  show(prompt, answers) {
    const key = `${prompt}:${answers.length}`;
    if (key !== this.key) this.begin(key, answers);
    const writing = answers.some((answer) => answer.state === "streaming");
    this.root.classList.toggle("is-writing", writing);
    this.root.setAttribute("aria-busy", String(answers.some((answer) => !ENDED.has(answer.state))));
    this.showCorner(answers);
    answers.forEach((answer, number) => this.showAnswer(answer, this.parts[number]));
    this.showFigures(answers);
    const ended = this.wasWriting && !writing;
    this.wasWriting = writing;
    return { writing, ended };
  }

  /** After all cards are written: one layout for the page, not one per card. */
  settle({ writing, ended }) {
    if (!this.follows) return;
    if (writing) this.body.scrollTop = this.body.scrollHeight;
    else if (ended) this.body.scrollTop = 0;
  }

  begin(key, answers) {
    this.key = key;
    this.follows = true;
    this.wasWriting = false;
    this.body.scrollTop = 0;
    this.body.replaceChildren();
    if (!answers.length) {
      const why = this.resting ? fill(this.words.resting_text, { round: this.resting }) : this.words.no_answer;
      this.body.append(paragraph("answer-card__problem", why));
    }
    this.parts = answers.map((answer, number) => {
      if (answers.length > 1) this.body.append(paragraph("repeat", fill(this.words.repeat, { number: number + 1 })));
      const problem = this.body.appendChild(paragraph("answer-card__problem"));
      const thinking = this.body.appendChild(document.createElement("details"));
      thinking.className = "thinking";
      thinking.append(document.createElement("summary"), document.createElement("p"));
      thinking.firstChild.textContent = this.words.reasoning;
      thinking.addEventListener("toggle", () => this.showThinking(part));
      const text = this.body.appendChild(document.createElement("div"));
      text.className = "answer-text";
      const part = { problem, thinking, answer, rendering: new Rendering(text, this.words) };
      return part;
    });
  }

  showAnswer(answer, part) {
    part.answer = answer;
    part.problem.hidden = answer.state !== "failed";
    if (answer.state === "failed") {
      const error = this.words.errors[answer.error_kind] ?? answer.error_kind;
      const ours = BLAMELESS.has(answer.error_kind);
      const sentence = answer.text ? this.words.cut_text : this.words.failed_text;
      part.problem.textContent = fill(ours ? this.words.blameless_text : sentence, { error });
    }
    part.thinking.hidden = !answer.reasoning;
    this.showThinking(part);
    part.rendering.show(answer.text);
  }

  showThinking(part) {
    if (part.thinking.open) part.thinking.lastChild.textContent = part.answer.reasoning.slice(-20_000);
  }

  showCorner(answers) {
    this.corner.replaceChildren();
    if (!answers.length) {
      if (this.resting) this.corner.append(figure("resting", this.words.resting));
      return;
    }
    const answer = answers.find((each) => !ENDED.has(each.state)) ?? answers.find((each) => each.state === "failed") ?? answers[0];
    const word = document.createElement("span");
    const mark = BLAMELESS.has(answer.error_kind) ? "waiting" : MARKS[answer.state];
    word.className = `state state--${mark ?? "waiting"}`;
    word.textContent = this.say(answer);
    this.corner.append(word);
    const score = mean(answers.flatMap((each) => Object.values(each.scores)));
    if (score === null) return;
    if (answer.state === "done") {
      // The score says that it is done; the dot stays, and the word for those who cannot see it.
      const said = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: word.textContent });
      word.replaceChildren(said);
    }
    this.corner.append(Object.assign(document.createElement("span"), { className: "num", textContent: score.toFixed(1) }));
  }

  say(answer) {
    if (answer.state === "failed") return this.words.errors[answer.error_kind] ?? this.words.states.failed;
    if (answer.state === "streaming" && !answer.text && answer.reasoning) return this.words.states.thinking;
    if (answer.state === "retrying") return fill(this.words.states.retrying, { seconds: Math.ceil((answer.retry_in_ms ?? 0) / 1000) });
    return this.words.states[answer.state] ?? answer.state;
  }

  showFigures(answers) {
    const figures = [
      ["ttft", mean(answers.map((answer) => answer.ttft_ms))],
      ["tps", mean(answers.map((answer) => answer.output_tps))],
      ["tokens", sum(answers.map((answer) => answer.output_tokens))],
    ];
    const spans = figures
      .filter(([, value]) => value !== null)
      .map(([name, value]) => figure(name, fill(this.words[name], { value: value.toFixed(0) })));
    const charge = sum(answers.map((answer) => (answer.charge === null ? null : Number(answer.charge))));
    if (charge !== null) spans.push(figure("charge", this.currency + money(charge)));
    this.foot.replaceChildren(...spans);
  }
}

/** Two significant digits below one unit, two decimals above. */
export function money(amount) {
  if (!amount) return "0";
  return amount >= 1 ? amount.toFixed(2) : amount.toFixed(Math.min(9, 1 - Math.floor(Math.log10(amount))));
}

function mean(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length ? known.reduce((total, value) => total + value, 0) / known.length : null;
}

function sum(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length ? known.reduce((total, value) => total + value, 0) : null;
}

function figure(name, text) {
  return Object.assign(document.createElement("span"), { className: `figure--${name}`, textContent: text });
}

function paragraph(name, text = "") {
  return Object.assign(document.createElement("p"), { className: name, textContent: text });
}
