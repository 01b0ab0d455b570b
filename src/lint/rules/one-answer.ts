import type { HookPlace } from "../../hooks/places.ts";
import type { Rule } from "../rule.ts";

/** What comes of a program that only ever returns 0, where that is not what people expect of a program that does nothing. */
const ALWAYS_0: Readonly<Partial<Record<HookPlace, string>>> = {
  socket: "the socket gets no packet at all",
  "cgroup-ingress": "the group's sockets get no packet at all",
  "cgroup-egress": "the group's sockets can send nothing",
  "ppp-pass": "nothing goes through",
  xdp: "every frame is dropped, and told as an error",
};

/** 0 is no everywhere but in traffic control: what works there as a program that does nothing cuts off everything here. */
export const refusesAll: Rule = {
  name: "refuses-all",
  *check({ uses }) {
    for (const { hook, returns, isComplete, endsOutside, program, place } of uses) {
      const comes = ALWAYS_0[hook.place];
      if (comes === undefined || !isComplete || returns.length !== 1 || returns[0] !== 0 || endsOutside) continue;
      yield {
        place,
        message: `'${program}' returns nothing but 0 at ${hook.name}: ${comes}.`,
        hint: ANSWERS_YES[hook.place]!,
      };
    }
  },
};

const ANSWERS_YES: Readonly<Partial<Record<HookPlace, string>>> = {
  socket: "To accept a packet return its length or more, such as -1.",
  "cgroup-ingress": "To accept a packet return 1.",
  "cgroup-egress": "To accept a packet return 1.",
  "ppp-pass": "To accept a packet return anything but 0.",
  xdp: "To let a frame through return XDP_PASS (2).",
};

/** Bytes of an Ethernet header: who wants fewer of a packet most often means a verdict. */
const LEAST = 14;

/** A socket filter's answer is a number of bytes: 1 is not "yes", it is one byte. */
export const keepsFewBytes: Rule = {
  name: "keeps-few-bytes",
  *check({ uses }) {
    for (const { hook, returns, program, place } of uses) {
      if (hook.place !== "socket") continue;
      for (const value of returns.filter((one) => one > 0 && one < LEAST))
        yield {
          place,
          message: `'${program}' returns ${value} at a socket, which is a number of bytes: packets are cut to ${value === 1 ? "one byte" : `${value} bytes`}, or to their header where the socket keeps that.`,
          hint: "To accept whole packets return their length or more, such as 262144 or -1.",
        };
    }
  },
};
