import { splitKeyValues } from "../text/key-values.ts";
import { unsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { sendToController } from "../translate/controller.ts";
import type { Action, ActionFamily } from "./action.ts";

/** Why a packet goes to controllers (enum ofp_packet_in_reason). */
export type PacketInReason = "no_match" | "action" | "invalid_ttl" | "action_set" | "group" | "packet_out";
const REASONS: readonly PacketInReason[] = ["no_match", "action", "invalid_ttl", "action_set", "group", "packet_out"];

/** Sends a copy to controllers. */
export interface ControllerAction extends Action {
  readonly kind: "controller";
  readonly maxLength: number;
  readonly reason: PacketInReason;
  readonly controller: number;
  /** Bytes handed on to the controller. */
  readonly userData: Uint8Array | undefined;
  /** The pipeline stops until the controller says go on. */
  readonly isPause: boolean;
  readonly meter: number | undefined;
}

/** Length that means all of the packet. */
export const WHOLE_PACKET = 0xffff;

/** Sends all of the packet to the controllers. */
export const CONTROLLER_ACTION: ControllerAction = {
  kind: "controller",
  maxLength: WHOLE_PACKET,
  reason: "action",
  controller: 0,
  userData: undefined,
  isPause: false,
  meter: undefined,
};

function parseController(value: Piece): ControllerAction {
  if (value.text === "") return CONTROLLER_ACTION;
  if (/^\d+$/.test(value.text)) return { ...CONTROLLER_ACTION, maxLength: unsigned(value, "max_len", 16) };
  let action = CONTROLLER_ACTION;
  for (const pair of splitKeyValues(value)) {
    const { key, value: given } = pair;
    if (key.text === "reason") {
      const reason = REASONS.find((one) => one === given.text);
      if (reason === undefined)
        throw new FlowSyntaxError(`unknown reason "${given.text}"`, given, `A reason is one of ${REASONS.join(", ")}.`);
      action = { ...action, reason };
    } else if (key.text === "max_len") action = { ...action, maxLength: unsigned(given, "max_len", 16) };
    else if (key.text === "id") action = { ...action, controller: unsigned(given, "id", 16) };
    else if (key.text === "meter_id") action = { ...action, meter: unsigned(given, "meter_id", 32) };
    else if (key.text === "pause") action = { ...action, isPause: true };
    else if (key.text === "userdata") action = { ...action, userData: parseUserData(given) };
    else throw new FlowSyntaxError(`unknown key "${key.text}" parsing controller action`, key);
  }
  return action;
}

/** Bytes for the controller; none of them is the same as nothing. */
function parseUserData(piece: Piece): Uint8Array | undefined {
  return piece.text === "" ? undefined : hexBytes(piece, "`controller' action `userdata'");
}

/** Bytes in hexadecimal, with dots between them or without. */
export function hexBytes(piece: Piece, what: string): Uint8Array {
  const digits = piece.text.replace(/\./g, "");
  if (!/^(?:\.*[0-9a-fA-F]{2})*\.*$/.test(piece.text))
    throw new FlowSyntaxError(`bad hex digit in ${what}`, piece, "Bytes are expected: 01.02.0a.");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** `01.02.0a`. */
export function dotted(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(".");
}

export const CONTROLLER: ActionFamily<ControllerAction> = {
  kind: "controller",
  names: { controller: ({ value }) => parseController(value) },
  format({ maxLength, reason, controller, userData, isPause, meter }) {
    if (reason === "action" && controller === 0 && userData === undefined && !isPause && meter === undefined)
      return `CONTROLLER:${maxLength === WHOLE_PACKET ? 65535 : maxLength}`;
    const parts: string[] = [];
    if (reason !== "action") parts.push(`reason=${reason}`);
    if (maxLength !== WHOLE_PACKET) parts.push(`max_len=${maxLength}`);
    if (controller !== 0) parts.push(`id=${controller}`);
    if (userData !== undefined) parts.push(`userdata=${dotted(userData)}`);
    if (isPause) parts.push("pause");
    if (meter !== undefined) parts.push(`meter_id=${meter}`);
    return `controller(${parts.join(",")})`;
  },
  translate: (action, translation) => sendToController(translation, action),
};
