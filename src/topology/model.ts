import type { MapTypeName } from "../bpf/maps/map-type.ts";
import type { Place } from "../errors.ts";
import type { PacketDescription } from "../packet/describe/description.ts";
import type { ValueLayout } from "./map-value/layout.ts";
import type { RecordTest } from "./map-value/record-test.ts";
import type { ValueTest } from "./map-value/value-test.ts";

/*
 * The checked model of a topology file: every reference resolved or known to exist, every quantity in base units
 * (nanoseconds, bits a second, bytes, fractions of 1). Each part remembers where it stands in the file.
 */

/** A whole topology. */
export interface Topology {
  readonly file: string;
  readonly name: string;
  readonly seed: bigint;
  /** Simulated time at which the run stops, in nanoseconds; absent: when nothing is left to do. */
  readonly until?: number;
  /** The run stops after this many packets have been put on the network. */
  readonly maxPackets?: number;
  /** Time since 1970 that simulated time 0 stands for; absent: the file does not say. */
  readonly epoch?: { readonly seconds: number; readonly nanoseconds: number };
  /** Those under `programs`, then those written in place where they are attached. */
  readonly programs: ReadonlyMap<string, ProgramSource>;
  readonly maps: ReadonlyMap<string, MapModel>;
  readonly nodes: ReadonlyMap<string, NodeModel>;
  readonly links: readonly LinkModel[];
  /** What traces the nodes' kernels, in the order in which it is attached. */
  readonly tracing: readonly TracingModel[];
  readonly traffic: readonly TrafficModel[];
  readonly steps: readonly StepModel[];
  readonly expect: readonly ExpectationModel[];
}

/** A program's text and its language; loading and checking it is the engine's job. */
export interface ProgramSource {
  /** Its name under `programs`, or `file:line:column` where it is written in place. */
  readonly name: string;
  /** Key of the language, as `classic`. */
  readonly language: string;
  /** Empty where the program is a file of bytes. */
  readonly text: string;
  /** What the file holds, of languages whose programs always are files. */
  readonly bytes?: Uint8Array;
  /** The keys beside the language's. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The file that holds the text: the program's own, or the topology when written in place. */
  readonly file: string;
  /** Lines before the text in that file, so that a position in the text can be shown as one in the file. */
  readonly lineOffset: number;
  readonly place: Place;
}

/** A map that programs share. */
export interface MapModel {
  readonly name: string;
  readonly type: MapTypeName;
  /** Of 0 bytes where the type has no keys. */
  readonly key: ValueLayout;
  readonly value: ValueLayout;
  readonly maxEntries: number;
  /** BPF_F_* of BPF_MAP_CREATE. */
  readonly flags: number;
  /** Maps of maps: name of one that theirs are like. */
  readonly inner?: string;
  /** What it holds at the start. */
  readonly contents: readonly MapEntryModel[];
  /** Maps of records; absent: as RECORDS_AS_THEY_ARE. */
  readonly records?: RecordsModel;
  readonly place: Place;
}

/** How user space reads a map's records, or writes those of a user ring buffer. */
export interface RecordsModel {
  /** Somebody reads them. */
  readonly read: boolean;
  /** How they are shown; a type of an object by its name; absent: in hexadecimal. */
  readonly layout?: ValueLayout | { readonly kind: "type"; readonly name: string; readonly place: Place };
  /** Nanoseconds between two looks; 0: whenever the kernel wakes the reader. */
  readonly every: number;
  /** Bytes of each processor's buffer of a perf event array. */
  readonly buffer: number;
}

export interface MapEntryModel {
  /** Absent in maps without keys. */
  readonly key?: Uint8Array;
  /** The key as people read it. */
  readonly keyText: string;
  readonly value: Uint8Array | NamedThing;
  /** Of a devmap or cpumap: the program that frames pass behind a redirection to the entry; absent: none. */
  readonly program?: string;
  /** The node whose device the value begins with, where it names one. */
  readonly node?: string;
  readonly place: Place;
}

/** What entries of arrays of programs, of maps of maps and of arrays of control groups hold. */
export type NamedThing =
  | { readonly kind: "program" | "map"; readonly name: string }
  | {
      readonly kind: "cgroup";
      /** `node/path` */
      readonly name: string;
      readonly node: string;
      readonly path: string;
    };

/** What a step does to a map. `errno`: the error that it should end with, as `EEXIST`; absent: none. */
export type MapChange =
  | { readonly kind: "update"; readonly entry: MapEntryModel; readonly flags: number; readonly errno?: string }
  | { readonly kind: "delete"; readonly key: Uint8Array; readonly keyText: string; readonly errno?: string }
  | { readonly kind: "dump" }
  | { readonly kind: "check"; readonly check: MapCheck };

/** What a map should hold under a key. */
export interface MapCheck {
  readonly key: Uint8Array;
  readonly keyText: string;
  readonly test: ValueTest;
}

/** What a map of a one-liner should hold under a key. */
export interface TracedCheck {
  /** As it is printed, without its brackets; absent: the map has no keys. */
  readonly key?: string;
  readonly test: RecordTest;
}

/** What a record should hold. */
export interface RecordCheck {
  /** From 0. */
  readonly index: number;
  readonly test: RecordTest;
}

export type NodeModel = HostModel | BridgeModel | SwitchModel;

export interface HostModel {
  readonly kind: "host";
  readonly name: string;
  readonly place: Place;
  readonly interfaces: ReadonlyMap<string, InterfaceModel>;
  readonly routes: readonly RouteModel[];
  /** net.ipv4.ip_forward and its IPv6 twin; a host with two addressed interfaces does not forward unless told so. */
  readonly forwarding: boolean;
  /** Default TTL and hop limit of what the host sends. */
  readonly ttl: number;
  readonly sockets: ReadonlyMap<string, SocketModel>;
  readonly processes: ReadonlyMap<string, ProcessModel>;
  /** By the name of the interface. */
  readonly tc: ReadonlyMap<string, TcModel>;
  /** Programs that see frames first, by the name of the interface. */
  readonly xdp: ReadonlyMap<string, AttachmentModel>;
  /** Team and PPP devices by the name of the interface; absent: none. */
  readonly teams?: ReadonlyMap<string, TeamModel>;
  readonly ppp?: ReadonlyMap<string, PppModel>;
  /** Tunnel devices by the name of the interface; absent: none. */
  readonly tunnels?: ReadonlyMap<string, TunnelDeviceModel>;
  /** Control groups, parents before their children; absent: none are spoken of. */
  readonly cgroups?: readonly CgroupModel[];
  /** Chains of iptables and ip6tables; absent: none. */
  readonly netfilter?: { readonly 4: ChainModels; readonly 6: ChainModels };
}

/** A learning bridge (IEEE 802.1D forwarding, no spanning tree). Its ports are the interfaces that links name. */
export interface BridgeModel {
  readonly kind: "bridge";
  readonly name: string;
  readonly place: Place;
  readonly interfaces: ReadonlyMap<string, InterfaceModel>;
  /** Time after which a learnt address is forgotten, in nanoseconds. */
  readonly ageing: number;
}

/** An Open vSwitch. Its ports are its interfaces, those aside that have addresses: they belong to the host that it runs on. */
export interface SwitchModel {
  readonly kind: "ovs";
  readonly name: string;
  readonly place: Place;
  readonly interfaces: ReadonlyMap<string, InterfaceModel>;
  /** By the names of their interfaces, in the order of their numbers' being given out. */
  readonly ports: ReadonlyMap<string, PortModel>;
  /** Of the host that it runs on. */
  readonly routes: readonly RouteModel[];
  /** Lines of ovs-ofctl's syntax; undefined: there are no OpenFlow tables, and what programs leave is lost. */
  readonly flows: readonly LineModel[];
  readonly groups: readonly LineModel[];
  readonly meters: readonly LineModel[];
  /** What its programs are given and their answers mean. */
  readonly contract: Contract;
  readonly parser: AttachmentModel | undefined;
  /** By the name that the action bpf(NAME,...) calls them. */
  readonly flowHit: ReadonlyMap<string, AttachmentModel>;
  readonly flowMiss: AttachmentModel | undefined;
  /** Packets that wait for the slow path at most, and its time for each in nanoseconds. */
  readonly upcall: { readonly queue: number; readonly time: number };
  readonly vlanLimit: 1 | 2;
  readonly flowLimit: number;
}

/** opcodes: those of traffic control. plumgrid2013: programs bound to ports, whose helpers decide. */
export type Contract = "opcodes" | "plumgrid2013";

/** A line of the file, or of a file that it names. */
export interface LineModel {
  readonly text: string;
  /** Where its first character stands. */
  readonly place: Place;
}

/** A port of an Open vSwitch. */
export interface PortModel {
  readonly name: string;
  /** In OpenFlow and in the datapath; 0: the switch's own, which is LOCAL in OpenFlow. */
  readonly number: number;
  readonly type: "link" | "internal" | "patch" | "vxlan" | "geneve" | "gre";
  /** How NORMAL treats VLANs there (vswitchd.conf.db(5), table Port). */
  readonly vlans: {
    readonly mode: "access" | "trunk" | "native-tagged" | "native-untagged" | "dot1q-tunnel";
    readonly tag: number | undefined;
    readonly trunks: readonly number[] | undefined;
    readonly customerVlans: readonly number[] | undefined;
    readonly tpid: number | undefined;
    readonly priorityTags: "never" | "if-nonzero" | "always";
  };
  /** In the contract plumgrid2013: the program that sees its packets without a flow. */
  readonly flowMiss: AttachmentModel | undefined;
  /** Of patch ports. */
  readonly peer: EndpointRef | undefined;
  /** Of tunnels; "flow" where the flow says it. */
  readonly tunnel: TunnelModel | undefined;
  readonly place: Place;
}

export interface TunnelModel {
  /** 4 bytes. */
  readonly remote: Uint8Array | "flow";
  readonly local: Uint8Array | undefined;
  readonly key: number | "flow" | undefined;
  readonly tos: number | undefined;
  readonly ttl: number | undefined;
  /** UDP port; 0 for GRE. */
  readonly destinationPort: number;
  readonly csum: boolean;
  readonly df: boolean;
}

export interface InterfaceModel {
  readonly name: string;
  /** What a program reads as ifindex: from 2 within its node, in the order of the file; 1 is the loopback device. */
  readonly index: number;
  /** 6 bytes; where the file gives none, 02:00 and then 16 bits each for the node's place in the file and the index. */
  readonly mac: Uint8Array;
  readonly mtu: number;
  readonly addresses: readonly AddressModel[];
  /** Bytes of what comes in that are in the linear part at most; absent: what was so where it was sent. */
  readonly linear?: number;
  /** Absent: hosts leave nothing to the device. */
  readonly offload?: OffloadModel;
  readonly place: Place;
}

/** What hosts leave to a device, and what it does to packets that come in (ethtool -k, ip -d link). */
export interface OffloadModel {
  /** `nic`: what it sends is bytes on a wire, cut and complete. `veth`: packets go over to the other end as they are. */
  readonly device: "nic" | "veth";
  /** It completes checksums (tx). */
  readonly checksums: boolean;
  /** Packets need not be in one piece (sg). */
  readonly scatterGather: boolean;
  /** It takes packets of many TCP segments (tso). */
  readonly tcpSegments: boolean;
  /** Most segments of what hosts send as one packet (gso_max_segs), and bytes that such a packet stays below (gso_max_size). */
  readonly maxSegments: number;
  readonly maxBytes: number;
  /** It knows right checksums of what comes in (rx). */
  readonly verifies: boolean;
  /** What comes in at one time is put together where it belongs together (gro). */
  readonly merges: boolean;
  /** Its packets have a napi_id. */
  readonly polls: boolean;
  /** It says when packets came in (hwtstamp). */
  readonly stamps: boolean;
}

export interface AddressModel {
  readonly family: 4 | 6;
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly prefix: number;
}

export interface RouteModel {
  readonly family: 4 | 6;
  readonly destination: Uint8Array;
  readonly prefix: number;
  readonly via?: Uint8Array;
  /** Name of the interface. */
  readonly device?: string;
  readonly metric: number;
  /** Programs that packets pass which take the route. */
  readonly encap?: EncapModel;
  readonly place: Place;
}

/** Programs on a route (`encap bpf` of ip route). */
export type EncapModel = Readonly<Partial<Record<"in" | "out" | "xmit", AttachmentModel>>>;

/** A program attached by a hook: under the hook's key, with whatever else the hook's schema lets a user say. */
export interface AttachmentModel {
  /** The hook's name. */
  readonly hook: string;
  /** The program's name in `Topology.programs`. */
  readonly program: string;
  /** The value under the hook's key as the file has it, for hooks with options of their own. */
  readonly options: unknown;
  readonly place: Place;
}

/** A program at events of the simulated kernels, or a one-liner of the tracing language. */
export type TracingModel =
  | {
      readonly kind: "program";
      readonly program: string;
      /** The hook and what it is attached to; absent: as the program's section says. */
      readonly on?: { readonly hook: string; readonly target: string; readonly place: Place };
      /** Only events of this node. */
      readonly node?: string;
      /** Samples: nanoseconds from one to the next. */
      readonly every: number;
      readonly histogram?: HistogramModel;
      readonly place: Place;
    }
  | { readonly kind: "expression"; readonly text: string; readonly place: Place };

/** A map that reports show as a histogram. */
export interface HistogramModel {
  readonly map: string;
  /** What is counted: `byte_size`. */
  readonly label: string;
  readonly title: string;
  readonly place: Place;
}

/** A team device in load balancing mode. */
export interface TeamModel {
  /** Interfaces that it sends by, in the order in which they were added. */
  readonly ports: readonly string[];
  /** Gives the hash of a frame; absent: 0. */
  readonly hash?: AttachmentModel;
  /** Ports by hash (`lb_tx_method hash_to_port_mapping`); absent: by hash modulo the number of ports. */
  readonly mapping?: ReadonlyMap<number, string>;
}

/** A tunnel device whose packets go where programs say (`ip link add NAME type TYPE external`). */
export interface TunnelDeviceModel {
  readonly type: "vxlan" | "geneve" | "gretap";
  /** UDP port that packets go to and come in by; 0: it has none. */
  readonly destinationPort: number;
}

/** A PPP device: its link carries packets without a link-layer header. */
export interface PppModel {
  readonly pass?: AttachmentModel;
  readonly active?: AttachmentModel;
  /** Nanoseconds without an active packet after which pppd hangs up; absent: never. */
  readonly idle?: number;
}

/** A control group with programs. */
export interface CgroupModel {
  /** `/`, `/web`, `/web/worker`. */
  readonly path: string;
  readonly place: Place;
  /** In the order in which they were attached. */
  readonly ingress: readonly AttachmentModel[];
  readonly egress: readonly AttachmentModel[];
}

/** The chains of a table that have rules. */
export type ChainModels = Readonly<Partial<Record<ChainName, readonly RuleModel[]>>>;
export type ChainName = "INPUT" | "FORWARD" | "OUTPUT";

/** A rule of iptables. */
export interface RuleModel {
  readonly place: Place;
  /** Absent: it is for every packet. */
  readonly match?: AttachmentModel;
  /** It is for packets that do not match. */
  readonly inverted: boolean;
  /** Interfaces by which packets come in and go out. */
  readonly in?: string;
  readonly out?: string;
  /** Absent: it only counts. */
  readonly target?: "ACCEPT" | "DROP";
}

/** A process that makes system calls under filters. */
export interface ProcessModel {
  readonly name: string;
  readonly place: Place;
  /** Name of the architecture whose calls it makes. */
  readonly architecture: string;
  /** Programs that are its filters, in the order in which they were installed. */
  readonly filters: readonly { readonly program: string; readonly place: Place }[];
  /** CAP_SYS_ADMIN and no no_new_privs, or no_new_privs: without either no filter can be installed. */
  readonly noNewPrivileges: boolean;
  /** It goes into strict mode (SECCOMP_SET_MODE_STRICT) before its calls, and behind its sockets. */
  readonly strict: boolean;
  readonly threads: number;
  /** As programs that trace it see it; `comm` has at most 15 characters. */
  readonly task: { readonly pid: number; readonly uid: number; readonly gid: number; readonly comm: string };
  readonly calls: readonly CallModel[];
  /** A recorded trace whose calls it makes after these: its path as written, and where it is. */
  readonly replay?: { readonly text: string; readonly file: string; readonly place: Place };
  /** Process of the same host that it is forked from: it has that one's filters, handlers and listener. */
  readonly parent?: string;
  /** PR_SET_DUMPABLE: a core file is written where it is killed. */
  readonly dumpable: boolean;
  /** It handles SIGSYS: what calls give after that, by their names; others give their number. Absent: the signal ends it. */
  readonly sigsys?: ReadonlyMap<string, AnswerModel>;
  /** What a supervisor answers to USER_NOTIF, by the call's name; absent: no filter has a listener. */
  readonly supervisor?: ReadonlyMap<string, AnswerModel>;
  /** What a tracer makes of TRACE, by the call's name; absent: nobody traces. */
  readonly tracer?: ReadonlyMap<string, AnswerModel>;
}

/** A call as written, and what it gives where it runs. */
export interface CallModel {
  readonly text: string;
  readonly result: bigint;
  /** How often it is made. */
  readonly count: number;
  readonly place: Place;
}

/** What becomes of a call that somebody is asked about. */
export interface AnswerModel {
  readonly kind: "continue" | "value" | "errno" | "call" | "descriptor";
  /** Of `value`; of `descriptor`, its number, absent: the lowest that is free. */
  readonly value?: bigint;
  /** Of `errno`, as `EACCES`; of `call`, the other call. */
  readonly text?: string;
  readonly place: Place;
}

export interface SocketModel {
  readonly name: string;
  readonly kind: "packet" | "udp" | "tcp" | "raw";
  readonly place: Place;
  /** Packet sockets: data starts at the MAC header (`raw`) or at the network header (`dgram`). */
  readonly type: "raw" | "dgram";
  /** Packet sockets: ethertype, 3 (ETH_P_ALL) for all. Raw sockets: IP protocol number. */
  readonly protocol: number;
  /** Bound to this interface only. */
  readonly interface?: string;
  /** Local port of UDP and listening TCP sockets. */
  readonly port?: number;
  /** Bound local address. */
  readonly address?: AddressModel;
  /** Raw sockets: IP version. */
  readonly family: 4 | 6;
  /** Programs on the way into its receive queue, in the order of the file. */
  readonly attachments: readonly AttachmentModel[];
  /** UDP sockets answer every datagram with the same payload (RFC 862). */
  readonly echo: boolean;
  /** Process that opens it with system calls; absent: it is open. */
  readonly process?: string;
  /** Calls that the process makes for everything that comes to the socket, up to one that fails. */
  readonly serves?: readonly CallModel[];
  /** Path of its control group; absent: the root. */
  readonly cgroup?: string;
}

/** What a link does to the packets in one direction. */
export interface Impairment {
  /** Nanoseconds. */
  readonly delay: number;
  /** Standard deviation is not modelled: jitter is uniform in ±jitter nanoseconds. */
  readonly jitter: number;
  /** Bits a second; 0: as fast as can be. */
  readonly rate: number;
  /** Fractions of 1. */
  readonly loss: number;
  readonly duplicate: number;
  readonly corrupt: number;
  /** Packets that may wait for the link; further ones are dropped. */
  readonly queue: number;
  /** Largest layer-3 packet in bytes that the link carries; 0: no limit of its own. */
  readonly mtu: number;
}

/** What traffic control does at one device. */
export interface TcModel {
  /** Programs and filters on what comes in. */
  readonly ingress: TcSideModel;
  /** Programs and filters on what goes out, before the qdisc. */
  readonly egress: TcSideModel;
  /** What the filters of the sides hang on; absent: there are none. */
  readonly hook?: "clsact" | "ingress";
  /** The root qdisc; absent: what goes out does not queue. */
  readonly qdisc?: QdiscModel;
}

export interface TcSideModel {
  /** tcx, in the order in which they run. */
  readonly programs: readonly AttachmentModel[];
  /** In the order of the file. */
  readonly filters: readonly TcFilterModel[];
  /** The number of the block that these are, where other sides may have the same. */
  readonly block?: number;
}

export interface TcFilterModel {
  readonly place: Place;
  /** As tc calls it; matchall matches everything. */
  readonly kind: "bpf" | "matchall";
  /** Its number among those of its kind, priority and protocol. */
  readonly handle: number;
  /** What tc prints of its program; absent: the program's name. */
  readonly shown?: string;
  /** Absent: the filter matches everything. */
  readonly attachment?: AttachmentModel;
  readonly directAction: boolean;
  /** Class that it is configured with, `major:minor` as 32 bits; 0: none. */
  readonly classid: number;
  /** The lowest is asked first. */
  readonly priority: number;
  /** Ethertype; 3 (ETH_P_ALL): all. */
  readonly protocol: number;
  readonly chain: number;
  readonly actions: readonly TcActionModel[];
  /** It was said not to be given to the device. */
  readonly skipsHardware?: boolean;
}

/** What every action may have. */
export interface TcActionGeneral {
  /** One of TC_ACT: of a program, what it leaves to the configuration; of one that sends, what it answers then. */
  readonly answer: number;
  /** Its number among those of its kind on the host; absent where it is not settled yet. */
  readonly index?: number;

  /** Lines that tc prints of it at its end: its cookie and flags. */
  readonly notes?: readonly string[];
}

/** Filters that share an action have the same model of it. */
export type TcActionModel = TcActionGeneral &
  (
    | {
        readonly kind: "program";
        readonly attachment: AttachmentModel;
        /** What tc prints of it; absent: the program's name. */
        readonly shown?: string;
      }
    | { readonly kind: "answer" }
    | { readonly kind: "send"; readonly device: string; readonly ingress: boolean; readonly mirrors: boolean }
  );

export interface QdiscModel {
  readonly place: Place;
  /** As tc calls it: `htb`. */
  readonly kind: string;
  /** `major:0` as 32 bits. */
  readonly handle: number;
  /** What its kind has made of its options. */
  readonly options: unknown;
  readonly filters: readonly TcFilterModel[];
  /** Filters of its classes, by class. */
  readonly classFilters: ReadonlyMap<number, readonly TcFilterModel[]>;
  /** Qdiscs in its classes, by class. */
  readonly children: ReadonlyMap<number, QdiscModel>;
}

/** Numbers of the shared blocks of filters that the sides of a device have. */
export interface TcBlocks {
  readonly ingress?: number;
  readonly egress?: number;
}

/** What a step does to the traffic control of a device. */
export type TcChange =
  /** Another discipline at the root; absent: none. */
  | { readonly kind: "root"; readonly device: string; readonly qdisc?: QdiscModel }
  /** Another discipline in a class; absent: a plain queue. */
  | {
      readonly kind: "graft";
      readonly device: string;
      readonly handle: number;
      readonly classid: number;
      readonly qdisc?: QdiscModel;
    }
  /** Other options of a discipline and its classes, some of which may be new or gone. */
  | { readonly kind: "options"; readonly device: string; readonly handle: number; readonly qdisc: QdiscModel }
  /** What filters of the sides hang on, and the blocks that they share; absent: nothing. */
  | {
      readonly kind: "hook";
      readonly device: string;
      readonly hook?: "clsact" | "ingress";
      readonly blocks: TcBlocks;
    }
  /** All filters of a place from now on; `classid` 0: the discipline's own. */
  | {
      readonly kind: "filters";
      readonly device: string;
      readonly where: "ingress" | "egress" | { readonly handle: number; readonly classid: number };
      readonly filters: readonly TcFilterModel[];
    };

export interface EndpointRef {
  readonly node: string;
  readonly interface: string;
}

/** A node, or one interface of it. */
export interface NodeRef {
  readonly node: string;
  readonly interface?: string;
}

export interface LinkModel {
  /** `node:interface` of its first end and of its second, joined by ` - `. */
  readonly name: string;
  readonly place: Place;
  readonly ends: readonly [EndpointRef, EndpointRef];
  /** `directions[0]` is for what the first end sends. */
  readonly directions: readonly [Impairment, Impairment];
}

/** When the items of one traffic entry are sent. */
export interface Schedule {
  /** Nanoseconds of simulated time. */
  readonly start: number;
  /** Infinity: until `until` or the end of the run. */
  readonly count: number;
  /** Items that are due at this time or later are not sent. Absent: `count` alone decides. */
  readonly until?: number;
  /** Nanoseconds between two, not always a whole number (`rate: 3/s`); with `process: "poisson"` their mean. */
  readonly every: number;
  readonly process: "constant" | "poisson";
}

export type TrafficModel = PacketTraffic | FlowTraffic | ReplayTraffic;

/** Packets described layer by layer. */
export interface PacketTraffic {
  readonly kind: "packet";
  readonly place: Place;
  readonly schedule: Schedule;
  readonly packet: PacketDescription;
  /** Sending node; the kernel routes it and finds the neighbour unless the description has its own `ether` layer. A bridge is named with an interface. */
  readonly from: NodeRef;
  /** Receiving host, whose addresses (those of the interface, where one is named) are the defaults. */
  readonly to?: NodeRef;
  /** `in`: arrives at `from`, which names an interface then, out of the wire instead of being sent by it. */
  readonly direction: "out" | "in";
}

/** Conversations between two hosts' sockets. Each item of the schedule is one datagram, one connection or one echo request. */
export interface FlowTraffic {
  readonly kind: "flow";
  readonly place: Place;
  readonly schedule: Schedule;
  readonly protocol: "udp" | "tcp" | "icmp";
  /** A host; its interface, where one is named, gives the source address. */
  readonly from: NodeRef;
  /** A host; its interface, where one is named, gives the destination address. */
  readonly to: NodeRef;
  readonly family?: 4 | 6;
  /** Destination port; 0 with `icmp`. */
  readonly port: number;
  /** Source port; absent: an ephemeral one. */
  readonly sport?: number;
  /** Path of the sender's control group; absent: the root. */
  readonly cgroup?: string;
  /** Payload in bytes: of each datagram or echo request, or sent in all over each connection. */
  readonly bytes: number;
}

export interface ReplayTraffic {
  readonly kind: "replay";
  readonly place: Place;
  readonly file: string;
  readonly at: EndpointRef;
  readonly direction: "out" | "in";
  readonly start: number;
  /** `original`: gaps as captured, divided by `speed`; `every`: that many nanoseconds apart. */
  readonly timing:
    | { readonly kind: "original"; readonly speed: number }
    | { readonly kind: "every"; readonly every: number };
  /** At most this many packets. */
  readonly limit?: number;
}

/** Where steps attach programs: an interface, a socket or a control group (`name` is its path without the first slash) of a host. */
export interface AttachPoint {
  readonly kind: "interface" | "socket" | "cgroup";
  readonly node: string;
  readonly name: string;
}

/** Places of hooks that steps attach programs to. */
export type AttachPlace = "xdp" | "socket" | "cgroup-ingress" | "cgroup-egress" | "tcx-ingress" | "tcx-egress";

export type StepModel = { readonly at: number; readonly place: Place } & (
  | { readonly kind: "replace"; readonly program: string; readonly with: ProgramSource }
  | { readonly kind: "map"; readonly map: string; readonly change: MapChange }
  | {
      readonly kind: "attach";
      readonly point: AttachPoint;
      readonly hookPlace: AttachPlace;
      readonly attachment: AttachmentModel;
    }
  /** `hook` and `program` are names. */
  | {
      readonly kind: "detach";
      readonly point: AttachPoint;
      readonly hookPlace: AttachPlace;
      readonly hook: string;
      readonly program: string;
    }
  | { readonly kind: "cut" | "mend"; readonly link: number }
  | { readonly kind: "tc"; readonly node: string; readonly changes: readonly TcChange[] }
  /** Commands of ovs-ofctl(8) to a switch, without its name. */
  | { readonly kind: "ofctl"; readonly node: string; readonly commands: readonly LineModel[] }
  | {
      readonly kind: "impair";
      readonly link: number;
      readonly directions: readonly [Partial<Impairment>, Partial<Impairment>];
    }
);

/** A comparison with a count: `10`, `">= 5"`, `"1..3"`. */
export interface CountTest {
  readonly text: string;
  accepts(value: number): boolean;
}

export interface ExpectationModel {
  readonly place: Place;
  /** The thing looked at. */
  readonly subject:
    | { readonly kind: "socket"; readonly node: string; readonly socket: string }
    | { readonly kind: "interface"; readonly node: string; readonly interface: string }
    /** `direction`: only what that end sends; absent: both directions added up. */
    | { readonly kind: "link"; readonly link: number; readonly direction?: 0 | 1 }
    | { readonly kind: "drops"; readonly reason: string }
    | { readonly kind: "class"; readonly node: string; readonly interface: string; readonly classid: number }
    | { readonly kind: "qdisc"; readonly node: string; readonly interface: string }
    | { readonly kind: "map"; readonly map: string; readonly check?: MapCheck; readonly record?: RecordCheck }
    | { readonly kind: "traced-map"; readonly map: string; readonly check?: TracedCheck }
    | { readonly kind: "call"; readonly node: string; readonly process: string; readonly index: number }
    | { readonly kind: "process"; readonly node: string; readonly process: string }
    | { readonly kind: "run" };
  /** Calls and processes: what they come to, by the names of the result. */
  readonly answers?: ReadonlyMap<string, string>;
  /** Counters by their names in the result, each with its test; `drops` has one, `count`. */
  readonly counts: ReadonlyMap<string, CountTest>;
  /** Sockets: lengths of the packets received, in order. */
  readonly lengths?: readonly number[];
  /** Sockets: some received packet contains these bytes. */
  readonly contains?: readonly Uint8Array[];
}
