import { NetsimError, type Place } from "../../errors.ts";
import type { SourceText } from "../../topology/yaml/source-text.ts";
import type { Problems } from "./problems.ts";

/** Gives the text of a file that a policy includes; throws a NetsimError where it cannot be read. */
export type ReadIncluded = (path: string, from: SourceText) => SourceText;

const DEEPEST = 20;
const MOST = 1000;

/** Files that a policy includes: none within itself, none too deep, and not too many of them. */
export class IncludedFiles {
  private readonly read: ReadIncluded;
  private readonly problems: Problems;
  private readonly open: string[] = [];
  private count = 0;

  constructor(read: ReadIncluded, problems: Problems) {
    this.read = read;
    this.problems = problems;
  }

  /** Has a file gone through. Whatever keeps it from being so is noted as a problem. @param place of the directive. */
  include(path: string, from: SourceText, place: Place, goThrough: (source: SourceText) => void): void {
    const source = this.find(path, from, place);
    if (source === undefined) return;
    const isFirst = this.open.length === 0;
    if (isFirst) this.open.push(from.file);
    const why = this.whyNot(source.file);
    if (why === undefined) {
      this.open.push(source.file);
      this.count++;
      goThrough(source);
      this.open.pop();
    } else this.problems.error("program-syntax", place, why);
    if (isFirst) this.open.pop();
  }

  private find(path: string, from: SourceText, place: Place): SourceText | undefined {
    try {
      return this.read(path, from);
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      this.problems.errors.push(...error.diagnostics.map((problem) => ({ ...problem, place })));
      return undefined;
    }
  }

  private whyNot(file: string): string | undefined {
    if (this.open.includes(file)) return `'${file}' is included within itself.`;
    if (this.open.length > DEEPEST) return `Included files are nested more than ${DEEPEST} deep.`;
    return this.count < MOST ? undefined : `More than ${MOST} files are included.`;
  }
}
