import { NAMED_LAYOUTS, type ScalarLayout, type StructLayout, type ValueLayout } from "./layout.ts";

/** Maps whose values begin with a device, and those whose values may name a program behind that. */
const OF_DEVICES: readonly string[] = ["devmap", "devmap_hash"];
const OF_PROGRAMS: readonly string[] = [...OF_DEVICES, "cpumap"];

/** Where the program stands, in struct bpf_devmap_val and struct bpf_cpumap_val. */
const PROGRAM_AT = 4;
const PROGRAM: ScalarLayout = { kind: "program", size: 4, alignment: 4 };

/** The layout of a map's values, with a device and a program where the kernel reads them. */
export function withTarget(mapType: string, layout: ValueLayout): ValueLayout {
  if (!OF_PROGRAMS.includes(mapType)) return layout;
  const device = OF_DEVICES.includes(mapType);
  if (layout.kind !== "struct") return device && isWord(layout) ? NAMED_LAYOUTS.device! : layout;
  const fields = layout.fields.map((field) => {
    if (field.offset === 0 && device) return { ...field, layout: withTarget(mapType, field.layout) };
    return field.offset === PROGRAM_AT && isWord(field.layout) ? { ...field, layout: PROGRAM } : field;
  });
  return { ...layout, fields };
}

const isWord = ({ kind, size }: ValueLayout): boolean => kind === "unsigned" && size === 4;

/** The field of a value that names a program; undefined where there is none. */
export function programField(layout: ValueLayout): StructLayout["fields"][number] | undefined {
  return layout.kind === "struct" ? layout.fields.find((field) => field.layout.kind === "program") : undefined;
}
