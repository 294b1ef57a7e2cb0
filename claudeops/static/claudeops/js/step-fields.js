// One field of the editor: its control, its label, its help, and what the server says is wrong with it.

import { make } from "./make.js";

let made = 0;

/**
 * `target` is the object that the field belongs to, `path` where that stands in the configuration.
 * `editor` has `choices(name, path)`, `problemsAt(path)` and `changed()`.
 */
export function makeField(field, target, path, editor) {
    const where = `${path}.${field.key}`;
    const id = `step-field-${++made}`;
    const control = field.as === "flag" ? makeFlag(field, target, editor) : makeControl(field, target, where, editor);
    const problems = editor.problemsAt(where);
    const help = [field.help, field.note && editor.note(field.note, target)].filter(Boolean).join("; ");
    control.id = id;
    control.dataset.path = where;
    const told = [help && `${id}-help`, problems.length && `${id}-wrong`].filter(Boolean).join(" ");
    if (told) control.setAttribute("aria-describedby", told);
    if (problems.length) control.setAttribute("aria-invalid", "true");
    const label = make("label", { for: id }, field.label);
    const parts = field.as === "flag" ? [make("span", { class: "step-flag" }, control, label)] : [label, control];
    if (help) parts.push(make("p", { class: "small", id: `${id}-help` }, help));
    if (problems.length) parts.push(makeProblems(problems, `${id}-wrong`));
    return make("div", { class: field.rows ? "step-field step-field-wide" : "step-field" }, ...parts);
}

export function makeProblems(problems, id = null) {
    return make("ul", { class: "step-problems", id }, ...problems.map((problem) => make("li", {}, problem)));
}

function makeFlag(field, target, editor) {
    const usual = field.usual ?? false;
    const box = make("input", { type: "checkbox" });
    box.checked = (target[field.key] ?? usual) === true;
    box.addEventListener("change", () => {
        if (box.checked === usual) delete target[field.key];
        else target[field.key] = box.checked;
        editor.changed();
    });
    return box;
}

function makeControl(field, target, where, editor) {
    const shown = field.as.show(target[field.key] ?? field.usual);
    const options = field.options ?? (field.choices && editor.choices(field.choices, where));
    const control = options ? makeSelect(options, shown) : makeText(field, shown);
    control.addEventListener(options ? "change" : "input", () => {
        const read = field.as.read(control.value);
        if (read === undefined || (read === field.usual && !(field.key in target))) delete target[field.key];
        else target[field.key] = read;
        editor.changed(field.key === "probe");
    });
    return control;
}

function makeText(field, shown) {
    const attributes = { class: field.code ? "code" : null, spellcheck: field.code ? "false" : null, autocomplete: "off" };
    if (!field.rows) return make("input", { type: "text", ...attributes, value: shown });
    const area = make("textarea", { rows: Math.max(field.rows, shown.split("\n").length), ...attributes });
    area.value = shown;
    return area;
}

/** A value that is none of the options is one all the same: what is wrong is seen, and not turned into the first. */
function makeSelect(options, shown) {
    const all = options.some((option) => (option.value ?? option) === shown) ? options : [shown, ...options];
    const select = make("select", {}, ...all.map((option) => make("option", { value: option.value ?? option }, option.label ?? option)));
    select.value = shown;
    return select;
}
