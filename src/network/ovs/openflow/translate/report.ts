/** What a step of a translation is, which says how ofproto/trace prints it (enum oftrace_node_type). */
export type ReportKind = "bridge" | "table" | "thaw" | "action" | "bucket" | "detail" | "warn" | "error";

interface Step {
  readonly kind: ReportKind;
  readonly text: string;
  readonly steps: Step[];
}

/** Steps after which others on the same level are printed deeper (oftrace_node_type_is_terminal). */
const TERMINAL: ReadonlySet<ReportKind> = new Set(["action", "bucket", "detail", "warn", "error"]);

const PRINTED: Readonly<Partial<Record<ReportKind, (text: string) => string>>> = {
  detail: (text) => ` -> ${text}`,
  warn: (text) => ` >> ${text}`,
  error: (text) => ` >>>> ${text} <<<<`,
};

/** The steps of a translation for `ofproto/trace`; switched off it keeps nothing. */
export class Report {
  readonly isOn: boolean;
  #steps: Step[] = [];
  readonly #top = this.#steps;

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  add(kind: ReportKind, text: string): void {
    if (this.isOn) this.#steps.push({ kind, text, steps: [] });
  }

  /** Adds a step, and what comes during `inside` below it. */
  within(kind: ReportKind, text: () => string, inside: () => void): void {
    if (!this.isOn) {
      inside();
      return;
    }
    const step: Step = { kind, text: text(), steps: [] };
    this.#steps.push(step);
    const outer = this.#steps;
    this.#steps = step.steps;
    inside();
    this.#steps = outer;
  }

  /** The steps as ofproto/trace prints them. */
  toString(): string {
    const lines: string[] = [];
    print(this.#top, 0, lines);
    return lines.map((line) => `${line}\n`).join("");
  }
}

function print(steps: readonly Step[], level: number, lines: string[]): void {
  for (const [i, { kind, text, steps: inner }] of steps.entries()) {
    const more = i < steps.length - 1 || TERMINAL.has(kind) ? 1 : 0;
    const indent = " ".repeat(4 * (level + more));
    if (kind === "bridge") lines.push("");
    lines.push(`${indent}${PRINTED[kind]?.(text) ?? text}`);
    if (kind === "bridge") lines.push(`${indent}${"-".repeat(text.length)}`);
    print(inner, level + more + more, lines);
  }
}
