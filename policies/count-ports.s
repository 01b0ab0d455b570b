; Socket filter: counts UDP datagrams by destination port in the map `ports`, whose keys are in network order, and takes those
; whose port is not in the map `blocked`.
        r6 = r1
        r0 = *(u8 *)skb[23]
        if r0 != 17 goto none
        r0 = *(u16 *)skb[36]
        r0 = be16 r0
        *(u16 *)(r10 - 2) = r0

        r1 = map[ports]
        r2 = r10
        r2 += -2
        call bpf_map_lookup_elem
        if r0 != 0 goto count

; The first to this port.
        r1 = 0
        *(u64 *)(r10 - 24) = r1
        *(u64 *)(r10 - 16) = r1
        r1 = map[ports]
        r2 = r10
        r2 += -2
        r3 = r10
        r3 += -24
        r4 = 1
        call bpf_map_update_elem
        r1 = map[ports]
        r2 = r10
        r2 += -2
        call bpf_map_lookup_elem
        if r0 == 0 goto none

count:  r1 = 1
        lock *(u64 *)(r0 + 0) += r1
        r1 = *(u32 *)(r6 + 0)
        lock *(u64 *)(r0 + 8) += r1

        r1 = map[blocked]
        r2 = r10
        r2 += -2
        call bpf_map_lookup_elem
        if r0 != 0 goto none
        r0 = -1
        exit

none:   r0 = 0
        exit
