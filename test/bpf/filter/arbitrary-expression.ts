import fc from "fast-check";

const number = fc.oneof(fc.nat(300), fc.constantFrom(0, 1, 4, 6, 17, 0xff, 0x1fff, 0xffff, 0x8000_0000, 0xffff_ffff));
const ipv4 = fc.tuple(fc.nat(3), fc.nat(3)).map(([a, b]) => `10.0.${a}.${b}`);

const { arithmetic } = fc.letrec<{ arithmetic: string }>((tie) => ({
  arithmetic: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    number.map(String),
    fc.constantFrom("len", "ip[0]", "ip[8]", "ip[2:2]", "ip[12:4]", "tcp[13]", "udp[4:2]", "ether[12:2]", "ip6[6]"),
    fc
      .tuple(tie("arithmetic"), fc.constantFrom("+", "-", "*", "&", "|", "^", "/", "%", "<<", ">>"), tie("arithmetic"))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie("arithmetic").map((operand) => `-${operand}`),
    tie("arithmetic").map((index) => `ip[${index} & 15]`),
  ),
}));

const primitive = fc.oneof(
  fc.constantFrom("ip", "ip6", "arp", "tcp", "udp", "icmp", "sctp", "icmp6", "broadcast", "multicast", "ip multicast"),
  fc.constantFrom("vlan", "vlan 3", "mpls", "mpls 5", "pppoes", "stp", "iso", "ipx", "geneve"),
  fc.tuple(fc.constantFrom("", "src ", "dst ", "src and dst "), ipv4).map(([way, host]) => `${way}host ${host}`),
  fc
    .tuple(fc.constantFrom("", "tcp ", "udp "), fc.constantFrom("", "src ", "dst "), fc.nat(3))
    .map(([protocol, way, port]) => `${protocol}${way}port ${port}`),
  fc.tuple(fc.nat(5), fc.nat(5)).map(([a, b]) => `portrange ${a}-${b}`),
  fc.tuple(fc.constantFrom("", "ip ", "ip6 "), fc.nat(20)).map(([protocol, value]) => `${protocol}proto ${value}`),
  fc.constantFrom("ether proto 0x800", "ether proto 6", "ether host 0:0:0:0:0:1", "net 10.0.0.0/23", "less 60"),
  fc
    .tuple(arithmetic, fc.constantFrom("=", "!=", "<", ">", "<=", ">="), arithmetic)
    .map(([left, operator, right]) => `${left} ${operator} ${right}`),
);

/** Expressions that can be read; what they mean may be refused. */
export const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    primitive,
    fc.tuple(tie("expression"), fc.constantFrom("and", "or"), tie("expression")).map((parts) => parts.join(" ")),
    tie("expression").map((operand) => `not ${operand}`),
    tie("expression").map((operand) => `(${operand})`),
  ),
}));

/** Ethernet frames of small numbers, so that tests of them often hold. */
export const frame = fc
  .tuple(
    fc.constantFrom([8, 0], [0x86, 0xdd], [8, 6], [0x81, 0], [0x88, 0x47], [0x88, 0x64], [0, 50]),
    fc.array(fc.oneof(fc.constantFrom(0x45, 0x46, 0x60, 6, 17, 10, 0, 1, 2, 3), fc.nat(255)), { maxLength: 90 }),
  )
  .map(([type, rest]) => Uint8Array.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, ...type, ...rest]));
