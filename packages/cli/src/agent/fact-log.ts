import { type Clock, isHeraldError, type MigrationEventBus, type MigrationEvents } from '@nic-herald/core';
import { type MigrationEventName, roundedMs } from '@nic-herald/core/internal';
import { reportSummary } from '@nic-herald/reports';
import type { Logger } from 'pino';
import { DeferredQueue } from './deferred-queue.js';
import { guestFields, warningFields } from './warning-fields.js';
import { WindowLimit } from './window-limit.js';

/** Most refusals of one report that get a line of their own, the rest is a number; and most of its warnings. */
const MAX_LINES = 10;

/** Of one guest so many lines of one kind are written within so long, ms; what is left out is counted and said. */
const LIMITS = { most: 50, windowMs: 10_000 };

type Level = 'debug' | 'info' | 'warn' | 'error';
type Line = readonly [level: Level, fields: Record<string, unknown>, message: string];

/** The fields by which lines are of one kind: the guest, the event, a refusal's reason, a warning's code. */
const KIND_FIELDS = ['event', 'instance', 'code', 'reason', 'status', 'side', 'outcome'] as const;

/**
 * Writes the facts on the bus to the log, one line each, after the turn in which they happened. What one guest has too
 * much of is left out, and said to be.
 */
export const logFacts = (
  bus: MigrationEventBus,
  logger: Logger,
  clock: Pick<Clock, 'setTimer'>,
): readonly (() => void)[] => {
  const queue = new DeferredQueue();
  const limit = new WindowLimit<Line>(clock, LIMITS, ({ first: [level, fields], count }) => {
    const { event, guest, instance, code, reason } = fields;
    const whose = typeof guest === 'string' ? `guest ${guest}: ` : '';
    const message = `${whose}${count} more like this in ${LIMITS.windowMs / 1000} s left out`;
    logger[level]({ event, guest, instance, code, reason, leftOut: count }, message);
  });
  const write = (line: Line): void => {
    const [level, fields, message] = line;
    if (!logger.isLevelEnabled(level) || !limit.admits(kindOf(line), line)) return;
    logger[level](fields, message);
  };
  const stops = (Object.keys(LINES) as MigrationEventName[]).map((event) =>
    bus.on(event, (fact) => {
      queue.push(() => {
        for (const [level, fields, message] of linesOf(event, fact)) {
          write([level, { event, ...fields }, message]);
        }
      });
    }),
  );
  return [
    ...stops,
    () => {
      queue.drain();
      limit.end();
    },
  ];
};

const kindOf = ([level, fields]: Line): string =>
  [level, ...KIND_FIELDS.map((name) => fields[name])].join(' ');

const linesOf = <E extends MigrationEventName>(event: E, fact: MigrationEvents[E]): readonly Line[] =>
  LINES[event]?.(fact) ?? [];

const LINES: { readonly [E in MigrationEventName]?: (fact: MigrationEvents[E]) => readonly Line[] } = {
  'guest:appeared': ({ guest, phase }) => {
    const { name, version } = guest.hypervisor;
    const uuid = guest.identity.uuid;
    return [
      [
        'info',
        { ...guestFields(guest), uuid, phase, hypervisor: `${name} ${version}` },
        `guest appeared, ${phase}`,
      ],
    ];
  },
  'guest:gone': ({ guest }) => [['info', guestFields(guest), 'guest gone']],
  'guest:resumed': ({ guest, resumedAt, readAt }) => [
    [
      'info',
      { ...guestFields(guest), resumedAt, readDelayMs: roundedMs(readAt - resumedAt) },
      'guest resumed',
    ],
  ],
  'guest:stopped': ({ guest }) => [['info', guestFields(guest), 'guest stopped']],
  'nic:filter-changed': ({ guest, nic }) => [['debug', { ...guestFields(guest), nic }, 'filter changed']],
  'nic:list-changed': ({ guest }) => [['info', guestFields(guest), 'NICs came or went']],
  'migration:incoming': ({ guest }) => [['info', guestFields(guest), 'migration incoming']],
  'migration:outgoing': ({ guest }) => [['info', guestFields(guest), 'migration outgoing']],
  'migration:completed': ({ guest, side }) => [
    ['info', { ...guestFields(guest), side }, 'migration completed'],
  ],
  'migration:failed': ({ guest, side, status }) => [
    ['warn', { ...guestFields(guest), side, status }, `migration ended without moving the guest: ${status}`],
  ],
  'announce:armed': ({ guest, frames, ...observing }) => {
    const ready = `armed: ${frames} frames lie ready`;
    const unsent = observing.mode === 'observe' ? ', and none of them will be sent (mode: observe)' : '';
    return [['info', { ...guestFields(guest), frames, ...observing }, ready + unsent]];
  },
  'announce:round-finished': ({ guest, epoch, round, ...observing }) => {
    const { frames, accepted, byKernel, delayed, delayedMs } = round;
    const delay = delayed === undefined ? {} : { delayed, delayedMs: roundedMs(delayedMs ?? 0) };
    const tookMs = roundedMs(round.finishedAt - round.startedAt);
    const kernel = byKernel === undefined ? {} : { byKernel };
    const numbers = { round: round.round, frames, accepted, ...kernel, tookMs, ...delay };
    const fields = { ...guestFields(guest), epoch, ...numbers };
    if (observing.mode === 'observe') {
      return [['info', { ...fields, ...observing }, `round ${round.round}: ${frames} frames, none was sent`]];
    }
    const message = `round ${round.round}: ${accepted} of ${frames} frames handed over`;
    return [[accepted < frames ? 'warn' : 'info', fields, message]];
  },
  'snapshot:published': ({ guest, head, store }) => [
    ['debug', { ...guestFields(guest), epoch: head.epoch, store }, 'snapshot published'],
  ],
  'announce:finished': ({ guest, report }) => {
    const summary = reportSummary(report);
    const warnings = report.warnings.slice(0, MAX_LINES).map(({ code, message }) => `${message} (${code})`);
    const refusals = report.nics.flatMap((nic) =>
      nic.refused.map((refusal) => ({ nic: nic.nic, ...refusal })),
    );
    return [
      ...refusals
        .slice(0, MAX_LINES)
        .map(
          (refusal): Line => ['info', { ...guestFields(guest), ...refusal }, `refused: ${refusal.reason}`],
        ),
      ...(refusals.length > MAX_LINES
        ? [
            [
              'info',
              { ...guestFields(guest), more: refusals.length - MAX_LINES },
              'more refusals, see the report',
            ] as const,
          ]
        : []),
      [
        report.outcome === 'failed' ? 'error' : warnings.length > 0 ? 'warn' : 'info',
        { ...guestFields(guest), ...summary, ...(warnings.length > 0 ? { warnings } : {}) },
        `announcement over: ${report.outcome}`,
      ],
    ];
  },
  'announce:revised': ({ guest, report: { epoch, revision, sections = {} } }) => [
    ['debug', { ...guestFields(guest), epoch, revision, sections: Object.keys(sections) }, 'report revised'],
  ],
  warning: ({ warning, guest }) => [['warn', warningFields(warning, guest), warning.message]],
  'listener:failed': ({ event, error }) => {
    const code = isHeraldError(error) ? error.code : undefined;
    return [['error', { failedEvent: event, code, err: error }, `a listener of ${event} failed`]];
  },
};
