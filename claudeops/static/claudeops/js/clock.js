// The server's time: what is shown beside its own times must not depend on how a laptop's clock is set.

let ahead = 0;

export function setServerTime(iso) {
    ahead = Date.parse(iso) - Date.now();
}

export function now() {
    return Date.now() + ahead;
}

const listeners = new Set();
let timer = 0;

/** Call `listener` each second, all of them from one timer. */
export function everySecond(listener) {
    listeners.add(listener);
    timer ||= setInterval(() => listeners.forEach((each) => each()), 1000);
}
