import { formatClassid } from "../../topology/quantity/classid.ts";
import type { Rule } from "../rule.ts";

/** What htb's options are made of. */
interface Options {
  readonly defaultClass: number;
  readonly classes: readonly { readonly classid: number; readonly parent?: number }[];
}

/** A default that is no leaf sends packets past the shaping. */
export const htbDefault: Rule = {
  name: "htb-default",
  *check({ qdiscs }) {
    for (const { device, qdisc } of qdiscs) {
      if (qdisc.kind !== "htb") continue;
      const { defaultClass, classes } = qdisc.options as Options;
      if (defaultClass === 0 || classes.some(({ classid }) => classid === defaultClass)) continue;
      yield {
        place: qdisc.place,
        message: `The default class ${formatClassid(defaultClass)} of htb at ${device} does not exist: packets that no filter matches leave unshaped.`,
        hint: "Name one of its classes, as minor number in hexadecimal.",
      };
    }
  },
};
