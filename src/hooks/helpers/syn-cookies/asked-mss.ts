/** Bytes of a TCP header without options. */
const TCP_HEADER = 20;
const END = 0;
const NO_OPERATION = 1;
const MSS = 2;
const MSS_BYTES = 4;

/** The maximum segment size that a TCP header's options ask for; 0 where they ask for none (tcp_parse_mss_option). @param header as long as its data offset says. */
export function askedMss(header: Uint8Array): number {
  let asked = 0;
  for (let at = TCP_HEADER; at < header.length; ) {
    const kind = header[at]!;
    if (kind === END) break;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const bytes = header[at + 1] ?? 0;
    if (bytes < 2 || at + bytes > header.length) break;
    if (kind === MSS && bytes === MSS_BYTES) asked = (header[at + 2]! << 8) | header[at + 3]! || asked;
    at += bytes;
  }
  return asked;
}
