import { AT, DATAPATH_SIZE } from "../../flow/layout.ts";
import type { Action } from "../action/action.ts";
import { formatActions } from "../action/registry.ts";
import type { StackEntry } from "../translate/translation.ts";

/** What a packet that recirculates will need (struct frozen_state of ofproto/ofproto-dpif-rid.h). */
export interface FrozenState {
  /** Where to go on; where there are actions left these are done instead. */
  readonly table: number;
  readonly actions: readonly Action[];
  readonly stack: readonly StackEntry[];
  readonly actionSet: readonly Action[];
  readonly isTracked: boolean;
  /** The flow then: its registers, metadata, tunnel and input port come back. */
  readonly flow: Uint8Array;
}

/** The states behind recirculation ids; equal states have one id. */
export class Recirculations {
  readonly #states = new Map<number, FrozenState>();
  readonly #ids = new Map<string, number>();

  remember(state: FrozenState): number {
    const name = nameOf(state);
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    // 0 is that of packets that have just come in.
    const id = this.#states.size + 1;
    this.#states.set(id, state);
    this.#ids.set(name, id);
    return id;
  }

  find(id: number): FrozenState | undefined {
    return this.#states.get(id);
  }
}

function nameOf({ table, actions, stack, actionSet, isTracked, flow }: FrozenState): string {
  const kept = [
    flow.subarray(DATAPATH_SIZE),
    flow.subarray(AT.inPort, AT.inPort + 4),
    flow.subarray(AT.tunId, AT.user),
  ];
  const parts = [
    table,
    isTracked,
    actions.length,
    formatActions(actions),
    formatActions(actionSet),
    stack.map(({ value, bits }) => `${value}/${bits}`).join(),
    ...kept.map((bytes) => String.fromCharCode(...bytes)),
  ];
  return parts.join("\n");
}
