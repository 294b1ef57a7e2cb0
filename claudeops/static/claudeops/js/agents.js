import { moveInStrips } from "./strip.js";

moveInStrips();
