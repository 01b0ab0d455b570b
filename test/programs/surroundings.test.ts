import { describe, expect, it } from "vitest";
import { netsim } from "../cli/fake-terminal.ts";
import { scratch } from "../scratch.ts";

const topology = (program: string, maps = "") => `${maps}
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      s:
        kind: packet
        protocol: ip
        interface: eth0
        filter:
          extended: |
${program.replace(/^/gm, "            ")}
links: [{ endpoints: ["a:eth0", "b:eth0"], delay: 1ms }]
traffic: [{ from: a, to: b, flow: udp, port: 9, bytes: 10, count: 2, every: 10ms }]
`;

/** "n=%d\n" on the stack, then its length. */
const PRINT = `r6 = *(u32 *)(r1 +0)
r1 = 0x000a64253d6e ll
*(u64 *)(r10 -8) = r1
r1 = r10
r1 += -8
r2 = 6
r3 = r6
call bpf_trace_printk#6
r0 = 1
exit`;

describe.each(["interpreter", "jit"])("programs in topologies on the %s", (engine) => {
  it("print into the trace", async () => {
    const { exitCode, out, error } = await netsim([
      "run",
      scratch({ "t.yaml": topology(PRINT) }),
      "--trace",
      "--engine",
      engine,
    ]);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: "" });
    expect(out.match(/^\d.*bpf_trace_printk.*$/gm)).toEqual([
      "0.003000000  bpf_trace_printk  n=52",
      "0.011000000  bpf_trace_printk  n=52",
    ]);
    // As the file trace_pipe of tracefs has them, too.
    expect(out).toMatch(/^ +<idle>-0 +\[000\] .* 0\.003000: bpf_trace_printk: n=52$/m);
  });
});
