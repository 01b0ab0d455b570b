import { readFileSync } from "node:fs";
import { NetsimError, type Place } from "../../errors.ts";
import { parseDocument, readDocument, type TopologyDocument } from "../../topology/document.ts";
import type { Span } from "../../topology/yaml/source-text.ts";
import type { CaseResult, Failure, FileResult } from "../result.ts";
import { ExpectedScalars, inputsOf } from "./expected-scalars.ts";
import { recorded, whyNotRecorded } from "./recorded-value.ts";
import { replaceFile } from "./replace-file.ts";

/** What became of an expectation that failed. */
export interface UpdateResult {
  readonly place: Place;
  readonly caseName: string;
  readonly subject: string;
  readonly expected: string;
  readonly got: string;
  /** Why it was left as it is, the end of a sentence that begins with the subject; undefined where it was rewritten. */
  readonly refused?: string;
}

interface Edit {
  readonly span: Span;
  readonly text: string;
}

const BYTE_ORDER_MARK = "\ufeff";
const MARK = Buffer.from(BYTE_ORDER_MARK);

/**
 * Rewrites in a test's file what failing cases expect to what came out; every other character stays. Only single values that all
 * cases which share them came to are rewritten, and only where no case's input changes with them. The file is written only
 * where something in it changes, and only with what it can be read with again.
 * @param check throws a NetsimError for a document that is no test. Throws a NetsimError `file-unreadable` or `file-unwritable`.
 */
export function updateFile({ file, cases }: FileResult, check: (document: TopologyDocument) => void): UpdateResult[] {
  const failures = cases.flatMap((one) => one.failures.map((failure) => ({ one, failure })));
  if (failures.length === 0) return [];
  const document = readDocument(file);
  const plan = new Plan(document, check);
  for (const { failure } of failures) plan.add(failure);
  const edits = plan.edits();
  if (edits.size > 0) replaceFile(file, withMark(file, applied(document.source.text, [...edits.values()])));
  return failures.map(({ one, failure }) => told(one, failure, plan.refusal(failure)));
}

function told(one: CaseResult, { subject, expected, got, place }: Failure, refused: string | undefined): UpdateResult {
  const result = { place: place ?? one.place, caseName: one.name, subject, expected, got };
  return refused === undefined ? result : { ...result, refused };
}

/** What is to be written where, and what is not. */
class Plan {
  private readonly document: TopologyDocument;
  private readonly check: (document: TopologyDocument) => void;
  private readonly scalars: ExpectedScalars;
  private readonly wanted = new Map<number, { span: Span; uses: number; text: string; failures: Failure[] }>();
  private readonly refusals = new Map<Failure, string>();

  constructor(document: TopologyDocument, check: (document: TopologyDocument) => void) {
    this.document = document;
    this.check = check;
    this.scalars = new ExpectedScalars(document);
  }

  add(failure: Failure): void {
    const { place, subject, got } = failure;
    const { source } = this.document;
    const isHere = place !== undefined && place.file === source.file;
    const found = isHere ? this.scalars.find(place, subject) : undefined;
    const reason = found === undefined ? "is no single value of this file" : whyNotRecorded(subject, found.scalar, got);
    if (found === undefined || reason !== undefined) {
      this.refusals.set(failure, reason!);
      return;
    }
    const { scalar, uses } = found;
    const text = recorded(scalar, source.text.slice(scalar.span.start, scalar.span.end), got);
    const known = this.wanted.get(scalar.span.start);
    if (known === undefined) this.wanted.set(scalar.span.start, { span: scalar.span, uses, text, failures: [failure] });
    else {
      known.failures.push(failure);
      if (known.text !== text) known.uses = Number.POSITIVE_INFINITY;
    }
  }

  /** What can be written, by where it begins. */
  edits(): ReadonlyMap<number, Edit> {
    for (const [start, { uses, failures }] of this.wanted)
      if (uses !== failures.length) this.refuse(start, "is shared with a place or a case that it does not fit");
    for (const isLast of [false, true]) {
      const why = this.whyNot([...this.wanted.values()]);
      if (why === undefined) break;
      for (const [start, edit] of this.wanted) {
        const own = isLast ? why : this.whyNot([edit]);
        if (own !== undefined) this.refuse(start, own);
      }
    }
    return this.wanted;
  }

  refusal(failure: Failure): string | undefined {
    return this.refusals.get(failure);
  }

  private refuse(start: number, reason: string): void {
    for (const failure of this.wanted.get(start)!.failures) this.refusals.set(failure, reason);
    this.wanted.delete(start);
  }

  /** Why these edits cannot be made, the end of a sentence; undefined where they can. */
  private whyNot(edits: readonly Edit[]): string | undefined {
    const { source } = this.document;
    try {
      const changed = parseDocument(applied(source.text, edits), source.file);
      if (inputsOf(changed) !== inputsOf(this.document)) return "is also part of what the case is run on";
      this.check(changed);
      return undefined;
    } catch (error) {
      if (error instanceof NetsimError) return "would contradict what else the file says";
      throw error;
    }
  }
}

function applied(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const { span, text: replacement } of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    result += text.slice(at, span.start) + replacement;
    at = span.end;
  }
  return result + text.slice(at);
}

/** The reader takes a byte order mark away; it stays in the file. */
function withMark(file: string, text: string): string {
  const hasMark = readFileSync(file).subarray(0, MARK.length).equals(MARK);
  return hasMark ? BYTE_ORDER_MARK + text : text;
}
