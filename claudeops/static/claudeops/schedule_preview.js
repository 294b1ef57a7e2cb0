// While the form of a schedule is typed, the server says beside it what that schedule would do.
"use strict";

window.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("schedule_form");
    const panel = document.getElementById("schedule-preview");
    if (!form || !panel || !form.elements.cron_expression) return;

    let timer = 0;
    let asked = 0;

    async function ask() {
        const mine = ++asked;
        const body = new FormData(form);
        body.append("stored", panel.dataset.stored);
        body.append("viewer_timezone", Intl.DateTimeFormat().resolvedOptions().timeZone || "");
        const answer = await fetch(panel.dataset.url, { method: "POST", body });
        if (answer.ok && mine === asked) panel.innerHTML = await answer.text();
    }

    function askSoon() {
        clearTimeout(timer);
        timer = setTimeout(() => ask().catch(() => {}), 300);
    }

    form.addEventListener("input", askSoon);
    form.addEventListener("change", askSoon);
    if (form.elements.cron_expression.value) askSoon();
});
