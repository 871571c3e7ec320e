// Moments and lengths of virtual time, in UTC, as the reports write them.

export function moment(second) {
  return new Date(second * 1000).toISOString().slice(0, 16).replace("T", " ");
}

export function weekday(second) {
  return new Date(second * 1000).toLocaleDateString("en", { weekday: "short", timeZone: "UTC" });
}

export function length(seconds) {
  if (!seconds) return "at once";
  const parts = [];
  let left = seconds;
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]]) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count && parts.length < 2) parts.push(`${count}${unit}`);
  }
  return `+${parts.join(" ")}`;
}

export const iso = (second) => new Date(second * 1000).toISOString().replace(".000Z", "Z");
