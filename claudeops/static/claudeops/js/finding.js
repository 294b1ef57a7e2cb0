// The page of a finding: its command can be copied.

import { addCopyButtons } from "./copy.js";

addCopyButtons(document);
