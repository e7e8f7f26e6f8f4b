import { describe, expect, it } from 'vitest';
import { parseInterfaceAddress } from './interface-addresses.js';
import { LinuxError } from './linux-error.js';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

// Laid out as RTM_NEWADDR is (rtnetlink(7)): struct ifaddrmsg, then IFA_ADDRESS (1), IFA_LOCAL (2), IFA_LABEL (3).
const IPV4 = bytes('02188000 05000000 0800 0100 c0000205 0800 0200 c0000205 0800 0300 62723000');
const POINT_TO_POINT = bytes('02208000 05000000 0800 0100 c6336401 0800 0200 c0000205');
const IPV6 = bytes('0a4080fd 05000000 1400 0100 fe800000000000000000000000000005');

const told = (payload: Uint8Array): readonly string[] =>
  parseInterfaceAddress(payload).map(
    ({ index, address }) => `${index} ${Buffer.from(address).toString('hex')}`,
  );

const behaves = (payload: Uint8Array): boolean => {
  try {
    return Array.isArray(parseInterfaceAddress(payload));
  } catch (error) {
    return error instanceof LinuxError;
  }
};

describe('parseInterfaceAddress', () => {
  it.each([
    ['no address', IPV4.subarray(0, 8), []],
    ['an address of another length', bytes('1c000000 05000000 0500 0100 0a000000'), []],
    ['IPv4', IPV4, ['5 c0000205']],
    ['IPv4 on a cable to one other: the own end', POINT_TO_POINT, ['5 c0000205']],
    ['IPv6, link-local', IPV6, ['5 fe800000000000000000000000000005']],
  ])('reads %s', (_what, payload, expected) => {
    expect(told(payload)).toEqual(expected);
  });

  it('never throws anything but a LinuxError', () => {
    const spoiled = [IPV4, IPV6].flatMap((payload) =>
      Array.from(payload, (_, at) => [payload.subarray(0, at), payload.slice().fill(255, at, at + 1)]).flat(),
    );
    expect(spoiled.filter((payload) => !behaves(payload))).toEqual([]);
  });
});
