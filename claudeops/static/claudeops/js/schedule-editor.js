// While a schedule is typed, the server says beside the form what it would do, and at a field what is wrong
// with it. The form works the same without: then it is said when it is saved.

import { updateTimes } from "./times.js";

const PAUSE = 250; // ms without a key

const form = document.getElementById("schedule_form");
const panel = document.getElementById("schedule-preview");
const cron = form?.elements.cron_expression;

let timer = 0;
let asking = new AbortController();

async function ask() {
    asking.abort(); // what it would answer is about an older text
    asking = new AbortController();
    const body = new FormData(form); // with its CSRF token
    body.append("stored", panel.dataset.stored);
    body.append("viewer_timezone", Intl.DateTimeFormat().resolvedOptions().timeZone || "");
    const answer = await fetch(panel.dataset.url, { method: "POST", body, signal: asking.signal });
    if (!answer.ok) return;
    show(await answer.text());
}

function show(html) {
    const mould = document.createElement("template");
    mould.innerHTML = html; // ours: escaped by the server's templates
    updateTimes(mould.content);
    panel.replaceChildren(mould.content);
    complain(panel.querySelector("[data-complaint]"));
}

/** At the field that is wrong, for the eye and for a screen reader; what was said before goes. */
function complain(complaint) {
    form.querySelectorAll(".field-complaint").forEach((each) => each.remove());
    form.querySelectorAll("[data-complained]").forEach((each) => {
        each.removeAttribute("aria-invalid");
        each.removeAttribute("data-complained");
        each.removeAttribute("aria-errormessage");
    });
    const name = complaint?.dataset.complaint;
    const field = name && (form.elements[name] ?? form.elements[`${name}_0`]);
    if (!field) return;
    const words = document.createElement("p");
    words.className = "field-complaint";
    words.id = "field-complaint";
    words.textContent = complaint.textContent;
    field.after(words);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-errormessage", words.id);
    field.dataset.complained = "";
}

function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => {}), PAUSE); // aborted, or the network is away: typed on, it asks again
}

function offerPresets() {
    const presets = document.querySelector("[data-presets]");
    presets.hidden = false;
    cron.after(presets);
    presets.addEventListener("click", (event) => {
        const preset = event.target.closest("[data-cron]");
        if (!preset) return;
        cron.value = preset.dataset.cron;
        cron.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const mark = () => presets.querySelectorAll("[data-cron]").forEach((each) => {
        each.setAttribute("aria-pressed", String(each.dataset.cron === cron.value.trim()));
    });
    form.addEventListener("input", mark);
    mark();
}

if (cron && panel) {
    form.addEventListener("input", askSoon);
    form.addEventListener("change", askSoon);
    offerPresets();
    if (cron.value) askSoon();
}
