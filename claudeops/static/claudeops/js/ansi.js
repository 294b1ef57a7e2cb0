// Text with the escape sequences of terminals, as pieces of plain text and how each looks. What is no colour
// or weight is left out.

const SEQUENCE = /\x1b\[([0-9;:]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[^[\]]|[\x00-\x08\x0b-\x1f\x7f]/g;
const CUBE = [0, 95, 135, 175, 215, 255];

/** [{text, classes, color}, …]; the texts together are what a person reads. */
export function parseAnsi(source) {
    if (!source.includes("\x1b")) return [{ text: source.replace(SEQUENCE, ""), classes: "", color: "" }];
    const pieces = [];
    let look = {};
    let from = 0;
    const push = (text) => text && pieces.push({ text, ...shown(look) });
    for (const match of source.matchAll(SEQUENCE)) {
        push(source.slice(from, match.index));
        from = match.index + match[0].length;
        if (match[2] === "m") look = changed(look, match[1]);
    }
    push(source.slice(from));
    return pieces;
}

export function plainText(source) {
    return source.replace(SEQUENCE, "");
}

function shown({ bold, dim, italic, underline, front, back }) {
    const classes = [];
    if (bold) classes.push("ansi-bold");
    if (dim) classes.push("ansi-dim");
    if (italic) classes.push("ansi-italic");
    if (underline) classes.push("ansi-underline");
    if (typeof front === "number") classes.push(`ansi-${front}`);
    if (typeof back === "number") classes.push(`ansi-back-${back}`);
    return { classes: classes.join(" "), color: typeof front === "string" ? front : "" };
}

function changed(before, codes) {
    const look = { ...before };
    const numbers = codes.split(/[;:]/).map(Number);
    for (let at = 0; at < numbers.length; at += 1) {
        const code = numbers[at];
        if (code === 38 || code === 48) {
            const [colour, used] = extended(numbers.slice(at + 1));
            look[code === 38 ? "front" : "back"] = colour;
            at += used;
        } else if (code === 0) {
            Object.keys(look).forEach((name) => delete look[name]);
        } else {
            Object.assign(look, simple(code));
        }
    }
    return look;
}

function simple(code) {
    if (code === 1) return { bold: true };
    if (code === 2) return { dim: true };
    if (code === 3) return { italic: true };
    if (code === 4) return { underline: true };
    if (code === 22) return { bold: false, dim: false };
    if (code === 23) return { italic: false };
    if (code === 24) return { underline: false };
    if (code >= 30 && code <= 37) return { front: code - 30 };
    if (code >= 90 && code <= 97) return { front: code - 82 };
    if (code >= 40 && code <= 47) return { back: code - 40 };
    if (code >= 100 && code <= 107) return { back: code - 92 };
    if (code === 39) return { front: undefined };
    if (code === 49) return { back: undefined };
    return {};
}

/** A colour of 256 or of all, and how many numbers said it. Backgrounds of these are left out. */
function extended([kind, ...rest]) {
    if (kind === 2) return [`rgb(${rest.slice(0, 3).map((part) => part & 255).join(" ")})`, 4];
    if (kind !== 5) return [undefined, 0];
    const number = rest[0] & 255;
    if (number < 16) return [number, 2];
    if (number >= 232) {
        const grey = 8 + 10 * (number - 232);
        return [`rgb(${grey} ${grey} ${grey})`, 2];
    }
    const cube = number - 16;
    const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((part) => CUBE[part]);
    return [`rgb(${parts.join(" ")})`, 2];
}
