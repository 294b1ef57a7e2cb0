// The page of an execution: its log follows the events; its other pieces are asked for again when an event
// tells that they have changed. A reload shows the same, so nothing is lost by one.

import { addCopyButtons } from "./copy.js";
import { keepElapsed } from "./elapsed.js";
import { LogPanel } from "./log-panel.js";
import { accompany } from "./pulse.js";
import { Refresher } from "./refresh.js";
import { LiveSocket } from "./socket.js";
import { showInTab } from "./title.js";

// Of so much that was missed the end is read, and the rest when somebody looks at it.
const MOST_MISSED = 2000;
const ACTIVE = ["pending", "running"];
// After the end the clock looks at what was found; then the report leads to it.
const FOLLOWED_AFTER = 4000;

const page = document.querySelector("[data-execution]");
const uid = page.dataset.execution;
const seen = Number(page.dataset.seq);
let status = page.dataset.status;

const log = new LogPanel(document.querySelector("[data-log]"), uid, seen);
const refresher = new Refresher(`${location.pathname}?sections`);
const socket = new LiveSocket(`/ws/executions/${uid}/`, {
    numberOf: (message) => message.seq,
    last: seen,
    onMessages: hear,
    onState: (state) => state === "open" && refresher.refresh(),
    catchUp,
});

function hear(messages) {
    const events = messages.filter((message) => message.event.startsWith("execution:"));
    if (!events.length) return;
    log.store.add(events);
    for (const { event, data } of events) become(statusAfter(event, data));
    if (events.some(tellsOfMore)) refresher.refresh();
    if (!ACTIVE.includes(status)) setTimeout(() => refresher.refresh(), FOLLOWED_AFTER);
}

/** Whether something beside the log has changed. What the engine itself logs as a warning stands in the head. */
function tellsOfMore({ event, data }) {
    return event !== "execution:log" || (data.level === "warn" && data.step_number === null);
}

function statusAfter(event, data) {
    if (event === "execution:started") return "running";
    if (event === "execution:completed") return data.status;
    if (event === "execution:failed") return "failed";
    return event === "execution:cancelled" ? "cancelled" : status;
}

function become(next) {
    status = next;
    page.dataset.status = next;
    const words = next[0].toUpperCase() + next.slice(1);
    showInTab({ runs: ACTIVE.includes(next), fails: next === "failed", words });
    if (!ACTIVE.includes(next)) socket.close();
}

async function catchUp(socket) {
    const answer = await fetch(`/api/v1/executions/${uid}/events?after=${socket.last}&limit=1`);
    if (!answer.ok) return; // the socket says why
    const { count } = await answer.json();
    if (count <= MOST_MISSED) return;
    socket.last += count;
    log.store.grow(socket.last);
}

keepElapsed();
addCopyButtons(page);
document.addEventListener("section:replaced", (event) => {
    addCopyButtons(event.target);
    log.offerSteps();
});
if (ACTIVE.includes(status)) {
    accompany(socket);
    socket.open();
}
become(status);
