// Keys for what one does all day. Which there are, the help says (templates/claudeops/keys.html): it is read
// from there, so that the two cannot differ.

import { confirm, showDialog } from "./dialog.js";

const SECOND_KEY_WITHIN = 1500;
const SEARCHES = ["[data-search]", "#searchbar", "#nav-filter"];
const RUNS = ["form[action$='/rerun/'] button", "form[action$='/run/'] button:not([formaction])"];

let first = "";
let pressedAt = 0;

export function listenToKeys() {
    const help = document.getElementById("keys");
    if (!help) return;
    const places = new Map(
        [...help.content.querySelectorAll("a[data-keys]")].map((link) => [link.dataset.keys, link.href]),
    );
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
        if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
        if (press(event.key, places, help)) event.preventDefault();
    });
}

function isTyping(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Whether the key meant something here. */
function press(key, places, help) {
    const pair = Date.now() - pressedAt < SECOND_KEY_WITHIN ? `${first} ${key}` : "";
    first = "";
    if (places.has(pair)) {
        location.assign(places.get(pair));
        return true;
    }
    if (key === "g") {
        [first, pressedAt] = [key, Date.now()];
        return true;
    }
    if (key === "/") return search(places);
    if (key === "r") return runAgain();
    if (key === "?") {
        showDialog(help.content.cloneNode(true).querySelector("dialog"));
        return true;
    }
    return false;
}

/** In this page's own search, or in that of all executions. */
function search(places) {
    for (const selector of SEARCHES) {
        const field = document.querySelector(selector);
        if (field?.checkVisibility()) {
            field.focus();
            field.select();
            return true;
        }
    }
    location.assign(`${places.get("g e")}#searchbar`);
    return true;
}

function runAgain() {
    const button = RUNS.map((selector) => document.querySelector(selector)).find(Boolean);
    if (!button) return false;
    const what = button.textContent.trim().split("\n").at(-1).trim();
    confirm(`${what}?`, what).then((isSure) => isSure && button.click());
    return true;
}

/** A link that ends in #searchbar means: and search there. */
export function focusWanted() {
    if (location.hash === "#searchbar") document.getElementById("searchbar")?.focus();
}
