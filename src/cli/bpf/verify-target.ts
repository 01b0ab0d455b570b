import type { SourceOf, SourcePlace } from "../../bpf/verifier/explain/source-place.ts";
import type { VerifierMap } from "../../bpf/verifier/map.ts";
import { UNPRIVILEGED } from "../../bpf/verifier/privileges.ts";
import type { VerifierOptions } from "../../bpf/verifier/verifier-options.ts";
import { type Diagnostic, fail } from "../../errors.ts";
import type { MapOption } from "./map-option.ts";
import { isObject } from "./object-input.ts";
import { encodedBytes, type InputFile, readText } from "./program-file.ts";
import type { VerifyFlags } from "./verify.ts";
import { objectTargets } from "./verify-object.ts";

/** Where the descriptors of maps begin that a program's text names; smaller numbers are the user's own. */
const FIRST_DESCRIPTOR = 1000;

/** A program of a file, and what it is verified for. */
export interface VerifyTarget {
  /** The file's name, or the function's. */
  readonly name: string;
  /** Its section in an object; null where there is none. */
  readonly section: string | null;
  readonly bytes: Uint8Array;
  readonly options: VerifierOptions & { readonly type: string };
  readonly sourceOf: SourceOf;
  /** Names of functions by the slots where they begin. */
  readonly functionNames: ReadonlyMap<number, string>;
  /** Slots where global functions begin. */
  readonly globalFunctions: readonly number[];
  /** What instructions ask of the kernel's types that these do not have, by slot. */
  readonly absent: ReadonlyMap<number, string>;
  /** It comes from an object, whose loader puts descriptors in. */
  readonly linkedByLoader: boolean;
}

/** A program of a file that cannot be looked at, and why. */
export interface PassedOver {
  readonly name: string;
  readonly section: string;
  readonly problem: Diagnostic;
}

/** What of a file is verified, and what is not. */
export interface VerifyTargets {
  readonly targets: readonly VerifyTarget[];
  readonly passedOver: readonly PassedOver[];
}

/** The programs of a file. Throws a NetsimError. */
export function verifyTargets(input: InputFile, flags: VerifyFlags): VerifyTargets {
  const common = {
    possibleCpus: flags.cpus,
    loops: flags.loops,
    ...(flags.unprivileged === true ? { privileges: UNPRIVILEGED, ownMaps: true } : {}),
    strictAlignment: flags.strictAlignment === true,
    keepEveryState: flags.keepEveryState === true,
  };
  if (isObject(input)) return objectTargets(input, flags, common);
  const maps = new Map<number, VerifierMap>();
  const descriptors = new Map<string, number>();
  for (const [i, map] of flags.map.entries()) {
    const descriptor = /^\d+$/.test(map.name) ? Number(map.name) : FIRST_DESCRIPTOR + i;
    descriptors.set(map.name, descriptor);
    maps.set(descriptor, mapFrom(map, flags.map));
  }
  const options = {
    ...common,
    type: flags.type ?? "socket_filter",
    maps,
    license: flags.license ?? "GPL",
    expectedAttachType: flags.attachType ?? 0,
  };
  const target = {
    name: input.name,
    section: null,
    options,
    functionNames: new Map(),
    globalFunctions: [],
    absent: new Map(),
    linkedByLoader: false,
  };
  const encoded = encodedBytes(input);
  const content = encoded === undefined ? fromText(input, descriptors) : { bytes: encoded, sourceOf: () => undefined };
  return { targets: [{ ...target, ...content }], passedOver: [] };
}

function fromText(
  input: InputFile,
  descriptors: ReadonlyMap<string, number>,
): Pick<VerifyTarget, "bytes" | "sourceOf"> {
  const text = readText(input);
  if (text.language === "classic") fail("usage", "Classic programs have a checker of their own: netsim bpf check.");
  const { bytes, references, lines } = text.program;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const { kind, name, index, line, column, endColumn } of references) {
    if (kind !== "map") continue;
    const descriptor = descriptors.get(name);
    if (descriptor === undefined)
      fail("usage", `The program names a map '${name}', which no --map describes.`, {
        place: { file: input.name, line, column, endColumn },
        hint: `Describe it: --map ${name}=array:4:8:1`,
      });
    view.setInt32(index * 8 + 4, descriptor, true);
  }
  const source = new TextDecoder().decode(input.bytes).split(/\r?\n/);
  const sourceOf = (instruction: number): SourcePlace | undefined => {
    const line = lines[instruction];
    if (line === undefined) return undefined;
    const content = source[line - 1]?.trim() ?? "";
    return { file: input.name, line, ...(content === "" ? {} : { text: content }) };
  };
  return { bytes, sourceOf };
}

/** What the verifier is told of a map; the inner map of a map of maps is one of the others. */
function mapFrom(option: MapOption, all: readonly MapOption[]): VerifierMap {
  const { name, inner, ...sizes } = option;
  const template = inner === undefined ? undefined : all.find((other) => other.name === inner && other !== option);
  if (inner !== undefined && template === undefined)
    fail("usage", `Map '${name}' is to hold maps like '${inner}', which no --map describes.`);
  return {
    ...sizes,
    name: /^\d+$/.test(name) ? "" : name,
    ...(template && {
      inner: mapFrom(
        template,
        all.filter((other) => other !== option),
      ),
    }),
  };
}
