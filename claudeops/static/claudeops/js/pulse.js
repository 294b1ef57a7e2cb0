// The pulse of the installation, heard on every page: how many run, whether something fails, and, on the
// front page, the sections that have changed. It beats every few seconds, so its silence tells that what is
// shown is behind, whatever the browser believes of its connection.

import { everySecond, setServerTime } from "./clock.js";
import { LiveSocket } from "./socket.js";

const BEHIND_AFTER = 14_000;
const DEAD_AFTER = 25_000;

const hearers = new Map();
const watchers = new Set();
const companions = new Set();
let heardAt = 0;
let socket;

export const connection = { state: "connecting", since: Date.now(), nextAt: 0 };

/** Hear each message of the name: "pulse", "pulse:sections" or "pulse:active". */
export function onPulse(name, hear) {
    hearers.set(name, [...(hearers.get(name) ?? []), hear]);
}

/** Hear of each change of `connection`: connecting, catching-up, live, behind, offline, signed-out. */
export function onConnection(watch) {
    watchers.add(watch);
    watch(connection);
}

/** Another socket of this page: it lives and dies with the pulse. */
export function accompany(other) {
    companions.add(other);
}

export function startPulse(wanted) {
    const query = wanted.length ? `?with=${wanted.join(",")}` : "";
    socket = new LiveSocket(`/ws/pulse/${query}`, { onMessages: hear, onState });
    socket.open();
    everySecond(checkSilence);
}

export function retryNow() {
    socket.retryNow();
    companions.forEach((other) => other.retryNow());
}

function hear(messages) {
    heardAt = Date.now();
    for (const { event, data } of messages) {
        if (event === "pulse") setServerTime(data.at);
        for (const each of hearers.get(event) ?? []) each(data);
    }
    become("live");
    companions.forEach((other) => other.retryNow());
}

function onState(state, nextAt) {
    if (state === "open") become("catching-up");
    if (state === "refused") become("signed-out");
    if (state === "connecting" && connection.state !== "offline") become("connecting");
    if (state === "waiting") become("offline", nextAt);
}

function checkSilence() {
    const silent = Date.now() - heardAt;
    if (connection.state === "live" && silent > BEHIND_AFTER) become("behind");
    if (["live", "behind"].includes(connection.state) && silent > DEAD_AFTER) {
        socket.drop();
        companions.forEach((other) => other.drop());
    }
    if (connection.state === "offline") watchers.forEach((watch) => watch(connection));
}

function become(state, nextAt = 0) {
    if (state === "offline" && !connection.nextAt) askWhetherSignedIn();
    const isNew = state !== connection.state;
    if (isNew) connection.since = state === "behind" ? heardAt : Date.now();
    Object.assign(connection, { state, nextAt });
    if (isNew || nextAt) watchers.forEach((watch) => watch(connection));
}

/** A handshake that is refused looks like a server that is gone; a page tells them apart. */
async function askWhetherSignedIn() {
    try {
        const answer = await fetch("/", { method: "HEAD", redirect: "manual" });
        if (answer.type === "opaqueredirect") {
            socket.close();
            companions.forEach((other) => other.close());
            become("signed-out");
        }
    } catch {
        // the server is gone indeed
    }
}
