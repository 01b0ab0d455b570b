import type { Expression } from "./expression.ts";
import type { Condition, ConditionOperator } from "./profile.ts";

const OPPOSITE: Readonly<Record<ConditionOperator, ConditionOperator>> = {
  eq: "ne",
  ne: "eq",
  lt: "ge",
  ge: "lt",
  gt: "le",
  le: "gt",
};

/** Alternatives that one expression may become. */
export const MOST_ALTERNATIVES = 4096;

/**
 * The expression as alternatives, each a list of conditions that must all hold: none for never, an empty one for always. Undefined
 * where there would be more than 4,096.
 */
export function alternatives(expression: Expression, negated = false): Condition[][] | undefined {
  switch (expression.kind) {
    case "always":
    case "never":
      return (expression.kind === "always") !== negated ? [[]] : [];
    case "condition": {
      const { condition } = expression;
      return [[negated ? { ...condition, operator: OPPOSITE[condition.operator] } : condition]];
    }
    case "not":
      return alternatives(expression.part, !negated);
    case "and":
    case "or": {
      const parts = expression.parts.map((part) => alternatives(part, negated));
      const isOr = (expression.kind === "or") !== negated;
      let result: Condition[][] = isOr ? [] : [[]];
      for (const part of parts) {
        if (part === undefined) return undefined;
        result = isOr ? [...result, ...part] : result.flatMap((left) => part.map((right) => [...left, ...right]));
        if (result.length > MOST_ALTERNATIVES) return undefined;
      }
      return result;
    }
  }
}
