import { formatSubfield, parseSubfield, type Subfield } from "../field/subfield.ts";
import { formatPort, OFPP, parsePort } from "../ports.ts";
import { splitAt, splitKeyValues, splitOnce } from "../text/key-values.ts";
import { hex, parseInteger, unsigned } from "../text/number.ts";
import { FlowSyntaxError } from "../text/syntax-error.ts";
import { finTimeout } from "../translate/learn.ts";
import { checkLength } from "../translate/nested.ts";
import { runProgram } from "../translate/set-fields.ts";
import type { Action, ActionFamily } from "./action.ts";
import { dotted, hexBytes } from "./controller.ts";

/** Bytes that mean nothing to the switch. */
export interface NoteAction extends Action {
  readonly kind: "note";
  readonly bytes: Uint8Array;
}

/** Sends samples to IPFIX collectors. */
export interface SampleAction extends Action {
  readonly kind: "sample";
  /** Of 65535 packets. */
  readonly probability: number;
  readonly collectorSet: number;
  readonly domain: number;
  readonly point: number;
  readonly port: number;
  readonly direction: "ingress" | "egress" | undefined;
}

/** Writes whether the packet is longer than so many bytes into one bit. */
export interface CheckLengthAction extends Action {
  readonly kind: "check_pkt_larger";
  readonly length: number;
  readonly destination: Subfield;
}

/** Shortens the timeouts of the flow once TCP's FIN or RST has passed. */
export interface FinTimeoutAction extends Action {
  readonly kind: "fin_timeout";
  readonly idle: number;
  readonly hard: number;
}

/** netsim's own: runs the program of the flow-hit hook that has this name. */
export interface BpfAction extends Action {
  readonly kind: "bpf";
  readonly program: string;
  readonly arguments: readonly [number, number];
}

export const NOTE: ActionFamily<NoteAction> = {
  kind: "note",
  names: { note: ({ value }) => ({ kind: "note", bytes: hexBytes(value, "`note' argument") }) },
  // On the wire a note fills whole words of eight bytes after its header of ten.
  format({ bytes }) {
    const padded = new Uint8Array(Math.max(6, Math.ceil((bytes.length + 10) / 8) * 8 - 10));
    padded.set(bytes);
    return `note:${dotted(padded)}`;
  },
  translate: () => {},
};

export const SAMPLE: ActionFamily<SampleAction> = {
  kind: "sample",
  names: {
    sample: ({ value }, { ports }) => {
      const sample = { probability: 0, collector_set_id: 0, obs_domain_id: 0, obs_point_id: 0 };
      let port: number = OFPP.NONE;
      let direction: SampleAction["direction"];
      for (const { key, value: given } of splitKeyValues(value)) {
        if (key.text === "probability") {
          sample.probability = unsigned(given, "probability", 16);
          if (sample.probability === 0) throw new FlowSyntaxError(`invalid probability value "${given.text}"`, given);
        } else if (key.text in sample) sample[key.text as keyof typeof sample] = unsigned(given, key.text, 32);
        else if (key.text === "sampling_port") port = parsePort(given, ports, `${given.text}: unknown port`);
        else if (key.text === "ingress" || key.text === "egress") direction = key.text;
        else throw new FlowSyntaxError(`invalid key "${key.text}" in "sample" argument`, key);
      }
      if (sample.probability === 0)
        throw new FlowSyntaxError('non-zero "probability" must be specified on sample', value);
      return {
        kind: "sample",
        probability: sample.probability,
        collectorSet: sample.collector_set_id,
        domain: sample.obs_domain_id,
        point: sample.obs_point_id,
        port,
        direction,
      };
    },
  },
  format({ probability, collectorSet, domain, point, port, direction }) {
    const more = `${port === OFPP.NONE ? "" : `,sampling_port=${formatPort(port)}`}${direction ? `,${direction}` : ""}`;
    return `sample(probability=${probability},collector_set_id=${collectorSet},obs_domain_id=${domain},obs_point_id=${point}${more})`;
  },
  // Without an IPFIX collector nothing is sampled (xlate_sample_action), and none can be configured.
  translate: () => {},
};

export const CHECK_PKT_LARGER: ActionFamily<CheckLengthAction> = {
  kind: "check_pkt_larger",
  names: {
    check_pkt_larger: ({ value }) => {
      const sides = splitOnce(value, ")->") ?? splitOnce(value, "->");
      if (sides === undefined)
        throw new FlowSyntaxError(
          `${value.text}: missing \`->'`,
          value,
          "check_pkt_larger(LENGTH)->FIELD[BIT] is expected.",
        );
      const destination = parseSubfield(sides[1], "write");
      if (destination.bits !== 1) throw new FlowSyntaxError("Only 1-bit destination field is allowed", sides[1]);
      return { kind: "check_pkt_larger", length: unsigned(sides[0], "pkt_len", 16), destination };
    },
  },
  format: ({ length, destination }) => `check_pkt_larger(${length})->${formatSubfield(destination)}`,
  translate(action, translation, _isLast, rest) {
    checkLength(translation, action, rest);
    return "stop";
  },
};

export const FIN_TIMEOUT: ActionFamily<FinTimeoutAction> = {
  kind: "fin_timeout",
  names: {
    fin_timeout: ({ value }) => {
      const timeouts = { idle_timeout: 0, hard_timeout: 0 };
      for (const { key, value: given } of splitKeyValues(value)) {
        if (!(key.text in timeouts))
          throw new FlowSyntaxError(`invalid key '${key.text}' in 'fin_timeout' argument`, key);
        timeouts[key.text as keyof typeof timeouts] = unsigned(given, key.text, 16);
      }
      return { kind: "fin_timeout", idle: timeouts.idle_timeout, hard: timeouts.hard_timeout };
    },
  },
  format({ idle, hard }) {
    const parts = [idle === 0 ? "" : `idle_timeout=${idle}`, hard === 0 ? "" : `hard_timeout=${hard}`];
    return `fin_timeout(${parts.filter((part) => part !== "").join(",")})`;
  },
  translate: (action, translation) => finTimeout(translation, action),
};

export const BPF: ActionFamily<BpfAction> = {
  kind: "bpf",
  names: {
    bpf: ({ value, whole }) => {
      const [name, ...numbers] = splitAt(value, ",").map(({ text, at }) => ({ text: text.trim(), at }));
      if (name === undefined || !/^[A-Za-z][\w.-]*$/.test(name.text))
        throw new FlowSyntaxError(
          `${value.text}: program name expected`,
          whole,
          "bpf(NAME[,NUMBER[,NUMBER]]) is expected.",
        );
      if (numbers.length > 2) throw new FlowSyntaxError("bpf takes two arguments at most", numbers[2]!);
      const [first = 0, second = 0] = numbers.map((piece) => {
        if (parseInteger(piece.text) === undefined)
          throw new FlowSyntaxError(`invalid argument "${piece.text}"`, piece);
        return unsigned(piece, "argument", 32);
      });
      return { kind: "bpf", program: name.text, arguments: [first, second] };
    },
  },
  format({ program, arguments: [first, second] }) {
    const shown = second !== 0 ? [first, second] : first !== 0 ? [first] : [];
    return `bpf(${[program, ...shown.map(hex)].join(",")})`;
  },
  translate: ({ program, arguments: numbers }, translation) => runProgram(translation, program, numbers),
  isIrreversible: true,
};
