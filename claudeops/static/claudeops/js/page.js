// What every page of the console does.

import { showConnection } from "./connection.js";
import { focusWanted, listenToKeys } from "./keyboard.js";
import { offerPalette } from "./palette.js";
import { onPulse, startPulse } from "./pulse.js";
import { makeReachable, showPlace } from "./reachable.js";
import { keepTimes } from "./times.js";
import { showPulseInTab } from "./title.js";
import { tellZone } from "./zone.js";

keepTimes();
tellZone();
makeReachable();
showPlace();
listenToKeys();
offerPalette();
focusWanted();
showConnection();
// The page of a run shows that run in its tab, and not them all.
if (!document.querySelector("[data-execution]")) onPulse("pulse", showPulseInTab);
startPulse(document.querySelector("[data-active]") ? ["sections", "active"] : []);
