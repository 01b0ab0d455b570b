/** A classifier that finds out about sockets, on the way out of the client (`egress`) or into the server (`ingress`). R1 is its packet; what it finds is in r6. */
export interface SocketProgram {
  readonly name: string;
  readonly at: "egress" | "ingress";
  readonly load: readonly string[];
}

/** The packet's own socket in r1; without one `none` is next. */
const OWN = ["r6 = 99", "r1 = *(u64 *)(r1 + 168)", "if r1 == 0 goto none"];
/** The full socket behind it. */
const FULL = [...OWN, "call bpf_sk_fullsock", "if r0 == 0 goto none", "r1 = r0"];
const cast = (to: string, read: string) => [
  `call bpf_skc_to_${to}_sock`,
  "r6 = 0",
  "if r0 == 0 goto none",
  `r6 = ${read}`,
  "none:",
];
const exists = (to: string) => [`call bpf_skc_to_${to}_sock`, "r6 = 0", "if r0 == 0 goto none", "r6 = 1", "none:"];

/** Looks 10.0.0.2:80 up by its tuple on the stack, reads the cast of what is found, and releases it. */
const lookUp = (helper: string, use: readonly string[]) => [
  "*(u32 *)(r10 - 40) = 0x0100000a",
  "*(u32 *)(r10 - 36) = 0x0200000a",
  "*(u16 *)(r10 - 32) = 0x3930",
  "*(u16 *)(r10 - 30) = 0x5000",
  "r2 = r10",
  "r2 += -40",
  "r3 = 12",
  "r4 = -1",
  "r5 = 0",
  `call bpf_${helper}`,
  "r6 = 98",
  "if r0 == 0 goto none",
  "r7 = r0",
  ...use,
  "r1 = r7",
  "call bpf_sk_release",
  "none:",
];

/** Programs that Linux takes, with what they find in the network of the test, by how often. */
export const ACCEPTED: readonly (SocketProgram & { readonly want: Record<string, number> })[] = [
  {
    name: "the protocol of a TCP socket",
    at: "egress",
    load: [...OWN, ...cast("tcp", "*(u16 *)(r0 + 532)")],
    want: { 0: 2, 6: 5, 99: 1 },
  },
  {
    name: "where a full socket sends to, in its struct sock",
    at: "egress",
    load: [...FULL, ...cast("tcp", "*(u16 *)(r0 + 12)"), "r6 = be16 r6"],
    // The packet without a socket is ARP's.
    want: { 0: 2, 80: 5, 25344: 1 },
  },
  {
    name: "the same of the struct bpf_tcp_sock",
    at: "egress",
    load: [...OWN, "call bpf_tcp_sock", "if r0 == 0 goto none", "r1 = r0", ...cast("tcp", "*(u16 *)(r0 + 12)")],
    want: { 99: 3, 20480: 5 },
  },
  { name: "no TCP socket of IPv6", at: "egress", load: [...OWN, ...exists("tcp6")], want: { 0: 7, 99: 1 } },
  { name: "no UDP socket of IPv6", at: "egress", load: [...OWN, ...exists("udp6")], want: { 0: 7, 99: 1 } },
  { name: "no socket of Unix", at: "egress", load: [...OWN, ...exists("unix")], want: { 0: 7, 99: 1 } },
  { name: "no request", at: "egress", load: [...OWN, ...exists("tcp_request")], want: { 0: 7, 99: 1 } },
  { name: "no connection of MPTCP", at: "egress", load: [...OWN, ...exists("mptcp")], want: { 0: 7, 99: 1 } },
  {
    name: "a socket's state that has been looked up",
    at: "ingress",
    load: lookUp("skc_lookup_tcp", [
      "r1 = r7",
      ...cast("tcp", "*(u8 *)(r0 + 18)").map((it) => it.replace("none", "no")),
    ]),
    // TCP_LISTEN
    want: { 10: 8 },
  },
  {
    name: "a cast whose origin is let go is let go as well",
    at: "ingress",
    load: lookUp("sk_lookup_tcp", [
      "r1 = r7",
      "call bpf_skc_to_tcp_sock",
      "r6 = 97",
      "if r0 == 0 goto no",
      "r7 = r0",
      "r6 = *(u16 *)(r0 + 14)",
      "no:",
    ]),
    want: { 80: 8 },
  },
];

/** Programs that Linux refuses, and so does netsim, in the same words. */
export const REFUSED: readonly SocketProgram[] = [
  {
    name: "a cast that may be none",
    at: "egress",
    load: [...OWN, "call bpf_skc_to_tcp_sock", "r6 = *(u32 *)(r0 + 1440)", "none:"],
  },
  { name: "a socket that may be none", at: "egress", load: ["r1 = *(u64 *)(r1 + 168)", ...exists("tcp")] },
  { name: "a packet", at: "egress", load: exists("tcp") },
  {
    name: "a store into a socket",
    at: "egress",
    load: [...OWN, "call bpf_skc_to_tcp_sock", "r6 = 0", "if r0 == 0 goto none", "*(u32 *)(r0 + 1440) = 5", "none:"],
  },
  { name: "a load behind a socket", at: "egress", load: [...OWN, ...cast("tcp", "*(u32 *)(r0 + 20000)")] },
  {
    name: "a socket of MPTCP from a struct of the kernel",
    at: "egress",
    load: [
      ...OWN,
      "call bpf_skc_to_tcp_sock",
      "r6 = 0",
      "if r0 == 0 goto none",
      "r1 = r0",
      "call bpf_skc_to_mptcp_sock",
      "none:",
    ],
  },
  {
    name: "a cast that outlives what it was made of",
    at: "ingress",
    load: lookUp("sk_lookup_tcp", [
      "r1 = r7",
      "call bpf_skc_to_tcp_sock",
      "r8 = r0",
      "r6 = 0",
      "if r0 == 0 goto no",
      "r1 = r7",
      "call bpf_sk_release",
      "r6 = *(u16 *)(r8 + 14)",
      "goto none",
      "no:",
    ]),
  },
  {
    name: "a full socket, of a cast",
    at: "egress",
    load: [
      ...OWN,
      "call bpf_skc_to_tcp_sock",
      "r6 = 0",
      "if r0 == 0 goto none",
      "r1 = r0",
      "call bpf_sk_fullsock",
      "if r0 == 0 goto none",
      "r6 = *(u32 *)(r0 + 8)",
      "none:",
    ],
  },
  { name: "nothing let go", at: "ingress", load: lookUp("sk_lookup_tcp", ["r6 = 0", "goto none"]) },
];
