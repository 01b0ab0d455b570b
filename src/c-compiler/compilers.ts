import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";

/** A compiler of C for BPF that this machine has. */
export interface Compiler {
  readonly path: string;
  /** What makes it another one: where it really is, its size and its time. */
  readonly identity: string;
  /** Its arguments before those of the file. */
  readonly flags: readonly string[];
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
/** Debian keeps headers that depend on the machine (asm/types.h) where compilers for BPF do not look. */
const HEADERS = `/usr/include/${ARCHITECTURES[process.arch] ?? process.arch}-linux-gnu`;
const headerFlags = (): string[] => (existsSync(HEADERS) ? ["-idirafter", HEADERS] : []);

const CLANG_FLAGS = ["-target", "bpf", "-O2", "-g", "-fno-color-diagnostics", "-Wno-unknown-warning-option"];
const GCC_FLAGS = ["-O2", "-gbtf", "-fdiagnostics-color=never", "-idirafter", "/usr/include"];

/** By preference; clang's own name may be of any version. */
const KNOWN: readonly { readonly names: readonly string[]; readonly flags: readonly string[] }[] = [
  { names: ["clang", ...versions(25, 11).map((version) => `clang-${version}`)], flags: CLANG_FLAGS },
  { names: ["bpf-gcc", "bpf-unknown-none-gcc"], flags: GCC_FLAGS },
];

function versions(newest: number, oldest: number): number[] {
  return Array.from({ length: newest - oldest + 1 }, (_, i) => newest - i);
}

/** Names that are looked for, for people. */
export const COMPILER_NAMES = "clang or bpf-gcc";

/** The first compiler on the search path; undefined where there is none. @param searchPath as PATH has it. */
export function findCompiler(searchPath: string): Compiler | undefined {
  for (const { names, flags } of KNOWN)
    for (const name of names) {
      const compiler = compilerAt(name, flags, searchPath);
      if (compiler !== undefined) return compiler;
    }
  return undefined;
}

/** The compiler of that name or path; undefined where there is none. */
export function findCompilerNamed(name: string, searchPath: string): Compiler | undefined {
  const flags = basename(name).includes("gcc") ? GCC_FLAGS : CLANG_FLAGS;
  return isAbsolute(name) ? compilerAt(basename(name), flags, dirname(name)) : compilerAt(name, flags, searchPath);
}

function compilerAt(name: string, flags: readonly string[], searchPath: string): Compiler | undefined {
  for (const directory of searchPath.split(delimiter)) {
    if (directory === "") continue;
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      const { size, mtimeMs } = statSync(path);
      return { path, identity: `${realpathSync(path)} ${size} ${mtimeMs}`, flags: [...flags, ...headerFlags()] };
    } catch {
      // Not there, or not to be run: the next place.
    }
  }
  return undefined;
}
