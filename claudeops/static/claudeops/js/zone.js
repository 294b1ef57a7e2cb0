// The server is told in which zone the viewer lives, so that it can draw days and hours as they have them.

const YEAR_SECONDS = 31536000;

export function tellZone() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || document.cookie.split("; ").includes(`claudeops_zone=${zone}`)) return;
    document.cookie = `claudeops_zone=${zone}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
