import type { DescriptionProblem } from "./description.ts";

/** A place in the value that is being parsed, where problems can be told. */
export class Reader {
  readonly path: readonly (string | number)[];
  private readonly problems: DescriptionProblem[];

  /** @param problems where problems of this place and all below it are added. */
  constructor(problems: DescriptionProblem[], path: readonly (string | number)[] = []) {
    this.problems = problems;
    this.path = path;
  }

  at(...keys: (string | number)[]): Reader {
    return new Reader(this.problems, [...this.path, ...keys]);
  }

  /** Adds a problem; returns undefined so that a reading function can end with it. */
  problem(message: string, hint?: string): undefined {
    this.problems.push({ path: this.path, message, ...(hint !== undefined && { hint }) });
  }

  /** Adds that this place takes something else than `value`. */
  refuse(value: unknown, takes: string, hint?: string): undefined {
    this.problem(`${this.subject} takes ${takes}, not ${show(value)}.`, hint);
  }

  /** The place as a sentence names it: `tcp.dport`, `tcp.options[2]`. */
  get subject(): string {
    const keys = typeof this.path[0] === "number" ? this.path.slice(1) : this.path;
    const text = keys.map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`)).join("");
    return text === "" ? "A packet" : `\`${text}\``;
  }
}

/** A value as messages show it, cut to one short line. */
function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? "a list"
        : typeof value === "object" && value !== null
          ? "a map"
          : String(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
