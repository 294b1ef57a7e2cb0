// The pieces of a page, asked for again when something has happened: at once, but never many times a second.

import { replaceSections } from "./sections.js";

const SHORTEST_PAUSE = 300;
const PAUSE_FACTOR = 4; // of what the last one took

export class Refresher {
    constructor(address) {
        this.address = address;
        this.isBusy = false;
        this.isDue = false;
    }

    async refresh() {
        if (this.isBusy) {
            this.isDue = true;
            return;
        }
        [this.isBusy, this.isDue] = [true, false];
        const began = performance.now();
        try {
            const answer = await fetch(this.address, { headers: { Accept: "application/json" } });
            if (answer.ok) replaceSections(await answer.json());
        } catch {
            // whoever comes back asks again
        }
        const pause = Math.max(SHORTEST_PAUSE, PAUSE_FACTOR * (performance.now() - began));
        setTimeout(() => {
            this.isBusy = false;
            if (this.isDue) this.refresh();
        }, pause);
    }
}
