import { HeraldError } from '@nic-herald/core';
import * as z from 'zod';
import { type BrokenModel, contractOf, list, mac, REPORT, type SampleState, sound } from './sample-model.js';

let made = 0;
const next = (): number => {
  made += 1;
  return made;
};
const stateIs = (state: z.ZodType<unknown>) => ({ state: state as z.ZodType<SampleState> });
const CAPTURES = 'captures its cards, and what it captures survives JSON and its own schema';

/** Models that read their cards wrong. */
export const modelsOfBrokenCapture: readonly BrokenModel[] = [
  {
    broken: 'its capture never ends',
    contract: contractOf({ capture: () => new Promise(() => {}) }),
    fails: CAPTURES,
    message: /the capture of two MACs did not end \(waited 200 ms\)/,
  },
  {
    broken: 'its capture does not pass the signal on',
    contract: contractOf({
      capture: (device) => sound.capture(device, { signal: new AbortController().signal }),
    }),
    fails: 'gives up when it is told to',
    message: /went on after its signal was aborted: pass `options.signal` on to every read/,
  },
  {
    broken: 'its capture makes up a state where the card cannot be read',
    contract: contractOf({
      capture: (device, options) =>
        sound.capture(device, options).catch((): SampleState => ({ macs: [], vlans: [] })),
    }),
    fails: 'rejects where the card cannot be read',
    message: /gave a state though every read was refused: reject instead/,
  },
  {
    broken: 'it says that a card is not set up when it cannot be read',
    contract: contractOf({
      capture: (device, options) =>
        sound.capture(device, options).catch(() => {
          throw new HeraldError('HERALD_NIC_NOT_ENABLED', 'not now');
        }),
    }),
    fails: 'rejects where the card cannot be read',
    message:
      /rejected with HERALD_NIC_NOT_ENABLED though every read was refused: that code makes the host forget/,
  },
  {
    broken: 'its capture does not check what the card answers',
    contract: contractOf({
      capture: async (device, options) => {
        const { macs, vlans } = (await device.receiveFilter(options)) as SampleState;
        return { macs: macs.map((each) => each.toLowerCase()), vlans };
      },
    }),
    fails: 'believes no card that answers nonsense',
    message:
      /two MACs with a receive filter where it is null rejected with TypeError: .*Check what the device answers/s,
  },
  {
    broken: 'its capture throws what is no error',
    contract: contractOf({
      capture: async () => {
        throw 'broken' as unknown as Error;
      },
    }),
    fails: CAPTURES,
    message: /the capture of two MACs failed: "broken", which is no Error/,
  },
  {
    broken: 'its state is not JSON',
    contract: contractOf({
      ...stateIs(z.any()),
      capture: async () => ({ macs: new Set(REPORT.macs), vlans: [] }) as never,
    }),
    fails: CAPTURES,
    message: /is not plain JSON, as which it travels to the other host: state\.macs is a Set/,
  },
  {
    broken: 'its state is a cycle',
    contract: contractOf({
      capture: async () => {
        const state: { macs: unknown[]; vlans: number[] } = { macs: [], vlans: [] };
        state.macs.push(state);
        return state as never;
      },
    }),
    fails: CAPTURES,
    message: /cannot be written as JSON, as which it travels: TypeError: .*circular/,
  },
  {
    broken: 'it captures what its schema refuses',
    contract: contractOf({ capture: async () => ({ macs: ['MAC 2'], vlans: [] }) }),
    fails: CAPTURES,
    message: /is refused by the model's own `state` schema: macs\.0: not a station address/,
  },
  {
    broken: 'its schema drops what was captured',
    contract: contractOf(
      stateIs(z.object({ macs: list(mac, 16) }).transform((state) => ({ ...state, vlans: [] }))),
    ),
    fails: CAPTURES,
    message: /is not the same after JSON and the `state` schema: .*\[10\].* became .*\[\]/,
  },
  {
    broken: 'it captures a megabyte',
    contract: contractOf({
      ...stateIs(z.any()),
      capture: async () => ({ macs: ['x'.repeat(1 << 20)], vlans: [] }),
    }),
    fails: CAPTURES,
    message: /has 10\d+ characters as JSON, a host takes 262144: bound what is kept/,
  },
  {
    broken: 'no two of its captures are the same',
    contract: contractOf({
      ...stateIs(z.looseObject({ macs: list(mac, 16), vlans: list(z.int(), 64) })),
      capture: async () => ({ ...REPORT, at: next() }),
    }),
    fails: 'captures the same of the same card',
    message: /two captures of two MACs, which did not change, differ: .*times, counters or chance/,
  },
];
