import { formatClassid } from "../../topology/quantity/classid.ts";
import type { Rule } from "../rule.ts";

/** What htb's options are made of. */
interface Options {
  readonly defaultClass: number;
  readonly classes: readonly { readonly classid: number; readonly parent?: number }[];
}

/** A default that is no leaf sends packets past the shaping (htb_classify). */
export const htbDefault: Rule = {
  name: "htb-default",
  *check({ qdiscs }) {
    for (const { device, qdisc } of qdiscs) {
      if (qdisc.kind !== "htb") continue;
      const { defaultClass, classes } = qdisc.options as Options;
      const why = whatIsWrong(defaultClass, classes);
      if (why === undefined || qdisc.filters.some((filter) => filter.kind === "matchall")) continue;
      yield {
        place: qdisc.place,
        message: `${why.replace("AT", `htb at ${device}`)}: packets that no filter matches leave unshaped.`,
        hint: "Let `default` name one of the classes that have no classes below them.",
      };
    }
  },
};

function whatIsWrong(wanted: number, classes: Options["classes"]): string | undefined {
  if (wanted === 0 || (wanted & 0xffff) === 0) return classes.length === 0 ? undefined : "The AT has no default class";
  const name = `The default class ${formatClassid(wanted)} of AT`;
  if (!classes.some(({ classid }) => classid === wanted)) return `${name} does not exist`;
  return classes.some(({ parent }) => parent === wanted) ? `${name} has classes below it` : undefined;
}
