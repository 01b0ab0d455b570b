import { fieldNamed } from "../../flow/fields.ts";
import { formatSubfield, parseSubfield, type Subfield } from "../field/subfield.ts";
import { formatPort, OFPP, type PortNames, parsePort, portNumber } from "../ports.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { unsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { output, outputField, outputTruncated } from "../translate/output.ts";
import type { Action, ActionFamily, ActionText } from "./action.ts";
import { CONTROLLER_ACTION, type ControllerAction } from "./controller.ts";

/** Sends to a port, reserved ones included. */
export interface OutputAction extends Action {
  readonly kind: "output";
  readonly port: number;
}

/** Sends to the port whose number stands in a field. */
export interface OutputFieldAction extends Action {
  readonly kind: "output_reg";
  readonly source: Subfield;
}

/** Sends at most so many bytes to a port. */
export interface OutputTruncatedAction extends Action {
  readonly kind: "output_trunc";
  readonly port: number;
  readonly maxLength: number;
}

/** Smallest length that output(port=...,max_len=...) takes: an Ethernet header. */
const MIN_TRUNCATED = 14;

export function outputTo(piece: Piece, ports: PortNames): OutputAction {
  return { kind: "output", port: parsePort(piece, ports, `${piece.text}: output to unknown port`) };
}

function parseOutput(
  { value }: ActionText,
  ports: PortNames,
): OutputAction | OutputFieldAction | OutputTruncatedAction | ControllerAction {
  const pairs = splitKeyValues(value);
  const wanted = pairs.find(({ key }) => key.text === "port");
  const length = pairs.find(({ key }) => key.text === "max_len");
  if (wanted !== undefined && wanted.value.text !== "" && length !== undefined) {
    const other = pairs.find((pair) => pair !== wanted && pair !== length);
    if (other !== undefined)
      throw new FlowSyntaxError(`invalid key '${other.key.text}' in output_trunc argument`, other.whole);
    const maxLength = Number(unsigned(length.value, "max_len", 32));
    if (maxLength < MIN_TRUNCATED)
      throw new FlowSyntaxError(`max_len ${maxLength} is less than the minimum value ${MIN_TRUNCATED}`, length.value);
    const port = parsePort(wanted.value, ports, `output to unknown truncate port: ${wanted.value.text}`);
    if (port !== OFPP.IN_PORT && port !== OFPP.LOCAL && port >= OFPP.UNSET)
      throw new FlowSyntaxError(`output to unsupported truncate port: ${wanted.value.text}`, wanted.value);
    return { kind: "output_trunc", port, maxLength };
  }
  if (portNumber(value.text, ports) === OFPP.CONTROLLER) return CONTROLLER_ACTION;
  const name = /^(\w+)(?:\[|$)/.exec(value.text)?.[1];
  const isField = portNumber(value.text, ports) === undefined && name !== undefined && fieldNamed(name) !== undefined;
  return isField ? { kind: "output_reg", source: parseSubfield(value, "read") } : outputTo(value, ports);
}

export const OUTPUT: ActionFamily<OutputAction> = {
  kind: "output",
  names: {
    output: (text, { ports }) => parseOutput(text, ports) as OutputAction,
    ...Object.fromEntries(
      (["in_port", "normal", "flood", "all", "local"] as const).map((name) => [
        name,
        () => ({ kind: "output", port: OFPP[name.toUpperCase() as keyof typeof OFPP] }) as const,
      ]),
    ),
  },
  format: ({ port }) => (OFPP_NAMED.has(port) ? formatPort(port) : `output:${formatPort(port)}`),
  ports: ({ port }) => [port],
  translate: ({ port }, translation, isLast) => output(translation, port, isLast),
  needsNoLayer3: () => true,
};

/** Ports that are printed as actions of their own. */
const OFPP_NAMED = new Set<number>([OFPP.IN_PORT, OFPP.NORMAL, OFPP.FLOOD, OFPP.ALL, OFPP.LOCAL, OFPP.TABLE]);

export const OUTPUT_REG: ActionFamily<OutputFieldAction> = {
  kind: "output_reg",
  names: {},
  format: ({ source }) => `output:${formatSubfield(source)}`,
  translate: ({ source }, translation, isLast) => outputField(translation, source, isLast),
  fields: ({ source }) => [source.field],
  needsNoLayer3: () => true,
};

export const OUTPUT_TRUNC: ActionFamily<OutputTruncatedAction> = {
  kind: "output_trunc",
  names: {},
  format: ({ port, maxLength }) => `output(port=${formatPort(port)},max_len=${maxLength})`,
  translate: ({ port, maxLength }, translation, isLast) => outputTruncated(translation, port, maxLength, isLast),
  isIrreversible: true,
  needsNoLayer3: () => true,
};
