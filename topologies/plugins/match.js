/**
 * An attachment point of one's own: programs under the key `match` of a socket only choose packets. Any return value but
 * 0 passes the packet whole, as with iptables' xt_bpf match, where a socket filter would cut it to that many bytes.
 *
 * @type {import("netsim").Plugin}
 */
export default {
  name: "match",
  hooks: [
    {
      name: "match",
      place: "socket",
      key: "match",
      programTypes: ["classic", "socket_filter"],
      description: "Program that chooses packets and never cuts them: any return value but 0 passes the packet whole.",
      // A user may turn the choice around: `match: { program: NAME, invert: true }`.
      options: {
        type: "object",
        properties: {
          program: { type: "string" },
          invert: { type: "boolean", description: "Pass what the program does not match." },
        },
        required: ["program"],
        additionalProperties: false,
      },
      outcomes: [{ name: "passed" }, { name: "dropped" }],
      interpret(returnValue, site, verdict, options) {
        const matches = (returnValue !== 0) !== (options?.invert === true);
        verdict.action = matches ? "pass" : "drop";
        verdict.length = matches ? site.length : 0;
        return matches ? 0 : 1;
      },
    },
  ],
};
