/** A conversion of a format: `%-5d`. */
export interface Conversion {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  /** `v` stands for whatever a value's type is printed as. */
  readonly conversion: string;
}

const CONVERSION = /%(?:%|([-+ 0#]*)(\d*)(?:\.(\d+))?(?:hh|h|ll|l|z|j|t)?([diuxXocpsv]))/g;

/** Cuts a format of printf() into texts and conversions. */
export function parseFormat(format: string): (string | Conversion)[] {
  const parts: (string | Conversion)[] = [];
  let last = 0;
  for (const match of format.matchAll(CONVERSION)) {
    parts.push(format.slice(last, match.index));
    const [whole, flags, width, precision, conversion] = match;
    if (conversion === undefined) parts.push("%");
    else
      parts.push({
        flags: flags!,
        width: Number(width),
        precision: precision === undefined ? undefined : Number(precision),
        conversion,
      });
    last = match.index + whole.length;
  }
  parts.push(format.slice(last));
  return parts;
}
