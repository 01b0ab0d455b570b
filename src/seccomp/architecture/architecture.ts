import type { SYSCALL_COLUMNS } from "./syscall-table.ts";

/** An ABI through which calls are made. */
export interface Architecture {
  /** As libseccomp's tools call it. */
  readonly name: string;
  /** AUDIT_ARCH_ value. x86_64 and x32 have the same one. */
  readonly audit: number;
  /** Registers: whether arguments have an upper half. */
  readonly bits: 32 | 64;
  readonly endian: "little" | "big";
  /** Its column of the syscall table. */
  readonly column: (typeof SYSCALL_COLUMNS)[number];
  /** What its numbers have more than the table's. */
  readonly base: number;
  /** Release from which Linux runs on it, where that is later than most calls; no call is older there. */
  readonly since?: string;
  /** Other names: SCMP_ARCH_ constants, `uname -m`, Go's, Debian's. Compared without regard to case. */
  readonly aliases: readonly string[];
}

/** __X32_SYSCALL_BIT */
export const X32_BIT = 0x4000_0000;

const arch = (
  name: string,
  audit: number,
  bits: 32 | 64,
  endian: "little" | "big",
  column: Architecture["column"],
  aliases: readonly string[],
  more: { base?: number; since?: string } = {},
): Architecture => ({
  name,
  audit,
  bits,
  endian,
  column,
  base: more.base ?? 0,
  ...(more.since === undefined ? {} : { since: more.since }),
  aliases,
});

/** Values of linux/audit.h: the ELF machine number, 0x80000000 for 64 bits, 0x40000000 for little-endian, 0x20000000 for n32. */
export const ARCHITECTURES: readonly Architecture[] = [
  arch("x86_64", 0xc000_003e, 64, "little", "x86_64", ["amd64", "x86-64"]),
  arch("x86", 0x4000_0003, 32, "little", "x86", ["i386", "i486", "i586", "i686", "386"]),
  arch("x32", 0xc000_003e, 32, "little", "x32", [], { base: X32_BIT, since: "3.4" }),
  arch("arm", 0x4000_0028, 32, "little", "arm", ["armhf", "armel", "armv7l", "armv6l"]),
  arch("aarch64", 0xc000_00b7, 64, "little", "aarch64", ["arm64"], { since: "3.7" }),
  arch("riscv64", 0xc000_00f3, 64, "little", "riscv64", [], { since: "4.15" }),
  arch("loongarch64", 0xc000_0102, 64, "little", "loongarch64", ["loong64"], { since: "5.19" }),
  arch("s390x", 0x8000_0016, 64, "big", "s390x", []),
  arch("s390", 0x0000_0016, 32, "big", "s390", []),
  arch("ppc64le", 0xc000_0015, 64, "little", "ppc64", ["ppc64el", "powerpc64le"], { since: "3.14" }),
  arch("ppc64", 0x8000_0015, 64, "big", "ppc64", ["powerpc64"]),
  arch("ppc", 0x0000_0014, 32, "big", "ppc", ["powerpc"]),
  arch("mips", 0x0000_0008, 32, "big", "mips", [], { base: 4000 }),
  arch("mipsel", 0x4000_0008, 32, "little", "mips", ["mipsle"], { base: 4000 }),
  arch("mips64", 0x8000_0008, 64, "big", "mips64", [], { base: 5000 }),
  arch("mipsel64", 0xc000_0008, 64, "little", "mips64", ["mips64el", "mips64le"], { base: 5000 }),
  arch("mips64n32", 0xa000_0008, 32, "big", "mips64n32", ["mips64p32"], { base: 6000 }),
  arch("mipsel64n32", 0xe000_0008, 32, "little", "mips64n32", ["mips64elp32", "mips64p32le"], { base: 6000 }),
  arch("m68k", 0x0000_0004, 32, "big", "m68k", []),
  arch("parisc", 0x0000_000f, 32, "big", "parisc", ["hppa"]),
  arch("parisc64", 0x8000_000f, 64, "big", "parisc64", ["hppa64"]),
  arch("sh", 0x4000_002a, 32, "little", "sh", ["shel"]),
  arch("sheb", 0x0000_002a, 32, "big", "sh", []),
];

const BY_NAME: ReadonlyMap<string, Architecture> = new Map(
  ARCHITECTURES.flatMap((architecture) => {
    const { name, aliases } = architecture;
    return [name, `scmp_arch_${name}`, ...aliases].map((each) => [each.toLowerCase(), architecture] as const);
  }),
);

/** The architecture of that name, or undefined. Takes SCMP_ARCH_ constants too. */
export function findArchitecture(name: string): Architecture | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** The architecture of that name; throws RangeError where there is none. */
export function architectureNamed(name: string): Architecture {
  const found = findArchitecture(name);
  if (found === undefined) throw new RangeError(`There is no architecture '${name}'.`);
  return found;
}

/** The architecture of a call: x32 shares its AUDIT_ARCH_ value with x86_64 and has bit 30 in the number. */
export function architectureOf(audit: number, nr: number): Architecture | undefined {
  const found = ARCHITECTURES.find((each) => each.audit === audit >>> 0);
  if (found?.name !== "x86_64") return found;
  return (nr & X32_BIT) !== 0 && nr !== -1 && nr >>> 0 !== 0xffff_ffff ? BY_NAME.get("x32") : found;
}

/** Node's and `uname -m`'s names of the machine that a profile for no named architecture is for. */
export const DEFAULT_ARCHITECTURE = architectureNamed("x86_64");
