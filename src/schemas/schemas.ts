import type { JsonSchema } from "../json-schema.ts";
import { policyTestSchema } from "../testing/schema.ts";
import type { TopologyParts } from "../topology/parts.ts";
import { composeSchema } from "../topology/schema/compose.ts";
import { EXAMPLES } from "./example-values.ts";
import { published } from "./publish.ts";
import { RUN_RESULT_SCHEMA } from "./run-result.ts";
import { TEST_REPORT_SCHEMA } from "./test-report.ts";
import { withTables } from "./written-tables.ts";

/** The formats of files that netsim reads and writes, by name, as JSON schemas (draft 2020-12). */
export const SCHEMAS = {
  topology: (parts) => published(composeSchema(parts), EXAMPLES),
  test: (parts) => published(withTables(policyTestSchema(parts)), EXAMPLES),
  result: () => published(RUN_RESULT_SCHEMA),
  "test-report": () => published(TEST_REPORT_SCHEMA),
} as const satisfies Readonly<Record<string, (parts: TopologyParts) => JsonSchema>>;

export type SchemaName = keyof typeof SCHEMAS;
