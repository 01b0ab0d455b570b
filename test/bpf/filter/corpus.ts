/*
 * Expressions of tcpdump's filter language. They are compiled for every link type, where many of them mean nothing and are
 * refused: that has to agree with libpcap too.
 */

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** `(a|b) (c|d)` in all ways. */
function spread(pattern: string): string[] {
  const choice = /\{([^{}]*)\}/.exec(pattern);
  if (choice === null) return [pattern.replace(/ +/g, " ").trim()];
  const [whole, inner] = choice as unknown as [string, string];
  return inner
    .split("|")
    .flatMap((each) => spread(pattern.slice(0, choice.index) + each + pattern.slice(choice.index + whole.length)));
}

const PROTOCOLS = spread(
  "{ip|ip6|arp|rarp|tcp|udp|sctp|icmp|icmp6|igmp|igrp|pim|vrrp|carp|ah|esp|atalk|aarp|decnet|lat|sca|moprc|mopdl|iso|esis|es-is|isis|is-is|clnp|l1|l2|iih|lsp|snp|csnp|psnp|stp|ipx|netbeui|radio|link|ether|ppp|slip|fddi|tr|wlan}",
);

const HOSTS = [
  ...spread("{|ip|arp|rarp|tcp|ip6|ether|decnet|iso|icmp} {host|src|dst|src host|dst net|net} 10.0.0.1"),
  ...spread("{src or dst|dst or src|src and dst|dst and src} {host|net|} 192.168.1.1"),
  ...spread("{addr1|addr2|addr3|addr4|ra|ta} {host|} 10.0.0.1"),
  ...spread(
    "{net|src net|dst net|ip net} {10|10.1|10.1.2|10.0.0.0/8|172.16.0.0/12|10.1.0.0 mask 255.255.0.0|0.0.0.0/0}",
  ),
  ...spread(
    "{host|net|ip6 host|ip6 net|src|dst net} {2001:db8::1|::1|fe80::1:2:3:4|1:2:3:4:5:6:7:8|::ffff:1.2.3.4|::}",
  ),
  ...spread("{net|src net|ip6 net|host} {2001:db8::/32|::/0|fe80::/10|ff02::1/128|2001:db8::/33|::1.2.3.0/120}"),
  ...spread(
    "ether {host|src|dst|src or dst|src and dst|addr1|addr2|addr3|addr4|ra|ta} {00:11:22:33:44:55|aabb.ccdd.eeff|1-2-3-4-5-6}",
  ),
  ...lines(`
    ether host 001122334455
    ether host 0.1.2.3.4.5
    wlan addr1 00:11:22:33:44:55 or wlan addr4 00:11:22:33:44:66
    wlan host 00:11:22:33:44:55
    wlan ra 00:11:22:33:44:55
    wlan ta 00:11:22:33:44:55
    host 00:11:22:33:44:55
    ether $1f
    ether src $ab
    ether host $0
    host $1f
    decnet host 10.15
    decnet src 1.1
    decnet dst host 63.1023
    host 1
    host 0x0a000001
    net 10
    net 0x0a01
    net 0
    src net 2560
    host 10.0.0
    host 10.0.0.256
    net 300
    host 10.0.0.0/8
    net 10.0.0.1/8
    net 10.0.0.0/33
    net 10.1.1.1 mask 255.255.0.0
    net loopback
    net link-local
    net nowhere
    host nohost
    ether host nobody
    ether host 10.0.0.1
    ip host ::1
    ip6 host 10.0.0.1
    tcp host ::1
    port ::1
    net fe80::1/10
    net ::1/129
    host 1:2:3
    host 1:2:3:
    gateway 10.0.0.1
    gateway router
  `),
];

const PORTS = [
  ...spread("{|tcp|udp|sctp} {port|src port|dst port|src or dst port|src and dst port} {22|80}"),
  ...spread("{|tcp|udp|sctp} {portrange|src portrange|dst portrange|src and dst portrange} {20-30|1000-1000|30-20|7}"),
  ...spread("{|tcp|udp|sctp} port {ssh|domain|http|tftp|ntp|echo}"),
  ...lines(`
    ip port 22
    ip6 port 22
    icmp port 1
    ether port 1
    port 65535
    port 65536
    port 70000
    portrange 70000-70001
    portrange ftp-ssh
    portrange ftp-data-ssh
    portrange ssh
    portrange domain-http
    port nosuch
    port 10.0.0.1
    portrange 10.0.0.1
    addr1 port 22
    ra portrange 1-2
    port \\22
    port \\ssh
    src 22
    port http or https or domain
    tcp port 80 or 443 or 8080 or 8443
    udp portrange 5000-5010 or 6000-6010
    port 0
    port 0x16
    port 026
  `),
];

const PROTO = [
  ...spread("{|ip|ip6} proto {1|6|17|41|58|132|255|256|\\tcp|\\udp|\\icmp|gre|esp|ospf|TCP}"),
  ...spread("{|ip|ip6} protochain {6|17|51|\\tcp|\\udp|44|0}"),
  ...spread(
    "ether proto {0x800|0x86dd|0x806|0x600|1500|1501|0x42|0xfe|0xe0|0xf0|6|0xaa|0x809b|0x80f3|0x8137|\\ip|\\ip6|\\arp|\\rarp|atalk|aarp|decnet|iso|stp|ipx|netbeui|loopback|lat|sca|moprc|mopdl|nosuch}",
  ),
  ...spread("iso proto {0x81|0x82|0x83|clnp|esis|isis|nosuch|tcp}"),
  ...spread("isis proto {15|16|18|27}"),
  ...spread("{tcp|udp|arp|rarp|icmp|sctp|ipx|stp|atalk|radio|esp|clnp|l1|decnet} proto 1"),
  ...lines(`
    ip proto 300
    ip proto nosuch
    proto 10.1
    src proto 6
    tcp protochain 6
    ether protochain 6
    ip protochain 6 or udp
    not ip6 protochain 58
    vlan and ip protochain 6
  `),
];

const GROUPS = [
  ...spread("{|ether|ip|ip6|arp|link|wlan} {broadcast|multicast}"),
  ...lines(`
    ether broadcast or ip multicast
    not broadcast and not multicast
    less 64
    greater 1000
    less 0
    greater 0xffffffff
    len = 60
    len > 100 and len < 1500
    length != 64
    len & 1 = 1
    byte 0 = 5
    byte 5 < 5
    byte 5 > 200
    byte 1 & 3
    byte 1 | 4
    byte 300 = 256
  `),
];

const ARITHMETIC = lines(`
  tcp[0] = 1
  tcp[tcpflags] & tcp-syn != 0
  tcp[tcpflags] & (tcp-syn|tcp-fin) != 0
  tcp[tcpflags] == tcp-syn
  tcp[13] = 0x12
  tcp[tcpflags] & (tcp-ack|tcp-push|tcp-urg|tcp-ece|tcp-cwr|tcp-rst) > 3
  tcp[0:2] = 22 or tcp[2:2] = 22
  tcp[4:4] > 0x7fffffff
  tcp[12] >> 4 > 5
  tcp[12] & 0xf0 = 0x50
  tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420
  tcp[(tcp[12]>>2):4] = 0x47455420
  ip[0] & 0xf != 5
  ip[8] < 5
  ip[2:2] > 576
  ip[6:2] & 0x1fff = 0
  ip[6] & 0x20 != 0
  ip[12:4] = ip[16:4]
  ip[12:4] & 0xff000000 = 0x0a000000
  ip[9] = 6 and ip[8] > 63
  ip6[6] = 58
  ip6[0:4] & 0x0ff00000 != 0
  ip6[40] = 128
  icmp[icmptype] = icmp-echo
  icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply
  icmp[icmpcode] = 3
  icmp[0] == icmp-unreach or icmp[0] == icmp-redirect
  icmp6[icmp6type] = icmp6-echo
  icmp6[icmp6type] = icmp6-neighborsolicit
  icmp6[icmp6code] >= 1
  udp[4:2] > 100
  udp[8:4] = 0x01020304
  udp[(udp[4:2]-8):1] = 0
  sctp[12] = 1
  igmp[0] = 0x11
  pim[0] = 0x20
  vrrp[1] = 5
  carp[1] = 5
  igrp[0] = 1
  arp[6:2] = 1
  arp[7] = 2
  rarp[6:2] = 3
  ether[0] & 1 = 0 and ip[16] >= 224
  ether[12:2] = 0x0800
  ether[0:4] = 0xffffffff and ether[4:2] = 0xffff
  ether[12:2] > 1500
  link[0] = 2
  ether[len - 1] = 0
  ether[4294967295] = 1
  ether[-1] = 0
  atalk[0] = 1
  decnet[0] = 1
  lat[0] = 1
  sca[0] = 1
  moprc[0] = 1
  mopdl[0] = 1
  radio[0] = 0
  radio[2:2] > 0x1000
  iso[0] = 1
  esp[0:4] = 1
  ah[0] = 1
  stp[0] = 1
  ip[0:3] = 1
  ip[0:8] = 1
  ip[0:0] = 1
  ip[ip[0] & 0xf] = 1
  ip[ip[ip[0] & 3]] = 7
  tcp[tcp[0]] = 1
  ip6[ip6[6]] = 0
  icmp6[icmp6[1]] = 0
  tcp[0] = udp[0]
  tcp[0] + udp[0] > 5
  ip[0] + 1 = 70
  ip[1] - 1 = 5
  5 - 3 = 2
  1 = 1
  1 = 2
  1 + 1 = 2
  2 * 3 + 4 = 10
  2 + 3 * 4 = 14
  (2 + 3) * 4 = 20
  ip[8] * 2 > 100
  ip[8] / 2 = 32
  ip[8] % 2 = 0
  ip[2:2] % 3 + 1 = 2
  ip[8] / 0 = 1
  ip[8] % 0 = 1
  ip[8] / (1 - 1) = 1
  ip[8] / (0 + 1) = 1
  ip[8] << 33 = 0
  ip[8] >> 32 = 0
  ip[8] << (30 + 5) = 0
  ip[8] << ip[9] > 5
  ip[8] ^ ip[9] = 0
  ip[8] | 1 = 65
  ip[8] & 1 | 2 = 2
  ip[0] << 2 + 1 = 8
  10 - 5 - 3 = 2
  100 / 10 / 5 = 2
  7 & 3 | 8 = 11
  10 % 4 + 1 = 0
  10 % 4 % 3 = 2
  5 ^ 3 ^ 1 = 7
  2 ^ 3 + 1 = 6
  -1 = 4294967295
  -5 + 10 = 5
  -ip[8] < 5
  - - 1 = 1
  -2 * 3 < 0
  -10 % 3 = 1
  ip[0] & 0 = 0
  ip[0] | 0 = 69
  ip[0] * 0 = 0
  ip[0] + 0 = 69
  ip[0] & 0xff = 69
  0 & ip[0] = 0
  0 + ip[0] = 69
  0 / ip[0] = 0
  0 << ip[0] = 0
  0 - ip[0] > 0
  len - 14 = ip[2:2]
  ip[2:2] = len - 14
  ip[2:2] + 14 <= len
  ip[0] <= 69
  ip[0] >= 69
  ip[0] != 69
  ip[0] < 0x50 or ip[0] > 0x60
  ip[1] = 0 and ip[1] = 1
  ip[1] = 0 or ip[1] = 1 or ip[1] = 2
  ip[0] = ip[0]
  ip[0] - ip[0] = 0
  (ip[0]) = 69
  ((ip[0])) = (69)
  (ip[0] + 1) * 2 > (len)
  not ip[0] = 69
  ip[8]
  len
  5
  tcp[
  tcp[1
  tcp[1:]
  tcp[1:2 = 5
  tcp[1] = 
  = 5
  ip[1] = ip
  1 + (2 * (3 + (4 * (5 + (6 * (7 + len)))))) > 8
  ip[0] + ip[1] + ip[2] + ip[3] + ip[4] + ip[5] + ip[6] + ip[7] > 8
  ip[0] + (ip[1] + (ip[2] + (ip[3] + (ip[4] + (ip[5] + (ip[6] + ip[7])))))) > 8
  ip[0] + (ip[1] + (ip[2] + (ip[3] + (ip[4] + (ip[5] + (ip[6] + (ip[7] + (ip[8] + (ip[9] + (ip[10] + (ip[11] + (ip[12] + (ip[13] + (ip[14] + (ip[15] + ip[16]))))))))))))))) > 8
  tcp[0x10:0x2] = 0x1234
  tcp[010] = 8
  tcp[08] = 8
  ip[0] = 4294967296
  ip[len:2] = 1
  ip[len - 2:1] = 1
  ip[0] = 0x1ffffffff
  ip[0] = 040000000000
`);

const BINDING = lines(`
  tcp and udp
  tcp or udp
  tcp && udp || icmp
  tcp or udp and icmp
  tcp or (udp and icmp)
  (tcp or udp) and icmp
  not tcp
  ! tcp
  not not tcp
  not (tcp or udp)
  not tcp and not udp
  not tcp or not udp
  port 22 or 80
  port 22 and 80
  port (22 or 80)
  port (22 or 80 or 443)
  port not 22
  port (not 22)
  port not (22 or 80)
  port (22 or not 80)
  port 22 and not 80
  port 22 and not (80 or 81)
  not port 22 or 80
  not port 22 and not 80
  host 10.0.0.1 or 10.0.0.2
  host 10.0.0.1 and 10.0.0.2
  host (10.0.0.1 or 10.0.0.2)
  host ((10.0.0.1 or 10.0.0.2) or 10.0.0.3)
  host (10.0.0.1 or (10.0.0.2 or 10.0.0.3))
  host (((10.0.0.1)))
  host ((1))
  port ((22) or 80)
  port (22 or (80))
  src host 10.0.0.1 or dst host 10.0.0.2
  src 10.0.0.1 or 10.0.0.2 and dst 10.0.0.3
  src net 10 and not 10.1
  tcp port 80 and not src net 10
  tcp src port 80 or 443 and dst 10.0.0.1
  host 10.0.0.1 and port 22 or 80
  host 10.0.0.1 and (port 22 or 80)
  host 10.0.0.1 and (port 22) or 80
  host 10.0.0.1 and (port 22) or 10.0.0.2
  (host 10.0.0.1) or 10.0.0.2
  host 10.0.0.1 or tcp or 10.0.0.2
  tcp or 80
  tcp or (80)
  tcp or 10.0.0.1
  22
  10.0.0.1
  (22)
  (22 or 80)
  not 22
  ip 10.0.0.1
  tcp 22
  tcp port
  tcp port and udp
  and tcp
  tcp and
  tcp or or udp
  tcp udp
  tcp and udp or
  (tcp
  tcp)
  ()
  not
  not and
  port 22 or 80 or tcp port 443 or 8443
  port 22 or 4 > 3
  port 22 or (4 > 3)
  port 22 or (4 + 3) > 6
  port 22 or (80 + 1)
  port 22 or (80) or (81)
  port 22 or (tcp) or 80
  port 22 or (tcp and 80)
  port 22 or not tcp
  port 22 or not (tcp) or 80
  host (tcp)
  host (10.0.0.1 or tcp)
  port 22 + 3
  ip host (10.0.0.1 and not 10.0.0.2)
  ip and host 10.0.0.1 or 2001:db8::1
  net 10 or 11 or 192.168.0.0/16
  ether host 0:0:0:0:0:1 or 0:0:0:0:0:2
  host \\ip
  foo
  foo bar
  host
  host and
  src
  src or
  src or dst
  src or src 10.0.0.1
  tcp port 22 
  tcp\tport\n22
  tcp;udp
  tcp # comment
  tcp , udp
  _x
  host a_b
  vlan 5 + 3 > 2
  ip[0] = 69 = 1
  ip[0] < 3 < 5
  (tcp port 22) and (udp port 53)
  (((tcp)))
  ((tcp) or (udp))
  not ((tcp) or (udp))
  tcp port 22 and (src 10.0.0.1 or dst 10.0.0.2)
  icmp and (icmp[0] = 8 or icmp[0] = 0)
  (tcp port 22 or udp port 53) and not host 10.0.0.1 and less 1000
  ip and not ip
  tcp and udp and icmp
  ip or ip6
  ip or ip6 or arp
  (ip or ip6) and tcp
  ip6 and tcp port 22
  ip and (tcp or udp) and port 53
  not ip and not ip6 and not arp
  tcp port 22 or tcp port 23 or tcp port 24 or tcp port 25
  src port 22 and dst port 22
  src port 22 or dst port 22
  ip src 10.0.0.1 and ip dst 10.0.0.2 and tcp src port 1 and tcp dst port 2
`);

const ENCAPSULATION = [
  ...spread(
    "{vlan|vlan 5|vlan 4095|vlan 4096|vlan (7)|mpls|mpls 100|mpls 1048575|mpls 1048576|pppoed|pppoes|pppoes 7|pppoes 65535|pppoes 65536|geneve|geneve 5|geneve 16777215|geneve 16777216}",
  ),
  ...spread(
    "{vlan|vlan 5|mpls|pppoes|geneve} and {ip|tcp port 22|host 10.0.0.1|ip6|ip[8] > 3|arp|vlan|mpls 3|ether[0] = 1|ether host 1:2:3:4:5:6|broadcast|geneve 7|pppoes|len > 64|ip6 host ::1|icmp6[0] = 128|ether proto 6}",
  ),
  ...lines(`
    vlan and vlan 300 and ip
    vlan 100 or vlan 200
    vlan 100 && vlan 200 && tcp
    (vlan 5 and ip) or ip
    not vlan
    not vlan and ip
    vlan and not ip
    mpls and mpls and ip
    mpls 1024 and host 192.9.200.1
    mpls and mpls 1024 and ip6
    mpls and vlan
    mpls and arp
    pppoes and tcp port 80
    pppoes 0x27 and ip and tcp port 80
    vlan 5 and pppoes and mpls and ip
    pppoes and mpls and ip
    geneve and ether host 1:2:3:4:5:6 and ip
    geneve and vlan 5 and ip
    geneve 5 and geneve 6
    geneve and geneve and tcp
    vlan and geneve and ip
    geneve and mpls and ip
    geneve and multicast
    geneve and llc
    vlan or mpls
  `),
];

const LINK_LAYER = [
  ...spread("{inbound|outbound|not inbound|ifindex 3|inbound and tcp|ifindex 0 or ip}"),
  ...spread("llc {|i|s|u|rr|rnr|rej|ui|ua|disc|dm|sabme|test|xid|frmr|XID|nosuch}"),
  ...spread("{wlan |}type {mgt|ctl|data|management|control|0|4|8|12|3|nosuch}"),
  ...spread(
    "type mgt subtype {assocreq|assoc-resp|reassoc-req|probereq|probe-resp|beacon|atim|disassoc|auth|deauth|0x80|1|rts|nosuch}",
  ),
  ...spread("type ctl subtype {ps-poll|rts|cts|ack|cf-end|cf-end-ack}"),
  ...spread("type data subtype {data|data-cf-ack|null|cf-poll|qos-data|qos|qos-cf-ack-poll}"),
  ...spread("{wlan |}subtype {beacon|ack|data|qos-data|auth|nosuch}"),
  ...spread("dir {nods|tods|fromds|dstods|0|1|3|255|nosuch}"),
  ...spread("{ifname|on|rset|ruleset} {em0|a|abcdefghijklmnop|abcdefghijklmno}"),
  ...spread("{rnr|rulenum|srnr|subrulenum} {0|5|4294967295}"),
  ...spread("reason {match|bad-offset|fragment|short|normalize|memory|congestion|synproxy|3|nosuch}"),
  ...spread("action {pass|accept|drop|block|scrub|nat|rdr|synproxy-drop|nosuch}"),
  ...spread("{lane|metac|bcc|oamf4sc|oamf4ec|sc|ilmic|oam|oamf4|connectmsg|metaconnect}"),
  ...spread("{vpi|vci} {0|5|= 3|> 3|>= 4|< 5|<= 6|!= 7|(1 or 2 or 3)|300}"),
  ...spread("{fisu|lssu|lsu|msu|hfisu|hlssu|hmsu}"),
  ...spread("{sio|opc|dpc|sls|hsio|hopc|hdpc|hsls} {3|(1 or 2)|> 2|!= 2|15}"),
  ...lines(`
    sio 256
    opc 16384
    dpc 16383
    sls 16
    lane and ip
    lane and ether host 1:2:3:4:5:6
    lane and broadcast
    llc and ip
    vpi 0 and vci 5
    type mgt or type ctl
    type data and tcp
    subtype beacon and radio[0] = 0
    wlan type mgt subtype deauth and wlan addr1 1:2:3:4:5:6
    on em0 and inbound
    action pass and tcp port 80
  `),
];

/** Programs with jumps too far for one instruction; they take long to compile, so one link type has to do. */
export const LONG_EXPRESSIONS: readonly string[] = [
  Array.from({ length: 130 }, (_, i) => `host 10.0.${i}.1`).join(" or "),
  `tcp and (${Array.from({ length: 100 }, (_, i) => `port ${i + 1}`).join(" or ")})`,
  `not (${Array.from({ length: 260 }, (_, i) => `ip[${i % 20}] = ${i}`).join(" or ")})`,
];

export const EXPRESSIONS: readonly string[] = [
  ...new Set([PROTOCOLS, HOSTS, PORTS, PROTO, GROUPS, ARITHMETIC, BINDING, ENCAPSULATION, LINK_LAYER].flat()),
];
