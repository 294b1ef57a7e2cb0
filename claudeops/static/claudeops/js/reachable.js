// The theme makes some buttons of <span> and <a> without an address: this lets the keyboard reach them too.

const NAMES = [
    ["sidebarDesktopOpen", "Show or hide the navigation"],
    ["sidebarMobileOpen", "Show or hide the navigation"],
    ["openTheme", "Choose light or dark"],
    ["navigationOpen", ""],
];

export function makeReachable() {
    document.getElementById("main")?.setAttribute("role", "main");
    document.querySelector("#nav-sidebar-apps [role=region]")?.setAttribute("aria-label", "Navigation");
    for (const element of document.querySelectorAll("span, a:not([href]), h2, div")) {
        const action = element.getAttribute("x-on:click");
        if (action && element.tabIndex < 0) makeButton(inside(element), action);
    }
    makeScrollable(document);
    document.addEventListener("section:replaced", (event) => makeScrollable(event.target));
}

/** What scrolls sideways can be scrolled by the arrow keys. */
function makeScrollable(root) {
    for (const element of root.querySelectorAll(".scroll")) {
        if (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight) element.tabIndex = 0;
    }
}

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
