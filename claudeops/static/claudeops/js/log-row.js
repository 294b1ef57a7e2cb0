// One line on the screen. Whatever is in it is put in as text.

import { parseAnsi } from "./ansi.js";

const clock = new Intl.DateTimeFormat("sv-SE", { timeStyle: "medium" });

export function makeRow(seq, row, query, isOpen) {
    const line = document.createElement("div");
    line.className = `line level-${row ? row.level || "mark" : "missing"}${isOpen ? " is-open" : ""}`;
    line.dataset.seq = seq;
    line.append(
        piece("number", String(seq)),
        piece("at", row ? clock.format(row.at) : ""),
        piece("level", row?.level ?? ""),
        row ? makeText(row, query) : piece("text", "…"),
    );
    return line;
}

function piece(className, text) {
    const span = document.createElement("span");
    span.className = className;
    span.textContent = text;
    return span;
}

/** The text with its colours, and with what is searched for marked. Line breaks are shown, not made. */
export function makeText(row, query, isWhole = false) {
    const span = piece("text", "");
    const hits = query ? findAll(row.plain, query) : [];
    let from = 0;
    for (const { text, classes, color } of parseAnsi(row.text)) {
        const part = document.createElement("span");
        part.className = classes;
        if (color) part.style.color = color;
        appendMarked(part, text, from, hits, isWhole);
        from += text.length;
        span.append(part);
    }
    return span;
}

function findAll(text, query) {
    const [lower, wanted] = [text.toLowerCase(), query.toLowerCase()];
    const hits = [];
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
        hits.push([at, at + wanted.length]);
    }
    return hits;
}

function appendMarked(place, text, from, hits, isWhole) {
    const shown = (part) => (isWhole ? part : part.replace(/\r?\n/g, " ⏎ "));
    let done = 0;
    for (const [begin, end] of hits) {
        const [first, last] = [Math.max(begin - from, done), Math.min(end - from, text.length)];
        if (last <= first) continue;
        place.append(shown(text.slice(done, first)));
        const mark = document.createElement("mark");
        mark.textContent = shown(text.slice(first, last));
        place.append(mark);
        done = last;
    }
    place.append(shown(text.slice(done)));
}
