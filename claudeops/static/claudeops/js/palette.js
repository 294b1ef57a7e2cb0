// The theme's palette of commands (Ctrl K) stands on htmx, which is loaded when it is first asked for.

const HTMX = new URL("../../unfold/js/htmx/htmx.js", import.meta.url);

export function offerPalette() {
    document.addEventListener("keydown", load);
}

function load({ key, ctrlKey, metaKey }) {
    if (key !== "k" || !(ctrlKey || metaKey)) return;
    document.removeEventListener("keydown", load);
    const script = document.createElement("script");
    script.src = HTMX.href;
    document.head.append(script);
}
