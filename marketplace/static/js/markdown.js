// Markdown a model wrote, as nodes that can do nothing: text is only ever set as text, links lead to http(s) or mail
// alone, pictures are words. Every scan goes forwards once, so no text can make the page wait.

const MAX_CHARS = 60_000;
const MAX_DEPTH = 6;
const MAX_COLUMNS = 60;
const MAX_CELLS = 4_000; // what a browser lays out without a pause; the rest of the table stays text
const LINK_REL = "noopener noreferrer nofollow ugc";
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
const MARKS = /([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+/g;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]|$)/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])(?:[ \t]+|$)/;
const TABLE_RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const STARTS = [FENCE, HEADING, RULE, QUOTE, ITEM];

export function clean(text) {
  return text
    .replace(/\r\n?|\u2028/g, "\n")
    .replace(/\u2029/g, "\n\n")
    .replace(ANSI, "")
    .replace(UNSEEN, "")
    .replace(MARKS, "$1");
}

/** Keeps `container` showing a text that grows: only what changed at its end is built again. */
export class Rendering {
  constructor(container, words) {
    this.container = container;
    this.words = words;
    this.blocks = [];
    this.text = null;
  }

  show(text) {
    if (text === this.text) return;
    this.text = text;
    const blocks = split(clean(text.slice(0, MAX_CHARS)).split("\n"));
    if (text.length > MAX_CHARS) blocks.push({ kind: "clipped", source: "" });
    let same = 0;
    while (same < blocks.length && same < this.blocks.length && blocks[same].source === this.blocks[same]) same += 1;
    while (this.container.childNodes.length > same) this.container.lastChild.remove();
    for (const block of blocks.slice(same)) this.container.append(build(block, 0, this.words));
    this.blocks = blocks.map((block) => block.source);
  }
}

/** All of `text`, as a fragment. */
export function render(text, words) {
  const fragment = document.createDocumentFragment();
  new Rendering(fragment, words).show(text);
  return fragment;
}

/** Lines as blocks `{kind, lines, source}`; a block's source tells whether it must be built again. */
function split(lines) {
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    const from = at;
    const line = lines[at];
    let kind = "paragraph";
    if (!line.trim()) {
      at += 1;
      continue;
    }
    const fence = FENCE.exec(line);
    if (fence) [kind, at] = ["fence", endOfFence(lines, at, fence[1])];
    else if (HEADING.test(line)) [kind, at] = ["heading", at + 1];
    else if (RULE.test(line)) [kind, at] = ["rule", at + 1];
    else if (QUOTE.test(line)) [kind, at] = ["quote", endWhile(lines, at, (next) => QUOTE.test(next))];
    else if (ITEM.test(line)) [kind, at] = ["list", endOfList(lines, at)];
    else if (line.includes("|") && TABLE_RULE.test(lines[at + 1] ?? "") && lines[at + 1].includes("-")) {
      [kind, at] = ["table", endWhile(lines, at, (next) => next.trim() && next.includes("|"))];
      at = Math.max(at, from + 2);
    } else at = endWhile(lines, at, (next, first) => first || (next.trim() && !STARTS.some((start) => start.test(next))));
    const own = lines.slice(from, at);
    blocks.push({ kind, lines: own, source: `${kind}\n${own.join("\n")}` });
  }
  return blocks;
}

function endWhile(lines, at, goesOn) {
  let end = at;
  while (end < lines.length && goesOn(lines[end], end === at)) end += 1;
  return end;
}

function endOfFence(lines, at, mark) {
  const closes = new RegExp(`^ {0,3}${mark[0]}{${Math.min(mark.length, 60)},}[ \\t]*$`);
  let end = at + 1;
  while (end < lines.length && !closes.test(lines[end])) end += 1;
  return Math.min(end + 1, lines.length);
}

function endOfList(lines, at) {
  const ordered = isOrdered(lines[at]);
  let end = at + 1;
  for (; end < lines.length; end += 1) {
    const line = lines[end];
    if (!line.trim()) {
      const next = lines[end + 1] ?? "";
      if (!(/^ {2,}\S/.test(next) || (ITEM.test(next) && isOrdered(next) === ordered))) break;
    } else if (/^\S/.test(line) && STARTS.some((start) => start.test(line))) {
      if (!ITEM.test(line) || isOrdered(line) !== ordered || RULE.test(line)) break;
    }
  }
  return end;
}

const isOrdered = (line) => /^ *\d/.test(line);

function build(block, depth, words) {
  if (depth > MAX_DEPTH) return element("p", block.lines.join("\n"));
  switch (block.kind) {
    case "fence":
      return fence(block.lines);
    case "heading": {
      const [start, marks] = HEADING.exec(block.lines[0]);
      const title = withoutHashes(block.lines[0].slice(start.length).trim());
      return inline(element(`h${Math.min(6, marks.length + 2)}`), title, words);
    }
    case "rule":
      return element("hr");
    case "quote":
      return nest(element("blockquote"), block.lines.map((line) => line.replace(QUOTE, "")), depth, words);
    case "list":
      return list(block.lines, depth, words);
    case "table":
      return table(block.lines, words);
    case "clipped":
      return element("p", words.clipped);
    default:
      return inline(element("p"), block.lines.map((line) => line.replace(/^ +/, "")).join("\n"), words);
  }
}

/** A heading may end in hashes that are not part of it. */
function withoutHashes(title) {
  let end = title.length;
  while (end > 0 && title[end - 1] === "#") end -= 1;
  return end === 0 || /\s/.test(title[end - 1]) ? title.slice(0, end).trimEnd() : title;
}

function nest(parent, lines, depth, words) {
  for (const block of split(lines)) parent.append(build(block, depth + 1, words));
  return parent;
}

function fence(lines) {
  const mark = FENCE.exec(lines[0])[1];
  const last = lines.length > 1 && FENCE.exec(lines.at(-1))?.[1][0] === mark[0] ? -1 : undefined;
  const pre = element("pre");
  pre.append(element("code", lines.slice(1, last).join("\n")));
  return pre;
}

function list(lines, depth, words) {
  const ordered = isOrdered(lines[0]);
  const parent = element(ordered ? "ol" : "ul");
  const first = Number.parseInt(lines[0].trim(), 10);
  if (ordered && first !== 1) parent.setAttribute("start", String(first));
  let item = null;
  let indent = 0;
  let deeper = /^/;
  const items = [];
  for (const line of lines) {
    const mark = ITEM.exec(line);
    if (mark && (item === null || mark[1].length < indent)) {
      indent = mark[0].length;
      deeper = new RegExp(`^ {0,${indent}}`);
      item = [line.slice(mark[0].length)];
      items.push(item);
    } else item.push(line.replace(deeper, ""));
  }
  for (const own of items) parent.append(tight(nest(element("li"), own, depth, words)));
  return parent;
}

/** A list item's only paragraph becomes the item's own text. */
function tight(item) {
  const first = item.firstElementChild;
  if (first?.localName === "p" && item.querySelectorAll(":scope > p").length === 1) first.replaceWith(...first.childNodes);
  return item;
}

function table(lines, words) {
  const width = Math.min(cells(lines[0]).length, MAX_COLUMNS);
  const rows = Math.floor(MAX_CELLS / width);
  const whole = element("table");
  const head = whole.appendChild(element("thead"));
  head.append(row(cells(lines[0]), "th", width, words));
  const body = whole.appendChild(element("tbody"));
  for (const line of lines.slice(2, rows + 2)) body.append(row(cells(line), "td", width, words));
  if (lines.length <= rows + 2) return whole;
  const both = element("div");
  both.append(whole, fence(["```", ...lines.slice(rows + 2)]));
  return both;
}

function row(texts, kind, width, words) {
  const tr = element("tr");
  for (let column = 0; column < width; column += 1) tr.append(inline(element(kind), texts[column] ?? "", words));
  return tr;
}

function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));
}

// -- within a line ------------------------------------------------------------------------------------------------

const MARKED = /\\([!-/:-@[-`{-~])|(`+)|(!?)\[([^[\]\n]{0,1000})\]\(\s{0,3}<?([^()\s<>]{0,2000}(?:\([^()\s]{0,500}\)[^()\s<>]{0,500})?)>?(?:\s+["'][^"'\n]{0,500}["'])?\s{0,3}\)|<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>|(\*\*|__|~~|\*|_)/g;
const WRAPS = { "**": "strong", __: "strong", "~~": "s", "*": "em", _: "em" };

/** Put `text` into `parent`: code, links, pictures as words, strong, emphasised and struck words. */
function inline(parent, text, words) {
  const open = [];
  let into = parent;
  let from = 0;
  MARKED.lastIndex = 0;
  const closers = countMarks(text);
  for (let match = MARKED.exec(text); match; match = MARKED.exec(text)) {
    const [whole, escaped, ticks, bang, label, address, auto, mark] = match;
    let node = null;
    if (escaped !== undefined) node = document.createTextNode(escaped);
    else if (ticks) {
      const end = endOfCode(text, match.index + ticks.length, ticks);
      if (end < 0) continue;
      node = element("code", text.slice(match.index + ticks.length, end).replace(/\n/g, " ").replace(/^ (.*\S.*) $/, "$1"));
      MARKED.lastIndex = end + ticks.length;
    } else if (label !== undefined) node = bang ? picture(label, words) : link(label, address, words);
    else if (auto) node = link(auto, auto, words);
    else {
      closers[mark] -= 1;
      const turn = turnOf(text, match.index, mark, open, closers);
      if (!turn) continue;
      addText(into, text.slice(from, match.index));
      from = match.index + mark.length;
      if (turn === "open") {
        open.push(mark);
        into = into.appendChild(element(WRAPS[mark]));
      } else {
        open.pop();
        into = into.parentNode;
      }
      continue;
    }
    addText(into, text.slice(from, match.index));
    into.append(node);
    from = match.index + whole.length;
    if (MARKED.lastIndex > from) from = MARKED.lastIndex;
    MARKED.lastIndex = from;
  }
  addText(into, text.slice(from));
  return parent;
}

/** How often each mark is still to come: one that never comes again does not open. */
function countMarks(text) {
  const counts = { "**": 0, __: 0, "~~": 0, "*": 0, _: 0 };
  for (const [mark] of text.matchAll(/\*\*|__|~~|\*|_/g)) counts[mark] += 1;
  return counts;
}

function turnOf(text, at, mark, open, closers) {
  const before = text[at - 1] ?? " ";
  const after = text[at + mark.length] ?? " ";
  if (open.at(-1) === mark && /\S/.test(before)) return mark[0] === "_" && /\w/.test(after) ? "" : "close";
  if (open.includes(mark) || open.length > 4 || closers[mark] < 1 || /\s/.test(after)) return "";
  return mark[0] === "_" && /\w/.test(before) ? "" : "open";
}

function endOfCode(text, from, ticks) {
  let end = text.indexOf(ticks, from);
  while (end >= 0 && text[end + ticks.length] === "`") {
    let past = end + ticks.length;
    while (text[past] === "`") past += 1;
    end = text.indexOf(ticks, past);
  }
  return end;
}

function addText(parent, text) {
  const lines = text.split(/ {2,}\n|\n/);
  lines.forEach((line, number) => {
    if (number) parent.append(element("br"));
    if (line) parent.append(decode(line));
  });
}

const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0", copy: "©", hellip: "…", mdash: "—", ndash: "–" };

/** Character references of text that stays text. */
function decode(text) {
  return text.replace(/&(amp|lt|gt|quot|nbsp|copy|hellip|mdash|ndash);/g, (_whole, name) => NAMED[name]);
}

/** A link that says where it leads, or its words alone when it leads nowhere safe. */
function link(label, address, words) {
  const target = safeAddress(address);
  if (!target) return document.createTextNode(label || address);
  const node = element("a");
  node.setAttribute("href", target.href);
  node.setAttribute("rel", LINK_REL);
  inlineWords(node, label || address, words);
  const told = target.protocol === "mailto:" || label.replace(/^https?:\/\//, "").split("/")[0].toLowerCase() === target.host;
  if (told) return node;
  const both = document.createDocumentFragment();
  const host = element("span", ` (${target.hostname})`);
  host.className = "link-host";
  both.append(node, host);
  return both;
}

/** Strong and emphasis inside a link's words, never another link. */
function inlineWords(node, label, words) {
  if (/[[\]<>]|:\/\//.test(label)) node.append(label);
  else inline(node, label, words);
}

function safeAddress(address) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(address)) return null;
  try {
    const target = new URL(address);
    return ["http:", "https:", "mailto:"].includes(target.protocol) ? target : null;
  } catch {
    return null;
  }
}

function picture(alt, words) {
  return element("em", words.picture.replace("{alt}", alt || "–"));
}

function element(name, text) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  return node;
}
