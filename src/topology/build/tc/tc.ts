import { namesHint } from "../../check/hints.ts";
import { Fields } from "../fields.ts";
import { TcCommands } from "./commands.ts";
import { TcDraft } from "./drafts.ts";
import { readDevice } from "./read-tc.ts";
import type { TcScope } from "./scope.ts";

/** Traffic control of a node: by interface, or as commands of tc. */
export function readTc(node: Fields, scope: TcScope): TcDraft {
  const draft = new TcDraft();
  const value = node.value("tc");
  if (value !== undefined && value.kind !== "map") {
    const commands = new TcCommands(draft, scope, node.context);
    for (const item of node.oneOrMore("tc")) commands.run(item);
    draft.isComplete = true;
    return draft;
  }
  for (const { name, key, value: own } of node.named("tc")) {
    const fields = Fields.of(node.context, own, key);
    if (fields === undefined) continue;
    if (scope.interfaces.has(name)) readDevice(fields, draft, name, scope);
    else {
      const hint = namesHint(name, [...scope.interfaces.keys()]);
      node.context.problem("unknown-reference", key, `The node has no interface '${name}'.`, hint);
    }
  }
  draft.isComplete = true;
  return draft;
}
