// A strip of runs is one stop of the Tab key; the arrow keys go from run to run.

const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export function moveInStrips() {
    document.addEventListener("keydown", (event) => {
        const move = MOVES[event.key];
        const strip = event.target.closest?.("[data-strip]");
        if (!move || !strip || event.ctrlKey || event.altKey || event.metaKey) return;
        const cells = [...strip.querySelectorAll("a")];
        const wanted = cells.indexOf(event.target) + move;
        const next = cells[Math.max(0, Math.min(cells.length - 1, wanted))];
        cells.forEach((cell) => (cell.tabIndex = cell === next ? 0 : -1));
        next.focus();
        event.preventDefault();
    });
}
