// Every <time> of the page says how long ago it was, and keeps the exact moment, in the viewer's zone, for
// who points at it. Without JavaScript the server's text stands.

import { everySecond, now } from "./clock.js";

const STEPS = [
    [60, 1, "s"],
    [3600, 60, "min"],
    [86400, 3600, "h"],
    [86400 * 60, 86400, "d"],
];
const UPDATE_SECONDS = 5;

const exact = new Intl.DateTimeFormat("sv-SE", {
    dateStyle: "short", timeStyle: "medium",
});
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function relative(moment) {
    const seconds = (now() - moment) / 1000;
    const size = Math.abs(seconds);
    if (size < 5) return "now";
    const [, unit, name] = STEPS.find(([limit]) => size < limit) ?? [];
    if (!unit) return exact.format(moment).slice(0, 10);
    const amount = `${Math.floor(size / unit)} ${name}`;
    return seconds < 0 ? `in ${amount}` : `${amount} ago`;
}

/** "2026-11-26 13:03:22 (Europe/Berlin)". */
export function inViewersZone(moment) {
    return `${exact.format(moment)} (${zone})`;
}

function update(element) {
    const moment = Date.parse(element.dateTime);
    if (Number.isNaN(moment)) return;
    const isOverdue = "due" in element.dataset && moment <= now();
    const text = isOverdue ? "due" : relative(moment);
    if (element.textContent !== text) element.textContent = text;
    if (!element.title) element.title = inViewersZone(moment);
}

export function updateTimes(root = document) {
    root.querySelectorAll("time[datetime]:not([data-fixed])").forEach(update);
}

let passed = 0;

export function keepTimes() {
    updateTimes();
    everySecond(() => {
        passed += 1;
        if (passed % UPDATE_SECONDS === 0 && !document.hidden) updateTimes();
    });
    document.addEventListener("visibilitychange", () => updateTimes());
}
