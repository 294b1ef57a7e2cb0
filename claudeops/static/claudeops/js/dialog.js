// Dialogs: the help, and a question before something is launched.

export function showDialog(dialog) {
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
}

/** Ask; whether the answer was yes. */
export function confirm(question, yes) {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.setAttribute("aria-label", question);
    const text = document.createElement("p");
    text.textContent = question;
    const form = document.createElement("form");
    form.method = "dialog";
    form.className = "button-bar";
    form.append(makeButton(yes, "yes", true), makeButton("No", "no", false));
    dialog.append(text, form);
    showDialog(dialog);
    return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes")));
}

function makeButton(label, value, isFirst) {
    const button = document.createElement("button");
    button.value = value;
    button.textContent = label;
    button.className = "dialog-button";
    button.autofocus = isFirst;
    return button;
}
