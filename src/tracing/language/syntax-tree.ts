import type { Span } from "./source.ts";

/** A one-liner: probes with their actions, in the order of the text. */
export interface TraceProgram {
  readonly probes: readonly Probe[];
}

export interface Probe extends Span {
  readonly points: readonly ProbePoint[];
  readonly predicate: Expression | undefined;
  readonly body: readonly Statement[];
}

/** `tracepoint:syscalls:sys_enter_write`, `interval:s:1`, `BEGIN`. */
export interface ProbePoint extends Span {
  readonly provider: string;
  /** What follows, by its colons. */
  readonly parts: readonly string[];
  readonly text: string;
}

export type Expression = Span &
  (
    | { readonly kind: "number"; readonly value: bigint }
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "variable"; readonly name: string }
    | MapPlace
    | { readonly kind: "field"; readonly of: Expression; readonly name: string; readonly nameSpan: Span }
    | { readonly kind: "index"; readonly of: Expression; readonly index: Expression }
    | { readonly kind: "cast"; readonly type: string; readonly isPointer: boolean; readonly of: Expression }
    | { readonly kind: "tuple"; readonly parts: readonly Expression[] }
    | { readonly kind: "element"; readonly of: Expression; readonly index: number }
    /** `$1`, or with 0 their number: `$#`. */
    | { readonly kind: "positional"; readonly number: number }
    /** `++` and `--`: `isBefore` where the value is the new one. */
    | { readonly kind: "step"; readonly to: Target; readonly by: 1n | -1n; readonly isBefore: boolean }
    | { readonly kind: "sizeof"; readonly type: string; readonly isStruct: boolean }
    | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
    | { readonly kind: "unary"; readonly operator: "-" | "!" | "~" | "*"; readonly of: Expression }
    | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
    | { readonly kind: "choice"; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  );

export interface MapPlace extends Span {
  readonly kind: "map";
  /** With its `@`. */
  readonly name: string;
  readonly keys: readonly Expression[];
}

export type Target = MapPlace | (Span & { readonly kind: "variable"; readonly name: string });

export type Statement = Span &
  (
    | { readonly kind: "assign"; readonly to: Target; readonly value: Expression }
    | { readonly kind: "value"; readonly value: Expression }
    | { readonly kind: "break" | "continue" }
    | {
        readonly kind: "if";
        readonly condition: Expression;
        readonly yes: readonly Statement[];
        readonly no: readonly Statement[];
      }
    | { readonly kind: "while"; readonly condition: Expression; readonly body: readonly Statement[] }
    | { readonly kind: "unroll"; readonly times: number; readonly body: readonly Statement[] }
    | { readonly kind: "return" }
  );
