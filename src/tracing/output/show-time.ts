const DAY = 86_400_000;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = "January February March April May June July August September October November December".split(" ");

/**
 * strftime(3) in UTC and the C locale, with `%f` for microseconds. What it does not know stands as it is.
 * @param nanoseconds simulated time: it begins with 1970.
 */
export function showTime(format: string, nanoseconds: bigint): string {
  const date = new Date(Number(nanoseconds / 1_000_000n));
  const microseconds = String((nanoseconds / 1000n) % 1_000_000n).padStart(6, "0");
  const convert = (whole: string, letter: string): string => CONVERSIONS[letter]?.(date, microseconds) ?? whole;
  return format.replace(/%([a-zA-Z%])/g, convert);
}

const two = (value: number): string => String(value).padStart(2, "0");
const beginOfYear = (date: Date): number => Date.UTC(date.getUTCFullYear(), 0, 1);
const hour = (date: Date): number => date.getUTCHours() % 12 || 12;
const written = (date: Date, ...letters: string[]): string[] => letters.map((it) => CONVERSIONS[it]!(date, ""));

const CONVERSIONS: Readonly<Record<string, (date: Date, microseconds: string) => string>> = {
  Y: (date) => String(date.getUTCFullYear()),
  y: (date) => two(date.getUTCFullYear() % 100),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()).padStart(2),
  j: (date) => String(Math.floor((date.getTime() - beginOfYear(date)) / DAY) + 1).padStart(3, "0"),
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(hour(date)),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  p: (date) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  f: (_, microseconds) => microseconds,
  a: (date) => DAYS[date.getUTCDay()]!.slice(0, 3),
  A: (date) => DAYS[date.getUTCDay()]!,
  b: (date) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  B: (date) => MONTHS[date.getUTCMonth()]!,
  F: (date) => written(date, "Y", "m", "d").join("-"),
  D: (date) => written(date, "m", "d", "y").join("/"),
  T: (date) => written(date, "H", "M", "S").join(":"),
  R: (date) => written(date, "H", "M").join(":"),
  Z: () => "UTC",
  z: () => "+0000",
  n: () => "\n",
  t: () => "\t",
  "%": () => "%",
};
