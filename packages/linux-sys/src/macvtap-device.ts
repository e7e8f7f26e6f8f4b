import { readFileSync } from 'node:fs';

/** The numbers of a device as sysfs has them, on a line. */
const NUMBERS = /^(\d{1,10}):(\d{1,10})\n?$/;

/**
 * The number of the character device of a macvtap, as stat(2) tells one; by the interface's number in the network namespace
 * that /sys was mounted in. `undefined` where there is none.
 */
export const macvtapDevice = (index: number): number | undefined => {
  try {
    return parseDevice(readFileSync(`/sys/class/macvtap/tap${index}/dev`, 'latin1'));
  } catch {
    return undefined;
  }
};

/** The number of a device, out of `242:3`: as makedev(3) makes it of the two. */
export const parseDevice = (text: string): number | undefined => {
  const [, major, minor] = NUMBERS.exec(text) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const [high, low] = [BigInt(major), BigInt(minor)];
  const device =
    ((high & 0xff_ff_f0_00n) << 32n) |
    ((high & 0xfffn) << 8n) |
    ((low & 0xff_ff_ff_00n) << 12n) |
    (low & 0xffn);
  return Number(device);
};
