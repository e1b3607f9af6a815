// The live page: the database's snapshot, then every event after it. What is on screen follows the model below once
// per frame, and only for the prompt that is shown. Whatever goes wrong with the stream ends in asking for a snapshot.

import { BLAMELESS, Card, money } from "./live-card.js";
import { Stone, fill } from "./live-verdict.js";

const FRAME_BUDGET_MS = 8;
const OPEN = new Set(["running", "judging", "reporting"]);
const ENDED = new Set(["done", "failed"]);

const root = document.querySelector("[data-live]");
const find = (name) => root.querySelector(`[data-${name}]`);
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("live-words");
const stone = new Stone(root, words);
const cards = new Map();
const names = new Map();

let trial = read("live-state");
let answers = new Map();
let shown = trial.prompts[0]?.id;
let chosen = false; // by the reader; until then the page follows the progress
let began = 0;
let source = null;
let lastHeard = performance.now();
let failures = 0;
const dirty = new Set();
let frame = 0;

// -- the model ------------------------------------------------------------------------------------------------------

function adopt(snapshot) {
  trial = snapshot;
  answers = new Map(trial.answers.map((answer) => [answer.id, answer]));
  began = performance.now() - trial.elapsed_ms;
  for (const contender of trial.contenders) {
    names.set(contender.id, contender.name);
    cards.get(contender.id)?.name(contender.name);
  }
  stone.showStage(trial.state);
  stone.show(trial.verdict, names);
  stone.showReport(trial.report);
  stone.showRounds(trial.rounds);
  showResting();
  showPrompts();
  showNotice();
  touchAll();
}

const happened = {
  pieces(data) {
    for (const [id, piece] of Object.entries(data)) {
      const answer = answers.get(Number(id));
      if (!answer || ENDED.has(answer.state)) continue;
      if (piece.again) Object.assign(answer, { text: "", reasoning: "" });
      answer.text += piece.text ?? "";
      answer.reasoning += piece.reasoning ?? "";
      answer.state = "streaming";
      dirty.add(answer.contender);
    }
  },
  answer(data) {
    const answer = answers.get(data.id);
    if (!answer) return;
    const { id, contender, prompt, repeat, ...news } = data;
    for (const [name, value] of Object.entries(news)) if (value !== undefined) answer[name] = value;
    dirty.add(answer.contender);
    follow();
  },
  scores(data) {
    const answer = answers.get(data.answer);
    if (answer) Object.assign(answer.scores, data.scores);
    dirty.add(data.contender);
  },
  verdict(data) {
    trial.verdict = data;
    stone.show(data, names);
  },
  state(data) {
    trial.state = data.state;
    stone.showStage(data.state);
  },
  /** Another round asks other prompts of fewer channels: the database has its rows. */
  async round() {
    source.close();
    if (await askState()) listen();
    else recover();
  },
  async end() {
    source.close();
    if (!(await askState())) recover();
  },
  reload() {
    source.close();
    recover();
  },
};

// -- the stream -----------------------------------------------------------------------------------------------------

function listen() {
  source?.close();
  if (!OPEN.has(trial.state)) return;
  const address = new URL(root.dataset.events, location.href);
  if (trial.after) address.searchParams.set("after", trial.after);
  source = new EventSource(address);
  source.onopen = () => {
    lastHeard = performance.now();
    showNotice();
  };
  source.onerror = () => {
    showNotice(words.reconnecting);
    if (source.readyState === EventSource.CLOSED) recover();
  };
  for (const [name, handle] of Object.entries(happened)) {
    source.addEventListener(name, (event) => {
      lastHeard = performance.now();
      failures = 0;
      attend();
      handle(JSON.parse(event.data));
      draw();
    });
  }
}

let recovering = 0;

/** Ask for a snapshot and go on from there; the longer it fails, the more rarely it asks. */
function recover() {
  if (recovering) return;
  failures += 1;
  const wait = Math.min(500 * 2 ** Math.min(failures, 6), 20_000) * (0.75 + Math.random() / 2);
  recovering = setTimeout(async () => {
    recovering = 0;
    if (await askState()) listen();
    else recover();
  }, wait);
}

async function askState() {
  try {
    const answer = await fetch(root.dataset.state, { headers: { Accept: "application/json" } });
    if (answer.status === 404 || answer.status === 410) location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const wasOpen = OPEN.has(trial.state);
    adopt(await answer.json());
    lastHeard = performance.now();
    if (wasOpen && !OPEN.has(trial.state)) finish();
    return true;
  } catch {
    showNotice(words.reconnecting);
    return false;
  }
}

function finish() {
  source?.close();
  find("stop")?.remove();
  announce(fill(words.finished, { stage: words.stages[trial.state] }));
}

/** A silent stream may be a worker that has died: the database knows. */
async function watch() {
  if (!OPEN.has(trial.state)) return;
  if (performance.now() - lastHeard < Number(root.dataset.quietMs) || recovering) return;
  if ((await askState()) && source?.readyState === EventSource.CLOSED) listen();
}

// -- the page -------------------------------------------------------------------------------------------------------

function touchAll() {
  for (const contender of cards.keys()) dirty.add(contender);
  follow();
  draw();
}

/** The first prompt that still awaits an answer, unless the reader has picked one. */
function follow() {
  if (!chosen) {
    const open = trial.prompts.find((prompt) => ofPrompt(prompt.id).some((answer) => !ENDED.has(answer.state)));
    if (open && open.id !== shown) turnTo(open.id);
  }
}

function turnTo(prompt) {
  shown = prompt;
  for (const contender of cards.keys()) dirty.add(contender);
  showPrompt();
  draw();
}

const ofPrompt = (prompt) => [...answers.values()].filter((answer) => answer.prompt === prompt);

function draw() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const until = performance.now() + FRAME_BUDGET_MS;
    const settled = [];
    const visible = Map.groupBy ? Map.groupBy(ofPrompt(shown), (answer) => answer.contender) : group(ofPrompt(shown));
    for (const contender of dirty) {
      dirty.delete(contender);
      const card = cards.get(contender);
      if (card) settled.push([card, card.show(shown, visible.get(contender) ?? [])]);
      if (performance.now() > until) break;
    }
    for (const [card, change] of settled) card.settle(change);
    showProgress();
    if (dirty.size) draw();
  });
}

function group(list) {
  const groups = new Map();
  for (const answer of list) groups.set(answer.contender, [...(groups.get(answer.contender) ?? []), answer]);
  return groups;
}

function showPrompt() {
  const number = trial.prompts.findIndex((prompt) => prompt.id === shown);
  const prompt = trial.prompts[number];
  if (!prompt) return;
  const title = trial.prompts.length > 1 ? `${fill(words.prompt_of, { number: number + 1, all: trial.prompts.length })}${words.colon}${prompt.title}` : prompt.title;
  find("prompt-title").textContent = title;
  find("question-text").textContent = prompt.text;
  showPictures(prompt.pictures ?? []);
  for (const button of find("prompts").children) button.setAttribute("aria-pressed", String(Number(button.value) === shown));
}

/** Their place keeps its height, so that nothing moves when the page turns to another prompt. */
function showPictures(pictures) {
  const place = find("pictures");
  if (!place || place.dataset.of === String(shown)) return;
  place.dataset.of = String(shown);
  const row = document.createElement("div");
  row.className = "pictures";
  for (const { address, alt, width, height } of pictures) {
    const link = row.appendChild(document.createElement("a"));
    Object.assign(link, { className: "pictures__one", href: address, target: "_blank", rel: "noopener", title: fill(words.open_picture, { alt }) });
    link.append(Object.assign(document.createElement("img"), { src: address, alt, width, height }));
  }
  place.replaceChildren(row);
}

function showProgress() {
  const all = answers.size;
  let done = 0;
  let cost = 0;
  const open = new Set();
  for (const answer of answers.values()) {
    if (!ENDED.has(answer.state)) open.add(answer.prompt);
    else if (!BLAMELESS.has(answer.error_kind)) done += 1; // what was stopped has not arrived
    cost += Number(answer.charge ?? 0);
  }
  for (const button of find("prompts").children) button.classList.toggle("is-done", !open.has(Number(button.value)));
  find("bar").setAttribute("width", `${all ? (done / all) * 100 : 0}%`);
  find("progress").textContent = [fill(words.progress, { done, all }), clock(), trial.currency + money(cost)].join(" · ");
}

function clock() {
  const seconds = Math.floor((OPEN.has(trial.state) ? performance.now() - began : trial.elapsed_ms) / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

function showNotice(text = "") {
  const unattended = OPEN.has(trial.state) && !trial.attended;
  const message = text || (unattended ? fill(words.unattended, { minutes: Math.max(1, Math.ceil(trial.left_ms / 60_000)) }) : trial.problem);
  find("notice").textContent = message;
  find("notice").hidden = !message;
}

/** Whatever is told, somebody tells it: a worker is at it again. */
function attend() {
  if (trial.attended) return;
  trial.attended = true;
  showNotice();
}

/** Who is not asked on, and since which round: the last look counts. */
function showResting() {
  const looks = trial.rounds?.resting ?? [];
  const last = looks.at(-1);
  for (const [contender, card] of cards) {
    const rests = last?.contenders.includes(contender);
    const since = looks.findLast((look) => !look.contenders.includes(contender));
    card.rest(rests ? (since?.round ?? 0) + 1 : 0);
  }
}

function showPrompts() {
  const known = new Set([...find("prompts").children].map((button) => Number(button.value)));
  trial.prompts.forEach((prompt, place) => {
    if (known.has(prompt.id)) return;
    const button = find("prompts").appendChild(document.createElement("button"));
    Object.assign(button, { type: "button", className: "chip", value: prompt.id, textContent: place + 1, title: prompt.title });
    button.addEventListener("click", () => {
      chosen = true;
      turnTo(prompt.id);
    });
  });
  [...find("prompts").children].forEach((button, place) => {
    button.setAttribute("aria-label", `${fill(words.prompt_of, { number: place + 1, all: trial.prompts.length })}${words.colon}${button.title}`);
  });
  find("prompts").hidden = trial.prompts.length < 2;
}

const announce = (text) => {
  find("announce").textContent = text;
};

function setUp() {
  for (const item of root.querySelectorAll("[data-contender]")) {
    const card = new Card(item, words, trial.currency);
    cards.set(Number(item.dataset.contender), card);
    card.button.addEventListener("click", () => {
      const open = !item.classList.contains("is-open");
      for (const other of cards.values()) other.toggle(other === card && open);
      if (open) item.scrollIntoView({ block: "nearest" });
    });
  }
  find("stop")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const button = form.querySelector("button");
    const data = new FormData(form);
    button.disabled = true;
    button.textContent = words.stopping;
    const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => null);
    if (!answer || (answer.type !== "opaqueredirect" && !answer.ok)) form.submit();
  });
}

setUp();
adopt(trial);
showPrompt();
listen();
if (OPEN.has(trial.state)) announce(fill(words.started, { all: answers.size }));
setInterval(() => {
  showProgress();
  watch();
}, 1000);
