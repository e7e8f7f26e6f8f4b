import type { Station } from '@nic-herald/core';
import { BpfArray, BpfHashMap, instruction, loadSocketFilter } from '@nic-herald/linux-sys';
import { encodeRarp, MacAddress, sealRarp } from '@nic-herald/wire';
import { AWAITED_MAP, arriveInstructions, RUNNING_ARRAY } from '../../packages/proof/src/arrive-program.js';
import { writeStationKey } from '../../packages/proof/src/station-in-key.js';
import { SEALED_MAP, witnessInstructions } from '../../packages/proof/src/witness-program.js';
import type { ProgramCost } from './learner-bench.js';
import { runCostNs } from './program-cost.js';

// A proof's programs by themselves, over and over with one frame (BPF_PROG_TEST_RUN).

const TURNS = 15;
const RUNS = 200_000;
const FRAME_BYTES = 60;
const HEADER_BYTES = 14;

/** Of linux/if_packet.h. */
const PACKET_OTHERHOST = 3;
const PACKET_OUTGOING = 4;
/** A jump where a register is not a number; see linux/bpf.h. */
/** Jumps where a register equals a number, and where it does not. */
const COMPARISONS: ReadonlySet<number> = new Set([0x15, 0x55]);

const NOBODY = MacAddress.of('52:54:00:ff:ff:ff');

/**
 * The kernel takes the first header off what it runs a filter of sockets with, and looks there for the protocol and the receiver;
 * a packet socket shows the whole frame. So the header is laid before it once more.
 */
const shown = (frame: Uint8Array): Uint8Array =>
  Uint8Array.from([...frame.subarray(0, HEADER_BYTES), ...frame]);

const frameTo = (mac: MacAddress, etherType = 0x88b5): Uint8Array => {
  const frame = new Uint8Array(FRAME_BYTES);
  MacAddress.write(mac, frame, 0);
  MacAddress.write(NOBODY, frame, 6);
  new DataView(frame.buffer).setUint16(12, etherType);
  return frame;
};

/** No such run is of a frame that goes out: the program is made to look at those for others instead. It is the same otherwise. */
const forOthers = (instructions: Uint8Array): Uint8Array => {
  const patched = instructions.slice();
  const view = new DataView(patched.buffer);
  const jump = Array.from({ length: patched.length / 8 }, (_, index) => index * 8).find(
    (at) => COMPARISONS.has(view.getUint8(at)) && view.getInt32(at + 4, true) === PACKET_OUTGOING,
  );
  if (jump === undefined) throw new TypeError('the program does not ask whether a frame goes out');
  view.setInt32(jump + 4, PACKET_OTHERHOST, true);
  return patched;
};

interface Case {
  readonly what: string;
  readonly frame: Uint8Array;
}

const costs = (program: number, cases: readonly Case[]): readonly ProgramCost[] => {
  const all = cases.map(({ what, frame }) => ({ what, frame: shown(frame), ns: [] as number[] }));
  for (let turn = -1; turn < TURNS; turn++) {
    for (const { frame, ns } of all) {
      const cost = runCostNs(program, frame, RUNS);
      if (turn >= 0) ns.push(cost);
    }
  }
  return all;
};

const awaitedBytes = (stations: readonly Station[]): Uint8Array => {
  const keys = new Uint8Array(stations.length * AWAITED_MAP.keyBytes);
  for (const [index, station] of stations.entries())
    writeStationKey(station, keys, index * AWAITED_MAP.keyBytes);
  return keys;
};

/** What is measured of arrivals: among how many stations, and whether their guest runs. */
const arrivals = (
  stations: readonly Station[],
  count: number,
  runs: boolean,
  cases: readonly Case[],
): readonly ProgramCost[] => {
  const awaited = BpfHashMap.create({ ...AWAITED_MAP, capacity: stations.length });
  awaited.setAll(awaitedBytes(stations.slice(0, count)), new Uint8Array(count * AWAITED_MAP.valueBytes));
  const running = BpfArray.create(RUNNING_ARRAY.name, RUNNING_ARRAY.valueBytes, RUNNING_ARRAY.length);
  running.set(0, new Uint8Array(RUNNING_ARRAY.valueBytes).fill(Number(runs), 0, 1));
  const instructions = forOthers(arriveInstructions({ awaited: awaited.fd, running: running.fd }));
  const program = loadSocketFilter('herald_alone', instructions);
  const told = costs(program.number, cases);
  const { values } = awaited.entries();
  if (values.filter((byte) => byte !== 0).length === 0)
    throw new Error('no frame was noted: nothing was measured');
  program.close();
  awaited.close();
  running.close();
  return told;
};

/** Of frames that go out at a guest's port, the stations of a running guest being awaited, or those of one that leaves counted: one, then all. */
export const arriveAlone = (stations: readonly Station[]): readonly ProgramCost[] =>
  [1, stations.length].flatMap((count) => {
    const among = `of ${count} awaited`;
    const frame = frameTo(stations[count - 1]?.mac ?? NOBODY);
    return [
      ...arrivals(stations, count, true, [
        { what: `arrive, for one ${among}, noted already`, frame },
        { what: `arrive, for another, none ${among}`, frame: frameTo(NOBODY) },
      ]),
      ...arrivals(stations, count, false, [{ what: `arrive, for one of ${count} that are counted`, frame }]),
    ];
  });

/** r0 = 0, exit: takes no frame. */
export const NOTHING: Uint8Array = new Uint8Array(
  Buffer.concat([instruction(0xb7, 0, 0, 0, 0), instruction(0x95, 0, 0, 0, 0)]),
);

/** What the kernel's loop and the call of a program take: the others have it, too. */
export const nothingAlone = (): readonly ProgramCost[] => {
  const program = loadSocketFilter('herald_alone', NOTHING);
  const told = costs(program.number, [{ what: 'a program that does nothing', frame: frameTo(NOBODY) }]);
  program.close();
  return told;
};

/** Of frames that come in at an uplink. */
export const witnessAlone = (mac: MacAddress): readonly ProgramCost[] => {
  const sealed = BpfHashMap.create({ ...SEALED_MAP, capacity: 4096 });
  const program = loadSocketFilter('herald_alone', witnessInstructions(sealed.fd));
  const rarp = new Uint8Array(FRAME_BYTES);
  encodeRarp({ mac }, rarp, 0);
  const withSeal = rarp.slice();
  sealRarp(withSeal, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  const told = costs(program.number, [
    { what: 'witness, no RARP', frame: frameTo(mac) },
    { what: 'witness, a RARP without a seal', frame: rarp },
    { what: 'witness, a sealed RARP, noted already', frame: withSeal },
  ]);
  if (sealed.entries().count !== 1) throw new Error('the seal was not noted: nothing was measured');
  program.close();
  sealed.close();
  return told;
};
