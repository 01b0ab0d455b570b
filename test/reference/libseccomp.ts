import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import koffi, { type LibraryHandle } from "koffi";
import { decodeClassic } from "../../src/bpf/classic/encode.ts";
import type { ClassicInstruction } from "../../src/bpf/classic/instruction.ts";
import type { Architecture } from "../../src/seccomp/architecture/architecture.ts";
import { syscallNumber } from "../../src/seccomp/architecture/syscalls.ts";
import { ALL_BITS, type Condition, type Profile } from "../../src/seccomp/profile/profile.ts";

/** SCMP_ARCH_X32, which differs from its AUDIT_ARCH_ value. */
const X32_TOKEN = 0x4000_003e;
const ACT_BADARCH = 2;
const CTL_OPTIMIZE = 8;
const OPERATORS = { ne: 1, lt: 2, le: 3, eq: 4, ge: 5, gt: 6 } as const;
const MASKED_EQ = 7;
const EACCES = -13;

/** libseccomp, called in this process. */
export class Libseccomp {
  readonly #init: (action: number) => unknown;
  readonly #release: (context: unknown) => void;
  readonly #attribute: (context: unknown, attribute: number, value: number) => number;
  readonly #addArch: (context: unknown, token: number) => number;
  readonly #removeArch: (context: unknown, token: number) => number;
  readonly #native: () => number;
  readonly #resolve: (name: string) => number;
  readonly #resolveFor: (token: number, name: string) => number;
  readonly #rule: (context: unknown, action: number, call: number, count: number, conditions: Buffer) => number;
  readonly #export: (context: unknown, fd: number) => number;

  private constructor(library: LibraryHandle) {
    this.#init = library.func("void *seccomp_init(uint32)");
    this.#release = library.func("void seccomp_release(void *)");
    this.#attribute = library.func("int seccomp_attr_set(void *, int, uint32)");
    this.#addArch = library.func("int seccomp_arch_add(void *, uint32)");
    this.#removeArch = library.func("int seccomp_arch_remove(void *, uint32)");
    this.#native = library.func("uint32 seccomp_arch_native()");
    this.#resolve = library.func("int seccomp_syscall_resolve_name(str)");
    this.#resolveFor = library.func("int seccomp_syscall_resolve_name_arch(uint32, str)");
    this.#rule = library.func("int seccomp_rule_add_array(void *, uint32, int, uint, void *)");
    this.#export = library.func("int seccomp_export_bpf(void *, int)");
  }

  /** Undefined where it is not installed. */
  static load(): Libseccomp | undefined {
    if (process.platform !== "linux" || process.arch !== "x64") return undefined;
    try {
      return new Libseccomp(koffi.load("libseccomp.so.2"));
    } catch {
      return undefined;
    }
  }

  /** The call's number, negative where the architecture has none; undefined for calls and architectures that this version does not know. */
  numberOf(name: string, architecture: Architecture): number | undefined {
    const number = this.#resolveFor(tokenOf(architecture), name);
    return number === -1 ? undefined : number;
  }

  /** True where this version has the call with the same number, or has none where there is none. */
  knows(name: string, architectures: Profile["architectures"]): boolean {
    return architectures.every((architecture) => {
      const number = this.#resolveFor(tokenOf(architecture), name);
      return number === -1 ? false : (syscallNumber(name, architecture) ?? number) === number;
    });
  }

  /**
   * The filter that libseccomp makes of a profile's rules, in their order. Undefined where it refuses a rule. Rules of calls that this
   * version does not know are left out.
   */
  compile(profile: Profile, optimize = false): ClassicInstruction[] | undefined {
    const context = this.#init(profile.defaultAction);
    try {
      this.#attribute(context, ACT_BADARCH, profile.badArchitecture);
      if (optimize) this.#attribute(context, CTL_OPTIMIZE, 2);
      const tokens = profile.architectures.map(tokenOf);
      for (const token of tokens) this.#addArch(context, token);
      if (!tokens.includes(this.#native())) this.#removeArch(context, this.#native());
      for (const { call, action, conditions } of profile.rules) {
        const number = typeof call === "number" ? call : this.#resolve(call);
        if (number === -1) continue;
        const result = this.#rule(context, action, number, conditions.length, encode(conditions));
        if (result !== 0 && result !== EACCES) return undefined;
      }
      return decodeClassic(toFile((fd) => this.#export(context, fd)));
    } finally {
      this.#release(context);
    }
  }
}

function toFile(write: (fd: number) => number): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "netsim-seccomp-"));
  try {
    const file = join(folder, "filter");
    const fd = openSync(file, "w");
    try {
      if (write(fd) !== 0) throw new Error("libseccomp cannot write its filter");
    } finally {
      closeSync(fd);
    }
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tokenOf({ name, audit }: Architecture): number {
  return name === "x32" ? X32_TOKEN : audit;
}

/** struct scmp_arg_cmp. */
function encode(conditions: readonly Condition[]): Buffer {
  const bytes = Buffer.alloc(24 * Math.max(1, conditions.length));
  for (const [i, { argument, operator, value, mask }] of conditions.entries()) {
    const isMasked = mask !== ALL_BITS;
    bytes.writeUInt32LE(argument, i * 24);
    bytes.writeUInt32LE(isMasked ? MASKED_EQ : OPERATORS[operator], i * 24 + 4);
    bytes.writeBigUInt64LE(isMasked ? mask : value, i * 24 + 8);
    bytes.writeBigUInt64LE(isMasked ? value : 0n, i * 24 + 16);
  }
  return bytes;
}
