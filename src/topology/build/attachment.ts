import type { Hook } from "../../hooks/hook.ts";
import type { AttachmentModel } from "../model.ts";
import { exact } from "../yaml/value.ts";
import type { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

/** The program under the key of a hook of that place; undefined where there is none, or what stands there is wrong. */
export function readAttachment(
  fields: Fields,
  place: Hook["place"],
  hooks: readonly Hook[],
  programs: Programs,
): AttachmentModel | undefined {
  for (const hook of hooks) {
    if (hook.place === place && fields.has(hook.key)) return attachmentUnder(fields, hook, programs);
  }
  return undefined;
}

/** The program under a hook's key, with its options: a reference, or a mapping with `program`. Undefined where what stands there is wrong. */
export function attachmentUnder(fields: Fields, hook: Hook, programs: Programs): AttachmentModel | undefined {
  const value = fields.value(hook.key)!;
  const own = hook.options !== undefined && value.kind === "map" ? value.entries.get("program") : undefined;
  const program = programs.refer(own?.value ?? value);
  if (program === undefined) return undefined;
  return { hook: hook.name, program, options: exact(value), place: fields.context.place(fields.keySpan(hook.key)) };
}
