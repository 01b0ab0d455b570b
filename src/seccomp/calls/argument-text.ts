const ESCAPE = /\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|(.))/gs;
const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  v: "\v",
  f: "\f",
  a: "\x07",
  b: "\b",
  e: "\x1b",
};

/** What a written argument that is a text in quotation marks says, a character a byte, as C and strace write it; undefined where it is none. */
export function argumentText(written: string): string | undefined {
  const quoted = /^\s*"((?:[^"\\]|\\.)*)"(?:\.\.\.)?\s*$/s.exec(written);
  return quoted?.[1]?.replace(ESCAPE, (_, hex?: string, octal?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    return LETTERS[letter!] ?? letter!;
  });
}
