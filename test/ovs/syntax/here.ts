import { formatFlow } from "../../../src/network/ovs/openflow/flow/format-flow.ts";
import { parseFlow } from "../../../src/network/ovs/openflow/flow/parse-flow.ts";
import { FlowSyntaxError } from "../../../src/network/ovs/openflow/text/syntax-error.ts";

/** What a reader makes of a text, or what it says against it, which has a place in it. */
export function answer(text: string, form: (text: string) => string): { form: string } | { refusal: string } {
  try {
    return { form: form(text) };
  } catch (error) {
    if (!(error instanceof FlowSyntaxError)) throw error;
    if (error.start < 0 || error.end > text.length) throw new Error(`${error.message}: no place in ${text}`);
    return { refusal: error.message };
  }
}

/** What netsim makes of a flow, written as `ovs-ofctl parse-flow` writes it. */
export function parsedHere(text: string): { readonly form: string } | { readonly refusal: string } {
  return answer(text, (line) => {
    const { flow } = parseFlow(line, new Map());
    const plain = { table: 0, cookie: 0n, idleTimeout: 0, hardTimeout: 0, importance: 0, flags: [] };
    const dumped = formatFlow({ ...flow, ...plain });
    const at = dumped.indexOf("actions=");
    const parts = [
      "ADD",
      flow.table === 0 ? "" : `table:${flow.table}`,
      dumped.slice(0, at).trim(),
      flow.cookie === 0n ? "" : `cookie:0x${flow.cookie.toString(16)}`,
      flow.idleTimeout === 0 ? "" : `idle:${flow.idleTimeout}`,
      flow.hardTimeout === 0 ? "" : `hard:${flow.hardTimeout}`,
      flow.importance === 0 ? "" : `importance:${flow.importance}`,
      ...flow.flags,
      dumped.slice(at),
    ];
    return parts.filter((part) => part !== "").join(" ");
  });
}
