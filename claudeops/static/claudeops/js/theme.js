// Light or dark before the first pixel, and anew when the system turns dark in the evening. Not a module: it
// runs before the page is painted. The theme's own script comes later, and hears nothing of the system.
{
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)");

    function chosen() {
        try {
            return JSON.parse(localStorage.getItem("adminTheme")) ?? "auto";
        } catch {
            return "auto";
        }
    }

    const choice = chosen();
    root.classList.toggle("dark", choice === "dark" || (choice === "auto" && system.matches));

    // From then on the class is Alpine's: it takes away only what it has put there itself.
    document.addEventListener("alpine:init", () => root.classList.remove("dark"));

    // Scroll bars are the browser's: the theme's script asks for its own, and finds none.
    window.SimpleBar = { instances: new Map() };

    system.addEventListener("change", () => {
        const theme = window.Alpine?.$data(root);
        if (theme?.adminTheme !== "auto") return;
        theme.adminTheme = "";
        theme.adminTheme = "auto"; // set, though it is the same: so it looks at the system again
    });
}
