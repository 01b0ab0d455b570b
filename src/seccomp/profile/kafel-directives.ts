import type { Place } from "../../errors.ts";
import type { SourceText } from "../../topology/yaml/source-text.ts";
import { IncludedFiles, type ReadIncluded } from "./included-files.ts";
import type { Problems } from "./problems.ts";
import { ALL_BITS } from "./profile.ts";
import { numberValue } from "./tokens.ts";

/** A line of a kafel policy that begins with `#`, or a part of it up to a semicolon. */
interface Directive {
  readonly text: string;
  /** Offset in its file. */
  readonly start: number;
}

/** A file without its comments and directives, in whose place are spaces. */
export interface KafelText {
  readonly text: string;
  /** In the order of the file. */
  readonly directives: Directive[];
}

/** What `#define NAME NUMBER` and `#include "file" ...` do. */
export class KafelDirectives {
  private readonly problems: Problems;
  private readonly included: IncludedFiles;
  private readonly constants = new Map<string, bigint>();

  constructor(problems: Problems, include: ReadIncluded) {
    this.problems = problems;
    this.included = new IncludedFiles(include, problems);
  }

  /** A constant that is defined by now. */
  constant(name: string): bigint | undefined {
    return this.constants.get(name);
  }

  separate(source: SourceText): KafelText {
    // Offsets stay, and line breaks too.
    const blank = (text: string) => text.replace(/[^\n]/g, " ");
    const text = source.text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, blank);
    const open = text.indexOf("/*");
    if (open >= 0)
      this.problems.error("program-syntax", source.place({ start: open, end: open + 2 }), "The comment does not end.");
    const directives: Directive[] = [];
    const rest = text.replace(/^[ \t]*#[^\n]*/gm, (line, start: number) => {
      for (const match of line.matchAll(/[^;"]+(?:"[^"]*"[^;"]*)*|"/g))
        if (match[0].trim() !== "") directives.push({ text: match[0], start: start + match.index });
      return blank(line);
    });
    return { text: rest, directives };
  }

  /** @param goThrough reads an included file. */
  carryOut(source: SourceText, { text, start }: Directive, goThrough: (source: SourceText) => void): void {
    const place = this.place(source, { text, start });
    const define = /^\s*#\s*define\s+([A-Za-z_]\w*)\s+(-?)(0[xX][\da-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)\s*$/.exec(
      text,
    );
    const included = /^\s*#\s*include((?:\s*"[^"]+")+)\s*$/.exec(text);
    if (define !== null) this.define(define[1]!, define[2] === "-", numberValue(define[3]!), place);
    else if (included !== null)
      for (const [, path] of included[1]!.matchAll(/"([^"]+)"/g))
        this.included.include(path!, source, place, goThrough);
    else
      this.problems.error(
        "program-syntax",
        place,
        "The line is no directive.",
        'There are #define NAME NUMBER and #include "file".',
      );
  }

  place(source: SourceText, { text, start }: Directive): Place {
    return source.place({ start: start + text.search(/\S/), end: start + text.trimEnd().length });
  }

  private define(name: string, isNegative: boolean, number: bigint, place: Place): void {
    if (number > ALL_BITS) {
      this.problems.error("schema-value", place, "The number has more than 64 bits.");
      return;
    }
    const value = BigInt.asUintN(64, isNegative ? -number : number);
    const before = this.constants.get(name);
    if (before !== undefined && before !== value)
      this.problems.error("duplicate-name", place, `The constant '${name}' is ${before} already.`);
    this.constants.set(name, value);
  }
}
