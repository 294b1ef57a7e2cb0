// The log with its tools: follow, search, level, step, copy, and one line in full.

import { copyFor, copyText } from "./copy.js";
import { LogFilter } from "./log-filter.js";
import { makeText } from "./log-row.js";
import { LogStore } from "./log-store.js";
import { LogView } from "./log-view.js";
import { inViewersZone } from "./times.js";

const TYPING_PAUSE = 150;
const count = new Intl.NumberFormat("en-US");

export class LogPanel {
    constructor(panel, uid, total) {
        this.panel = panel;
        this.uid = uid;
        this.store = new LogStore(uid, total, () => this.hearNew());
        this.view = new LogView(this.part("view"), this.store, {
            onFollow: (isFollowing) => this.showFollowing(isFollowing),
            onOpen: (seq) => this.showLine(seq),
        });
        this.filter = new LogFilter(this.store, {
            onFound: (found, query) => this.view.show(found, query),
            onProgress: (read, all) => this.showProgress(read, all),
        });
        this.part("plain").remove();
        this.part("tools").hidden = false;
        this.listen();
        this.offerSteps();
        this.goToAddress();
        this.hearNew();
    }

    part(name) {
        return this.panel.querySelector(`[data-log-${name}]`);
    }

    listen() {
        let timer = 0;
        this.part("search").addEventListener("input", (event) => {
            clearTimeout(timer);
            timer = setTimeout(() => this.change({ query: event.target.value }), TYPING_PAUSE);
        });
        this.part("level").addEventListener("change", (event) => this.change({ level: event.target.value }));
        this.part("step").addEventListener("change", (event) => this.change({ step: event.target.value }));
        this.part("follow").addEventListener("click", () => this.view.follow(!this.view.isFollowing));
        this.part("copy").addEventListener("click", () => copyFor(this.part("copy"), () => this.copy()));
        this.part("line-copy").addEventListener("click", () =>
            copyFor(this.part("line-copy"), () => copyText(this.store.get(this.view.openSeq)?.plain ?? "")),
        );
        this.part("line-close").addEventListener("click", () => this.view.open(0));
        this.part("line-context").addEventListener("click", () => this.showContext());
        window.addEventListener("hashchange", () => this.goToAddress());
    }

    change(changes) {
        this.part("status").textContent = "";
        this.filter.set(changes).catch(() => (this.part("status").textContent = "The log cannot be read now."));
    }

    hearNew() {
        this.filter?.goOn();
        this.view?.draw();
        this.part("count").textContent = `${count.format(this.store.total)} lines and events`;
        const line = this.view?.openSeq;
        if (line && this.part("line").dataset.waits === String(line) && this.store.get(line)) this.showLine(line);
    }

    showProgress(read, all) {
        const { found } = this.filter;
        this.part("status").textContent =
            read < all ? `Reading ${count.format(read)} of ${count.format(all)} …` : `${count.format(found.length)} of ${count.format(all)}`;
        if (!this.filter.isOn) this.part("status").textContent = "";
    }

    showFollowing(isFollowing) {
        const button = this.part("follow");
        button.setAttribute("aria-pressed", String(isFollowing));
        button.textContent = isFollowing ? "Following" : "Follow";
    }

    /** The steps, as the page lists them. */
    offerSteps() {
        const select = this.part("step");
        const known = new Set([...select.options].map((option) => option.value));
        for (const step of document.querySelectorAll("[id^='step-']")) {
            const number = step.id.slice("step-".length);
            if (!known.has(number)) select.append(new Option(`${number}. ${step.querySelector("strong").textContent}`, number));
        }
    }

    async copy() {
        if (!this.filter.isOn) {
            const answer = await fetch(`/api/v1/executions/${this.uid}/logs`);
            return copyText(await answer.text());
        }
        return copyText(this.filter.found.map((seq) => this.store.get(seq).plain).join("\n"));
    }

    showLine(seq) {
        const place = this.part("line");
        place.hidden = !seq;
        if (!seq) return;
        const row = this.store.get(seq);
        place.dataset.waits = row ? "" : seq;
        history.replaceState(null, "", `#L${seq}`);
        const words = row ? [row.level, row.step && `step ${row.step}`, inViewersZone(row.at)] : ["…"];
        this.part("line-title").textContent = `Line ${seq}: ${words.filter(Boolean).join(", ")}`;
        this.part("line-text").replaceChildren(row ? makeText(row, this.filter.wanted.query, true) : "");
        this.part("line-context").hidden = !this.filter.isOn;
        if (!row) this.store.want(seq, seq);
    }

    /** The line among its neighbours: no filter any more. */
    async showContext() {
        const seq = this.view.openSeq;
        for (const name of ["search", "level", "step"]) this.part(name).value = "";
        await this.filter.set({ query: "", level: "", step: "" });
        this.part("status").textContent = "";
        this.view.open(seq);
    }

    goToAddress() {
        const seq = Number(location.hash.match(/^#L(\d+)$/)?.[1] ?? 0);
        if (seq && seq <= this.store.total) requestAnimationFrame(() => this.view.open(seq));
    }
}
