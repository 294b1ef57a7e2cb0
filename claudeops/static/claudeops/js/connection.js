// What a live page says of itself: that it is live, or since when it is not.

import { connection, onConnection, retryNow } from "./pulse.js";

const clock = new Intl.DateTimeFormat("sv-SE", { timeStyle: "medium" });

const WORDS = {
    connecting: () => "Connecting …",
    "catching-up": () => "Catching up …",
    live: () => "Live",
    behind: () => `Behind: nothing has been heard since ${clock.format(connection.since)}`,
    offline: () => `Offline since ${clock.format(connection.since)}; what is shown is from then. ${nextAttempt()}`,
    "signed-out": () => "You are signed out; nothing here is live any more.",
};

function nextAttempt() {
    const seconds = Math.ceil((connection.nextAt - Date.now()) / 1000);
    return seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again …";
}

export function showConnection() {
    const place = document.querySelector("[data-connection]");
    if (!place) return;
    const text = place.querySelector("[data-connection-text]");
    const retry = place.querySelector("[data-connection-retry]");
    const signIn = place.querySelector("[data-connection-sign-in]");
    retry.addEventListener("click", retryNow);
    onConnection(({ state }) => {
        place.dataset.state = state;
        // The countdown is for the eye alone: read out, it would never end.
        place.setAttribute("aria-live", state === "offline" && text.textContent.startsWith("Offline") ? "off" : "polite");
        const words = WORDS[state]();
        if (text.textContent !== words) text.textContent = words;
        retry.hidden = state !== "offline";
        signIn.hidden = state !== "signed-out";
    });
}
