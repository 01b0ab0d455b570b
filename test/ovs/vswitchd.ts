import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";

/** A port of the bridge under test, as ovs-vsctl configures it. */
export interface BridgePort {
  readonly name: string;
  /** OpenFlow port number. */
  readonly ofport: number;
  /** Columns of the table Port: `tag=10`, `trunks=10,20`, `vlan_mode=native-untagged`. */
  readonly port?: readonly string[];
  /** Columns of the table Interface: `options:tx_pcap=FILE`. */
  readonly interface?: readonly string[];
}

/** Why Open vSwitch cannot be compared with here, or undefined where it can. */
export const WITHOUT_VSWITCHD: string | undefined = missing();

function missing(): string | undefined {
  const tools = ["ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovs-ofctl", "ovs-appctl"];
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`.split(":");
  const absent = tools.find((tool) => !path.some((folder) => existsSync(join(folder, tool))));
  if (absent !== undefined) return `${absent} is not installed`;
  return existsSync(SCHEMA) ? undefined : `${SCHEMA} is not there`;
}

/** ovs-vswitchd with the dummy datapath and one bridge, `br0`; all its files lie in a temporary directory. */
export class Vswitchd {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  /** @param options isPolling: a thread takes packets from the ports and does nothing else, as with DPDK. */
  constructor(ports: readonly BridgePort[], { isPolling = false }: { readonly isPolling?: boolean } = {}) {
    const folder = mkdtempSync(join(tmpdir(), "netsim-ovs-"));
    this.#folder = folder;
    this.#environment = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
    for (const variable of ["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"])
      this.#environment[variable] = folder;
    try {
      this.#start(ports, isPolling);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  #start(ports: readonly BridgePort[], isPolling: boolean): void {
    const at = (name: string) => join(this.#folder, name);
    const daemon = (name: string) => [
      `--unixctl=${at(`${name}.ctl`)}`,
      `--pidfile=${at(`${name}.pid`)}`,
      `--log-file=${at(`${name}.log`)}`,
      "-vconsole:off",
      "--detach",
      "--no-chdir",
    ];
    this.#run("ovsdb-tool", ["create", at("conf.db"), SCHEMA]);
    this.#run("ovsdb-server", [at("conf.db"), `--remote=punix:${at("db.sock")}`, ...daemon("ovsdb")]);
    this.vsctl(["--no-wait", "init"]);
    this.#run("ovs-vswitchd", [
      "--enable-dummy=override",
      "--disable-system",
      ...(isPolling ? ["--dummy-numa=0,0"] : []),
      ...daemon("vswitchd"),
      `unix:${at("db.sock")}`,
    ]);
    const commands: string[] = ["add-br br0", "set bridge br0 datapath-type=dummy fail-mode=secure"];
    commands.push("set bridge br0 other-config:hwaddr=aa:55:aa:55:00:00");
    commands.push(
      "set bridge br0 protocols=OpenFlow10,OpenFlow11,OpenFlow12,OpenFlow13,OpenFlow14,OpenFlow15 other-config:datapath-id=1",
    );
    for (const { name, ofport, port = [], interface: columns = [] } of ports) {
      commands.push(`add-port br0 ${name} ${port.join(" ")}`.trim());
      const type = isPolling ? "dummy-pmd" : "dummy";
      commands.push(`set interface ${name} type=${type} ofport_request=${ofport} ${columns.join(" ")}`.trim());
    }
    this.vsctl(commands.flatMap((command, i) => (i === 0 ? command.split(" ") : ["--", ...command.split(" ")])));
  }

  /** The name of a file in its directory. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  /** Runs ovs-vsctl. */
  vsctl(args: readonly string[]): string {
    return this.#run("ovs-vsctl", [`--db=unix:${join(this.#folder, "db.sock")}`, ...args]);
  }

  /** Runs ovs-appctl at ovs-vswitchd. */
  appctl(args: readonly string[]): string {
    return this.#run("ovs-appctl", ["-t", join(this.#folder, "vswitchd.ctl"), ...args]);
  }

  /** Runs an ovs-ofctl command at the bridge; `input` is what it reads from the file `-`. */
  ofctl(command: string, args: readonly string[] = [], input = "", options = ["-O", "OpenFlow15"]): string {
    const bridge = `unix:${join(this.#folder, "br0.mgmt")}`;
    return this.#run("ovs-ofctl", [...options, command, bridge, ...args], input);
  }

  /** Puts these flows in the place of all that were there; throws with ovs-ofctl's words where it refuses them. */
  replaceFlows(flows: string): void {
    this.ofctl("replace-flows", ["-"], flows);
  }

  /** Puts these flows in the place of all that were there, one by one; what ovs-ofctl says of each that it refuses. */
  addEach(flows: readonly string[]): (string | undefined)[] {
    this.ofctl("del-flows");
    const refusal = (input: string): string | undefined => {
      try {
        this.ofctl("add-flows", ["-"], input);
        return undefined;
      } catch (error) {
        return String((error as { stderr?: string }).stderr).trim();
      }
    };
    if (refusal(flows.join("\n")) === undefined) return flows.map(() => undefined);
    this.ofctl("del-flows");
    return flows.map(refusal);
  }

  /** Puts these groups in the place of all that were there. */
  replaceGroups(groups: string): void {
    this.ofctl("del-groups");
    if (groups.trim() !== "") this.ofctl("add-groups", ["-"], groups);
  }

  /** What `ofproto/trace` says of a flow. */
  trace(flow: string): string {
    return this.appctl(["ofproto/trace", "br0", flow]);
  }

  /** Ends both daemons and removes their files. */
  stop(): void {
    for (const name of ["vswitchd", "ovsdb"]) {
      const file = join(this.#folder, `${name}.pid`);
      if (!existsSync(file)) continue;
      try {
        process.kill(Number(readFileSync(file, "utf8").trim()), "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(tool: string, args: readonly string[], input = ""): string {
    return execFileSync(tool, args, {
      env: this.#environment,
      input,
      encoding: "utf8",
      timeout: 20_000,
      stdio: ["pipe", "pipe", "pipe"],
      maxBuffer: 1 << 26,
    });
  }
}
