import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { PARTS, problemsIn } from "./loading.ts";

/** The example of what a topology will be once all stages are there. */
const EXAMPLE = `# yaml-language-server: $schema=../schema/topology.schema.json
name: quickstart
seed: 1
until: 2s
programs:
  ssh-only:  { filter: "ip and tcp port 22" }              # tcpdump's language
  ssh-slide: { classic: ../policies/ssh.bpf }               # bpf_asm, or what tcpdump -d / -ddd prints
  count:     { extended: ../policies/count.s }              # the verifier's syntax
  classify:  { object: ../policies/classify.o, section: tc } # or source: classify.c
  sandbox:   { seccomp: ../policies/web.json }              # OCI; minijail, kafel, systemd by their endings
nodes:
  client: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  switch: { kind: bridge }                                  # or ovs, with flows: [...] and hooks: {parser, flow-miss}
  server:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      sniffer: { kind: packet, interface: eth0, filter: ssh-only }
      web:     { kind: tcp, port: 80 }
    tc:
      eth0:
        qdisc: { kind: htb, handle: "1:", default: "1:30", classes: { "1:10": { rate: 10mbit }, "1:30": { rate: 1mbit } } }
        filters: [ { program: classify, flowid: "1:10" } ]  # at the root qdisc
        ingress: [ { program: classify, direct-action: true } ]
    processes:
      nginx: { seccomp: [sandbox], calls: [ 'openat(AT_FDCWD, "/etc/passwd", O_RDONLY)' ] }
links:
  - { endpoints: ["client:eth0", "switch:p1"], delay: 50us, rate: 1gbit }
  - { endpoints: ["server:eth0", "switch:p2"] }
traffic:
  - { from: client, to: server, tcp: { dport: 22 }, count: 10, every: 1ms }
  - { at: "client:eth0", replay: ../test/fixtures/mixed.pcap }
steps:
  - { at: 1s, replace: { program: ssh-only, with: { filter: "tcp port 80" } } }
expect:
  - { socket: server/sniffer, received: 10 }
  - { class: "server:eth0/1:10", packets: ">= 5" }
  - { call: "server/nginx[0]", errno: EPERM }
`;

const directory = mkdtempSync(join(tmpdir(), "netsim-example-"));
for (const name of ["topologies", "policies", "test"]) mkdirSync(join(directory, name));
mkdirSync(join(directory, "test", "fixtures"));
writeFileSync(join(directory, "policies", "ssh.bpf"), "ret #0\n");
writeFileSync(join(directory, "policies", "classify.o"), "");
writeFileSync(join(directory, "policies", "web.json"), "{}");
writeFileSync(join(directory, "policies", "count.s"), "r0 = 0\nexit\n");
writeFileSync(join(directory, "test", "fixtures", "mixed.pcap"), "");
afterAll(() => rmSync(directory, { recursive: true }));

it("the design's example shows exactly what is not there yet, by name", () => {
  const languages = [
    ...PARTS.languages,
    { key: "extended", schema: { type: "string" }, description: "" },
    {
      key: "object",
      schema: { type: "string" },
      description: "",
      content: "file" as const,
      options: { section: { type: "string" } },
    },
    { key: "filter", schema: { type: "string" }, description: "", content: "text" as const },
    { key: "seccomp", schema: { type: "string" }, description: "", content: "file" as const },
  ];
  expect(problemsIn(EXAMPLE, { ...PARTS, languages }, join(directory, "topologies", "quickstart.yaml"))).toEqual([]);
});
