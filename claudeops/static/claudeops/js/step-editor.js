// The steps of an agent as fields, over the JSON that the form holds: that text is what is sent, whichever of
// the two is edited. Without JavaScript it is what one edits.

import { make } from "./make.js";
import { makeField, makeProblems } from "./step-fields.js";
import { ANALYSIS, KINDS, kindOf, NAME, REQUIREMENT, THRESHOLDS, turnInto } from "./step-kinds.js";
import { isObject } from "./step-texts.js";

const area = document.getElementById("id_config");
const data = document.getElementById("editor-data");
if (area && data) start(JSON.parse(data.textContent));

function start({ probes, problems }) {
    const steps = make("ol", { class: "steps-list" });
    const rest = make("div", { class: "steps-rest" });
    const said = make("p", { class: "sr-only", role: "status" });
    const top = make("div", { class: "steps-top" });
    const fields = make("div", { class: "steps-editor" }, top, steps, makeAdder(), rest, said);
    const holder = area.closest(".field-config, .form-row") ?? area.parentElement;
    const tabs = makeTabs();
    const note = make("p", { class: "small steps-note", hidden: true });
    let wrong = problems.map(split);
    let config = null;
    const editor = {
        changed(redraw = false) {
            area.value = JSON.stringify(config, null, 2);
            area.dispatchEvent(new Event("input", { bubbles: true }));
            if (redraw) draw();
        },
        problemsAt: (path) =>
            wrong.filter((one) => one.path === path || one.path.startsWith(`${path}.`)).map((one) => (one.isShown = true) && tell(one, path)),
        choices(name, path) {
            const all = probes.map((probe) => ({ value: probe.name, label: `${probe.name}: ${probe.summary}` }));
            if (name === "probes") return all;
            if (name === "probesOrNone") return [{ value: "", label: "none" }, ...all];
            return config.steps.slice(0, Number(path.split(".")[1])).map((step) => String(step.name ?? ""));
        },
        note: (name, target) => probes.find((probe) => probe.name === target.probe)?.[name] || "",
    };

    function tell(problem, path) {
        const below = problem.path.slice(path.length + 1);
        return /^\d+$/.test(below) ? `${Number(below) + 1}: ${problem.message}` : below ? `${below}: ${problem.message}` : problem.message;
    }

    function draw() {
        wrong.forEach((one) => (one.isShown = false));
        steps.replaceChildren(...config.steps.map(drawStep));
        drawRest();
        const left = wrong.filter((one) => !one.isShown).map((one) => (one.path ? `${one.path}: ${one.message}` : one.message));
        top.replaceChildren(...(left.length ? [makeProblems(left)] : []));
    }

    function drawStep(step, index) {
        const path = `steps.${index}`;
        const kind = kindOf(step);
        const here = wrong.filter((one) => one.path === path || one.path === `${path}.type`);
        here.forEach((one) => (one.isShown = true));
        const of = `step ${index + 1}, ${step.name || "without a name"}`;
        const actions = make("span", { class: "step-actions" },
            makeButton("Move up", "arrow_upward", of, index === 0, () => move(index, -1, 0)),
            makeButton("Move down", "arrow_downward", of, index === config.steps.length - 1, () => move(index, 1, 1)),
            makeButton("Remove", "delete", of, config.steps.length === 1, () => remove(index)));
        const kinds = make("select", { "aria-label": `Kind of ${of}` }, ...Object.entries(KINDS).map(([name, one]) => make("option", { value: name }, one.label)));
        if (kind === null) kinds.prepend(make("option", { value: "" }, String(step.type ?? "?")));
        kinds.value = kind ?? "";
        kinds.addEventListener("change", () => {
            config.steps[index] = turnInto(step, kinds.value);
            forget(path);
            editor.changed(true);
            steps.children[index].querySelector("select").focus();
        });
        const body = kind === null ? [] : KINDS[kind].fields.map((field) => (field.as === "requirements" ? drawRequirements(step, path) : makeField(field, step, path, editor)));
        const box = make("fieldset", { class: here.length ? "step-edit step-edit-wrong" : "step-edit" },
            make("legend", {}, `Step ${index + 1}`),
            make("div", { class: "step-head" }, make("div", { class: "step-field" }, kinds), actions),
            ...(here.length ? [makeProblems(here.map((one) => one.message))] : []),
            make("div", { class: "step-grid" }, makeField(NAME, step, path, editor), ...body));
        box.addEventListener("keydown", (event) => {
            const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
            if (!by || !event.altKey) return;
            event.preventDefault();
            move(index, by, null);
        });
        return make("li", {}, box);
    }

    function drawRequirements(step, path) {
        const needs = Array.isArray(step.require) ? step.require : (step.require = []);
        const rows = needs.map((need, number) => {
            const row = isObject(need) ? need : (needs[number] = {});
            const away = makeButton("Remove", "delete", `requirement ${number + 1}`, needs.length === 1, () => {
                needs.splice(number, 1);
                forget(`${path}.require`);
                editor.changed(true);
            });
            return make("div", { class: "step-need", role: "group", "aria-label": `Requirement ${number + 1}` },
                ...REQUIREMENT.map((field) => makeField(field, row, `${path}.require.${number}`, editor)), away);
        });
        const more = make("button", { type: "button", class: "row-button" }, "Add a requirement");
        more.addEventListener("click", () => {
            needs.push({ step: "", path: "status", op: "==", value: "completed" });
            editor.changed(true);
        });
        return make("div", { class: "step-field step-field-wide" }, ...rows, more);
    }

    function drawRest() {
        const analysis = isObject(config.analysis) ? config.analysis : {};
        const given = isObject(config.thresholds) ? config.thresholds : {};
        const open = [...rest.querySelectorAll("details")].map((one) => one.open);
        const parts = [
            ["Analysis", "analysis", ANALYSIS.map((field) => makeField(field, analysis, "analysis", kept("analysis", analysis)))],
            ["Thresholds that differ from the settings'", "thresholds", THRESHOLDS.map(({ key, label, fields: both }) => {
                const limits = isObject(given[key]) ? given[key] : {};
                const into = { ...kept("thresholds", given), changed: () => {
                    if (Object.keys(limits).length) given[key] = limits;
                    else delete given[key];
                    kept("thresholds", given).changed();
                } };
                const whole = wrong.filter((one) => one.path === `thresholds.${key}`);
                whole.forEach((one) => (one.isShown = true));
                return make("div", { class: "step-limits", role: "group", "aria-label": label }, make("span", {}, label),
                    ...both.map((field) => makeField(field, limits, `thresholds.${key}`, into)),
                    ...(whole.length ? [makeProblems(whole.map((one) => one.message))] : []));
            })],
        ];
        rest.replaceChildren(...parts.map(([title, path, inside], number) => {
            const isWrong = wrong.some((one) => one.path === path || one.path.startsWith(`${path}.`));
            return make("details", { open: open[number] || isWrong }, make("summary", {}, title), make("div", { class: "step-grid" }, ...inside));
        }));
    }

    /** The editor for a part that the configuration has only while something is in it. */
    function kept(key, part) {
        return { ...editor, changed: () => {
            if (Object.keys(part).length) config[key] = part;
            else delete config[key];
            editor.changed();
        } };
    }

    function makeButton(label, icon, of, isOff, press) {
        const button = make("button", { type: "button", class: "step-button", "aria-label": `${label}: ${of}`, title: label, disabled: isOff },
            make("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, icon));
        button.addEventListener("click", press);
        return button;
    }

    /** `button` is which of the moved step's buttons gets the focus; null: what has it, by its path. */
    function move(index, by, button) {
        const to = index + by;
        if (to < 0 || to >= config.steps.length) return;
        const focused = document.activeElement?.dataset.path?.split(".").slice(2).join(".");
        const [step] = config.steps.splice(index, 1);
        config.steps.splice(to, 0, step);
        wrong = wrong.map((one) => ({ ...one, path: swapped(one.path, index, to) }));
        editor.changed(true);
        const buttons = [...steps.children[to].querySelectorAll(".step-actions button")];
        const wanted = button === null ? steps.children[to].querySelector(`[data-path="steps.${to}.${focused}"]`) : buttons[button];
        (wanted && !wanted.disabled ? wanted : buttons.find((one) => !one.disabled)).focus();
        said.textContent = `${step.name} is now step ${to + 1} of ${config.steps.length}.`;
    }

    function remove(index) {
        const [step] = config.steps.splice(index, 1);
        wrong = wrong.filter((one) => !isBelow(one.path, index)).map((one) => ({ ...one, path: moved(one.path, index) }));
        editor.changed(true);
        const next = steps.children[Math.min(index, config.steps.length - 1)];
        next.querySelector("[data-path$='.name']").focus();
        said.textContent = `${step.name} was removed; ${config.steps.length} are left.`;
    }

    function makeAdder() {
        const kinds = make("select", { "aria-label": "Kind of the new step" }, ...Object.entries(KINDS).map(([name, one]) => make("option", { value: name }, one.label)));
        const add = make("button", { type: "button", class: "dialog-button" }, "Add a step");
        add.addEventListener("click", () => {
            const cleanups = config.steps.findIndex((step) => step.type === "cleanup");
            const at = kinds.value === "cleanup" || cleanups < 0 ? config.steps.length : cleanups;
            config.steps.splice(at, 0, { name: freeName(KINDS[kinds.value].label), ...structuredClone(KINDS[kinds.value].begin) });
            wrong = wrong.filter((one) => !one.path.startsWith("steps.") || Number(one.path.split(".")[1]) < at);
            editor.changed(true);
            const name = steps.children[at].querySelector("[data-path$='.name']");
            name.focus();
            name.select();
        });
        return make("p", { class: "steps-add" }, kinds, add);
    }

    function freeName(label) {
        const names = new Set(config.steps.map((step) => step.name));
        let name = label;
        for (let number = 2; names.has(name); number++) name = `${label} ${number}`;
        return name;
    }

    function forget(path) {
        wrong = wrong.filter((one) => one.path !== path && !one.path.startsWith(`${path}.`));
    }

    function makeTabs() {
        const buttons = [["fields", "Steps"], ["text", "JSON or YAML"]].map(([name, label]) => {
            const button = make("button", { type: "button", class: "steps-tab", "data-tab": name }, label);
            button.addEventListener("click", () => show(name));
            return button;
        });
        return make("div", { class: "steps-tabs", role: "group", "aria-label": "Edit as" }, ...buttons);
    }

    function show(name) {
        config = name === "fields" ? readConfig() : config;
        const isFields = name === "fields" && config !== null;
        if (isFields) draw();
        note.hidden = name !== "fields" || isFields;
        note.textContent = "As it stands, the text is no JSON object with a list of steps: the fields come back when it is.";
        fields.hidden = !isFields;
        holder.classList.toggle("steps-as-fields", isFields);
        for (const tab of tabs.children) tab.setAttribute("aria-pressed", String((tab.dataset.tab === "fields") === isFields));
    }

    function readConfig() {
        try {
            const read = JSON.parse(area.value);
            return isObject(read) && Array.isArray(read.steps) && read.steps.length && read.steps.every(isObject) ? read : null;
        } catch {
            return null;
        }
    }

    holder.before(tabs, note, fields);
    show("fields");
    if (problems.length && !fields.hidden) fields.querySelector("[aria-invalid], .step-problems")?.scrollIntoView({ block: "center" });
}

/** "steps.0.argv.1: message" */
function split(problem) {
    const at = problem.indexOf(": ");
    const path = at < 0 ? "" : problem.slice(0, at);
    return /^[a-z_]+(\.[^\s]+)*$/.test(path) ? { path, message: problem.slice(at + 2) } : { path: "", message: problem };
}

function isBelow(path, index) {
    return path === `steps.${index}` || path.startsWith(`steps.${index}.`);
}

function moved(path, removed) {
    const parts = path.split(".");
    if (parts[0] === "steps" && Number(parts[1]) > removed) parts[1] = String(Number(parts[1]) - 1);
    return parts.join(".");
}

function swapped(path, from, to) {
    const parts = path.split(".");
    if (parts[0] !== "steps") return path;
    if (Number(parts[1]) === from) parts[1] = String(to);
    else if (Number(parts[1]) === to) parts[1] = String(from);
    return parts.join(".");
}
