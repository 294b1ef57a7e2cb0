// While the changes of a run are typed, the server says below what that run will cost, and what refuses it.

const form = document.querySelector("[data-outlook-of]");
const panel = document.getElementById(form.dataset.outlookOf);
const PAUSE = 400;

let timer = 0;
let asked = 0;

async function ask() {
    const mine = ++asked;
    const body = new FormData(form);
    body.set("estimate", "piece");
    const answer = await fetch(location.href, { method: "POST", body });
    const html = await answer.text();
    if (answer.ok && mine === asked) panel.innerHTML = html; // ours: escaped by the server's templates
}

form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => {}), PAUSE);
});
