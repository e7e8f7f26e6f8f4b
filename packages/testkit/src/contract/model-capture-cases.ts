import { isHeraldError } from '@nic-herald/core';
import { contractBroken, demand, inWords } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { hostileDevices, refusingDevice, silentDevice } from './hostile-device.js';
import {
  type ContractCards,
  captureAll,
  type ModelUnderTest,
  portable,
  readFilter,
} from './model-under-test.js';
import { outcomeOf } from './outcome.js';

const NOT_ENABLED = 'HERALD_NIC_NOT_ENABLED';

/** What `capture` does with cards that answer well, badly, or not at all. */
export const modelCaptureCases = <S>(
  test: ModelUnderTest<S>,
  notEnabled: ContractCards | undefined,
): readonly ContractCase[] => [
  {
    name: 'captures its cards, and what it captures survives JSON and its own schema',
    run: async () => void (await captureAll(test)),
  },
  {
    name: 'captures the same of the same card',
    run: async () => {
      const [once, again] = [await captureAll(test), await captureAll(test)];
      for (const [index, { card, state }] of once.entries()) {
        demand(
          JSON.stringify(state) === JSON.stringify(again[index]?.state),
          `two captures of ${card}, which did not change, differ: a state that holds times, counters or chance is ` +
            'published anew each time; leave them out',
        );
      }
    },
  },
  {
    name: 'gives up when it is told to',
    run: async () => {
      for (const [card, device] of Object.entries(test.cards)) {
        const controller = new AbortController();
        const capture = outcomeOf(
          () => test.model().capture(silentDevice(device()), { signal: controller.signal }),
          test.limitMs,
          `the capture of ${card}, which does not answer, went on after its signal was aborted: pass \`options.signal\` ` +
            'on to every read',
        );
        setImmediate(() => controller.abort());
        demand(
          'thrown' in (await capture),
          `the capture of ${card} gave a state though its reads were given up: reject instead, what was known of the card then stays`,
        );
      }
    },
  },
  {
    name: 'rejects where the card cannot be read',
    run: async () => {
      for (const [card, device] of Object.entries(test.cards)) {
        const outcome = await outcomeOf(
          () => test.model().capture(refusingDevice(device()), new AbortController()),
          test.limitMs,
          `the capture of ${card}, whose hypervisor refuses every read, did not end`,
        );
        demand(
          'thrown' in outcome,
          `the capture of ${card} gave a state though every read was refused: reject instead, what was known of the ` +
            'card then stays',
        );
        demandHeraldError(outcome.thrown, `${card}, whose hypervisor refuses every read`);
        demand(
          outcome.thrown.code !== NOT_ENABLED,
          `the capture of ${card} rejected with ${NOT_ENABLED} though every read was refused: that code makes the host ` +
            'forget what it knew; keep it for cards that the guest has not set up',
        );
      }
    },
  },
  {
    name: 'says so where the guest has not set the card up',
    ...(notEnabled === undefined ? { skip: 'no card of that kind was given in `notEnabled`' } : {}),
    run: async () => {
      for (const [card, device] of Object.entries(notEnabled ?? {})) {
        const outcome = await outcomeOf(
          () => test.model().capture(device(), new AbortController()),
          test.limitMs,
          `the capture of ${card} did not end`,
        );
        const code = 'thrown' in outcome && isHeraldError(outcome.thrown) ? outcome.thrown.code : undefined;
        demand(
          code === NOT_ENABLED,
          `the capture of ${card} ${'thrown' in outcome ? `rejected with ${inWords(outcome.thrown)}` : 'gave a state'}: ` +
            `a HeraldError with the code ${NOT_ENABLED} is wanted, the card then answers to its primary MAC alone`,
        );
      }
    },
  },
  ...Object.entries(test.cards).map(
    ([card, device]): ContractCase => ({
      name: `believes no card that answers nonsense: ${card}`,
      run: async () => {
        for await (const hostile of hostileDevices(device())) {
          const what = `${card} with ${hostile.what}`;
          const outcome = await outcomeOf(
            () => test.model().capture(hostile.device, new AbortController()),
            test.limitMs,
            `the capture of ${what} did not end`,
          );
          if ('thrown' in outcome) demandHeraldError(outcome.thrown, what);
          else {
            const state = portable(test.model(), outcome.value, `the state captured of ${what}`);
            readFilter(test.model(), state, `the state captured of ${what}`);
          }
        }
      },
    }),
  ),
];

function demandHeraldError(
  thrown: unknown,
  what: string,
): asserts thrown is Error & { readonly code: string } {
  if (isHeraldError(thrown)) return;
  throw contractBroken(
    `the capture of ${what} rejected with ${inWords(thrown)}. Check what the device answers, and reject with a ` +
      'HeraldError that says what is wrong with it',
    thrown,
  );
}
