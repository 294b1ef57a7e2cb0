// What kinds of steps there are, and the fields of each. Their rules are the server's (agents/configuration.py).

import { json, lines, number, numbers, pairs, text, value } from "./step-texts.js";

const TIMEOUT = { key: "timeout_ms", label: "Time-out", help: "milliseconds; empty: the agent's", as: number };
const GOES_ON = { key: "continue_on_error", label: "A failure does not end the run", as: "flag" };
const ARGV = { key: "argv", label: "Program and arguments", help: "one on each line; no shell reads them", as: lines, rows: 4, code: true };
const ENV = { key: "env", label: "Variables", help: "NAME=value, one on each line", as: pairs, rows: 2, code: true };
const CWD = { key: "cwd", label: "Directory", help: "absolute; empty: a new one", as: text };
const EXIT_CODES = { key: "exit_codes", label: "Exit codes that are good", help: "empty: 0", as: numbers };
const READ_ONLY = { key: "read_only", label: "It changes nothing", help: "a run that is cut off after it may begin again", as: "flag" };
const PROBE = { key: "probe", label: "Probe", as: text, choices: "probes" };
const PARAMS = { key: "params", label: "Parameters", help: "JSON", as: json, rows: 1, code: true, note: "params" };
const REQUIRE = { key: "require", label: "What must hold", as: "requirements" };

export const NAME = { key: "name", label: "Name", as: text };

export const KINDS = {
    program: { label: "Program", begin: { type: "command", argv: ["true"] }, fields: [ARGV, TIMEOUT, EXIT_CODES, ENV, CWD, READ_ONLY, GOES_ON] },
    probe: { label: "Probe", begin: { type: "command", probe: "cpu" }, fields: [PROBE, TIMEOUT, GOES_ON, PARAMS] },
    analysis: { label: "Analysis", begin: { type: "analysis" }, fields: [TIMEOUT, GOES_ON] },
    validation: { label: "Validation", begin: { type: "validation", require: [{ step: "", path: "status", op: "==", value: "completed" }] }, fields: [REQUIRE, GOES_ON] },
    cleanup: { label: "Cleanup", begin: { type: "cleanup", argv: ["true"] }, fields: [ARGV, { ...PROBE, choices: "probesOrNone" }, PARAMS, TIMEOUT, EXIT_CODES, ENV, CWD, READ_ONLY, GOES_ON] },
};

export function kindOf(step) {
    if (step.type === "command") return "probe" in step && !("argv" in step) ? "probe" : "program";
    return step.type in KINDS ? step.type : null;
}

/** The same step as another kind: what both have stays. */
export function turnInto(step, kind) {
    const kept = ["name", "timeout_ms", "continue_on_error"].filter((key) => key in step);
    const known = new Set(KINDS[kind].fields.map((field) => field.key));
    return {
        ...Object.fromEntries(kept.filter((key) => key === "name" || known.has(key)).map((key) => [key, step[key]])),
        ...structuredClone(KINDS[kind].begin),
    };
}

export const REQUIREMENT = [
    { key: "step", label: "Of step", as: text, choices: "earlier" },
    { key: "path", label: "What", help: "status, or a path into what it measured", as: text },
    { key: "op", label: "Is", as: text, options: ["present", "==", "!=", "<", "<=", ">", ">=", "contains"] },
    { key: "value", label: "Value", as: value },
];

export const ANALYSIS = [
    { key: "analyst", label: "Who writes the report", as: text, options: ["auto", "rules", "claude"], usual: "auto", help: "auto: Claude where a key is set, else the rules" },
    { key: "model", label: "Model", as: text, help: "empty: the usual one" },
    { key: "effort", label: "Effort", as: text, options: ["", "low", "medium", "high", "xhigh", "max"], usual: "" },
    { key: "max_tokens", label: "Longest answer", as: number, help: "tokens; empty: 4096" },
    { key: "over_budget", label: "Where the budget is used up", as: text, options: ["fail", "rules"], usual: "fail" },
    { key: "fallback_to_rules", label: "The rules write where Claude cannot be had", as: "flag", usual: true },
    { key: "instructions", label: "Instructions", as: text, rows: 6 },
];

const LIMITS = [
    { key: "warning", label: "warning from", as: number },
    { key: "critical", label: "critical from", as: number },
];
export const THRESHOLDS = [
    ["cpu_percent", "CPU, %"], ["memory_percent", "Memory, %"], ["swap_percent", "Swap, %"],
    ["disk_percent", "Disk, %"], ["load_per_core", "Load per core"], ["temperature_c", "Temperature, °C"],
].map(([key, label]) => ({ key, label, fields: LIMITS }));
