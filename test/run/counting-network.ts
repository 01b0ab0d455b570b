/** Two hosts; a TCP connection, a datagram for nobody, and one for a socket. */
export const COUNTING_NETWORK = `
nodes:
  client: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  server:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets: { dns: { kind: udp, port: 53 }, web: { kind: tcp, port: 80 } }
    processes:
      nginx: { pid: 77, uid: 33, gid: 34, calls: [{ call: 'write(1, "abc", 3)', result: 3 }, "getpid()"] }
links: [{ endpoints: ["client:eth0", "server:eth0"], delay: 1ms }]
traffic:
  - { from: client, to: server, flow: udp, port: 53, bytes: 100 }
  - { from: client, to: server, flow: udp, port: 99, bytes: 10 }
  - { from: client, to: server, flow: tcp, port: 80, bytes: 500, start: 10ms }
maps:
  seen: { type: hash, key: u64, value: u64, entries: 64 }
`;

/** Counts under the key in r6, or under what a load of the context leaves there. */
export const counting = (load: string) => `
      r9 = r1
      ${load}
      *(u64 *)(r10 - 8) = r6
      r2 = r10
      r2 += -8
      r1 = map[seen] ll
      call bpf_map_lookup_elem
      if r0 == 0 goto new
      r1 = 1
      lock *(u64 *)(r0 + 0) += r1
      goto out
      new:
      *(u64 *)(r10 - 16) = 1
      r2 = r10
      r2 += -8
      r3 = r10
      r3 += -16
      r1 = map[seen] ll
      r4 = 0
      call bpf_map_update_elem
      out:
      r0 = 0
      exit`;
