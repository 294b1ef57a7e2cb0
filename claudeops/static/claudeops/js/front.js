// The front page: what runs is kept by each event, everything else by the pulse.

import { everySecond } from "./clock.js";
import { FrontRuns } from "./front-runs.js";
import { accompany, onPulse } from "./pulse.js";
import { replaceSections } from "./sections.js";
import { LiveSocket } from "./socket.js";
import { moveInStrips } from "./strip.js";

const socket = new LiveSocket("/ws/executions/", {
    numberOf: (message) => message.id,
    onMessages: (messages) => messages.forEach((message) => runs.hear(message)),
    // Who was away for long is told everything by the pulse, and need not hear each event of it.
    catchUp: async (socket) => (socket.last = undefined),
});
const runs = new FrontRuns(document.querySelector("[data-active]"), (uid) =>
    socket.send("cancel:execution", { execution_id: uid }),
);

onPulse("pulse:active", (active) => runs.sync(active));
onPulse("pulse:sections", replaceSections);
everySecond(() => runs.tick());
accompany(socket);
moveInStrips();
socket.open();
