/* The control bits of a TCP header (RFC 9293 section 3.1). */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
/** Of explicit congestion notification (RFC 3168). */
export const CWR = 0x80;
