// Pieces of the page that the server has rendered anew take the place of the old ones.

import { updateTimes } from "./times.js";

/** `sections` are {name: {version, html}}. What a person has opened stays open, and the focus where it is. */
export function replaceSections(sections) {
    for (const [name, { version, html }] of Object.entries(sections)) {
        const place = document.querySelector(`[data-section="${name}"]`);
        if (place && place.dataset.version !== version) replace(place, version, html);
    }
}

function replace(place, version, html) {
    const open = [...place.querySelectorAll("details[open][data-keep]")].map((each) => each.dataset.keep);
    const focused = place.contains(document.activeElement) ? document.activeElement : undefined;
    const mould = document.createElement("template");
    mould.innerHTML = html; // ours: escaped by the server's templates, and the policy runs no script in it
    for (const details of mould.content.querySelectorAll("details[data-keep]")) {
        details.open = open.includes(details.dataset.keep);
    }
    updateTimes(mould.content);
    place.replaceChildren(mould.content);
    place.dataset.version = version;
    if (focused) refocus(place, focused);
    place.dispatchEvent(new CustomEvent("section:replaced", { bubbles: true }));
}

function refocus(place, before) {
    const href = before.getAttribute("href");
    const same = before.id
        ? document.getElementById(before.id)
        : [...place.querySelectorAll(before.localName)].find(
              (each) => each.getAttribute("href") === href && each.textContent === before.textContent,
          );
    same?.focus({ preventScroll: true });
}
