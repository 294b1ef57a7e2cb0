// The log on the screen: of a hundred thousand lines only those are there that are seen.

import { makeRow } from "./log-row.js";

export const LINE = 20; // pixels, as in execution.css
const BEYOND = 10; // lines made above and below what is seen
const MOST = 1_000_000; // lines: no element may be much higher
const NEAR_END = 4 * LINE;

export class LogView {
    /** `onFollow(isFollowing)` and `onOpen(row)` tell what the reader does. */
    constructor(place, store, { onFollow, onOpen }) {
        Object.assign(this, { place, store, onFollow, onOpen });
        this.found = null; // numbers of the lines that a filter lets through; null is all
        this.query = "";
        this.isFollowing = true;
        this.openSeq = 0;
        this.scrolledTo = 0;
        this.field = document.createElement("div");
        this.field.className = "log-field";
        this.lines = document.createElement("div");
        this.lines.className = "log-lines";
        this.field.append(this.lines);
        place.append(this.field);
        place.hidden = false;
        place.addEventListener("scroll", () => this.hearScroll());
        place.addEventListener("click", (event) => this.hearClick(event));
        place.addEventListener("keydown", (event) => this.hearKey(event));
        new ResizeObserver(() => this.draw()).observe(place);
    }

    /** How many of the first lines are not shown: because they are gone, or because there are too many. */
    get skipped() {
        return Math.max(this.store.removed, this.store.total - MOST);
    }

    get count() {
        return this.found ? this.found.length : this.store.total - this.skipped;
    }

    seqAt(index) {
        return this.found ? this.found[index] : index + 1 + this.skipped;
    }

    indexOf(seq) {
        return this.found ? this.found.indexOf(seq) : seq - 1 - this.skipped;
    }

    /** Draw soon: however much comes at once, it is drawn once. */
    draw() {
        this.frame ||= requestAnimationFrame(() => {
            this.frame = 0;
            this.drawNow();
        });
    }

    drawNow() {
        this.field.style.height = `${this.count * LINE}px`;
        if (this.isFollowing) this.scrollTo(this.count * LINE);
        const top = Math.floor(this.place.scrollTop / LINE);
        const seen = Math.ceil(this.place.clientHeight / LINE);
        const first = Math.max(0, top - BEYOND);
        const last = Math.min(this.count, top + seen + BEYOND);
        const rows = [];
        for (let index = first; index < last; index += 1) {
            const seq = this.seqAt(index);
            rows.push(makeRow(seq, this.store.get(seq), this.query, seq === this.openSeq));
        }
        this.lines.style.transform = `translateY(${first * LINE}px)`;
        this.lines.replaceChildren(...rows);
        if (last > first && !this.found) this.store.want(this.seqAt(first), this.seqAt(last - 1));
    }

    scrollTo(top) {
        this.place.scrollTop = top;
        this.scrolledTo = this.place.scrollTop;
    }

    hearScroll() {
        const { scrollTop, scrollHeight, clientHeight } = this.place;
        const isUp = scrollTop < this.scrolledTo - 1;
        const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
        this.scrolledTo = scrollTop;
        if (isUp && !isAtEnd) this.follow(false);
        else if (isAtEnd && !isUp) this.follow(true);
        this.draw();
    }

    follow(isFollowing) {
        if (isFollowing !== this.isFollowing) {
            this.isFollowing = isFollowing;
            this.onFollow(isFollowing);
        }
        if (isFollowing) this.draw();
    }

    show(found, query) {
        this.found = found;
        this.query = query;
        this.draw();
    }

    /** Open the line, and bring it where it is seen. */
    open(seq) {
        this.openSeq = seq;
        this.onOpen(seq);
        if (seq) this.reveal(seq);
        this.draw();
    }

    reveal(seq) {
        const index = this.indexOf(seq);
        if (index < 0) return;
        const { scrollTop, clientHeight } = this.place;
        const top = index * LINE;
        if (top >= scrollTop && top + LINE <= scrollTop + clientHeight) return;
        this.follow(false);
        this.field.style.height = `${this.count * LINE}px`;
        this.scrollTo(top - clientHeight / 2);
    }

    hearClick(event) {
        const line = event.target.closest(".line");
        if (line && !String(getSelection())) this.open(Number(line.dataset.seq));
    }

    hearKey(event) {
        const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (event.key === "Enter" && !this.openSeq) {
            this.open(this.seqAt(Math.ceil(this.place.scrollTop / LINE)) ?? 0);
        } else if (event.key === "Escape" && this.openSeq) {
            this.open(0);
        } else if (move && this.openSeq) {
            const next = Math.max(0, Math.min(this.count - 1, this.indexOf(this.openSeq) + move));
            this.open(this.seqAt(next));
        } else {
            return;
        }
        event.preventDefault();
    }
}
