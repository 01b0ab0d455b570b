import type { Command } from "commander";

const WEB = "--flows policies/ovs/web.flows --groups policies/ovs/web.groups --ports lan,web1,web2";
const MIXED = "topologies/captures/mixed.pcap";

/** Examples of commands whose help has none in its own words, to be copied from netsim's directory: by the names of the commands. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  netsim: ["init first-network", "run topologies/quickstart.yaml", "test policies/tests"],
  run: [
    "run topologies/quickstart.yaml",
    "run topologies/quickstart.yaml --trace --until 5ms",
    "run topologies/maps.yaml --engine jit --json",
  ],
  "trace formats": ["trace formats syscalls:sys_enter_openat", "trace formats 'skb:*'", "trace formats --functions"],
  bpf: ["bpf compile tcp port 22", `bpf run policies/ssh.bpf --packet ${MIXED}`, "bpf verify policies/classify.o"],
  "bpf asm": [
    "bpf asm policies/ssh.bpf",
    "bpf asm policies/ssh.bpf --form bytecode",
    "bpf asm policies/count-ports.s --hex",
  ],
  "bpf disasm": [
    "bpf disasm policies/classify.o",
    "bpf disasm policies/classify.o --syntax llvm",
    "bpf convert policies/ssh.bpf --hex | netsim bpf disasm -",
  ],
  "bpf object": [
    "bpf object policies/classify.o",
    "bpf object policies/firewall.o",
    "bpf object policies/count.o --json",
  ],
  "bpf convert": [
    "bpf convert policies/ssh.bpf",
    "bpf convert policies/ssh.bpf --hex",
    "bpf convert policies/dhcp-client.bpf",
  ],
  "bpf compile": [
    "bpf compile tcp port 22",
    "bpf compile --to extended icmp",
    "bpf compile --dlt RAW -ddd 'udp port 53'",
  ],
  "bpf explain": ["bpf explain tcp port 22", "bpf explain 'ip6 or arp'", "bpf explain --no-optimize icmp"],
  "bpf check": [
    "bpf check policies/ssh.bpf",
    "bpf check policies/dhcp-client.bpf",
    "bpf compile -ddd icmp | netsim bpf check -",
  ],
  "bpf verify": [
    "bpf verify policies/classify.o",
    "bpf verify policies/firewall.o --kernel 5.10",
    "bpf verify policies/classify.o --log-level 1",
  ],
  "bpf run": [
    `bpf run policies/ssh.bpf --packet ${MIXED}`,
    `bpf run policies/count.o --packet ${MIXED} --engine jit`,
    `bpf run policies/ssh.bpf --packet ${MIXED} --repeat 1000 --json`,
  ],
  "bpf maps": [
    "bpf maps topologies/maps.yaml",
    `bpf maps policies/count.o --packet ${MIXED}`,
    "bpf maps topologies/objects.yaml --at 1ms --json",
  ],
  "bpf jit": ["bpf jit policies/ssh.bpf --wat", "bpf jit policies/ssh.bpf --x86", "bpf jit policies/classify.o --wat"],
  filter: [
    `filter -r ${MIXED} tcp port 22`,
    `filter -r ${MIXED} 'len > 100 and not tcp'`,
    `filter -r ${MIXED} -w - udp | netsim filter -r - port 53`,
  ],
  lab: [
    "lab topologies/quickstart.yaml",
    "lab topologies/quickstart.yaml --json",
    "lab topologies/quickstart.yaml --quiet",
  ],
  seccomp: [
    "seccomp compile policies/web-server.json",
    "seccomp check policies/web-server.json --call 'ptrace(PTRACE_ATTACH, 1, 0, 0)'",
    "seccomp audit policies/web-server.json",
  ],
  "seccomp compile": [
    "seccomp compile policies/web-server.json",
    "seccomp compile policies/web-server.json --optimize",
    "seccomp compile policies/reader.kafel --arch aarch64",
  ],
  "seccomp check": [
    `seccomp check policies/web-server.json --call 'openat(AT_FDCWD, "/etc/passwd", O_RDONLY)'`,
    "seccomp check policies/web-server.json --nr 101 --expect KILL_PROCESS",
    "seccomp check policies/web-server.json policies/reader.policy --call 'getpid()' --json",
  ],
  "seccomp table": [
    "seccomp table policies/web-server.json",
    "seccomp table policies/reader.policy --format json",
    "seccomp table policies/reader.kafel --arch aarch64",
  ],
  "seccomp diff": [
    "seccomp diff policies/reader.policy policies/reader.kafel",
    "seccomp diff policies/web-server.json policies/reader.service",
    "seccomp diff policies/reader.policy policies/reader.service --json",
  ],
  "seccomp audit": [
    "seccomp audit policies/web-server.json",
    "seccomp audit policies/reader.policy --json",
    "seccomp audit policies/reader.kafel --strict",
  ],
  "seccomp learn": [
    "seccomp learn server.strace",
    "seccomp learn server.strace -o server.json",
    "seccomp learn server.strace --arch aarch64",
  ],
  "seccomp disasm": [
    "seccomp disasm policies/web-server.json",
    "seccomp disasm policies/reader.kafel --optimize",
    "seccomp dump policies/reader.policy",
  ],
  ovs: [
    "ovs dump-flows topologies/ovs-learning.yaml",
    `ovs trace ${WEB} 'in_port=lan,tcp,nw_src=10.9.0.1,nw_dst=10.0.0.80,tp_dst=80'`,
    "ovs dpctl-dump topologies/ovs-learning.yaml",
  ],
  "ovs trace": [
    `ovs trace ${WEB} 'in_port=lan,tcp,nw_src=10.9.0.1,nw_dst=10.0.0.80,tp_dst=80'`,
    `ovs trace ${WEB} 'in_port=web1,arp'`,
    "ovs trace topologies/ovs-learning.yaml 'in_port=1,icmp'",
  ],
  "ovs dump-flows": [
    "ovs dump-flows topologies/ovs-learning.yaml",
    "ovs dump-flows topologies/ovs-learning.yaml --until 5ms",
    `ovs dump-flows --no-stats ${WEB}`,
  ],
  "ovs dump-groups": [
    "ovs dump-groups topologies/ovs-balancer.yaml",
    `ovs dump-groups ${WEB}`,
    "ovs dump-groups topologies/ovs-balancer.yaml --until 5ms",
  ],
  "ovs dump-meters": [
    "ovs dump-meters topologies/ovs-balancer.yaml",
    `ovs dump-meters ${WEB} --meters policies/ovs/web.meters`,
    "ovs dump-meters topologies/ovs-balancer.yaml --until 5ms",
  ],
  "ovs dpctl-dump": [
    "ovs dpctl-dump topologies/ovs-learning.yaml",
    "ovs dpctl-dump topologies/ovs-balancer.yaml --until 10ms",
    "ovs dpctl-dump topologies/ovs-parser.yaml",
  ],
  tc: [
    "tc show topologies/traffic-shaping.yaml",
    "tc show topologies/traffic-shaping.yaml class --statistics",
    "tc show topologies/direct-action.yaml filter",
  ],
  "tc show": [
    "tc show topologies/traffic-shaping.yaml",
    "tc show topologies/traffic-shaping.yaml class --statistics",
    "tc show topologies/slow-uplink.yaml qdisc --until 1s",
  ],
};

/** Puts examples at the end of the help of the command and of those below it. */
export function addExamples(command: Command, names = ""): void {
  const examples = EXAMPLES[names === "" ? "netsim" : names];
  if (examples !== undefined)
    command.addHelpText("after", `\nExamples:\n${examples.map((words) => `  netsim ${words}`).join("\n")}`);
  for (const below of command.commands) addExamples(below, `${names} ${below.name()}`.trim());
}
