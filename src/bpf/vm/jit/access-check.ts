import type { Environment } from "../environment.ts";
import { CodeWriter } from "./wasm/code-writer.ts";
import { CORE, I32_MEMORY, I64 } from "./wasm/instructions.ts";

/**
 * The service `access` (address i64, bytes, write, instruction, base: i32) -> address i32. Own stack and context are looked at here;
 * the imported `guard` (address i64, bytes, write, instruction, base: i32) looks at the rest, and throws.
 */
export function writeAccessCheck({ machine, context: layout }: Environment, guard: number): CodeWriter {
  const code = new CodeWriter([
    { name: "address", type: "i64" },
    { name: "bytes", type: "i32" },
    { name: "write", type: "i32" },
    { name: "instruction", type: "i32" },
    { name: "base", type: "i32" },
  ]);
  const [address, bytes, write, instruction, base] = [0, 1, 2, 3, 4];
  const distance = code.local("i64", "distance");
  /** Is the access inside `size` bytes at `start` (which leaves an i64)? Returns the address if so. */
  const returnIfWithin = (start: () => void, size: () => void) => {
    code.get(address);
    start();
    code.op(I64.sub);
    code.tee(distance);
    size();
    code.op(I64.leU);
    code.if();
    code.get(distance);
    code.get(bytes);
    code.extend();
    code.op(I64.add);
    size();
    code.op(I64.leU);
    code.if();
    code.get(address);
    code.wrap();
    code.op(CORE.return);
    code.end();
    code.end();
  };
  const extended = (local: number) => () => {
    code.get(local);
    code.extend();
  };
  returnIfWithin(extended(base), () => {
    code.i64Wide(BigInt(machine.stack.end));
    extended(base)();
    code.op(I64.sub);
  });
  returnIfWithin(
    () => {
      code.i32(machine.contextCell);
      code.memory(I32_MEMORY.load);
      code.extend();
    },
    () => code.i64(layout.size),
  );
  for (const local of [address, bytes, write, instruction, base]) code.get(local);
  code.call(guard);
  code.get(address);
  code.wrap();
  return code;
}
