import type { HelperMemory } from "../helpers/helper-memory.ts";
import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { kernelFunction } from "./kernel-function.ts";

/** Characters that are looked at, at most (XATTR_SIZE_MAX). */
const LONGEST = 65_536;
/** Addresses below this are no kernel's (copy_from_kernel_nofault_allowed). */
const FIRST_ADDRESS = 65_536;

/** A place that cannot be read ends the search. */
class Unreadable extends Error {}

/** Functions on strings that may lie anywhere (kernel/bpf/helpers.c): numbers of characters, or negative error numbers. */
export function stringFunctions(memory: HelperMemory): ReadonlyMap<string, HostFunction> {
  /** The characters of a string, read as they are asked for. */
  const text = (pointer: number) => {
    const start = pointer >>> 0;
    const { bytes } = memory;
    return (index: number): number => {
      if (start + index >= bytes.length) throw new Unreadable();
      return bytes[start + index]!;
    };
  };
  const isNowhere = (pointer: number) => pointer >>> 0 < FIRST_ADDRESS;
  /** Runs a search on strings that are somewhere. */
  const search = (pointers: readonly number[], find: () => number): number => {
    if (pointers.some(isNowhere)) return -ERRNO.ERANGE;
    try {
      return find();
    } catch (reason) {
      if (reason instanceof Unreadable) return -ERRNO.EFAULT;
      throw reason;
    }
  };

  const compare = (change: (character: number) => number) => (one: number, other: number) =>
    search([one, other], () => {
      const [left, right] = [text(one), text(other)];
      for (let i = 0; i < LONGEST; i++) {
        const [a, b] = [change(left(i)), change(right(i))];
        if (a !== b) return a < b ? -1 : 1;
        if (a === 0) return 0;
      }
      return -ERRNO.E2BIG;
    });
  const findCharacter = (pointer: number, count: number, wanted: number) =>
    search([pointer], () => {
      const at = text(pointer);
      for (let i = 0; i < LONGEST; i++) {
        if (i === count) return -ERRNO.ENOENT;
        const character = at(i);
        if (character === (wanted & 0xff)) return i;
        if (character === 0) return -ERRNO.ENOENT;
      }
      return -ERRNO.E2BIG;
    });
  const length = (pointer: number, count: number) =>
    search([pointer], () => {
      const at = text(pointer);
      for (let i = 0; i < LONGEST; i++) {
        if (i === count) return i;
        if (at(i) === 0) return i;
      }
      return -ERRNO.E2BIG;
    });
  /** How many characters at the beginning are, or are not, among others. */
  const span = (among: boolean) => (pointer: number, set: number) =>
    search([pointer, set], () => {
      const [at, others] = [text(pointer), text(set)];
      for (let i = 0; i < LONGEST; i++) {
        const character = at(i);
        if (character === 0) return i;
        let j = 0;
        while (j < LONGEST && others(j) !== character && others(j) !== 0) j++;
        if (j === LONGEST) return -ERRNO.E2BIG;
        if ((others(j) !== 0) !== among) return i;
      }
      return -ERRNO.E2BIG;
    });
  const findText = (pointer: number, wanted: number, most: number) =>
    search([pointer, wanted], () => {
      const [at, other] = [text(pointer), text(wanted)];
      for (let i = 0; i < LONGEST; i++) {
        let j = 0;
        for (; i + j <= most && j < LONGEST; j++) {
          const character = other(j);
          if (character === 0) return i;
          if (i + j === most) break;
          const own = at(i + j);
          if (own === 0) return -ERRNO.ENOENT;
          if (own !== character) break;
        }
        if (j === LONGEST) return -ERRNO.E2BIG;
        if (i + j === most) return -ERRNO.ENOENT;
      }
      return -ERRNO.E2BIG;
    });

  return new Map([
    kernelFunction(
      "bpf_strcmp",
      "ww",
      "signed",
      compare((character) => character),
    ),
    kernelFunction("bpf_strcasecmp", "ww", "signed", compare(lowerCase)),
    kernelFunction("bpf_strchr", "ww", "signed", (s: number, c: number) => findCharacter(s, LONGEST, c)),
    kernelFunction("bpf_strnchr", "wdw", "signed", (s: number, count: bigint, c: number) =>
      findCharacter(s, countOf(count), c),
    ),
    kernelFunction("bpf_strchrnul", "ww", "signed", (s: number, c: number) => {
      const found = findCharacter(s, LONGEST, c);
      return found === -ERRNO.ENOENT ? length(s, LONGEST) : found;
    }),
    kernelFunction("bpf_strrchr", "ww", "signed", (s: number, c: number) =>
      search([s], () => {
        const at = text(s);
        let last = -ERRNO.ENOENT;
        for (let i = 0; i < LONGEST; i++) {
          const character = at(i);
          if (character === (c & 0xff)) last = i;
          if (character === 0) return last;
        }
        return -ERRNO.E2BIG;
      }),
    ),
    kernelFunction("bpf_strlen", "w", "signed", (s: number) => length(s, LONGEST)),
    kernelFunction("bpf_strnlen", "wd", "signed", (s: number, count: bigint) => length(s, countOf(count))),
    kernelFunction("bpf_strspn", "ww", "signed", span(true)),
    kernelFunction("bpf_strcspn", "ww", "signed", span(false)),
    kernelFunction("bpf_strstr", "ww", "signed", (s: number, wanted: number) => findText(s, wanted, LONGEST)),
    kernelFunction("bpf_strnstr", "wwd", "signed", (s: number, wanted: number, most: bigint) =>
      findText(s, wanted, countOf(most)),
    ),
  ]);
}

/** More than LONGEST is never counted. */
function countOf(count: bigint): number {
  const given = BigInt.asUintN(64, count);
  return given > BigInt(LONGEST) ? LONGEST + 1 : Number(given);
}

/** tolower of the kernel, which goes by Latin-1 (lib/ctype.c). */
function lowerCase(character: number): number {
  const isUpper =
    (character >= 0x41 && character <= 0x5a) || (character >= 0xc0 && character <= 0xde && character !== 0xd7);
  return isUpper ? character + 32 : character;
}
