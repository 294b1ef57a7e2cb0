// The runs that wait and run. The pulse brings all of them now and then, and each event changes one at once.
// Both carry the number of the last event that is in them, so whichever comes late changes nothing.

import { FrontRun } from "./front-run.js";

const SHOWN_AFTER_END = 4000;
const ENDS = ["execution:completed", "execution:failed", "execution:cancelled"];

export class FrontRuns {
    constructor(panel, cancel) {
        this.panel = panel;
        this.cancel = cancel;
        this.rows = panel.querySelector("[data-active-rows]");
        this.mould = panel.querySelector("[data-active-template]");
        this.runs = new Map();
        this.ended = new Map();
        for (const element of this.rows.children) this.adopt(new FrontRun(element));
        this.tick();
    }

    adopt(run) {
        this.runs.set(run.uid, run);
        run.onCancel(() => this.cancel(run.uid));
    }

    make(uid) {
        const run = new FrontRun(this.mould.content.firstElementChild.cloneNode(true), uid);
        this.adopt(run);
        this.rows.prepend(run.element);
        return run;
    }

    /** Everything that is active, as the server sees it. */
    sync({ runs, running, waiting }) {
        const here = new Set(runs.map((run) => run.execution_id));
        for (const [uid, run] of this.runs) if (!here.has(uid) && !run.hasEnded) this.remove(uid);
        for (const known of [...runs].reverse()) {
            const uid = known.execution_id;
            if (known.seq < (this.ended.get(uid) ?? 0)) continue;
            (this.runs.get(uid) ?? this.make(uid)).take(known);
        }
        for (const uid of this.ended.keys()) if (!here.has(uid)) this.ended.delete(uid);
        Object.assign(this, { running, waiting, others: running + waiting - runs.length });
        this.count();
    }

    hear({ event, execution_id: uid, seq, data }) {
        if (event === "cancel:requested") this.runs.get(data.execution_id)?.showCancelling();
        if (event === "error") this.runs.get(data.execution_id)?.refuse(data.message);
        if (!event.startsWith("execution:")) return;
        const run = this.runs.get(uid) ?? (event === "execution:started" && !this.ended.has(uid) && this.make(uid));
        if (!run || seq <= run.seq) return;
        run.hear(event, seq, data);
        if (!ENDS.includes(event)) return;
        this.ended.set(uid, seq);
        setTimeout(() => this.remove(uid), SHOWN_AFTER_END);
    }

    remove(uid) {
        this.runs.get(uid)?.element.remove();
        this.runs.delete(uid);
        this.count();
    }

    count() {
        this.panel.querySelector("[data-active-none]").hidden = this.runs.size > 0;
        if (this.running === undefined) return;
        this.panel.querySelector("[data-active-count]").textContent =
            `${this.running} running, ${this.waiting} waiting`;
        const others = this.panel.querySelector("[data-active-others]");
        others.hidden = this.others <= 0;
        others.firstElementChild.textContent = `${this.others} more`;
    }

    tick() {
        for (const run of this.runs.values()) run.tick();
    }
}
