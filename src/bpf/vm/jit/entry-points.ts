import type { Environment } from "../environment.ts";
import { FRAME_BYTES, UNVERIFIED_ROUNDS } from "../limits.ts";
import type { Place } from "./translate/frame.ts";
import { CodeWriter } from "./wasm/code-writer.ts";
import { I32, I32_MEMORY } from "./wasm/instructions.ts";

/** A u32 in memory that a run sets, and puts back when it ends, as it may have begun inside another run. */
interface Cell {
  readonly name: string;
  readonly address: number;
  /** Leaves the new value. */
  readonly value: () => void;
}

/** How the host enters a program: what is done around a call of its main function. */
export interface EntryPlan {
  readonly environment: Environment;
  /** Index of the main function. */
  readonly main: number;
  /** Writes the main function's code in place; absent: it is called. */
  readonly inline?: (place: Place) => void;
  readonly checked: boolean;
  readonly makesTailCalls: boolean;
}

/** (context i32) -> R0 as an i32 or i64. */
export function writeRun(plan: EntryPlan, wide: boolean): CodeWriter {
  const code = new CodeWriter([{ name: "context", type: "i32" }]);
  const entry = new Entry(plan, code);
  entry.begin();
  entry.call(0);
  if (!wide) code.wrap();
  return code;
}

/** (contexts, count, results: i32): the main function once for each context, without leaving WebAssembly. */
export function writeRunBatch(plan: EntryPlan): CodeWriter {
  const code = new CodeWriter([
    { name: "contexts", type: "i32" },
    { name: "count", type: "i32" },
    { name: "results", type: "i32" },
  ]);
  const [contexts, count, results] = [0, 1, 2];
  const context = code.local("i32", "context");
  const entry = new Entry(plan, code);
  entry.begin();
  code.get(count);
  code.if();
  code.loop();
  code.get(contexts);
  code.memory(I32_MEMORY.load);
  code.set(context);
  code.get(results);
  entry.call(context);
  code.wrap();
  code.memory(I32_MEMORY.store);
  for (const local of [contexts, results]) {
    code.get(local);
    code.i32(4);
    code.op(I32.add);
    code.set(local);
  }
  code.get(count);
  code.i32(1);
  code.op(I32.sub);
  code.tee(count);
  code.brIf(0);
  code.end();
  code.end();
  return code;
}

class Entry {
  private readonly plan: EntryPlan;
  private readonly code: CodeWriter;
  /** The main function's: see Frame.base. */
  private readonly base: number;

  constructor(plan: EntryPlan, code: CodeWriter) {
    this.plan = plan;
    this.code = code;
    this.base = code.local("i32", "base");
  }

  /** What is the same for all runs. */
  begin(): void {
    const { code } = this;
    code.i32(this.plan.environment.machine.stack.topCell);
    code.memory(I32_MEMORY.load);
    code.i32(FRAME_BYTES);
    code.op(I32.sub);
    code.set(this.base);
  }

  /** Leaves R0 (i64) of a run on the context in an i32 local. */
  call(context: number): void {
    const { code } = this;
    const saved = this.cells(context).map((cell) => ({ ...cell, before: code.local("i32", `before_${cell.name}`) }));
    for (const { address, value, before } of saved) {
      code.i32(address);
      code.memory(I32_MEMORY.load);
      code.set(before);
      code.i32(address);
      value();
      code.memory(I32_MEMORY.store);
    }
    this.main(context);
    for (const { address, before } of saved) {
      code.i32(address);
      code.get(before);
      code.memory(I32_MEMORY.store);
    }
  }

  private main(context: number): void {
    const { code, base } = this;
    const { main, inline } = this.plan;
    code.get(context);
    code.extend();
    if (inline === undefined) {
      code.get(base);
      code.call(main);
      return;
    }
    const r1 = code.local("i64", "r1");
    code.set(r1);
    code.block("i64");
    inline({ code, parameters: [[1, r1]], base, leaveAt: code.depth });
    code.end();
  }

  private cells(context: number): Cell[] {
    const { code } = this;
    const { checked, makesTailCalls, environment } = this.plan;
    const { machine } = environment;
    const cells: Cell[] = [];
    if (makesTailCalls) cells.push({ name: "tail_calls", address: machine.tailCallCell, value: () => code.i32(0) });
    if (checked)
      cells.push(
        { name: "context", address: machine.contextCell, value: () => code.get(context) },
        { name: "steps", address: machine.stepCell, value: () => code.i32(UNVERIFIED_ROUNDS) },
      );
    return cells;
  }
}
