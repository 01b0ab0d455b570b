const GROUP = "[0-9A-Fa-f]{1,4}";
const NUMBER = "(?:0[xX][0-9A-Fa-f]+|[0-9]+)";
const DOTTED = Array(4).fill(NUMBER).join("\\.");

/** Where an address can begin at all; nearly every other token is told apart by it. */
const LIKELY = /[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:|::/y;

/** Every way to write an address (RFC 4291, section 2.2). */
const FORMS = [...forms(8, ""), ...forms(6, DOTTED)].map((form) => new RegExp(form, "y"));

/** Forms of `groups` groups before `tail`: all written out, or one or more of them as `::`. */
function forms(groups: number, tail: string): string[] {
  const all = [joined(groups, tail)];
  for (let written = groups - 1; written >= 0; written--)
    for (let before = 0; before <= written; before++)
      all.push(`${joined(before, "")}::${joined(written - before, tail)}`);
  return all;
}

function joined(groups: number, tail: string): string {
  return [...Array(groups).fill(GROUP), ...(tail === "" ? [] : [tail])].join(":");
}

/** Length of the longest address that begins at `at`; 0: none does. */
export function ipv6Length(text: string, at: number): number {
  LIKELY.lastIndex = at;
  if (!LIKELY.test(text)) return 0;
  let longest = 0;
  for (const form of FORMS) {
    form.lastIndex = at;
    if (form.test(text)) longest = Math.max(longest, form.lastIndex - at);
  }
  return longest;
}
