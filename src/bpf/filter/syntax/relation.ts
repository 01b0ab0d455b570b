import type { RelationOperator } from "./ast.ts";

/** The comparisons by their operators. */
export const RELATIONS: ReadonlyMap<string, RelationOperator> = new Map(
  ([">", ">=", "=", "<", "<=", "!="] as const).map((operator) => [operator, operator]),
);
