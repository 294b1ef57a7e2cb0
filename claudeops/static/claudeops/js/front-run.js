// One row of what runs. Everything is put in as text.

import { now } from "./clock.js";
import { readDuration, readElapsed } from "./duration.js";
import { readUnits, unitsOf } from "./money.js";

export class FrontRun {
    /** Of a row that the server has rendered, or, with `uid`, of an empty one. */
    constructor(element, uid) {
        this.element = element;
        const { run, seq, status, started, cost, steps } = element.dataset;
        this.uid = uid ?? run;
        this.seq = Number(seq ?? 0);
        this.status = status ?? "pending";
        this.started = Date.parse(started);
        this.cost = cost ? unitsOf(cost) : undefined;
        this.steps = Number(steps ?? 0);
        if (uid) this.address();
    }

    address() {
        this.element.dataset.run = this.uid;
        const link = this.field("name");
        const place = `${link.getAttribute("href")}${this.uid}/`;
        link.setAttribute("href", `${place}change/`);
        this.element.querySelector("form")?.setAttribute("action", `${place}cancel/`);
    }

    field(name) {
        return this.element.querySelector(`[data-field="${name}"]`);
    }

    write(name, text) {
        const field = this.field(name);
        if (field && field.textContent !== text) field.textContent = text;
    }

    get hasEnded() {
        return this.status !== "pending" && this.status !== "running";
    }

    /** What the pulse knows of it, unless later events are in it already. */
    take(known) {
        if (known.seq < this.seq || this.hasEnded) return;
        this.seq = known.seq;
        this.started = Date.parse(known.started_at);
        this.steps = known.steps;
        this.cost = known.cost_usd === null ? undefined : unitsOf(known.cost_usd);
        this.become(known.status);
        this.name(known.name);
        this.write("node", known.node_id);
        this.write("step", known.held || this.stepWords(known.step_number, known.step_name));
        if (known.is_cancelling) this.showCancelling();
        this.tick();
    }

    hear(event, seq, data) {
        this.seq = seq;
        if (event === "execution:started") {
            this.started = Date.parse(data.started_at);
            this.steps = 0;
            if (!this.field("name").textContent) this.name(data.agent_type);
            this.write("step", "");
            this.become("running");
        } else if (event === "execution:step:added") {
            this.steps += 1;
        } else if (event === "execution:step:started") {
            this.write("step", this.stepWords(data.step_number, data.step_name));
        } else if (event === "execution:cost:recorded") {
            if (data.cost !== null) this.cost = (this.cost ?? 0n) + unitsOf(data.cost);
        } else if (data.duration_ms !== undefined && event.split(":").length === 2) {
            this.end(data.status ?? event.split(":")[1], data);
        }
        this.tick();
    }

    end(status, data) {
        this.become(status);
        this.write("step", data.error || data.result_summary || "");
        this.write("elapsed", readDuration(data.duration_ms));
        this.element.querySelector("form")?.remove();
    }

    become(status) {
        this.status = status;
        const label = this.field("status");
        label.className = `state state-${status}`;
        this.write("status", status[0].toUpperCase() + status.slice(1));
    }

    name(text) {
        this.write("name", text);
        this.write("cancel-name", ` ${text}`);
    }

    stepWords(number, name) {
        return number ? `Step ${number} of ${Math.max(this.steps, number)}: ${name}` : "";
    }

    tick() {
        if (!this.hasEnded) this.write("elapsed", readElapsed(now() - this.started));
        this.write("cost", this.cost === undefined ? "–" : readUnits(this.cost));
    }

    /** `cancel` says it on the socket; where there is none, the form goes its own way. */
    onCancel(cancel) {
        this.element.querySelector("form")?.addEventListener("submit", (event) => {
            if (!cancel()) return;
            event.preventDefault();
            this.showCancelling();
        });
    }

    showCancelling() {
        const button = this.element.querySelector("form button");
        if (!button) return;
        button.disabled = true;
        button.firstChild.textContent = "Cancelling";
    }

    refuse(message) {
        const button = this.element.querySelector("form button");
        if (button) {
            button.disabled = false;
            button.firstChild.textContent = "Cancel";
        }
        this.write("step", message);
    }
}
