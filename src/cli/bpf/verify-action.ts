import { decodeProgram } from "../../bpf/isa/decode.ts";
import { type Explanation, explain } from "../../bpf/verifier/explain/explain.ts";
import type { VerifierMap } from "../../bpf/verifier/map.ts";
import { type VerifierResult, verify } from "../../bpf/verifier/verify.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { count } from "../../report/words.ts";
import type { Terminal } from "../command.ts";
import type { MapOption } from "./map-option.ts";
import { encodedBytes, type InputFile, readInput, readText } from "./program-file.ts";
import type { VerifyFlags } from "./verify.ts";

/** Where the descriptors of maps begin that a program's text names; smaller numbers are the user's own. */
const FIRST_DESCRIPTOR = 1000;

/** Verifies a program and says what came of it. */
export function verifyProgram(file: string, flags: VerifyFlags, terminal: Terminal): ExitCode {
  const input = readInput(file, terminal);
  const { bytes, maps, lines } = load(input, flags.map);
  const result = verify(bytes, {
    type: flags.type,
    maps,
    license: flags.license,
    expectedAttachType: flags.attachType ?? 0,
    possibleCpus: flags.cpus,
    loops: flags.loops,
    strictAlignment: flags.strictAlignment === true,
    logLevel: flags.logLevel as 0 | 1 | 2,
  });
  const explanation = result.error === undefined ? undefined : explain(decodeProgram(bytes), result.error);
  if (flags.json === true) terminal.out(`${JSON.stringify(asJson(input.name, flags, result, explanation, lines))}\n`);
  else {
    terminal.out(result.log);
    terminal.out(asText(input.name, flags, result, explanation, lines));
  }
  return result.accepted ? EXIT.ok : EXIT.programRejected;
}

interface Loaded {
  readonly bytes: Uint8Array;
  readonly maps: ReadonlyMap<number, VerifierMap>;
  /** Line of each slot, where the program is text. */
  readonly lines: readonly number[];
}

function load(input: InputFile, named: readonly MapOption[]): Loaded {
  const maps = new Map<number, VerifierMap>();
  const descriptors = new Map<string, number>();
  for (const [i, map] of named.entries()) {
    const descriptor = /^\d+$/.test(map.name) ? Number(map.name) : FIRST_DESCRIPTOR + i;
    descriptors.set(map.name, descriptor);
    maps.set(descriptor, mapFrom(map, named));
  }
  const encoded = encodedBytes(input);
  if (encoded !== undefined) return { bytes: encoded, maps, lines: [] };
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
  return { bytes, maps, lines };
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

function asText(
  name: string,
  { type }: VerifyFlags,
  { accepted, statistics }: VerifierResult,
  explanation: Explanation | undefined,
  lines: readonly number[],
): string {
  const walked = `${count(statistics.instructionsProcessed)} instructions walked, ${count(statistics.totalStates)} states kept`;
  if (accepted || explanation === undefined) return `${name}: accepted as ${type}; ${walked}\n`;
  const { category, reason, instruction, path, suggestion } = explanation;
  const line = instruction < 0 ? undefined : lines[instruction];
  const where = instruction < 0 ? "" : ` at instruction ${instruction}${line === undefined ? "" : `, line ${line}`}`;
  const steps = path.map((step) => `  ${step.instruction}: ${step.text}  <- ${step.role}\n`).join("");
  return [
    `${name}: refused as ${type} (${category})${where}\n`,
    `${reason}\n`,
    steps === "" ? "" : `How it came there:\n${steps}`,
    suggestion === undefined ? "" : `What may help: ${suggestion}\n`,
  ].join("");
}

function asJson(
  name: string,
  { type }: VerifyFlags,
  { accepted, statistics }: VerifierResult,
  explanation: Explanation | undefined,
  lines: readonly number[],
): unknown {
  const line = explanation === undefined ? undefined : lines[explanation.instruction];
  return {
    name,
    section: null,
    type,
    accepted,
    ...(explanation ?? {}),
    ...(line === undefined ? {} : { source: { file: name, line } }),
    statistics,
  };
}
