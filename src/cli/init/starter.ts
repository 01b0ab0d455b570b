/** A file to start from, named from the directory that is asked for. */
interface StarterFile {
  readonly file: string;
  readonly text: string;
}

export const SCHEMA_FILES = { topology: "topology.schema.json", test: "test.schema.json" } as const;

export const TOPOLOGY: StarterFile = {
  file: "topology.yaml",
  text: `# yaml-language-server: $schema=${SCHEMA_FILES.topology}
# Two hosts on a cable. A sniffer on the server sees what its program lets through.
name: starter
seed: 1

programs:
  web-only: { classic: programs/web-only.bpf }

nodes:
  client:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
  server:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      web: { kind: tcp, port: 80 }
      sniffer: { kind: packet, interface: eth0, filter: web-only }

links:
  - { endpoints: ["client:eth0", "server:eth0"], delay: 1ms, rate: 100mbit }

traffic:
  - { from: client, to: server, flow: tcp, port: 80, bytes: 2000, count: 2, every: 10ms }
  - { from: client, to: server, flow: icmp, count: 3, every: 5ms }

expect:
  - { socket: server/web, receivedBytes: 4000 }
  - { socket: server/sniffer, received: "> 0", dropped: "> 0" }
`,
};

export const PROGRAM: StarterFile = {
  file: "programs/web-only.bpf",
  text: `; Lets IPv4 packets of TCP to port 80 through, and nothing else.
        ldh  [12]               ; EtherType
        jne  #0x800, drop       ; IPv4
        ldb  [23]               ; protocol
        jne  #6, drop           ; TCP
        ldh  [20]               ; flags and fragment offset
        jset #0x1fff, drop      ; only a first fragment has ports
        ldx  4*([14]&0xf)       ; length of the IPv4 header
        ldh  [x + 16]           ; destination port
        jne  #80, drop
        ret  #-1                ; the whole packet
drop:   ret  #0
`,
};

export const TEST: StarterFile = {
  file: "tests/web-only.yaml",
  text: `# yaml-language-server: $schema=../${SCHEMA_FILES.test}
program: { classic: ../programs/web-only.bpf }
hook: socket-filter
cases:
  - name: TCP to port $port is $verdict
    packet: { ipv4: { src: 10.0.0.1, dst: 10.0.0.2 }, tcp: { sport: 40000, dport: $port } }
    expect: { verdict: $verdict }
    with:
      columns: [port, verdict]
      rows: [[80, passed], [22, dropped], [443, dropped]]

  - name: UDP to port 80 is dropped
    packet: { ipv4: {}, udp: { dport: 80 } }
    expect: { verdict: dropped }

  - name: IPv6 is dropped
    packet: { ipv6: {}, tcp: { dport: 80 } }
    expect: { verdict: dropped }
`,
};
