import { readdirSync, readFileSync } from "node:fs";
import type { Btf } from "../../src/bpf/object/btf/btf-type.ts";
import { compileSource } from "../../src/c-compiler/compile.ts";
import { CORPUS } from "../bpf/verifier/object-verdicts.ts";
import { compiler, missing } from "./object-tools.ts";
import { packagedObjects } from "./packaged-objects.ts";

const POLICIES = new URL("../../policies/", import.meta.url).pathname;

/** Programs whose walks are longer have logs of megabytes and take their time, and say no more. */
export const LONGEST_WALK = 4000;

/** An object that the kernel is asked about. */
interface ObjectCase {
  readonly name: string;
  readonly bytes: () => Uint8Array;
}

const sourcesIn = (folder: string): ObjectCase[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".c"))
    .map((name) => ({ name, bytes: () => compileSource(`${folder}${name}`, { compiler: compiler! }).object }));

/** The corpora, `policies/` and what Debian's packages ship; none where the kernel cannot be asked. */
export const objectCases = (): readonly ObjectCase[] =>
  missing !== undefined
    ? []
    : [
        ...sourcesIn(CORPUS),
        ...sourcesIn(`${CORPUS}kernel-types/`),
        ...readdirSync(POLICIES)
          .filter((name) => name.endsWith(".o"))
          .map((name) => ({ name, bytes: () => readFileSync(`${POLICIES}${name}`) })),
        ...packagedObjects().map(({ name, bytes }) => ({ name, bytes: () => bytes })),
      ];

/** Finds the place of a member in a struct of the kernel. */
export const memberFinder =
  (types: Btf) =>
  (struct: string, member: string): number => {
    const type = types.type(types.find("struct", struct)!);
    return type.kind === "struct" ? type.members.findIndex((it) => it.name === member) : 0;
  };
