import { encodeRarp, MacAddress, VlanId } from '@nic-herald/wire';
import koffi from 'koffi';

const HEADER = 8; // struct mmsghdr, in 64-bit words
const SLOT = 64;
const MOST = 1024; // UIO_MAXIOV

/**
 * The least a program in this process can do: as many prebuilt RARP frames as stations, their message headers
 * laid out beforehand, and a loop over sendmmsg on the given socket. Returns the loop, ready to run.
 */
export const prebuiltLoop = (fd: number, stations: number): (() => void) => {
  const sendmmsg = koffi.load('libc.so.6').func('int sendmmsg(int, uintptr_t, uint32_t, int)');
  const frames = new Uint8Array(stations * SLOT);
  const headers = new BigUint64Array(stations * HEADER);
  const vectors = new BigUint64Array(stations * 2);
  const at = (array: Uint8Array | BigUint64Array): bigint => BigInt(koffi.address(array));
  for (let index = 0; index < stations; index++) {
    const mac = MacAddress.of(`52:54:00:bb:00:${(index % 64).toString(16).padStart(2, '0')}`);
    const vlan = index < 64 ? undefined : VlanId.of(Math.floor(index / 64));
    const length = encodeRarp(vlan === undefined ? { mac } : { mac, vlan }, frames, index * SLOT);
    vectors[index * 2] = at(frames) + BigInt(index * SLOT);
    vectors[index * 2 + 1] = BigInt(length);
    headers[index * HEADER + 2] = at(vectors) + BigInt(index * 16);
    headers[index * HEADER + 3] = 1n;
  }
  const first = Number(at(headers));
  const owned = { frames, headers, vectors }; // an address keeps nothing alive
  return () => {
    for (let next = 0; next < stations; ) {
      const sent = sendmmsg(fd, first + next * HEADER * 8, Math.min(MOST, stations - next), 0) as number;
      if (sent <= 0) throw new Error(`sendmmsg took ${next} of ${owned.headers.length / HEADER} frames`);
      next += sent;
    }
  };
};
