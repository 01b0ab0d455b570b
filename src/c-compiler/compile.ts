import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { type Diagnostic, fail, NetsimError } from "../errors.ts";
import { COMPILER_NAMES, findCompiler, findCompilerNamed } from "./compilers.ts";
import { readDiagnostics } from "./diagnostics.ts";
import { ObjectCache } from "./object-cache.ts";
import { runCompiler } from "./run-compiler.ts";

/** An ELF object made of a C source, and what the compiler warned of. */
export interface CompiledSource {
  readonly object: Uint8Array;
  readonly warnings: readonly Diagnostic[];
}

export interface CompileOptions {
  /** Name or path of the compiler; what CLANG names, or else the first that there is, where it is absent. */
  readonly compiler?: string;
  /** Further arguments: `-DNAME=1`, `-Iinclude`. */
  readonly flags?: readonly string[];
  /** PATH, CLANG, XDG_CACHE_HOME and HOME are looked at; those of this process where it is absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Compiles a C source for BPF with the installed compiler, or takes the object from the user's cache
 * (`$XDG_CACHE_HOME/netsim`, `~/.cache/netsim`) where source, headers, compiler and flags are the same as then. Throws a
 * NetsimError: `compiler-missing`, or `program-syntax` with everything that the compiler says.
 */
export function compileSource(file: string, options: CompileOptions = {}): CompiledSource {
  const environment = options.environment ?? process.env;
  const searchPath = environment.PATH ?? "";
  const named = options.compiler ?? (environment.CLANG || undefined);
  const compiler = named === undefined ? findCompiler(searchPath) : findCompilerNamed(named, searchPath);
  if (compiler === undefined)
    fail("compiler-missing", `'${file}' is C, which takes ${named ?? COMPILER_NAMES} to be run, and there is none.`, {
      place: { file },
      hint: "Install one (Debian: clang, or gcc-bpf), or give the object that was compiled elsewhere: clang -target bpf -O2 -g -c.",
    });
  const cache = new ObjectCache(cacheDirectory(environment));
  const flags = [...compiler.flags, ...(options.flags ?? [])];
  const key = JSON.stringify([compiler.identity, flags, process.cwd(), file]);
  const known = cache.find(key);
  if (known !== undefined) return known;

  const directory = mkdtempSync(join(tmpdir(), "netsim-"));
  try {
    const [object, dependencies] = [join(directory, "object.o"), join(directory, "dependencies")];
    // A name that begins with a dash would be taken for an option.
    const source = file.startsWith("-") ? `./${file}` : file;
    const run = runCompiler(compiler.path, [...flags, "-MD", "-MF", dependencies, "-c", "-o", object, source]);
    const diagnostics = readDiagnostics(run.output, file, run.succeeded);
    if (!run.succeeded) throw new NetsimError(diagnostics);
    const compiled = { object: new Uint8Array(readFileSync(object)), warnings: diagnostics };
    cache.keep(key, compiled, readDependencies(readFileSync(dependencies, "utf8")));
    return compiled;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function cacheDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CACHE_HOME: cache, HOME: home = homedir() } = environment;
  return join(cache === undefined || cache === "" ? join(home, ".cache") : cache, "netsim", "objects");
}

/** The files of a make rule: `object.o: count.c /usr/include/linux/bpf.h \`, with `\ ` for spaces in names. */
function readDependencies(rule: string): string[] {
  const [, list = ""] = /^[^:]*:(.*)$/s.exec(rule) ?? [];
  return (list.match(/(?:\\[\s\S]|[^\s\\])+/g) ?? [])
    .filter((word) => !/^\\\s*$/.test(word))
    .map((word) => word.replace(/\\(.)/g, "$1").replaceAll("$$", "$"));
}
