import type { Hook } from "../../../hooks/hook.ts";
import type { InterfaceModel } from "../../model.ts";
import type { QdiscPart } from "../../parts.ts";
import type { Programs } from "../programs.ts";

/** What traffic control refers to. */
export interface TcScope {
  readonly interfaces: ReadonlyMap<string, InterfaceModel>;
  readonly programs: Programs;
  readonly hooks: readonly Hook[];
  readonly qdiscs: readonly QdiscPart[];
}
