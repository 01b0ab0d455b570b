import type { TrafficModel } from "../model.ts";
import type { Fields } from "./fields.ts";
import { buildFlow } from "./flow.ts";
import { buildPackets } from "./packets.ts";
import { buildReplay } from "./replay.ts";
import type { TrafficScope } from "./traffic-scope.ts";

/** An entry of `traffic`. */
export function buildTraffic(fields: Fields, scope: TrafficScope): TrafficModel | undefined {
  if (fields.has("flow")) return buildFlow(fields, scope);
  return fields.has("replay") ? buildReplay(fields, scope.drafts) : buildPackets(fields, scope);
}
