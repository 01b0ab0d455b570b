import type { StepModel } from "../model.ts";
import { parseDuration } from "../quantity/duration.ts";
import type { Fields } from "./fields.ts";
import { readImpairment } from "./impairment.ts";
import type { Links } from "./links.ts";
import { readMapChange } from "./map-change.ts";
import type { Maps } from "./maps.ts";
import type { Programs } from "./programs.ts";

/** An entry of `steps`. */
export function buildStep(fields: Fields, programs: Programs, links: Links, maps: Maps): StepModel | undefined {
  const at = fields.parsed("at", parseDuration);
  const change = readChange(fields, programs, links, maps);
  if (at === undefined || change === undefined) return undefined;
  return { at, place: fields.place, ...change };
}

type Change = StepModel extends infer Step ? (Step extends StepModel ? Omit<Step, "at" | "place"> : never) : never;

function readChange(fields: Fields, programs: Programs, links: Links, maps: Maps): Change | undefined {
  if (fields.has("replace")) {
    const replace = fields.fields("replace");
    const name = replace?.text("program");
    const program = name && programs.named(name);
    const value = replace?.value("with");
    const source = value && programs.source(value);
    return program === undefined || source === undefined ? undefined : { kind: "replace", program, with: source };
  }
  if (fields.has("map")) return readMapChange(fields, maps);
  for (const kind of ["cut", "mend"] as const) {
    const link = links.find(fields.value(kind));
    if (link !== undefined) return { kind, link };
  }
  if (!fields.has("impair")) return undefined;
  const settings = readImpairment(fields);
  const link = links.find(fields.value("impair"));
  if (link === undefined) return undefined;
  const from = fields.value("from");
  if (from === undefined) return { kind: "impair", link, directions: [settings, settings] };
  const side = links.side(link, from);
  if (side === undefined) return undefined;
  return { kind: "impair", link, directions: side === 0 ? [settings, {}] : [{}, settings] };
}
