import { frameCount } from '@nic-herald/core/internal';
import {
  decodeEthernet,
  decodeIgmpQuery,
  decodeMldQuery,
  isDecodeError,
  MacAddress,
  VlanId,
} from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { queryFrames } from './query-frames.js';

const framesOf = (vlans: readonly (number | undefined)[]): readonly Uint8Array[] => {
  const batch = queryFrames(vlans.map((vlan) => (vlan === undefined ? undefined : VlanId.of(vlan))));
  return Array.from({ length: frameCount(batch) }, (_, index) =>
    batch.bytes.subarray(batch.starts[index], batch.starts[index + 1]),
  );
};

describe('queryFrames', () => {
  it('asks for IPv4 and IPv6 groups on each VLAN, in the order given, and leaves no byte over', () => {
    const frames = framesOf([undefined, 10, 4094]);
    const tags = frames.map((frame) => {
      const header = decodeEthernet(frame);
      return isDecodeError(header) ? header : [header.tags[0]?.id, header.etherType.toString(16)];
    });
    expect(tags).toEqual([
      [undefined, '800'],
      [undefined, '86dd'],
      [10, '800'],
      [10, '86dd'],
      [4094, '800'],
      [4094, '86dd'],
    ]);
    expect(frames.map(({ length }) => length)).toEqual([60, 90, 64, 94, 64, 94]);
    const { bytes, starts } = queryFrames([undefined]);
    expect([bytes.length, starts.at(-1)]).toEqual([150, 150]);
  });

  it('makes no frame where nothing is asked', () => {
    expect(frameCount(queryFrames([]))).toBe(0);
  });

  it.each([[undefined], [10]])(
    'wants the answer at once, in version 3 and 2, and stands in no querier election (VLAN %s)',
    (vlan) => {
      const [igmp = new Uint8Array(), mld = new Uint8Array()] = framesOf([vlan]);
      const common = {
        source: MacAddress.of('02:6e:68:00:00:01'),
        ...(vlan === undefined ? {} : { vlan }),
        maxResponseCode: 0,
        robustness: 2,
        intervalCode: 125,
      };
      expect(decodeIgmpQuery(igmp)).toEqual(common); // of source 0.0.0.0 alone
      expect(decodeMldQuery(mld)).toEqual({ ...common, sourceIp: 'fe80::ffff:ffff:ffff:ff7f' });
    },
  );
});
