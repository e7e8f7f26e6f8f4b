import { readFileSync } from 'node:fs';

/**
 * The numbers of the interfaces at which anybody in this network namespace listens with a packet socket. See packet(7): one line
 * a socket, its protocol in hexadecimal and its interface; 3 is ETH_P_ALL.
 */
export const listeningAt = (): readonly number[] =>
  readFileSync('/proc/self/net/packet', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/ +/))
    .filter(([, , , protocol]) => protocol === '0003')
    .map(([, , , , ifindex]) => Number(ifindex));
