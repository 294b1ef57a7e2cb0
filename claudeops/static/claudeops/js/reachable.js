// The theme makes some buttons of <span> and <a> without an address: this lets the keyboard reach them too.

const NAMES = [
    ["sidebarDesktopOpen", "Show or hide the navigation"],
    ["sidebarMobileOpen", "Show or hide the navigation"],
    ["openTheme", "Choose light or dark"],
    ["navigationOpen", ""],
];

export function makeReachable() {
    document.getElementById("main")?.setAttribute("role", "main");
    for (const element of document.querySelectorAll(":is(span, a:not([href]), h2, div)[x-on\\:click]")) {
        if (element.tabIndex < 0) makeButton(inside(element), element.getAttribute("x-on:click"));
    }
    for (const change of [makeScrollable, hushSymbols]) {
        change(document);
        document.addEventListener("section:replaced", (event) => change(event.target));
    }
}

/** A symbol is written as its name, which nobody wants read out before each word; what has no other keeps it. */
function hushSymbols(root) {
    for (const symbol of root.querySelectorAll(".material-symbols-outlined:not([role])")) {
        const owner = symbol.closest("a, button, [role=button]");
        const name = symbol.textContent.trim();
        if (owner && owner.textContent.trim() === name && !owner.title) owner.ariaLabel ??= name.replaceAll("_", " ");
        symbol.ariaHidden = "true";
    }
}

/** Where one is, in a navigation that is longer than the screen. */
export function showPlace() {
    const navigation = document.getElementById("nav-sidebar-apps");
    const place = navigation?.querySelector("a.active");
    if (!place) return;
    const hidden = place.offsetTop + place.offsetHeight - navigation.clientHeight;
    if (hidden > 0) navigation.scrollTop = hidden + navigation.clientHeight / 2;
}

/** What scrolls sideways can be scrolled by the arrow keys. Looked at when it is laid out, which this must not force. */
function makeScrollable(root) {
    for (const element of root.querySelectorAll(".scroll")) sizes.observe(element);
}

const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) target.tabIndex = 0;
    }
});

/** A heading stays one: what is in it becomes the button, and its click rises to the heading. */
function inside(element) {
    if (element.localName !== "h2") return element;
    const span = document.createElement("span");
    span.className = "heading-button";
    span.append(...element.childNodes);
    element.append(span);
    return span;
}

function makeButton(element, action) {
    const [, name] = NAMES.find(([word]) => action.includes(word)) ?? [];
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    if (name) element.setAttribute("aria-label", name);
    element.addEventListener("keydown", (event) => {
        if (event.target !== element || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        element.click();
    });
}
