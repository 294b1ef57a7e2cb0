// As system/readable.py says it: "340 ms", "12.3 s", "4 min 05 s" or "2 h 03 min".

export function readDuration(milliseconds) {
    if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
    const seconds = milliseconds / 1000;
    if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`;
    return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** The same for what still goes on: in whole seconds, so that it does not jump about. */
export function readElapsed(milliseconds) {
    const seconds = Math.max(0, Math.floor(milliseconds / 1000));
    return seconds < 60 ? `${seconds} s` : readDuration(seconds * 1000);
}

function pad(number) {
    return String(number).padStart(2, "0");
}
