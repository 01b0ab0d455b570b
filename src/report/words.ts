/** 1234567 as `1,234,567`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `1 packet`, `2,000 packets`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Bytes with a decimal unit: `54 B`, `1.2 MB`. */
export function size(bytes: number): string {
  return scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB"]);
}

/** Simulated nanoseconds: `50 us`, `12.3 ms`, `2 s`. */
export function duration(nanoseconds: number): string {
  return scaled(nanoseconds, 1000, ["ns", "us", "ms", "s"]);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let unit = 0;
  let rest = value;
  while (rest >= step && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  return `${unit === 0 ? rest : Number(rest.toPrecision(4))} ${units[unit]}`;
}
