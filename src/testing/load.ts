import { Fields } from "../topology/build/fields.ts";
import { Problems } from "../topology/check/problems.ts";
import { compileSchema, type Validator } from "../topology/check/validate.ts";
import type { TopologyDocument } from "../topology/document.ts";
import { checkedBuild } from "../topology/load.ts";
import type { TopologyParts } from "../topology/parts.ts";
import { programTest } from "./load-program-test.ts";
import { seccompTest } from "./load-seccomp-test.ts";
import type { PolicyTest } from "./model.ts";
import { policyTestSchema } from "./schema.ts";
import { writeOutTables } from "./write-out.ts";

const validators = new WeakMap<TopologyParts, Validator>();

/** Checks a policy test and builds its model. Throws one NetsimError with every problem, in the file's order. */
export function loadPolicyTest(document: TopologyDocument, parts: TopologyParts): PolicyTest {
  let validate = validators.get(parts);
  if (validate === undefined) {
    validate = compileSchema(policyTestSchema(parts));
    validators.set(parts, validate);
  }
  const problems = new Problems(document.source);
  const root = writeOutTables(document.root, problems);
  const written = { source: document.source, root };
  const test = checkedBuild(
    written,
    validate,
    (context) => {
      const fields = Fields.of(context, root)!;
      return fields.has("seccomp") ? seccompTest(fields) : programTest(fields, parts);
    },
    problems,
  );
  // A test that has no model has problems, which were thrown.
  return test!;
}
