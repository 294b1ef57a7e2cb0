// How values of a step are typed: what cannot be read as its kind stays the text that it is, so that nothing
// is lost and the server says what is wrong with it.

/** A line is a value. One in double quotes is JSON, for what has a line break in it, or is empty. */
export const showLine = (value) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return typeof value !== "string" || text === "" || /[\n\r]|^\s|\s$|^"/.test(text) ? JSON.stringify(value) : text;
};

export const readLine = (line) => {
    if (!/^".*"$/.test(line)) return line;
    try {
        return JSON.parse(line);
    } catch {
        return line;
    }
};

const splitLines = (text) => text.split("\n").filter((line) => line.trim() !== "");

export const lines = {
    show: (value) => (Array.isArray(value) ? value.map(showLine).join("\n") : textOf(value)),
    read: (text) => (text.trim() === "" ? undefined : splitLines(text).map(readLine)),
};

/** NAME=value, one on each line. */
export const pairs = {
    show: (value) =>
        isObject(value) ? Object.entries(value).map(([name, one]) => `${name}=${showLine(one)}`).join("\n") : textOf(value),
    read: (text) => {
        if (text.trim() === "") return undefined;
        const found = splitLines(text).map((line) => line.match(/^([^=]*)=(.*)$/));
        return found.includes(null) ? text : Object.fromEntries(found.map((match) => [match[1].trim(), readLine(match[2])]));
    },
};

export const number = {
    show: textOf,
    read: (text) => (text.trim() === "" ? undefined : Number.isFinite(Number(text)) ? Number(text) : text),
};

export const numbers = {
    show: (value) => (Array.isArray(value) ? value.map(textOf).join(", ") : textOf(value)),
    read: (text) => (text.trim() === "" ? undefined : text.split(",").map((part) => number.read(part) ?? "")),
};

export const json = {
    show: (value) => (value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2)),
    read: (text) => {
        if (text.trim() === "") return undefined;
        try {
            return JSON.parse(text);
        } catch {
            return text;
        }
    },
};

/** JSON, or else a text: 3 is a number, and healthy needs no quotes. */
export const value = {
    show: (one) => (typeof one === "string" && typeof json.read(one) === "string" ? one : one === undefined ? "" : JSON.stringify(one)),
    read: json.read,
};

export const text = { show: textOf, read: (typed) => (typed === "" ? undefined : typed) };

function textOf(one) {
    if (one === undefined || one === null) return "";
    return typeof one === "string" ? one : JSON.stringify(one);
}

export function isObject(one) {
    return typeof one === "object" && one !== null && !Array.isArray(one);
}
