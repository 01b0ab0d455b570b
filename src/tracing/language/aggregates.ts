import type { CodeParts } from "./code-parts.ts";
import { type Emitter, type Operand, signed } from "./emitter.ts";
import { addWords, callLookUp, callUpdate, type KeyedMap, keyed } from "./map-code.ts";
import { number } from "./number.ts";
import type { Expression, MapPlace } from "./syntax-tree.ts";
import { AGGREGATE_CALLS, type Aggregate, INT, keyBytes, LAST_POWER, LEAST, type LinearScale } from "./types.ts";

const ONE: Operand = { type: INT, constant: 1n };
/** Rows that an lhist may have. */
const MOST_ROWS = 1000;

export const isAggregate = (name: string): boolean => AGGREGATE_CALLS.includes(name);

/** `@map[keys] = count()` and its kin. */
export function aggregate(parts: CodeParts, to: MapPlace, call: Expression & { kind: "call" }): void {
  const kind = (call.name === "quantize" ? "hist" : call.name) as Aggregate;
  const { source, emitter } = parts;
  const [first] = call.args;
  const wanted = kind === "count" ? 0 : kind === "lhist" ? 4 : 1;
  if (call.args.length !== wanted)
    source.fail(
      call,
      kind === "lhist"
        ? "lhist() takes a number, and from, to and step."
        : `${kind}() takes ${wanted === 0 ? "nothing" : "a number"}.`,
    );
  const given = first === undefined ? ONE : number(parts, first);
  const isSigned = given.type.kind === "int" && given.type.signed;
  const scale = kind === "lhist" ? readScale(parts, call) : undefined;
  const found = keyed(parts, to, { kind, signed: isSigned }, scale);
  if (found === undefined) return;
  switch (kind) {
    case "count":
      addWords(parts, found, [ONE], to);
      break;
    case "sum":
      addWords(parts, found, [given], to);
      break;
    case "avg":
    case "stats":
      addWords(parts, found, [ONE, given], to);
      break;
    case "min":
    case "max":
      extreme(parts, found, given, kind);
      break;
    case "hist":
      powerRow(emitter, given);
      countRow(parts, found, to);
      break;
    case "lhist":
      linearRow(emitter, given, scale!);
      countRow(parts, found, to);
  }
}

/** Counts in the row that R2 says. */
function countRow(parts: CodeParts, found: KeyedMap, to: MapPlace): void {
  // The row is the key's last part.
  const row = found.key + keyBytes(found.map) - 8;
  parts.emitter.emit(`*(u64 *)(r10 ${signed(row)}) = r2`);
  addWords(parts, found, [ONE], to);
}

/** Keeps the largest number, where what is not there counts as 0; of minima what they lack to LEAST. */
function extreme(parts: CodeParts, found: KeyedMap, given: Operand, kind: "min" | "max"): void {
  const { emitter } = parts;
  const [absent, end] = [emitter.label("absent"), emitter.label("end")];
  const at = emitter.allocate(8, { start: 0, end: 0 });
  callLookUp(parts, found);
  emitter.load("r1", given);
  if (kind === "min") emitter.emit("r2 = r1", `r1 = ${LEAST} ll`, "r1 -= r2");
  emitter.emit(`if r0 == 0 goto ${absent}`, "r2 = *(u64 *)(r0 + 0)");
  emitter.emit(`if r1 s< r2 goto ${end}`, "*(u64 *)(r0 + 0) = r1", `goto ${end}`);
  emitter.place(absent);
  emitter.emit(`if r1 s< 0 goto ${end}`, `*(u64 *)(r10 ${signed(at)}) = r1`);
  callUpdate(parts, found, at);
  emitter.place(end);
}

/** R2: the row of a histogram of powers of two. 0: below 0; 1: 0; N + 2: from 2^N on, the last of which, 31, has all above it. */
function powerRow(emitter: Emitter, given: Operand): void {
  const end = emitter.label("row");
  emitter.load("r1", given);
  emitter.emit("r2 = 0", `if r1 s< 0 goto ${end}`, "r2 = 1", `if r1 == 0 goto ${end}`);
  emitter.emit(`r2 = ${2 + LAST_POWER}`, "r3 = r1", `r3 >>= ${LAST_POWER}`, `if r3 != 0 goto ${end}`, "r2 = 2");
  for (const bits of [16, 8, 4, 2, 1]) {
    const next = emitter.label("bits");
    emitter.emit("r3 = r1", `r3 >>= ${bits}`, `if r3 == 0 goto ${next}`, "r1 = r3", `r2 += ${bits}`);
    emitter.place(next);
  }
  emitter.place(end);
}

/** R2: the row of a linear histogram. 0: below; then one for each step; the last: from the end on. */
function linearRow(emitter: Emitter, given: Operand, { from, to, step }: LinearScale): void {
  const [end, high] = [emitter.label("row"), emitter.label("high")];
  emitter.load("r1", given);
  emitter.emit("r2 = 0", `if r1 s< ${from} goto ${end}`, `if r1 s>= ${to} goto ${high}`);
  emitter.emit("r2 = r1", `r2 -= ${from}`, `r2 /= ${step}`, "r2 += 1", `goto ${end}`);
  emitter.place(high);
  emitter.emit(`r2 = ${Math.floor((to - from) / step) + 1}`);
  emitter.place(end);
}

function readScale(parts: CodeParts, call: Expression & { kind: "call" }): LinearScale {
  const { source } = parts;
  const [from, to, step] = call.args.slice(1).map((node) => {
    const negative = node.kind === "unary" && node.operator === "-";
    const plain = negative ? node.of : node;
    if (plain.kind !== "number") parts.source.fail(node, "The scale of an lhist is of numbers that are known.");
    return Number(plain.value) * (negative ? -1 : 1);
  }) as [number, number, number];
  if (step <= 0) source.fail(call, "The step of an lhist is more than 0.");
  if (from < 0) source.fail(call, "An lhist begins at 0 or above.", "What is below has a row of its own.");
  if (from >= to) source.fail(call, "An lhist goes from a number to a larger one.");
  if ((to - from) / step > MOST_ROWS) source.fail(call, `An lhist has at most ${MOST_ROWS} rows.`);
  if (Math.abs(from) >= 2 ** 31 || to >= 2 ** 31) source.fail(call, "The scale of an lhist stays within 31 bits.");
  return { from, to, step };
}
