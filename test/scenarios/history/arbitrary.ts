import fc from 'fast-check';
import { type History, HOSTS, type MachineNumber, type Move } from './move.js';

/** How much of what a property is about there is in a history, beside all else: weights, 1 by default. */
export interface Emphasis {
  readonly boots?: number;
  readonly agents?: number;
  readonly returns?: number;
  readonly clones?: number;
  readonly ages?: number;
  readonly foreign?: number;
}

const host = fc.constantFrom(...HOSTS);
const machine = fc.constantFrom<MachineNumber>(0, 0, 1, 1, 2);
const moment = fc.constantFrom(0, 1, 20, 40, 120, 700, 3000);
const while_ = fc.constantFrom(1000, 5000, 12_000, 12_000, 40_000, 130_000);
const long = fc.constantFrom(200_000, 320_000, 700_000);
const pass = (time: fc.Arbitrary<number>): fc.Arbitrary<Move> => time.map((ms) => ({ do: 'pass', ms }));

/** Moves that follow one another. */
const phrase = (...moves: readonly fc.Arbitrary<Move | undefined>[]): fc.Arbitrary<readonly Move[]> =>
  fc.tuple(...moves).map((all) => all.filter((each) => each !== undefined));
const perhaps = <T>(move: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: move });

const ofAgent = fc.record({ do: fc.constantFrom('start', 'end', 'kill', 'start', 'kill'), host });
const restart = host.chain((name) =>
  phrase(
    fc.constantFrom<Move>({ do: 'end', host: name }, { do: 'kill', host: name }),
    pass(fc.oneof(moment, while_)),
    fc.constant<Move>({ do: 'start', host: name }),
  ),
);
const word = machine.chain((number) =>
  fc.oneof<fc.Arbitrary<Move>[]>(
    fc.record({ do: fc.constant('speak'), machine: fc.constant(number), station: fc.nat(3) }),
    fc.record({ do: fc.constant('speak'), machine: fc.constant(number), station: fc.nat(3) }),
    fc.record({ do: fc.constant('card'), machine: fc.constant(number), bits: fc.nat(15) }),
  ),
);
const boot = fc
  .record({ do: fc.constant('boot' as const), machine, host, held: fc.boolean() })
  .chain((move) =>
    phrase(
      fc.constant<Move>(move),
      pass(moment),
      fc.constant<Move>({ do: 'resume', machine: move.machine }),
      pass(fc.oneof(moment, while_)),
    ),
  );
const reboot = fc
  .tuple(machine, host)
  .chain(([number, name]) =>
    phrase(
      fc.constantFrom<Move>({ do: 'shutDown', machine: number }, { do: 'die', host: name }),
      pass(fc.oneof(moment, while_)),
      perhaps(fc.constant<Move>({ do: 'start', host: name })),
      fc.record({ do: fc.constantFrom('boot', 'boot', 'restore'), machine: fc.constant(number), host }),
      pass(moment),
      fc.constant<Move>({ do: 'resume', machine: number }),
      pass(fc.oneof(moment, while_)),
    ),
  );
const migrationOf = (number: MachineNumber) =>
  phrase(
    fc.record({ do: fc.constant('begin'), machine: fc.constant(number), to: host }),
    perhaps(fc.oneof<fc.Arbitrary<Move>[]>(word, ofAgent)),
    pass(fc.oneof(moment, moment, while_)),
    perhaps(fc.oneof<fc.Arbitrary<Move>[]>(word, ofAgent)),
    fc.record({
      do: fc.constant('complete'),
      machine: fc.constant(number),
      downMs: fc.constantFrom(0, 1, 60, 300),
      leftFirst: fc.boolean(),
      held: fc.nat(3).map((each) => each === 0),
    }),
    perhaps(ofAgent),
    pass(moment),
    perhaps(ofAgent),
    pass(fc.oneof(moment, while_)),
    fc.constant({ do: 'resume', machine: number }),
    perhaps(fc.constant({ do: 'sweep', machine: number })),
    pass(fc.oneof(moment, while_)),
  );
const migration = machine.chain(migrationOf);
const cancelled = machine.chain((number) =>
  phrase(
    fc.record({ do: fc.constant('begin'), machine: fc.constant(number), to: host }),
    perhaps(ofAgent),
    pass(fc.oneof(moment, while_)),
    fc.record({ do: fc.constantFrom('cancel', 'cancelLate'), machine: fc.constant(number) }),
    pass(fc.oneof(moment, while_)),
  ),
);
const fallBack = machine.chain((number) =>
  fc
    .tuple(
      migrationOf(number),
      phrase(fc.constant<Move>({ do: 'fallBack', machine: number }), pass(fc.oneof(moment, while_))),
    )
    .map((both) => both.flat()),
);
const pause = machine.chain((number) =>
  phrase(
    fc.constant({ do: 'pause', machine: number }),
    perhaps(ofAgent),
    pass(fc.oneof(moment, while_)),
    perhaps(ofAgent),
    fc.constant({ do: 'resume', machine: number }),
    pass(fc.oneof(moment, while_)),
  ),
);
const rest = fc.oneof<fc.Arbitrary<readonly Move[]>[]>(
  phrase(fc.record({ do: fc.constant('inspect'), host })),
  phrase(fc.record({ do: fc.constant('snapshot'), machine }), pass(moment)),
  phrase(fc.record({ do: fc.constant('sweep'), machine })),
  phrase(ofAgent, pass(moment)),
);
const epoch = fc.oneof(
  fc.constantFrom(1, 1023, 1024, 1025, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 2, 2 ** 53 - 1),
  fc.maxSafeNat(),
  fc.nat(3000),
);
const foreign = phrase(
  fc.record({ do: fc.constant('foreign'), machine, epoch, isStamped: fc.boolean() }),
  pass(moment),
);

/** Histories, with more of what is emphasised. */
export const historyOf = ({
  boots = 1,
  agents = 1,
  returns = 1,
  clones = 1,
  ages = 1,
  foreign: foreigns = 0,
}: Emphasis = {}): fc.Arbitrary<History> => {
  const any = fc.oneof(
    { weight: 6, arbitrary: migration },
    { weight: boots, arbitrary: boot },
    { weight: 2 * boots, arbitrary: reboot },
    { weight: 2 * agents, arbitrary: restart },
    { weight: returns, arbitrary: cancelled },
    { weight: 2 * returns, arbitrary: fallBack },
    { weight: returns, arbitrary: pause },
    { weight: 4, arbitrary: phrase(word, pass(fc.oneof(moment, while_))) },
    { weight: ages, arbitrary: phrase(pass(long)) },
    { weight: foreigns, arbitrary: foreign },
    { weight: 2, arbitrary: rest },
  );
  return fc.record({
    cloned: fc.nat(2 + clones).map((each) => each < clones),
    latencyMs: fc.constantFrom(0, 0, 3, 30),
    isSlow: fc.nat(2).map((each) => each === 0),
    agents: fc.oneof(
      { weight: 3, arbitrary: fc.constant([...HOSTS]) },
      { weight: 1, arbitrary: fc.subarray([...HOSTS]) },
    ),
    moves: fc
      .tuple(
        fc
          .tuple(host, host, host)
          .map((hosts) => [
            ...hosts.map(
              (name, number): Move => ({ do: 'boot', machine: number as MachineNumber, host: name }),
            ),
            { do: 'pass', ms: 3000 } as const,
          ]),
        fc.array(any, { maxLength: 10, size: 'max' }),
      )
      .map(([first, others]) => [...first, ...others.flat()]),
  });
};
