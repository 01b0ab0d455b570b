import type { CodeParts } from "./code-parts.ts";
import { narrowed, type Operand, signed } from "./emitter.ts";
import type { Span } from "./source.ts";
import { INTEGERS, integerOf, TEXT_BYTES } from "./types.ts";

/** Reads a number of so many bytes behind a pointer; 0 where nothing can be read. */
export function readNumber(
  parts: CodeParts,
  pointer: Operand,
  offset: number,
  size: number,
  isSigned: boolean,
  span: Span,
): Operand {
  const { emitter } = parts;
  const at = emitter.allocate(8, span);
  emitter.zero(at, 8);
  emitter.load("r3", pointer);
  emitter.emit(`r3 += ${offset}`);
  emitter.address("r1", at);
  emitter.emit(`r2 = ${size}`, "call bpf_probe_read_kernel");
  if (isSigned && size < 8) {
    const widened = narrowed("r1", INTEGERS[`int${8 * size}`]!);
    emitter.emit(`r1 = *(u64 *)(r10 ${signed(at)})`, ...widened, `*(u64 *)(r10 ${signed(at)}) = r1`);
  }
  return { type: integerOf(size, isSigned), at };
}

export function readText(parts: CodeParts, pointer: Operand, offset: number, span: Span, size = TEXT_BYTES): Operand {
  const { emitter } = parts;
  const at = emitter.allocate(size, span);
  emitter.zero(at, size);
  emitter.load("r3", pointer);
  if (offset !== 0) emitter.emit(`r3 += ${offset}`);
  emitter.address("r1", at);
  emitter.emit(`r2 = ${size}`, "call bpf_probe_read_kernel_str");
  return { type: { kind: "string", size }, at };
}
