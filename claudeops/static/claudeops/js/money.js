// USD as whole units of 10⁻¹² (BigInt): what is added up here is as exact as in the ledger.

const PLACES = 12;

export function unitsOf(text) {
    const [whole, fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(PLACES, "0"));
}

/** As system/readable.py's read_short_usd: "$12.35", below a dollar four digits that say something. */
export function readUnits(units) {
    if (units === 0n) return "$0.00";
    const digits = String(units).padStart(PLACES + 1, "0");
    const [whole, fraction] = [digits.slice(0, -PLACES), digits.slice(-PLACES)];
    if (whole !== "0") return `$${Number(`${whole}.${fraction}`).toFixed(2)}`;
    const first = fraction.search(/[1-9]/);
    const shown = Number(`0.${fraction}`).toFixed(Math.min(first + 4, PLACES));
    return `$${shown.replace(/0+$/, "")}`;
}
