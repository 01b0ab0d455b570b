/** Words with a meaning of their own (pcap-filter(7)), each with the spelling that the parser asks for. */
export const KEYWORDS: ReadonlyMap<string, string> = new Map([
  ...words(`
    dst src ether arp rarp ip sctp tcp udp icmp igmp igrp pim vrrp carp radio ip6 icmp6 ah esp
    atalk aarp decnet lat sca moprc mopdl iso esis isis l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui
    host net mask port portrange proto protochain gateway
    type subtype dir addr1 addr2 addr3 addr4 ra ta
    less greater byte broadcast multicast and or not len inbound outbound ifindex
    vlan mpls pppoed pppoes geneve vxlan
    lane llc metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect
    ifname ruleset rnr srnr reason action
    fisu lssu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls`),
  ...aliases("ether", "link ppp slip fddi tr wlan"),
  ...aliases("esis", "es-is"),
  ...aliases("isis", "is-is"),
  ...aliases("dir", "direction"),
  ...aliases("addr1", "address1"),
  ...aliases("addr2", "address2"),
  ...aliases("addr3", "address3"),
  ...aliases("addr4", "address4"),
  ...aliases("len", "length"),
  ...aliases("ifname", "on"),
  ...aliases("ruleset", "rset"),
  ...aliases("rnr", "rulenum"),
  ...aliases("srnr", "subrulenum"),
  ...aliases("lssu", "lsu"),
]);

function words(text: string): [string, string][] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => [word, word]);
}

function aliases(keyword: string, others: string): [string, string][] {
  return others.split(" ").map((word) => [word, keyword]);
}
