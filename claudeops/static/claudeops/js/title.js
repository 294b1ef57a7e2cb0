// How many run and whether something fails, where a tab shows it: in its title and its icon.

const ICON = "M5 17h6l3-8 5 15 3-7h5";
const link = document.querySelector("link[rel=icon]");
const title = document.title.trim();
let shown = "";

/** `fails` is red, `runs` is blue: of a run's own page, whether it did and whether it does. */
export function showInTab({ runs, fails, words }) {
    document.title = words ? `${words} · ${title}` : title;
    const badge = fails ? "#dc2626" : runs ? "#2563eb" : "";
    if (badge === shown || !link) return;
    shown = badge;
    const dot = badge && `<circle cx="25" cy="7" r="7" fill="${badge}" stroke="#fff" stroke-width="2"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#9333ea"/><path d="${ICON}" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>${dot}</svg>`;
    link.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export function showPulseInTab({ running, failing }) {
    const parts = [];
    if (running) parts.push(`${running} running`);
    if (failing) parts.push(`${failing} failing`);
    showInTab({ runs: running > 0, fails: failing > 0, words: parts.join(", ") });
}
