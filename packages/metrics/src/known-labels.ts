import type { MigrationReport, Refusal } from '@nic-herald/core';

type Outcome = MigrationReport['outcome'];
type Cause = MigrationReport['cause'];
type Reason = Refusal['reason'];

/** The keys of a record: all of a closed list, as the compiler sees to. */
const all = <Label extends string>(labels: Readonly<Record<Label, true>>): readonly Label[] =>
  Object.keys(labels) as Label[];

// What did not happen yet is told as 0: the first time would be no increase else.

export const OUTCOMES: readonly Outcome[] = all<Outcome>({
  announced: true,
  observed: true,
  superseded: true,
  failed: true,
  'nothing-to-announce': true,
});

export const CAUSES: readonly Cause[] = all<Cause>({ migration: true, late: true, manual: true });

export const REASONS: readonly Reason[] = all<Reason>({
  'not-a-station-address': true,
  'not-in-use': true,
  'not-trusted': true,
  denied: true,
  'owned-by-other-guest': true,
  'moved-away': true,
  'seen-elsewhere': true,
  'on-other-nic': true,
  shared: true,
  'host-address': true,
  'model-limit': true,
  'pairing-limit': true,
  'station-limit': true,
  'host-filter': true,
  'no-kind': true,
  'stale-address': true,
  'address-limit': true,
  'ambiguous-address': true,
  'moved-address': true,
  'router-unknown': true,
  'bad-announcement': true,
});

/** Where a guest may stand, see `HostStats.guests`. */
export const RESIDENCES: readonly string[] = [
  'awaited',
  'armed',
  'arrived',
  'resident',
  'paused',
  'leaving',
  'left',
  'failed',
];

export const SIDES = ['source', 'destination'] as const;
export const STATUSES = ['completed', 'failed'] as const;
