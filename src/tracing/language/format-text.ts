/** A conversion of a format: `%-5d`. */
export interface Conversion {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  /** Bits of the number that are printed, as `h`, `l` and so on say. */
  readonly bits: 8 | 16 | 32 | 64;
  /** `v` stands for whatever a value's type is printed as. */
  readonly conversion: string;
}

/** What bpftrace 0.17 takes for a conversion: anything else is text. */
const CONVERSION = /%(?:%|(-?)(0?)(\d*)(?:\.(\d+))?(?:(hh|h|ll|l|z|j|t)?([duxX])|([pcsrv])))/g;
const BITS: Readonly<Record<string, Conversion["bits"]>> = { hh: 8, h: 16, "": 32 };

/** Cuts a format of printf() into texts and conversions. */
export function parseFormat(format: string): (string | Conversion)[] {
  const parts: (string | Conversion)[] = [];
  let last = 0;
  for (const match of format.matchAll(CONVERSION)) {
    parts.push(format.slice(last, match.index));
    const [whole, left = "", zero = "", width, precision, length = "", number, other] = match;
    const conversion = number ?? other;
    if (conversion === undefined) parts.push("%");
    else
      parts.push({
        flags: left + zero,
        width: Number(width),
        precision: precision === undefined ? undefined : Number(precision),
        bits: number === undefined ? 64 : (BITS[length] ?? 64),
        conversion,
      });
    last = match.index + whole.length;
  }
  parts.push(format.slice(last));
  return parts;
}
