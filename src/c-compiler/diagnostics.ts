import type { Diagnostic } from "../errors.ts";

/** `count.c:12:5: error: use of undeclared identifier 'x'`; without a column for some of gcc's. */
const LINE = /^(.+?):(\d+):(?:(\d+):)? (fatal error|error|warning|note): (.*)$/;
/** More are not passed on. */
const MOST = 100;

/** A compiler's output as diagnostics. Notes become hints of what they follow. @param file the file that is compiled. */
export function readDiagnostics(output: string, file: string, succeeded: boolean): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const line of output.split("\n")) {
    const [, where, row, column, kind, text] = LINE.exec(line) ?? [];
    if (where === undefined || text === undefined) continue;
    const place = { file: where, line: Number(row), ...(column === undefined ? {} : { column: Number(column) }) };
    const last = found.at(-1);
    if (kind === "note") {
      if (last !== undefined && last.hint === undefined)
        found[found.length - 1] = { ...last, hint: `${where}:${row}: ${sentence(text)}` };
    } else if (found.length < MOST) {
      const hint = headerHint(text);
      found.push({
        code: "program-syntax",
        severity: kind === "warning" ? "warning" : "error",
        message: sentence(text),
        place,
        ...(hint !== undefined && { hint }),
      });
    }
  }
  if (!succeeded && !found.some(({ severity }) => severity === "error"))
    found.push({
      code: "program-syntax",
      severity: "error",
      message: `The compiler gave up: ${sentence(output.trim().split("\n").slice(-3).join(" ") || "it said nothing")}`,
      place: { file },
    });
  return found;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** Where headers come from that most programs include; as clang and gcc say that one is not there. */
function headerHint(text: string): string | undefined {
  const [, directory] = /^'?(bpf|linux|asm)\/[^ ']+\.h(?:' file not found|: No such file)/.exec(text) ?? [];
  if (directory === undefined) return undefined;
  return directory === "bpf"
    ? "libbpf's headers are in Debian's package libbpf-dev."
    : "Linux's headers are in Debian's package linux-libc-dev.";
}
