import { MAP_TYPE } from "../../bpf/maps/map-type.ts";
import type { MapSlot, ObjectFile, ObjectMap, ObjectProgram } from "../../bpf/object/object-file.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { printable } from "../../report/printable.ts";
import { plural } from "../../report/words.ts";
import type { Terminal } from "../command.ts";
import type { ShowObjectFlags } from "./object.ts";
import { choosePrograms, isObject, openObject } from "./object-input.ts";
import { readInput } from "./program-file.ts";

/** Shows what is in an object. */
export async function showObject(file: string, flags: ShowObjectFlags, terminal: Terminal): Promise<ExitCode> {
  const input = readInput(file, terminal);
  if (!isObject(input))
    fail("bad-object", `'${input.name}' is neither an ELF object nor a C source.`, { place: { file: input.name } });
  const object = openObject(input, flags);
  const isChosen = flags.program !== undefined || flags.section !== undefined;
  const programs = isChosen ? choosePrograms(object, input.name, flags) : object.programs;
  if (flags.json === true) terminal.out(`${JSON.stringify(asJson(object, programs))}\n`);
  else terminal.out(asText(input.name, object, programs));
  return EXIT.ok;
}

const slotsIn = ({ instructions }: ObjectProgram): number => instructions.length / 8;
const typeName = (type: number): string =>
  Object.entries(MAP_TYPE).find(([, number]) => number === type)?.[0] ?? `type ${type}`;

function asText(file: string, object: ObjectFile, programs: readonly ObjectProgram[]): string {
  const { license, endianness, btf, kernelVersion } = object;
  const facts = [
    license === "" ? "no licence" : `licence ${printable(license)}`,
    `${endianness}-endian`,
    btf === undefined ? "no BTF" : plural(btf.count - 1, "BTF type"),
    ...(kernelVersion === undefined ? [] : [`for kernel ${version(kernelVersion)}`]),
  ];
  const lines = [`${printable(file)}  ${facts.join(", ")}`, "", "Programs"];
  for (const program of programs) {
    const { name, section, type, attachType, attachTarget, functions, unresolved, autoload } = program;
    const what = [
      type ?? "of a section that says no type",
      ...(attachType === undefined ? [] : [`attach type ${attachType}`]),
      ...(attachTarget === undefined ? [] : [`for ${printable(attachTarget)}`]),
      plural(slotsIn(program), "instruction"),
      ...(functions.length < 2
        ? []
        : [
            `with ${functions
              .slice(1)
              .map((it) => printable(it.name))
              .join(", ")}`,
          ]),
      ...(autoload ? [] : ["not loaded unless asked for"]),
    ];
    lines.push(`  ${printable(name)}  section ${printable(section)}, ${what.join(", ")}`);
    for (const { name: symbol, kind, weak } of unresolved)
      lines.push(
        `    ${weak ? "may use" : "needs"} the kernel's ${kind} ${printable(symbol)}, which netsim does not simulate`,
      );
  }
  lines.push("", "Maps");
  for (const [index, map] of object.maps.entries()) lines.push(...mapLines(map, index, object));
  return `${lines.join("\n")}\n`;
}

function mapLines(map: ObjectMap, index: number, { maps }: ObjectFile): string[] {
  const { name, type, keySize, valueSize, maxEntries, flags, frozen, pinning, inner, slots, variables } = map;
  const what = [
    typeName(type),
    `key ${plural(keySize, "byte")}`,
    `value ${plural(valueSize, "byte")}`,
    plural(maxEntries, "entry", "entries"),
    ...(flags === 0 ? [] : [`flags ${hex(flags)}`]),
    ...(frozen ? ["frozen"] : []),
    ...(pinning === "none" ? [] : [`pinned ${pinning}`]),
    ...(inner === undefined
      ? []
      : [
          `of maps like ${typeName(inner.type)}, key ${inner.keySize}, value ${inner.valueSize}, entries ${inner.maxEntries}`,
        ]),
  ];
  return [
    `  ${index}  ${printable(name)}  ${what.join(", ")}`,
    ...slots.map((slot) => `    [${slot.key}] = ${printable(heldBy(slot, maps))}`),
    ...(variables ?? []).map((it) => `    ${printable(it.name)}  ${plural(it.size, "byte")} at ${it.offset}`),
  ];
}

const heldBy = (slot: MapSlot, maps: readonly ObjectMap[]): string =>
  "map" in slot ? maps[slot.map]!.name : slot.program;
const hex = (value: number): string => `0x${value.toString(16)}`;
const version = (code: number): string => `${code >>> 16}.${(code >>> 8) & 0xff}.${code & 0xff}`;

function asJson({ license, endianness, btf, kernelVersion, maps }: ObjectFile, programs: readonly ObjectProgram[]) {
  return {
    license,
    endianness,
    btfTypes: btf === undefined ? null : btf.count - 1,
    ...(kernelVersion === undefined ? {} : { kernelVersion }),
    programs: programs.map((program) => ({
      name: program.name,
      section: program.section,
      type: program.type ?? null,
      attachType: program.attachType ?? null,
      attachTarget: program.attachTarget ?? null,
      autoload: program.autoload,
      flags: program.flags,
      instructions: slotsIn(program),
      functions: program.functions.map(({ name, instruction, linkage }) => ({ name, instruction, linkage })),
      unresolved: program.unresolved,
    })),
    maps: maps.map((map) => mapAsJson(map, maps)),
  };
}

function mapAsJson(map: ObjectMap, maps: readonly ObjectMap[]): unknown {
  const { name, type, keySize, valueSize, maxEntries, flags, frozen, pinning, inner, slots, contents, variables } = map;
  return {
    name,
    type: typeName(type),
    keySize,
    valueSize,
    maxEntries,
    flags,
    frozen,
    pinning,
    ...(inner === undefined ? {} : { inner: mapAsJson(inner, maps) }),
    slots: slots.map((slot) => ({ key: slot.key, ["map" in slot ? "map" : "program"]: heldBy(slot, maps) })),
    ...(contents === undefined ? {} : { contents: Buffer.from(contents).toString("hex") }),
    ...(variables === undefined
      ? {}
      : { variables: variables.map((it) => ({ name: it.name, offset: it.offset, size: it.size })) }),
  };
}
