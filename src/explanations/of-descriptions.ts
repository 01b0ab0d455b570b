import type { ErrorCode } from "../errors.ts";
import type { Explanation } from "./explanation.ts";

/** The codes of what topologies, tests and profiles say. */
export const OF_DESCRIPTIONS = {
  "schema-type": {
    meaning: "A value has another type than its key takes.",
    cause: "A mapping stands where a list belongs or the other way round, a key has no value, or a number is quoted.",
    remedy: "Give it the type that the message names; `netsim schema` has the type of every key.",
  },
  "schema-unknown-key": {
    meaning: "A mapping has a key that means nothing there.",
    cause: "The key is mistyped, or indented under the wrong mapping.",
    remedy: "Take the key that the hint offers, or move it; `netsim schema` lists the keys of every mapping.",
  },
  "schema-missing-key": {
    meaning: "A mapping lacks a key that it cannot do without.",
    cause: "The key was forgotten, or is indented under another mapping.",
    remedy: "Add the key that the message names.",
  },
  "schema-value": {
    meaning: "A value has the right type and is none of those allowed.",
    cause: "A number is out of range, or a word is none of the known ones.",
    remedy: "Take a value from the range or list in the message.",
  },
  "unknown-reference": {
    meaning: "A name stands for something that is not there.",
    cause: "A program, host, interface, map or constant is mistyped, or was renamed in one of its places only.",
    remedy: "Take the name that the hint offers, or define what is named.",
  },
  "duplicate-name": {
    meaning: "Two things have one name.",
    cause: "A block was copied and not renamed; a YAML mapping with one key twice is such a case.",
    remedy: "Rename or remove one of them.",
  },
  "bad-address": {
    meaning: "A text is no address or prefix of the kind that belongs there.",
    cause: "The prefix length is missing or too large, an octet is above 255, or it is an address of the other family.",
    remedy: "Write it as the hint shows: 10.0.0.1/24, 2001:db8::1/64, 02:00:00:00:00:01.",
  },
  "bad-quantity": {
    meaning: "A duration, rate, size or share cannot be read or does not fit.",
    cause: "The unit is missing or unknown.",
    remedy:
      "Write number and unit without a space: 50us, 100mbit, 64kb, 0.1%. In rates `bps` is bytes a second, as in tc(8).",
  },
  "bad-topology": {
    meaning: "Each part of the topology can be read, and together they make no network.",
    cause: "Two links end at one interface, or an option is given to a kind of node or port that does not have it.",
    remedy: "Change one of the parts that the message names.",
  },
  "bad-test": {
    meaning: "A policy test cannot be run, or expects what can never happen.",
    cause: "The verdict belongs to another hook, a key means nothing for this kind of case, or the file has no case.",
    remedy: "Take a verdict of the hook that the test names, or name the hook that you mean.",
  },
  "bad-packet": {
    meaning: "A description of a packet does not make a packet.",
    cause: "A layer is unknown, or a value or length is larger than its field.",
    remedy: "Correct the layer that is shown; `bytes` takes a packet in hexadecimal as it is.",
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>;
