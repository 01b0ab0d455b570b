/** Exit codes of the `netsim` command. */
export const EXIT = {
  ok: 0,
  expectationFailed: 1,
  usage: 2,
  invalidInput: 3,
  programRejected: 4,
  internal: 70,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Every error code that a user can meet, with the exit code it leads to. Where a run has several diagnostics,
 * the highest-ranking exit code is used: invalid input comes before a rejected program.
 */
export const ERROR_CODES = {
  "file-unreadable": EXIT.invalidInput,
  "file-unwritable": EXIT.invalidInput,
  "file-too-large": EXIT.invalidInput,
  "yaml-syntax": EXIT.invalidInput,
  "yaml-alias-limit": EXIT.invalidInput,
  "schema-type": EXIT.invalidInput,
  "schema-unknown-key": EXIT.invalidInput,
  "schema-missing-key": EXIT.invalidInput,
  "schema-value": EXIT.invalidInput,
  "unknown-reference": EXIT.invalidInput,
  "duplicate-name": EXIT.invalidInput,
  "bad-address": EXIT.invalidInput,
  "bad-quantity": EXIT.invalidInput,
  "bad-topology": EXIT.invalidInput,
  "bad-test": EXIT.invalidInput,
  "bad-packet": EXIT.invalidInput,
  "bad-capture": EXIT.invalidInput,
  "plugin-unloadable": EXIT.invalidInput,
  "plugin-failed": EXIT.invalidInput,
  unsupported: EXIT.invalidInput,
  "bad-object": EXIT.invalidInput,
  "compiler-missing": EXIT.invalidInput,
  "program-syntax": EXIT.invalidInput,
  "program-rejected": EXIT.programRejected,
  usage: EXIT.usage,
  "kernel-unavailable": EXIT.usage,
  internal: EXIT.internal,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A position in a text file; line and column count from 1. A capture's or object's place has `offset` in bytes instead. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** Column after the last character concerned, on the same line. */
  readonly endColumn?: number;
  /** Byte offset in a binary file. */
  readonly offset?: number;
}

/** One thing that is wrong, as a person reads it. */
export interface Diagnostic {
  readonly code: ErrorCode;
  readonly severity: "error" | "warning";
  /** A full sentence. */
  readonly message: string;
  readonly place?: Place;
  /** What to try; a full sentence. */
  readonly hint?: string;
}

/** A user's mistake: shown as its diagnostics, never as a stack trace. */
export class NetsimError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: Diagnostic | readonly Diagnostic[]) {
    const list = Array.isArray(diagnostics) ? (diagnostics as readonly Diagnostic[]) : [diagnostics as Diagnostic];
    super(list.map((d) => d.message).join("\n"));
    this.name = "NetsimError";
    this.diagnostics = list;
  }

  /** The exit code of the most fundamental diagnostic. */
  get exitCode(): ExitCode {
    const codes = this.diagnostics.filter((d) => d.severity === "error").map((d) => ERROR_CODES[d.code]);
    for (const code of [EXIT.internal, EXIT.usage, EXIT.invalidInput, EXIT.programRejected] as const)
      if (codes.includes(code)) return code;
    return EXIT.invalidInput;
  }
}

/** Shorthand for throwing one error. */
export function fail(code: ErrorCode, message: string, more: { place?: Place; hint?: string } = {}): never {
  throw new NetsimError({ code, severity: "error", message, ...more });
}
