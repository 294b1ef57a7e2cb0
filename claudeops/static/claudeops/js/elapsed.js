// What goes on shows how long it has, second by second.

import { everySecond, now } from "./clock.js";
import { readElapsed } from "./duration.js";

function update() {
    for (const element of document.querySelectorAll("[data-since]")) {
        element.textContent = readElapsed(now() - Date.parse(element.dataset.since));
    }
}

export function keepElapsed() {
    update();
    everySecond(update);
    document.addEventListener("section:replaced", update);
}
