// The events of a run, by number. They come live, or in pages from the API when somebody looks at them.

import { readDuration } from "./duration.js";
import { plainText } from "./ansi.js";

export const PAGE = 500;
const AT_ONCE = 3;
const LEVELS = { debug: 0, info: 1, warn: 2, error: 3 };

export class LogStore {
    /** `onChange()` is called after anything has come. */
    constructor(uid, total, onChange) {
        this.address = `/api/v1/executions/${uid}/events`;
        this.total = total;
        this.removed = 0; // of the first events, deleted for their age
        this.onChange = onChange;
        this.rows = [];
        this.loading = new Map();
    }

    /** The row of event `seq`; undefined while it has not come. */
    get(seq) {
        return this.rows[seq - 1];
    }

    add(events) {
        for (const event of events) {
            this.total = Math.max(this.total, event.seq);
            // What was too long for the socket is read like an old line, when it is looked at.
            if (!event.data.truncated) this.rows[event.seq - 1] ??= rowOf(event);
        }
        this.onChange();
    }

    /** Events up to `seq` are there to be read. */
    grow(seq) {
        this.total = Math.max(this.total, seq);
        this.onChange();
    }

    isWhole(page) {
        const last = Math.min((page + 1) * PAGE, this.total);
        for (let seq = Math.max(page * PAGE, this.removed) + 1; seq <= last; seq += 1) {
            if (!this.get(seq)) return false;
        }
        return true;
    }

    /** Have the rows from `first` to `last`, some time soon. */
    want(first, last) {
        const end = Math.floor((Math.max(first, last) - 1) / PAGE);
        for (let page = Math.floor((first - 1) / PAGE); page <= end; page += 1) {
            if (!this.isWhole(page)) this.load(page).catch(() => {});
        }
    }

    /** All of them, the newest first. Resolves when they are there; `goOn()` says whether they are still wanted. */
    async loadAll(goOn) {
        const pages = [];
        for (let page = Math.floor(Math.max(0, this.total - 1) / PAGE); page >= 0; page -= 1) {
            if (!this.isWhole(page)) pages.push(page);
        }
        const work = async () => {
            while (pages.length && goOn()) await this.load(pages.shift());
        };
        await Promise.all(Array.from({ length: AT_ONCE }, work));
    }

    async load(page) {
        if (!this.loading.has(page)) {
            const done = this.read(page).finally(() => this.loading.delete(page));
            this.loading.set(page, done);
        }
        return this.loading.get(page);
    }

    async read(page) {
        const answer = await fetch(`${this.address}?after=${page * PAGE}&limit=${PAGE}`);
        if (answer.status === 429) {
            await pause(Number(answer.headers.get("Retry-After") ?? 1) * 1000);
            return this.read(page);
        }
        if (!answer.ok) throw new Error(`the log could not be read: ${answer.status}`);
        const { items, removed } = await answer.json();
        this.removed = removed;
        for (const event of items) this.rows[event.seq - 1] ??= rowOf(event);
        this.onChange();
    }

    /** How many rows have come. */
    count() {
        let found = 0;
        this.rows.forEach(() => (found += 1));
        return found;
    }
}

/** A row: `level` is "" for what is no line of the log; `text` may hold escape sequences, `plain` none. */
function rowOf({ event, seq, at, data }) {
    const isLog = event === "execution:log";
    const text = isLog ? data.message : describe(event, data);
    return {
        seq,
        at: Date.parse(at),
        level: isLog ? data.level : "",
        rank: isLog ? LEVELS[data.level] : -1,
        step: data.step_number ?? null,
        text,
        plain: plainText(text),
    };
}

export function rankOf(level) {
    return LEVELS[level];
}

function describe(event, data) {
    switch (event) {
        case "execution:started":
            return `Started, attempt ${data.attempt}`;
        case "execution:step:added":
            return `Step ${data.step_number} planned: ${data.step_name}`;
        case "execution:step:started":
            return `Step ${data.step_number} began: ${data.step_name}`;
        case "execution:step:completed":
            return `Step ${data.step_number} ${data.status}${took(data)}${data.error ? `: ${data.error}` : ""}`;
        case "execution:cost:recorded":
            return `Asked ${data.model}: ${data.cost === null ? "unpriced" : `$${data.cost}`}, ${data.tokens} tokens`;
        case "execution:cancelled":
            return `Cancelled${data.by ? ` by ${data.by}` : ""}${took(data)}`;
        default:
            return `${event === "execution:failed" || !data.success ? "Failed" : "Completed"}${took(data)}: ${data.error || data.result_summary || ""}`;
    }
}

function took(data) {
    return data.duration_ms === null || data.duration_ms === undefined ? "" : ` in ${readDuration(data.duration_ms)}`;
}

function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
