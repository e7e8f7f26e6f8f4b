import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { FileDescriptor } from './file-descriptor.js';
import { libc } from './libc.js';
import { SendBatch, type SendSystem, writeLayout } from './send-batch.js';

const { EINTR, EAGAIN, ENOBUFS, ENETDOWN, ENXIO, EMSGSIZE } = constants.errno;

const frames = (count: number): { bytes: Uint8Array; starts: Uint32Array } => ({
  bytes: new Uint8Array(count * 20).map((_, index) => index % 251),
  starts: Uint32Array.from({ length: count + 1 }, (_, index) => index * 20),
});

/** A system whose sendmmsg gives these results in turn, negative ones as errno, then takes everything. */
const scripted = (...results: number[]): SendSystem & { readonly calls: number[][] } => {
  const calls: number[][] = [];
  let errno = 0;
  return {
    calls,
    addressOf: () => 0x1000,
    errno: () => errno,
    sendmmsg: (_fd, address, count) => {
      calls.push([(address - 0x1000) / 64, count]);
      const result = results.shift() ?? count;
      errno = -result;
      return result < 0 ? -1 : result;
    },
  };
};

const sendOf = (count: number, system: SendSystem, ...part: readonly number[]) => {
  const { bytes, starts } = frames(count);
  return new SendBatch({ fd: 3 }, bytes, starts, system).send(...part);
};

describe('SendBatch', () => {
  it.each([
    ['a frame shorter than its header', [0, 13]],
    ['a start before the one before', [0, 40, 20]],
    ['a frame that reaches out of the batch', [0, 20, 41]],
  ])('refuses %s', (_what, starts) => {
    const make = () => new SendBatch({ fd: 3 }, new Uint8Array(40), Uint32Array.from(starts), scripted());
    expect(make).toThrow(expect.objectContaining({ code: 'HERALD_FRAMES_INVALID' }));
  });

  it.each<[string, number[], number, number[][], number[]]>([
    [
      'goes on behind a partial send',
      [3],
      10,
      [
        [0, 10],
        [3, 7],
      ],
      [],
    ],
    [
      'repeats an interrupted call',
      [-EINTR],
      2,
      [
        [0, 2],
        [0, 2],
      ],
      [],
    ],
    [
      'leaves one refused frame out',
      [1, -EMSGSIZE],
      3,
      [
        [0, 3],
        [1, 2],
        [2, 1],
      ],
      [1],
    ],
    [
      'leaves each dropped frame out',
      [-ENOBUFS, -ENOBUFS],
      3,
      [
        [0, 3],
        [1, 2],
        [2, 1],
      ],
      [0, 1],
    ],
    [
      'stops where the buffer stays full',
      [2, -EAGAIN],
      4,
      [
        [0, 4],
        [2, 2],
      ],
      [2, 3],
    ],
    ['stops where the interface is gone', [-ENXIO], 3, [[0, 3]], [0, 1, 2]],
    [
      'asks twice whether the interface is down',
      [-ENETDOWN, -ENETDOWN],
      2,
      [
        [0, 2],
        [0, 2],
      ],
      [0, 1],
    ],
    [
      'sends on where it was down before',
      [-ENETDOWN],
      2,
      [
        [0, 2],
        [0, 2],
      ],
      [],
    ],
    [
      'never asks for more than 1024 at once',
      [],
      2500,
      [
        [0, 1024],
        [1024, 1024],
        [2048, 452],
      ],
      [],
    ],
    ['makes no call for nothing', [], 0, [], []],
  ])('%s', (_what, results, count, calls, refused) => {
    const system = scripted(...results);
    const { sent, failures } = sendOf(count, system);
    expect(system.calls).toEqual(calls);
    expect(failures.map((failure) => failure.index)).toEqual(refused);
    expect(sent).toBe(count - refused.length);
  });

  it.each<[string, number[], number[][], number]>([
    ['from the third on', [2], [[2, 8]], 8],
    ['two', [0, 2], [[0, 2]], 2],
    ['what there is beyond the eighth', [8, 10], [[8, 2]], 2],
    ['what there is before the second', [-3, 4], [[0, 1]], 1],
    ['whole frames alone', [0.9, 2.9], [[0, 3]], 3],
    ['all behind the first', [1, Number.POSITIVE_INFINITY], [[1, 9]], 9],
    ['none from behind the end on', [10, 1], [], 0],
    ['none', [3, 0], [], 0],
    ['none of less than none', [3, -2], [], 0],
    ['none of what is no number', [Number.NaN, 1], [], 0],
  ])('sends a part: %s', (_what, part, calls, sent) => {
    const system = scripted();
    expect(sendOf(10, system, ...part)).toEqual({ sent, failures: [] });
    expect(system.calls).toEqual(calls);
  });

  it.each<[string, number[], number[][], number, number[]]>([
    [
      'one of it',
      [2, -EMSGSIZE],
      [
        [3, 4],
        [5, 2],
        [6, 1],
      ],
      3,
      [5],
    ],
    [
      'the rest of it',
      [1, -EAGAIN],
      [
        [3, 4],
        [4, 3],
      ],
      1,
      [4, 5, 6],
    ],
  ])(
    'tells which frames of the batch were refused where a part is sent: %s',
    (_what, results, calls, sent, refused) => {
      const system = scripted(...results);
      const outcome = sendOf(10, system, 3, 4);
      expect(system.calls).toEqual(calls);
      expect([outcome.sent, outcome.failures.map(({ index }) => index)]).toEqual([sent, refused]);
    },
  );

  it('gives the same value each time all goes well', () => {
    const { bytes, starts } = frames(3);
    const batch = new SendBatch({ fd: 3 }, bytes, starts, scripted());
    expect(batch.send()).toBe(batch.send());
  });

  it('lays headers, vectors and frames out as sendmmsg(2) reads them', () => {
    const { bytes, starts } = frames(2);
    const memory = new Uint8Array(2 * 80 + bytes.length);
    const address = 0x7fff_ffff_ff80; // its vectors lie beyond a multiple of 2^32
    writeLayout(memory, address, bytes, starts);
    const at = (offset: number) => BigInt(address + offset);
    const words = new BigUint64Array(memory.buffer, 0, 20);
    const header = (vector: bigint) => [0n, 0n, vector, 1n, 0n, 0n, 0n, 0n];
    expect([...words]).toEqual([
      ...header(at(128)),
      ...header(at(144)),
      ...[at(160), 20n],
      ...[at(180), 20n],
    ]);
    expect(memory.subarray(160)).toEqual(bytes);
  });
});

describe.skipIf(process.platform !== 'linux')('SendBatch, with the real system calls', () => {
  /** Two ends of a datagram socket, which needs no privilege. */
  const pair = (name: string) => {
    const [from, to] = [1, 2].map(() => FileDescriptor.socket(1, 2, 0, 'test')) as [
      FileDescriptor,
      FileDescriptor,
    ];
    const address = Uint8Array.of(1, 0, 0, ...new TextEncoder().encode(`${name}-${process.pid}`));
    libc().bind(to.number, address, address.length);
    libc().connect(from.number, address, address.length);
    const received = () => {
      const buffer = new Uint8Array(100);
      return buffer.slice(0, libc().recv(to.number, buffer, buffer.length, 0x40)); // MSG_DONTWAIT
    };
    return { fd: from.number, received, close: () => [from, to].map((end) => end.close()) };
  };

  it('hands over each frame as it was, whatever becomes of the caller’s bytes', () => {
    const ends = pair('send');
    const { bytes, starts } = frames(5);
    const expected = Array.from({ length: 5 }, (_, index) => bytes.slice(index * 20, index * 20 + 20));
    const batch = new SendBatch(ends, bytes, starts);
    bytes.fill(0xff);
    expect(batch.send()).toEqual({ sent: 5, failures: [] });
    expect(expected.map(() => ends.received())).toEqual(expected);
    ends.close();
  });

  it('holds its memory through garbage collection, also for one frame', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const ends = pair('collect');
    const { bytes, starts } = frames(1);
    const batches = Array.from({ length: 200 }, () => new SendBatch(ends, bytes.slice(), starts.slice()));
    for (const batch of batches) {
      collect();
      const garbage = Array.from({ length: 50 }, () => new Uint8Array(100).fill(0xee)); // into what was freed
      expect(batch.send()).toEqual({ sent: 1, failures: [] });
      expect(ends.received()).toEqual(bytes);
      expect(garbage).toHaveLength(50);
    }
    ends.close();
  });

  it('fails with EBADF once the socket is closed', () => {
    const socket = FileDescriptor.socket(1, 2, 0, 'test');
    const { bytes, starts } = frames(2);
    const batch = new SendBatch(
      {
        get fd() {
          return socket.number;
        },
      },
      bytes,
      starts,
    );
    socket.close();
    expect(batch.send().failures).toEqual([0, 1].map((index) => ({ index, errno: constants.errno.EBADF })));
  });
});
