// A socket that comes back by itself: ever later, with the last number it saw, and at once when the network
// or the person returns.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const WITHDRAWN = 4401;
const AWAY_FOR_LONG = 60_000;

/** One that is not open yet is closed when it is: a browser would call it an error to give it up. */
function leave(socket) {
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
}

export class LiveSocket {
    /**
     * `numberOf(message)` is the number to go on from; `onMessages` gets each frame's array; `onState` hears
     * "connecting", "open", "waiting" (with the moment of the next attempt) and "refused". Before it comes
     * back after a while, `catchUp(socket)` may do so by another way, and set `socket.last`.
     */
    constructor(path, { numberOf = () => undefined, onMessages, onState = () => {}, catchUp, last }) {
        this.path = path;
        this.numberOf = numberOf;
        this.onMessages = onMessages;
        this.onState = onState;
        this.catchUp = catchUp;
        this.last = last;
        this.heardAt = Date.now();
        this.lostAt = undefined;
        this.failures = 0;
        this.timer = 0;
        window.addEventListener("online", () => this.retryNow());
        window.addEventListener("offline", () => this.drop());
        window.addEventListener("pagehide", () => this.close());
        window.addEventListener("pageshow", (event) => event.persisted && this.open());
        document.addEventListener("visibilitychange", () => !document.hidden && this.retryNow());
    }

    open() {
        this.isWanted = true;
        this.onState("connecting");
        if (this.catchUp && Date.now() - this.lostAt > AWAY_FOR_LONG) {
            const opening = { close() {} };
            const unlessGivenUp = (step) => () => this.socket === opening && step();
            this.socket = opening;
            this.catchUp(this).then(unlessGivenUp(() => this.connect()), unlessGivenUp(() => this.comeBack()));
        } else {
            this.connect();
        }
    }

    connect() {
        const url = new URL(this.path, location.href);
        url.protocol = url.protocol.replace("http", "ws");
        if (this.last !== undefined) url.searchParams.set("after", this.last);
        const socket = new WebSocket(url);
        this.socket = socket;
        socket.onopen = () => socket === this.socket && this.onState("open");
        socket.onmessage = (event) => socket === this.socket && this.hear(event.data);
        socket.onclose = (event) => socket === this.socket && this.comeBack(event.code);
    }

    hear(text) {
        this.failures = 0;
        this.heardAt = Date.now();
        this.lostAt = undefined;
        const messages = JSON.parse(text);
        for (const message of messages) {
            const number = this.numberOf(message);
            if (number !== undefined) this.last = number;
        }
        this.onMessages(messages);
    }

    comeBack(code) {
        this.socket = undefined;
        this.lostAt ??= this.heardAt; // not now: a laptop that was shut learns of it an hour late
        if (!this.isWanted) return;
        if (code === WITHDRAWN) {
            this.isWanted = false;
            this.onState("refused");
            return;
        }
        const wait = Math.min(FIRST_WAIT * 2 ** this.failures, LONGEST_WAIT) * (0.8 + 0.4 * Math.random());
        this.failures += 1;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.open(), wait);
        this.onState("waiting", Date.now() + wait);
    }

    /** While it waits for its next attempt: attempt it now. */
    retryNow() {
        if (!this.isWanted || this.socket) return;
        clearTimeout(this.timer);
        this.open();
    }

    /** Give up a connection that is dead, whatever the browser believes. */
    drop() {
        const socket = this.socket;
        if (!socket) return;
        this.socket = undefined;
        leave(socket);
        this.comeBack();
    }

    close() {
        this.isWanted = false;
        clearTimeout(this.timer);
        const socket = this.socket;
        this.socket = undefined;
        if (socket) leave(socket);
    }

    send(event, data) {
        if (this.socket?.readyState !== WebSocket.OPEN) return false;
        this.socket.send(JSON.stringify({ event, data }));
        return true;
    }
}
