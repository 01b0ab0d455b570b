import { ObjectError } from "../../../src/bpf/object/object-file.ts";
import { readObject } from "../../../src/bpf/object/read-object.ts";

/** Numbers that stand at limits. */
const NASTY = [
  0, 1, 2, 3, 4, 7, 8, 0x10, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
  0xfffffff8, 0xffffffff,
];

/** A small generator (xorshift), so that the same number gives the same mutations everywhere. */
function generator(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A copy of an object with something wrong in it: bytes, words, pieces moved or cut off. */
export function mutate(object: Uint8Array, seed: number): Uint8Array {
  const random = generator(Math.imul(seed + 1, 0x9e3779b1));
  for (let warm = 0; warm < 3; warm++) random(1);
  let bytes = object.slice();
  const view = new DataView(bytes.buffer);
  const times = 1 + random(4);
  for (let i = 0; i < times; i++) {
    const at = random(bytes.length);
    switch (random(8)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at]! ^= 1 << random(8);
        break;
      case 2:
      case 3: {
        const aligned = at & ~3;
        if (aligned + 4 <= bytes.length) view.setUint32(aligned, NASTY[random(NASTY.length)]!, true);
        break;
      }
      case 4: {
        // A number that is nearly what it was.
        const aligned = at & ~3;
        if (aligned + 4 <= bytes.length) view.setUint32(aligned, view.getUint32(aligned, true) + random(17) - 8, true);
        break;
      }
      case 5: {
        const length = 1 + random(64);
        bytes.copyWithin(at, random(bytes.length), bytes.length - length);
        break;
      }
      case 6: {
        // The section headers are where the sizes and offsets are.
        const table = view.getUint32(40, true);
        const where = table + random(Math.max(1, bytes.length - table));
        if (where + 4 <= bytes.length) view.setUint32(where & ~3, NASTY[random(NASTY.length)]!, true);
        break;
      }
      default:
        if (random(8) === 0) bytes = bytes.subarray(0, at);
        return bytes;
    }
  }
  return bytes;
}

/** What came of reading it: anything but success and a clean error is thrown. */
export function outcome(bytes: Uint8Array): "read" | "refused" {
  try {
    const { programs, maps } = readObject(bytes);
    for (const program of programs) {
      // These are put together when they are asked for.
      if (program.functions.length === 0) throw new Error(`program ${program.name} has no functions`);
      for (const { instruction } of program.lines)
        if (instruction >= program.instructions.length / 8) throw new Error("a line is behind the program's end");
    }
    for (const { contents, valueSize } of maps)
      if (contents !== undefined && contents.length !== valueSize) throw new Error("contents are not a value");
    return "read";
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error;
    for (const { message, offset } of error.problems)
      if (!/^[A-Z'\d].*\.$/s.test(message) || !(offset >= 0)) throw new Error(`an unclear problem: ${message}`);
    return "refused";
  }
}
