import type { EventFormat } from "./event-format.ts";

const COMMON = [
  ["unsigned short common_type", 0, 2, 0],
  ["unsigned char common_flags", 2, 1, 0],
  ["unsigned char common_preempt_count", 3, 1, 0],
  ["int common_pid", 4, 4, 1],
] as const;

/** An event's format as the kernel's own file has it (f_show of kernel/trace/trace_events.c). */
export function describeFormat({ name, id, fields, print }: EventFormat): string {
  const line = (declaration: string, offset: number, size: number, signed: number) =>
    `\tfield:${declaration};\toffset:${offset};\tsize:${size};\tsigned:${signed};\n`;
  const common = COMMON.map(([declaration, offset, size, signed]) => line(declaration, offset, size, signed)).join("");
  const own = fields.map((it) => line(it.declaration, it.offset, it.size, Number(it.signed))).join("");
  return `name: ${name}\nID: ${id}\nformat:\n${common}\n${own}\nprint fmt: ${print}\n`;
}
