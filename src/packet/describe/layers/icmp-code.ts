import type { Names } from "../../message-type.ts";
import { unsigned, type ValueKind } from "../value-kind.ts";

/** A code by number or by a name that the message's type has. */
export function codeOf(codes: Readonly<Record<number, Names>>, defaultType: number): ValueKind {
  const all = [...new Set(Object.values(codes).flatMap((names) => Object.keys(names)))];
  return {
    schema: { anyOf: [{ type: "integer", minimum: 0, maximum: 255 }, { enum: all }] },
    read(value, reader, fields) {
      const type = (fields.type as number | undefined) ?? defaultType;
      const names = codes[type] ?? {};
      if (typeof value === "string" && !Object.hasOwn(names, value) && all.includes(value))
        return reader.problem(`\`${value}\` is no code of type ${type}.`, hintFor(value, codes));
      return unsigned(8, names).read(value, reader, fields);
    },
  };
}

function hintFor(code: string, codes: Readonly<Record<number, Names>>): string {
  const types = Object.keys(codes).filter((type) => Object.hasOwn(codes[Number(type)]!, code));
  return `It is one of type ${types.join(" and ")}.`;
}
