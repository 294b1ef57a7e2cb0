// Which lines are wanted. What has not come cannot be searched, so a filter has the whole log read first.

import { rankOf } from "./log-store.js";

const SHOW_EACH = 200;

export class LogFilter {
    /** `onFound(numbers, query)`: null is every line. `onProgress(read, total)` while it is read. */
    constructor(store, { onFound, onProgress }) {
        Object.assign(this, { store, onFound, onProgress });
        this.wanted = { query: "", level: "", step: "" };
        this.round = 0;
        this.tested = 0;
    }

    get isOn() {
        return Object.values(this.wanted).some(Boolean);
    }

    fits(row) {
        const { query, level, step } = this.wanted;
        if (level && row.rank < rankOf(level)) return false;
        if (step && row.step !== Number(step)) return false;
        return !query || row.plain.toLowerCase().includes(query.toLowerCase());
    }

    async set(changes) {
        Object.assign(this.wanted, changes);
        const mine = ++this.round;
        if (!this.isOn) {
            this.onFound(null, "");
            return;
        }
        this.filter();
        const progress = setInterval(() => {
            this.filter();
            this.onProgress(this.store.count(), this.store.total);
        }, SHOW_EACH);
        try {
            await this.store.loadAll(() => mine === this.round);
        } finally {
            clearInterval(progress);
            if (mine === this.round) {
                this.filter();
                this.onProgress(this.store.total, this.store.total);
            }
        }
    }

    /** All that has come, from the beginning. */
    filter() {
        this.found = [];
        this.tested = 0;
        this.goOn();
    }

    /** What has come since, at the end. */
    goOn() {
        if (!this.isOn) return;
        for (let seq = this.tested + 1; seq <= this.store.total; seq += 1) {
            const row = this.store.get(seq);
            if (row && this.fits(row)) this.found.push(seq);
        }
        this.tested = this.store.total;
        this.onFound(this.found, this.wanted.query);
    }
}
