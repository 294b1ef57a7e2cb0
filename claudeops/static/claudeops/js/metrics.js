// Curves that can be read and zoomed: by pointing and dragging, and by the keyboard. Without JavaScript a
// click on a chart zooms in as well: the server has drawn links over it.

const NEAREST = 3; // buckets away, what is read there is no reading of this moment

class Chart {
    constructor(field) {
        this.field = field;
        this.data = JSON.parse(field.dataset.chart);
        this.span = this.data.end - this.data.begin;
        // The axis is the server's, and so are the moments said above it, wherever they are read.
        this.form = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: field.dataset.zone });
        this.times = [...new Set(this.data.lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b);
        this.svg = field.querySelector("svg");
        this.reading = field.closest(".panel").querySelector("[data-reading]");
        this.cursor = this.mark("chart-cursor");
        this.chosen = this.mark("chart-chosen");
        this.at = undefined; // seconds after the beginning
        this.anchor = undefined; // where a choice began
        field.classList.add("is-live");
        field.tabIndex = 0;
        field.setAttribute("role", "application");
        this.listen();
    }

    mark(name) {
        const element = document.createElement("div");
        element.className = name;
        element.hidden = true;
        this.field.append(element);
        return element;
    }

    listen() {
        this.svg.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            event.preventDefault();
            this.svg.setPointerCapture(event.pointerId);
            this.anchor = this.secondsAt(event);
        });
        this.svg.addEventListener("pointermove", (event) => this.show(this.secondsAt(event)));
        this.svg.addEventListener("pointerup", (event) => this.drop(this.secondsAt(event)));
        this.svg.addEventListener("pointercancel", () => this.letGo());
        this.svg.addEventListener("pointerleave", () => this.anchor === undefined && this.letGo());
        this.svg.addEventListener("click", (event) => event.preventDefault());
        this.field.addEventListener("keydown", (event) => this.press(event));
        this.field.addEventListener("blur", () => this.letGo());
    }

    secondsAt(event) {
        const box = this.svg.getBoundingClientRect();
        const share = (event.clientX - box.left) / box.width;
        return Math.min(Math.max(share, 0), 1) * this.span;
    }

    /** The cursor at the bucket nearest to `seconds`, with what every node had there. */
    show(seconds) {
        if (!this.times.length) return;
        const middle = this.data.seconds / 2;
        this.at = this.times.reduce((best, at) =>
            Math.abs(at + middle - seconds) < Math.abs(best + middle - seconds) ? at : best,
        );
        if (Math.abs(this.at + middle - seconds) > NEAREST * this.data.seconds + middle) {
            this.cursor.hidden = true;
            this.reading.textContent = `${this.moment(seconds)}: nothing was sampled`;
        } else {
            this.place(this.cursor, this.at + middle, 0);
            this.reading.textContent = `${this.moment(this.at)}: ${this.values(this.at)}`;
        }
        if (this.anchor !== undefined) this.choose(this.anchor, seconds);
    }

    values(at) {
        return this.data.lines
            .map(({ node, points }) => [node, points.find(([moment]) => moment === at)])
            .filter(([, point]) => point)
            .map(([node, point]) => `${node} ${this.said(point)}`)
            .join(", ");
    }

    said([, mean, least, most]) {
        const value = `${mean} ${this.data.unit}`.trim();
        return least === most ? value : `${value} (${least} to ${most})`;
    }

    moment(seconds) {
        return this.form.format((this.data.begin + seconds) * 1000);
    }

    place(element, from, width) {
        element.hidden = false;
        element.style.left = `${(Math.min(Math.max(from, 0), this.span) / this.span) * 100}%`;
        if (width) element.style.width = `${(width / this.span) * 100}%`;
    }

    choose(one, other) {
        this.place(this.chosen, Math.min(one, other), Math.max(Math.abs(one - other), this.span / 1000));
    }

    /** A drag zooms to what it went over, a click to the twelfth of the chart that it is in. */
    drop(seconds) {
        if (this.anchor === undefined) return;
        const [from, to] = [Math.min(this.anchor, seconds), Math.max(this.anchor, seconds)];
        const isClick = to - from < this.span / 200;
        if (isClick) {
            const parts = this.svg.querySelectorAll("a");
            location.assign(parts[Math.min(parts.length - 1, Math.floor((from / this.span) * parts.length))].href.baseVal);
        } else this.zoom(from, to);
    }

    zoom(from, to) {
        const url = new URL(location.href);
        const said = (seconds) => new Date((this.data.begin + seconds) * 1000).toISOString().replace(/\.\d+Z$/, "Z");
        url.searchParams.delete("range");
        url.searchParams.set("from", said(from));
        url.searchParams.set("to", said(to));
        location.assign(url);
    }

    press(event) {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        const last = this.times.length - 1;
        const index = this.at === undefined ? last + 1 : this.times.indexOf(this.at);
        const moves = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: last };
        if (event.key in moves) this.step(moves[event.key], event.shiftKey);
        else if (event.key === "Enter" && this.anchor !== undefined) this.zoomToChosen();
        else if (event.key === "Escape") this.letGo();
        else if (event.key === "+" || event.key === "-") follow(event.key === "+" ? "in" : "out");
        else return;
        event.preventDefault();
    }

    step(index, isChoosing) {
        const middle = this.data.seconds / 2;
        if (!isChoosing) this.forgetChoice();
        else if (this.anchor === undefined && this.at !== undefined) this.anchor = this.at + middle;
        const at = this.times[Math.min(Math.max(index, 0), this.times.length - 1)];
        this.show(at + middle);
    }

    zoomToChosen() {
        const ends = [this.anchor, this.at + this.data.seconds / 2];
        if (ends[0] !== ends[1]) this.zoom(Math.min(...ends), Math.max(...ends));
    }

    forgetChoice() {
        this.anchor = undefined;
        this.chosen.hidden = true;
    }

    letGo() {
        this.forgetChoice();
        this.at = undefined;
        this.cursor.hidden = true;
        this.reading.textContent = "";
    }
}

function follow(move) {
    document.querySelector(`[data-move="${move}"]`)?.click();
}

document.querySelectorAll("[data-chart]").forEach((field) => new Chart(field));
document.querySelectorAll("[data-zoom-help]").forEach((help) => (help.hidden = false));
