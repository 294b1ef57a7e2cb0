// Copying, also where a page comes over plain HTTP and the browser has no clipboard for it.

export async function copyText(text) {
    if (navigator.clipboard) {
        await navigator.clipboard.writeText(text);
        return;
    }
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "sr-only";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
}

const SAID_FOR = 1500;

/** Do `copy`, and say on `button` how it went. */
export async function copyFor(button, copy) {
    const label = button.dataset.label ?? button.textContent;
    button.dataset.label = label;
    try {
        await copy();
        button.textContent = "Copied";
    } catch {
        button.textContent = "Not allowed";
    }
    setTimeout(() => (button.textContent = label), SAID_FOR);
}

/** A button for each text that is there to be copied. */
export function addCopyButtons(root) {
    for (const text of root.querySelectorAll("[data-copyable]")) {
        if (text.nextElementSibling?.matches(".copy")) continue;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "row-button copy";
        button.textContent = "Copy";
        button.addEventListener("click", () => copyFor(button, () => copyText(text.textContent)));
        text.after(button);
    }
}
