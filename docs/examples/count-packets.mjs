// A program that counts packets by their protocol, loaded, attached, run and read with bpf(2) in a library.
import { ATTACH_FLAG, assembleExtended, Bpf, ControlGroup, errnoName, MAP_TYPES } from "netsim";

const bpf = new Bpf();
const counts = bpf.createMap({
  type: MAP_TYPES.array,
  keySize: 4,
  valueSize: 8,
  maxEntries: 256,
  flags: 0,
  name: "counts",
});

/** @param load puts the protocol of an IPv4 header into R0. */
const text = (load) => `
  r6 = r1
  ${load}
  *(u32 *)(r10 -4) = r0
  r1 = map[fd:${counts}]
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r1 = 1
  lock *(u64 *)(r0 +0) += r1
  out: r0 = 1
  exit`;
/** Programs of control groups reach the packet by its addresses, sockets' filters by packet loads. */
const inPlace =
  "r0 = 0\nr2 = *(u32 *)(r1 +76)\nr3 = *(u32 *)(r1 +80)\nr4 = r2\nr4 += 10\nif r4 > r3 goto out\nr0 = *(u8 *)(r2 +9)";
const groupProgram = { type: 8 /* cgroup_skb */, license: "GPL", name: "count" };

// The verifier is the kernel's: without the test of R0 the program is refused.
const careless = assembleExtended(text(inPlace).replace("if r0 == 0 goto out", "")).bytes;
const refused = bpf.loadProgram({ ...groupProgram, instructions: careless });
console.log(errnoName(refused.descriptor), refused.log.split("\n").at(-3));

const { descriptor: program } = bpf.loadProgram({
  ...groupProgram,
  instructions: assembleExtended(text(inPlace)).bytes,
});
const { name, tag, verified } = bpf.programInfo(program);
console.log(name, tag, `${verified} instructions walked`);

const group = bpf.attachments.open(new ControlGroup());
const attach = { target: group, program, attachType: 0 /* what comes in */ };
console.log(bpf.attachments.attach({ ...attach, flags: ATTACH_FLAG.ALLOW_MULTI }));
console.log(errnoName(bpf.attachments.attach({ ...attach, flags: ATTACH_FLAG.ALLOW_MULTI })));
console.log(bpf.attachments.query(group, 0));

// The same as a socket's filter, which can be run on a frame by itself.
const { bytes: instructions } = assembleExtended(text("r0 = *(u8 *)skb[9]"));
const { descriptor: filter } = bpf.loadProgram({ type: 1 /* socket_filter */, license: "GPL", instructions });
const frame = Buffer.from(
  "ffffffffffff0200000000010800" + "4500001c00004000401126cd0a0000010a000002" + "0007000700080000",
  "hex",
);
console.log(bpf.testRun(filter, { data: frame, repeat: 3 }).returnValue);
console.log(Buffer.from(bpf.lookup(counts, Uint8Array.of(17, 0, 0, 0))).readBigUInt64LE());

bpf.files.pin(filter, "/sys/fs/bpf/count");
bpf.close(filter);
console.log(bpf.programInfo(bpf.files.get("/sys/fs/bpf/count")).id);
