import { spawnSync } from "node:child_process";
import { fail } from "../../errors.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import type { ChainModels, HostModel, RuleModel, Topology } from "../../topology/model.ts";
import { Attributes } from "../bpf/attributes.ts";
import { COMMAND } from "../bpf/commands.ts";
import type { Kernel } from "../kernel.ts";
import type { Code } from "./code.ts";
import type { Codes } from "./codes.ts";
import { mountDetached } from "./detached-mount.ts";
import type { LabNetwork } from "./lab-network.ts";
import type { SkippedAtNode } from "./skipped.ts";

const SOCKET_FILTER = 1;
const CHAINS = ["INPUT", "FORWARD", "OUTPUT"] as const;
const FAMILIES = [
  { family: 4, command: "iptables-restore" },
  { family: 6, command: "ip6tables-restore" },
] as const;
/** struct sock_filter */
const INSTRUCTION = 8;

/** Hosts' rules of iptables, put there by its own commands. */
export class LabIptables {
  readonly skipped: SkippedAtNode[] = [];
  private readonly kernel: Kernel;
  private readonly network: LabNetwork;
  private readonly codes: Codes;
  private readonly hosts: readonly HostModel[];
  private readonly current = new Map<string, LoadedProgram>();
  /** Files that name extended programs, in a file system that nobody else sees. */
  private readonly pinned = new Map<number, string>();
  private mount: number | undefined;

  /** Throws a NetsimError where the kernel refuses a program. */
  constructor(kernel: Kernel, topology: Topology, network: LabNetwork, codes: Codes) {
    this.kernel = kernel;
    this.network = network;
    this.codes = codes;
    const hosts = [...topology.nodes.values()].filter(
      (node): node is HostModel => node.kind === "host" && node.netfilter !== undefined,
    );
    this.hosts = hosts.filter((host) => {
      const why = this.install(host);
      if (why !== undefined) this.skipped.push({ what: `rules of iptables of ${host.name}`, why, node: host.name });
      return why === undefined;
    });
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    this.current.set(name, loaded);
    for (const host of this.hosts) {
      const chains = [host.netfilter![4], host.netfilter![6]].flatMap((it) => Object.values(it).flat());
      if (!chains.some(({ match }) => match?.program === name)) continue;
      const why = this.install(host);
      if (why !== undefined)
        fail("program-rejected", `Program '${name}' cannot be put into rules of iptables: ${why}.`);
    }
  }

  close(): void {
    if (this.mount !== undefined) this.kernel.libc.close(this.mount);
    this.mount = undefined;
  }

  /** All rules of a host in the place of those that are there, or why not. */
  private install({ name, netfilter }: HostModel): string | undefined {
    for (const { family, command } of FAMILIES) {
      const chains = netfilter![family];
      if (Object.keys(chains).length === 0) continue;
      const lines = this.lines(chains);
      if (typeof lines === "string") return lines;
      const { error, status, stderr } = this.network.namespaces
        .get(name)!
        .within(() => spawnSync(command, [], { input: `${lines.join("\n")}\n`, encoding: "utf8" }));
      if (error !== undefined) return `the command ${command} cannot be run: ${error.message}`;
      if (status !== 0) return `${command} says: ${stderr.trim().split("\n")[0]!.replace(/\.$/, "")}`;
    }
    return undefined;
  }

  /** What the restoring command reads, or why a program cannot be named to it. */
  private lines(chains: ChainModels): string[] | string {
    const own: string[] = [];
    const rules: string[] = [];
    for (const chain of CHAINS)
      for (const rule of chains[chain] ?? []) {
        // It counts, and nothing else.
        if (rule.target === undefined && rule.match === undefined) continue;
        const match = rule.match === undefined ? "" : this.match(rule);
        if (typeof match === "object") return match.why;
        const sides = `${rule.in === undefined ? "" : ` -i ${rule.in}`}${rule.out === undefined ? "" : ` -o ${rule.out}`}`;
        const target = rule.target === undefined ? "" : ` -j ${rule.target}`;
        if (rule.inverted && rule.match !== undefined) {
          // The match takes no `!`: what it is for comes back from a chain, and the others find the target there.
          const besides = `unless${own.length}`;
          own.push(`:${besides} - [0:0]`);
          rules.push(`-A ${chain}${sides} -j ${besides}`, `-A ${besides}${match} -j RETURN`);
          if (target !== "") rules.push(`-A ${besides}${target}`);
        } else rules.push(`-A ${chain}${sides}${match}${target}`);
      }
    return ["*filter", ...CHAINS.map((chain) => `:${chain} ACCEPT [0:0]`), ...own, ...rules, "COMMIT"];
  }

  private match({ match }: RuleModel): string | { readonly why: string } {
    const { program } = match!;
    const replaced = this.current.get(program);
    const code =
      replaced === undefined
        ? this.codes.codeOf(program, SOCKET_FILTER, "network")
        : this.codes.code(replaced, SOCKET_FILTER, "network");
    if (code.kind === "classic") return ` -m bpf --bytecode "${bytecode(code)}"`;
    const file = this.pin(code.descriptor);
    return typeof file === "string" ? ` -m bpf --object-pinned ${file}` : file;
  }

  /** A file that names a program (BPF_OBJ_PIN). */
  private pin(descriptor: number): string | { readonly why: string } {
    const known = this.pinned.get(descriptor);
    if (known !== undefined) return known;
    const { libc } = this.kernel;
    if (this.mount === undefined) {
      const mounted = mountDetached(libc, "bpf");
      if ("why" in mounted) return mounted;
      this.mount = mounted.descriptor;
    }
    const file = `/proc/${process.pid}/fd/${this.mount}/program${this.pinned.size}`;
    const result = new Attributes(libc)
      .pointer(0, Buffer.from(`${file}\0`))
      .words(8, descriptor)
      .call(COMMAND.objectPin);
    if (result < 0) fail("program-rejected", `Linux gives a program no name, with errno ${-result}.`);
    this.pinned.set(descriptor, file);
    return file;
  }
}

/** As `iptables -m bpf` and nfbpf_compile write it. */
function bytecode({ instructions }: Code & { readonly kind: "classic" }): string {
  const bytes = Buffer.from(instructions);
  const count = bytes.length / INSTRUCTION;
  const each = Array.from({ length: count }, (_, i) => {
    const at = i * INSTRUCTION;
    return `${bytes.readUInt16LE(at)} ${bytes[at + 2]} ${bytes[at + 3]} ${bytes.readUInt32LE(at + 4)}`;
  });
  return `${count},${each.join(",")}`;
}
